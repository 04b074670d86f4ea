"""A form made from the fields of a frozen pydantic model: bad values are refused in place.

Edits are live or, in a form that defers, tried while they are made and asked for when the person is done.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from pydantic.fields import FieldInfo
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from engine.layers.base import OptionError
from engine.units import UNKNOWN
from widgets.fields.editors import ChoiceEditor, Editor, LineEditor, SwitchEditor
from widgets.fields.form_fields import fields_of, kind_of, value_of, with_value
from widgets.fields.syntax import Syntax, syntax_of
from widgets.look.text import breakable, sentence_text, tooltip, translated

HEIGHT = 28


class Model(Protocol):
    """What a form edits: a Layer, a Recipe."""

    def with_options(self, **options: object) -> Any:
        """The same value with other options. Raises OptionError."""


class Row(QObject):
    """One option: its label, its editor, and the line that says why a value is refused."""

    refused = Signal()  # and said so: the editor's value is the one from before the editing

    def __init__(self, label: QLabel, editor: Editor, hint: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.label, self.editor, self.hint = label, editor, hint
        self.error = QLabel(parent)
        self.error.setProperty("role", "error")
        self.error.setWordWrap(True)
        self.error.hide()
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._reveal)
        editor.settled.connect(self._calm)
        self._pause.setInterval(editor.patience)
        editor.ended.connect(self._speak)

    def accept(self, value: object) -> None:
        """The value stands."""
        self._calm()
        self.editor.accept(value)

    def refuse(self, reason: str) -> None:
        """The value does not stand; a text that may still become good is given a moment."""
        self.error.setText(breakable(reason))
        if self.editor.is_unfinished() and (self.error.isHidden() or self.editor.is_lenient):
            self._calm()
            self._pause.start()  # anew with every key
        else:
            self._reveal()

    def _reveal(self) -> None:
        self._pause.stop()
        self.editor.refuse()
        self.error.show()
        self.refused.emit()

    def _speak(self) -> None:
        """The person is done with the text: what is wrong with it is said now."""
        if self._pause.isActive():
            self._reveal()

    def _calm(self) -> None:
        self._pause.stop()
        self.error.hide()

    def set_hint(self, hint: str) -> None:
        """What is said when the mouse rests here."""
        self.label.setToolTip(hint)
        self.editor.setToolTip(hint)


class Form(QWidget):
    """Labels left, fields right. ``edited`` carries the field's name and its new value; ``value`` is the whole model.

    Rows are made once for each kind of model; showing another model of that kind changes only what differs.
    """

    edited = Signal(str, object)
    tried = Signal(object)  # the model as it would be, or None: as it is

    def __init__(self, parent: QWidget | None = None, skip: Collection[str] = (), defers: bool = False) -> None:
        super().__init__(parent)
        self._defers = defers
        self._trial: Any = None  # the model as it would be
        self._skip = frozenset(skip)
        self._model: Any = None
        self._kind: Hashable = None
        self._bodies: dict[Hashable, tuple[QWidget, dict[str, Row]]] = {}
        self._body: QWidget = self
        self.rows: dict[str, Row] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    @property
    def value(self) -> Any:
        """The model as it stands: the last good one."""
        return self._model

    def show_value(self, model: Any) -> None:
        """Show a model; what is being typed stays untouched unless the model says otherwise."""
        if self._trial is not None and model == self._model:
            return
        self._trial = None
        if self._kind_of(model) != self._kind:
            self._show_body(model)
        self._model = model
        for name, row in self.rows.items():
            row.editor.show_value(self._value_of(model, name))

    def restore(self) -> None:
        """Drop every text that is refused or not yet asked for. Nothing is asked for."""
        if self._trial is not None:
            self._trial = None
            self.show_value(self._model)
            self.tried.emit(None)
        for row in self.rows.values():
            row.editor.restore()

    # -- what a model is ----------------------------------------------------------------------------------------

    def _kind_of(self, model: Any) -> Hashable:
        """Models of one kind have the same rows."""
        return kind_of(model)

    def _fields_of(self, model: Any) -> Mapping[str, FieldInfo]:
        """The options that have a row."""
        return fields_of(model)

    def _value_of(self, model: Any, name: str) -> Any:
        """What an option's editor shows."""
        return value_of(model, name)

    # -- making rows --------------------------------------------------------------------------------------------

    def _show_body(self, model: Any) -> None:
        self._kind = self._kind_of(model)
        if self._body is not self:
            self._body.hide()
        if self._kind not in self._bodies:
            self._build(self._fields_of(model))
            self._bodies[self._kind] = (self._body, self.rows)
        self._body, self.rows = self._bodies[self._kind]
        self._body.show()

    def _build(self, fields: Mapping[str, FieldInfo]) -> None:
        self._body = QWidget(self)
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 0, 0, 0)
        self.rows = {name: self._row(name, field) for name, field in fields.items() if name not in self._skip}
        self._arrange(grid)
        self._layout.addWidget(self._body)

    def _row(self, name: str, field: FieldInfo) -> Row:
        syntax, title = syntax_of(field), translated(field.title or name)
        description = self._described(translated(field.description or ""), syntax)
        label, editor = QLabel(title, self._body), self._editor(name, syntax)
        label.setProperty("role", "dim")
        label.setBuddy(editor)
        editor.setObjectName(name)
        editor.setFixedHeight(HEIGHT)
        editor.setAccessibleName(title)
        editor.setAccessibleDescription(description)
        editor.typed.connect(lambda value: self._try(name, value))
        editor.committed.connect(lambda: self._commit(name))
        editor.defers = self._defers
        bounds = self.tr("Range: {bounds}").format(bounds=syntax.bounds) if str(syntax.bounds) else ""
        row = Row(label, editor, tooltip(description, bounds), self._body)
        row.refused.connect(lambda: self._go_back(name, row.editor.value))
        row.set_hint(row.hint)
        return row

    def _described(self, description: str, syntax: Syntax) -> str:
        """What the option is for, how it may look, what it stands for when nothing is given."""
        lines = [description]
        if syntax.example:
            lines.append(self.tr("Example: {example}.").format(example=translated(syntax.example)))
        if syntax.empty:
            words = self.tr("–: {meaning}.") if syntax.choices or bool in syntax.types else self.tr("Empty: {meaning}.")
            lines.append(words.format(meaning=translated(syntax.empty)))
        return " ".join(filter(None, lines))

    def _editor(self, name: str, syntax: Syntax) -> Editor:
        if syntax.is_switch:
            return SwitchEditor(self._body)
        choices = self._choices(name, syntax)
        if choices:
            return ChoiceEditor(choices, self._body)
        editor = LineEditor(syntax, self._body)
        editor.setPlaceholderText(self._at_empty(syntax))
        return editor

    def _choices(self, name: str, syntax: Syntax) -> list[tuple[object, str]]:
        """What there is to choose from; nothing where one types."""
        nothing: list[tuple[object, str]] = [(None, UNKNOWN)] if syntax.optional else []
        if syntax.types == {bool} and not syntax.choices:
            return [*nothing, (True, self.tr("on")), (False, self.tr("off"))]
        return [*nothing, *((c, self._choice_name(name, c)) for c in syntax.choices)] if syntax.is_choice else []

    def _at_empty(self, syntax: Syntax) -> str:
        """What stands in an empty line."""
        return translated(syntax.empty or syntax.example) or (UNKNOWN if syntax.optional else "")

    def _choice_name(self, name: str, choice: str) -> str:
        return translated(choice.replace("_", " ").capitalize())

    def _arrange(self, grid: QGridLayout) -> None:
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for index, row in enumerate(self.rows.values()):
            grid.addWidget(row.label, 2 * index, 0)
            grid.addWidget(row.editor, 2 * index, 1)
            grid.addWidget(row.error, 2 * index + 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)

    # -- editing ------------------------------------------------------------------------------------------------

    def _try(self, name: str, value: object) -> None:
        row = self.rows[name]
        try:
            model = self._with(name, value)
        except OptionError as error:
            row.refuse(sentence_text(error.message))
            return
        row.accept(self._value_of(model, name))
        for other in self.rows.keys() - {name}:  # one that it excludes is empty now
            self.rows[other].editor.show_value(self._value_of(model, other))
        self._take(name, model)

    def _go_back(self, name: str, value: object) -> None:
        """A text is refused: what its first letters made of the model does not stay."""
        with suppress(OptionError):  # the other options may have changed meanwhile
            self._take(name, self._with(name, value))

    def _with(self, name: str, value: object) -> Any:
        """The model with another value of one option. Raises OptionError."""
        return with_value(self._model, name, value)

    def _take(self, name: str, model: Any) -> None:
        if self._defers:
            self._show_trial(model if model != self._model else None)
        elif model != self._model:
            self._model = model
            self.edited.emit(name, self._value_of(model, name))

    def _show_trial(self, model: Any) -> None:
        if model != self._trial:
            self._trial = model
            self.tried.emit(model)

    def _commit(self, name: str) -> None:
        """The person is done: what was tried is asked for."""
        if self._trial is not None:
            self._model, self._trial = self._trial, None
            self.edited.emit(name, self._value_of(self._model, name))
            self.tried.emit(None)

"""What a chosen optimizer, schedule or averaging is adjusted by: a field for each option of its row."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Literal

from pydantic import Field
from pydantic.fields import FieldInfo
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QToolButton, QWidget

from engine.experiment.choices.choice import Choice, Option
from engine.layers.base import OptionError
from engine.messages import ImpossibleError, say
from engine.units import typed_text
from widgets.fields.editors import LineEditor, mark
from widgets.fields.form import Form, Row
from widgets.fields.form_fields import check_clear
from widgets.fields.syntax import syntax_of
from widgets.look.text import tooltip, translated
from widgets.training.folds import fold_button, show_fold
from widgets.training.lines import place_line, two_columns

INDENT = 12  # pixels, of the labels


class OptionForm(Form):
    """Edits a Choice; ``read`` makes one of its text, and refuses options that exclude each other."""

    def __init__(self, field: str, read: Callable[[str], Choice[Any]], parent: QWidget, *, folds: bool = False) -> None:
        super().__init__(parent)
        self._field, self._read = field, read
        self._locked: str | None = None  # why, as a tooltip
        self.fold: QToolButton | None = fold_button(self) if folds else None
        self._above = QGridLayout()
        two_columns(self._above)
        self._layout.addLayout(self._above)
        if self.fold is not None:
            self._above.addWidget(self.fold, 0, 1, Qt.AlignmentFlag.AlignLeft)
            self.fold.toggled.connect(lambda _: self._follow())
        self._layout.setSpacing(0)

    # -- what a choice is ---------------------------------------------------------------------------------------

    def _kind_of(self, model: Choice[Any]) -> Hashable:
        return str(model.row.id)

    def _fields_of(self, model: Choice[Any]) -> Mapping[str, FieldInfo]:
        return {option.name: _field(option) for option in model.row.options}

    def _value_of(self, model: Choice[Any], name: str) -> Any:
        return model.options[name]

    def _with(self, name: str, value: Any) -> Choice[Any]:
        """Nothing typed: as usual."""
        check_clear(value)
        option = self._option(name)
        try:
            choice: Choice[Any] = self._model.with_option(name, option.default if value == "" else _plain(value))
            return self._read(str(choice))
        except ImpossibleError as error:
            raise _named(error, option) from error

    def _option(self, name: str) -> Option:
        found: Option = next(option for option in self._model.row.options if option.name == name)
        return found

    # -- what is seen -------------------------------------------------------------------------------------------

    def _show_body(self, model: Choice[Any]) -> None:
        self._model = model  # rows are named after it
        super()._show_body(model)
        self.set_locked(self._locked)

    def _row(self, name: str, field: FieldInfo) -> Row:
        row = super()._row(name, field)
        option, choice = self._option(name), translated(self._model.row.title)
        row.editor.setObjectName(f"{self._field}.{name}")
        row.editor.setAccessibleName(self.tr("{option} of {choice}").format(option=row.label.text(), choice=choice))
        if isinstance(row.editor, LineEditor):
            row.editor.setPlaceholderText(syntax_of(field).write(option.default))
        return row

    def _choice_name(self, name: str, choice: str) -> str:
        names = {"cos": self.tr("Half waves"), "linear": self.tr("Straight lines")}
        return names.get(choice) or super()._choice_name(name, choice)

    def _arrange(self, grid: QGridLayout) -> None:
        two_columns(grid)
        for index, row in enumerate(self.rows.values()):
            row.label.setContentsMargins(INDENT, 0, 0, 0)
            place_line(grid, index, row)

    def show_value(self, model: Choice[Any]) -> None:
        """Show a choice, with the options of its row."""
        super().show_value(model)
        self._follow()

    def _take(self, name: str, model: Choice[Any]) -> None:
        super()._take(name, model)
        self._follow()

    def _follow(self) -> None:
        """What is as usual is said quietly; folded, what is not is counted."""
        options = self._model.row.options
        changed = [option.name for option in options if self._model.options[option.name] != option.default]
        for name, row in self.rows.items():
            if isinstance(row.editor, LineEditor):
                mark(row.editor, "usual", name not in changed)
        self.setVisible(bool(options))
        if self.fold is not None:
            labels = [self.rows[name].label.text() for name in changed]
            show_fold(self.fold, self.tr("Options"), labels or [row.label.text() for row in self.rows.values()],
                      len(labels))
            self._body.setVisible(self.fold.isChecked())

    def align(self, labels: int) -> None:
        """Editors, and the fold above them, begin beside labels of so many pixels at least."""
        for grid in (self._above, self._body.layout()):
            if isinstance(grid, QGridLayout):
                grid.setColumnMinimumWidth(0, labels)

    @property
    def is_locked(self) -> bool:
        """Whether nothing can be changed now."""
        return self._locked is not None

    def set_locked(self, reason: str | None) -> None:
        """Nothing can be changed, for this reason; None: it can."""
        self._locked = reason
        for row in self.rows.values():
            row.editor.setEnabled(reason is None)
            row.set_hint(tooltip(reason) if reason else row.hint)


def _plain(value: Any) -> Any:
    """What was typed: of several numbers one may still be a text, such as “15+30”, which the option reads."""
    is_mixed = isinstance(value, tuple) and any(isinstance(part, str) for part in value)
    return "+".join(part if isinstance(part, str) else typed_text(part) for part in value) if is_mixed else value


def _field(option: Option) -> FieldInfo:
    """As a form reads it: of which kind it is, its bounds, its words."""
    annotation: Any = float
    if option.is_switch:
        annotation = bool
    elif option.words:
        annotation = Literal[option.words]
    elif option.is_list:
        annotation = tuple[float, ...]
    elif option.is_whole:
        annotation = int
    made: FieldInfo = Field(option.default, title=option.title or option.name, description=option.about,
                            **_bounds(option) if annotation in (int, float) else {})
    made.annotation = annotation
    return made


def _bounds(option: Option) -> dict[str, Any]:
    found: dict[str, Any] = {"gt" if option.low in option.excludes else "ge": option.low}
    if option.high != float("inf"):
        found["lt" if option.high in option.excludes else "le"] = option.high
    return found


def _named(error: ImpossibleError, option: Option) -> OptionError:
    """The same in the words of the form, where an option is called by its title."""
    values = dict(error.message.values)
    if values.get("option") == option.name:
        values["option"] = say(option.title or option.name)
    return OptionError(error.message.template, **values)

"""How a tensor begins, as a few rows: the kind, and only the numbers that this kind reads."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from engine.graph.parameters import INIT_TITLES, Init
from engine.layers.base import OptionError, reason_of
from widgets.fields.editors import ENTER, PASSING, ChoiceEditor, Editor, LineEditor
from widgets.fields.form import Form, Row
from widgets.fields.form_fields import check_clear
from widgets.fields.syntax import Syntax
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import translated

INDENT = 12
STARTER = "0.01 * normal(0, 1)"  # what a formula is before one is typed: an empty one is an error


@guarded
class FormulaEditor(LineEditor):
    """A formula: half of one is no reason to complain while the person types, and nothing to throw away."""

    patience, is_lenient, selects_all = 1500, True, False

    def __init__(self, syntax: Syntax, parent: QWidget | None = None) -> None:
        super().__init__(syntax, parent)
        self.setFont(theme.mono_font(12))

    def is_unfinished(self) -> bool:
        """Any formula may still become another one."""
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter ends the typing."""
        super().keyPressEvent(event)
        if event.key() in ENTER and not self._good:
            self.ended.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What is wrong stays, to be mended; the formula that was there before counts until then."""
        if self._good or event.reason() in PASSING:
            super().focusOutEvent(event)
            return
        QLineEdit.focusOutEvent(self, event)
        self.ended.emit()


def kinds_by_name(default: str = "") -> list[tuple[object, str]]:
    """What a tensor can begin as; ``default``: in other words what it does where nothing is chosen."""
    names: list[tuple[object, str]] = [(kind, translated(title)) for kind, title in INIT_TITLES.items()]
    return [("default", default), *names[1:]] if default else names


def with_option(init: Init, name: str, value: object) -> Init:
    """The same with another option; a formula that is chosen begins with one that can be. Raises OptionError."""
    check_clear(value)
    options: dict[str, Any] = {**dict(init), name: value}
    if options["kind"] == "formula" and name == "kind" and not options["formula"]:
        options["formula"] = STARTER
    try:
        return Init.model_validate(options)
    except ValidationError as error:
        raise OptionError("{reason}", reason=reason_of(error, Init)) from error


class InitForm(Form):
    """Edits an Init; ``title`` says what is being filled."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.show_value(Init())

    def set_title(self, title: str) -> None:
        """Say what is being filled in other words."""
        row = self.rows["kind"]
        row.label.setText(title)
        row.editor.setAccessibleName(title)

    def set_default(self, words: str = "") -> None:
        """Say in other words what a tensor begins as where nothing is chosen here; PyTorch's own without any."""
        editor = self.rows["kind"].editor
        assert isinstance(editor, ChoiceEditor)
        editor.set_choices(kinds_by_name(words))

    def show_value(self, model: Init) -> None:
        """Show the kind and the rows it reads."""
        super().show_value(model)
        for name, row in self.rows.items():
            read = name == "kind" or name in model.fields
            row.editor.setVisible(read)
            row.label.setVisible(read and name != "formula")
            if not read:
                row.error.hide()

    def _row(self, name: str, field: FieldInfo) -> Row:
        if name == "kind":
            return super()._row(name, FieldInfo.merge_field_infos(field, title=self._title))
        row = super()._row(name, field)
        row.label.setIndent(INDENT)
        row.editor.setAccessibleName(f"{self._title}: {row.label.text()}")
        return row

    def _editor(self, name: str, syntax: Syntax) -> Editor:
        if name == "formula":
            return FormulaEditor(syntax, self._body)
        return super()._editor(name, syntax)

    def _choice_name(self, name: str, choice: str) -> str:
        return dict(kinds_by_name())[choice]

    def _arrange(self, grid: QGridLayout) -> None:
        super()._arrange(grid)
        place = 2 * list(self.rows).index("formula")
        grid.addWidget(self.rows["formula"].editor, place, 0, 1, 2)  # a formula is long: it has the whole line

    def _with(self, name: str, value: object) -> Init:
        return with_option(self._model, name, value)

    def _try(self, name: str, value: object) -> None:
        super()._try(name, value)
        if name == "kind":
            self.show_value(self.value)
            formula = self.rows["formula"].editor
            if self.value.kind == "formula" and self.rows["kind"].editor.hasFocus():
                assert isinstance(formula, FormulaEditor)
                formula.setFocus(Qt.FocusReason.OtherFocusReason)
                formula.selectAll()

"""A form in columns, labels above their fields. Numbers count when typed out: data are loaded anew for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic.fields import FieldInfo
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from widgets.fields.editors import LineEditor
from widgets.fields.form import Form, Row
from widgets.parts.flow import Flow
from widgets.parts.scroll import BAR, ScrollPanel


class Field(QWidget):
    """One option: label, editor, and why its value is refused."""

    def __init__(self, row: Row, width: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(width)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        row.label.setProperty("role", "small")
        for widget in (row.label, row.editor, row.error):
            column.addWidget(widget)
        column.addStretch(1)
        if isinstance(row.editor, LineEditor):
            row.editor.set_patient(True)


class OptionGrid(Form):
    """Fields side by side, as many as fit."""

    def __init__(self, width: int, names: Mapping[str, str] | None = None, skip: Collection[str] = ()) -> None:
        super().__init__(skip=skip)
        self._width, self._names = width, names or {}
        self._fields: dict[str, Field] = {}

    def _choice_name(self, name: str, choice: str) -> str:
        return self._names.get(f"{name}.{choice}") or super()._choice_name(name, choice)

    def _build(self, fields: Mapping[str, FieldInfo]) -> None:
        self._body = QWidget(self)
        self.rows = {name: self._row(name, field) for name, field in fields.items() if name not in self._skip}
        flow = Flow(self._body, gap=16, row_gap=10)
        for name, row in self.rows.items():
            self._fields[name] = Field(row, self._width, self._body)
            flow.addWidget(self._fields[name])
        self._layout.addWidget(self._body)

    def _arrange(self, grid: QGridLayout) -> None:
        raise AssertionError("the fields stand in a flow")

    def show_only(self, names: Collection[str]) -> None:
        """Leave out the options that have no use."""
        for name, field in self._fields.items():
            field.setVisible(name in names)


class OptionPage(ScrollPanel):
    """An option grid that scrolls, with a sentence above it."""

    def __init__(self, form: OptionGrid, about: str) -> None:
        super().__init__()
        label = QLabel(about, wordWrap=True)
        label.setProperty("role", "small")
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 16 - BAR, 8)
        column.setSpacing(10)
        column.addWidget(label)
        column.addWidget(form)
        column.addStretch(1)
        self.setWidget(content)

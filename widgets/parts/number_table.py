"""A small table: words on the left, numbers right-aligned in their columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from widgets.look import theme
from widgets.look.text import tooltip

LONGEST = 28  # characters of a title; the whole is the tooltip
Row = Sequence[str]


class NumberTable(QWidget):
    """Shows texts; labels are kept while the table keeps its shape."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._labels: list[list[QLabel]] = []

    @property
    def texts(self) -> list[list[str]]:
        """What is shown, row by row, the heading first."""
        return [[label.text() for label in row] for row in self._labels]

    def show_rows(self, heading: Row, rows: Sequence[Row], strong: int = 0) -> None:
        """A heading and rows of one length; the last ``strong`` rows stand out."""
        lines = [heading, *rows]
        if [len(row) for row in self._labels] != [len(line) for line in lines]:
            self._build(lines)
        for index, (line, labels) in enumerate(zip(lines, self._labels, strict=True)):
            for label, text in zip(labels, line, strict=True):
                shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
                label.setText(shown)
                label.setToolTip(tooltip(text) if shown != text else "")
                if index:
                    _make_strong(label, index >= len(lines) - strong)
        self.setAccessibleDescription("; ".join(" ".join(line) for line in lines))

    def _build(self, lines: Sequence[Row]) -> None:
        for label in (label for row in self._labels for label in row):
            self._grid.removeWidget(label)
            label.hide()
            label.deleteLater()
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        self._labels = [[self._cell(row, column) for column in range(len(line))] for row, line in enumerate(lines)]
        self._grid.setColumnStretch(len(lines[0]), 1)  # the columns stay together

    def _cell(self, row: int, column: int) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        if row == 0:
            label.setProperty("role", "small")
        elif column:
            label.setFont(theme.mono_font(12))
        side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
        self._grid.addWidget(label, row, column, side | Qt.AlignmentFlag.AlignVCenter)
        return label


def _make_strong(label: QLabel, strong: bool) -> None:
    weight = QFont.Weight.DemiBold if strong else QFont.Weight.Normal
    if label.font().weight() != weight:
        font = label.font()
        font.setWeight(weight)
        label.setFont(font)

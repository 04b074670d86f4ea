"""One option a line: its label left, its editor right, below both why a value is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel

from widgets.fields.form import HEIGHT, Row

LINES, GAP, BETWEEN = 3, 12, 4  # rows of the grid to an option; pixels from label to editor, and between two rows
LOWEST = HEIGHT + 4  # of a label: with what is between them a line is 36 pixels high
NARROWEST = 64  # of an editor
SHARES = (2, 3)  # of the width: labels, editors
_BREAKS = re.compile(r"[\s\u200b-]+")


def two_columns(grid: QGridLayout) -> None:
    """Labels and editors: all such grids of one width have their columns at the same places."""
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(GAP)
    grid.setVerticalSpacing(BETWEEN)
    for column, share in enumerate(SHARES):
        grid.setColumnStretch(column, share)
    grid.setColumnMinimumWidth(1, NARROWEST)


def place_line(grid: QGridLayout, index: int, row: Row) -> None:
    """Put an option in its place; what is hidden takes no room."""
    row.label.setWordWrap(True)
    row.label.setMinimumHeight(LOWEST)
    row.editor.setMinimumWidth(NARROWEST)
    grid.addWidget(row.label, LINES * index, 0)
    grid.addWidget(row.editor, LINES * index, 1, Qt.AlignmentFlag.AlignVCenter)
    grid.addWidget(row.error, LINES * index + 1, 0, 1, 2)


def longest_word(labels: Iterable[QLabel]) -> int:
    """How wide labels are at least, so that all editors begin at one place and no word is cut."""
    return max(map(_longest_word, labels), default=0)


def _longest_word(label: QLabel) -> int:
    words = _BREAKS.split(label.text())
    return label.contentsMargins().left() + max(map(label.fontMetrics().horizontalAdvance, words)) + 2

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
SHARE = 0.4  # of the width, of labels
_BREAKS = re.compile(r"[\s\u200b-]+")


def place_line(grid: QGridLayout, index: int, row: Row) -> None:
    """Put an option in its place; what is hidden takes no room."""
    if not index:
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(BETWEEN)
        grid.setColumnStretch(1, 1)
    row.label.setMinimumHeight(LOWEST)
    row.editor.setMinimumWidth(NARROWEST)
    grid.addWidget(row.label, LINES * index, 0)
    grid.addWidget(row.editor, LINES * index, 1, Qt.AlignmentFlag.AlignVCenter)
    grid.addWidget(row.error, LINES * index + 1, 0, 1, 2)


def label_width(labels: Iterable[QLabel], room: int) -> int:
    """How wide labels are, so that all editors begin at one place and no word is cut."""
    return max([round(SHARE * room), *map(_longest_word, labels)])


def fit_labels(labels: Iterable[QLabel], width: int) -> None:
    """Labels of this width; where it is too little for their words they take two lines."""
    for label in labels:
        label.setMinimumWidth(0)
        label.setWordWrap(False)
        label.setWordWrap(label.minimumSizeHint().width() > width)
        label.setFixedWidth(width)


def _longest_word(label: QLabel) -> int:
    words = _BREAKS.split(label.text())
    return label.contentsMargins().left() + max(map(label.fontMetrics().horizontalAdvance, words)) + 1

"""How wide a table's column must be: room for its heading, and for what stands below it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QTableView

CELL, HEADING = 14, 16  # around the words of a cell and of a heading, as in the style sheet


def column_width(view: QTableView, column: int, texts: Iterable[str], font: QFont) -> int:
    """For these texts in this font; the heading has its sign too while the table is sorted by it."""
    header = view.horizontalHeader()
    title = str(view.model().headerData(column, Qt.Orientation.Horizontal) or "")
    wide = header.fontMetrics().horizontalAdvance(title) + HEADING
    if header.isSortIndicatorShown() and header.sortIndicatorSection() == column:
        wide = max(wide, header.sectionSizeHint(column))
    metrics = QFontMetricsF(font)
    return max([wide, *(math.ceil(metrics.horizontalAdvance(text)) + CELL for text in texts)])

"""Where the cells of a confusion matrix are, and where there is room for names."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF

from widgets.look import theme

WIDEST, HIGHEST = 88.0, 44.0  # of a cell
NAME_HIGH, NAME_WIDE = 9.0, 14.0  # of a row, of a column that has a name
LABEL, PAD, TOP = 96.0, 8.0, 13.0  # the longest name, beside it, above columns
SMALL, LARGE = 9, 11  # pixels of letters
DRAWN_HIGH, DRAWN_WIDE = 9.0, 10.0  # of a cell that is drawn by itself


class MatrixPlaces:
    """Of so many classes in a size. ``row_names`` and ``column_names``: whether there is room for them."""

    def __init__(self, names: Sequence[str], size: QSizeF) -> None:
        count = max(1, len(names))
        self.count = len(names)
        self.row_names = (size.height() - TOP) / count >= NAME_HIGH
        metrics = QFontMetricsF(theme.ui_font(11))
        longest = max((metrics.horizontalAdvance(name) for name in names), default=0.0) if self.row_names else 0.0
        left = min(LABEL, longest, 0.3 * size.width()) + PAD if self.row_names else 0.0
        wide = min(WIDEST, (size.width() - left - 1) / count)
        self.column_names = wide >= NAME_WIDE and self.row_names
        top = TOP if self.column_names else 0.0
        high = min(HIGHEST, (size.height() - top - 1) / count)
        if self.are_drawn(wide, high):  # whole pixels: lines between cells are equally wide
            wide, high = float(int(wide)), float(int(high))
        self.cell = QSizeF(max(0.0, wide), max(0.0, high))
        self.left, self.top = float(round(left)), float(round(top))

    @staticmethod
    def are_drawn(wide: float, high: float) -> bool:
        """Whether cells of this size are drawn one by one, else as the pixels of a picture."""
        return wide >= DRAWN_WIDE and high >= DRAWN_HIGH

    @property
    def letters(self) -> int:
        """Pixels of the letters that have room in a row."""
        return int(min(LARGE, max(SMALL, self.cell.height())))

    @property
    def has_cells(self) -> bool:
        """Whether each cell is drawn."""
        return self.are_drawn(self.cell.width(), self.cell.height())

    @property
    def area(self) -> QRectF:
        """Of all cells."""
        return QRectF(self.left, self.top, self.cell.width() * self.count, self.cell.height() * self.count)

    def place(self, row: int, column: int) -> QRectF:
        """Of one cell."""
        return QRectF(self.left + column * self.cell.width(), self.top + row * self.cell.height(), self.cell.width(),
                      self.cell.height())

    def row_name(self, row: int) -> QRectF:
        """Left of a row."""
        return QRectF(0, self.top + row * self.cell.height(), self.left - PAD / 2, self.cell.height())

    def column_name(self, column: int) -> QRectF:
        """Above a column."""
        return QRectF(self.left + column * self.cell.width(), 0, self.cell.width(), self.top)

    def at(self, point: QPointF) -> tuple[int | None, int | None] | None:
        """Row and column there; beside the cells only one of them: a name. None: nothing."""
        row = self._index(point.y() - self.top, self.cell.height())
        column = self._index(point.x() - self.left, self.cell.width())
        if row is None and column is None:
            return None
        if row is None:
            return (None, column) if 0 <= point.y() < self.top else None
        if column is None:
            return (row, None) if 0 <= point.x() < self.left else None
        return row, column

    def _index(self, at: float, size: float) -> int | None:
        return int(at / size) if size > 0 and 0 <= at < size * self.count else None

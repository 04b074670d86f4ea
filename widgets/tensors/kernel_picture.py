"""A kernel as squares: blue above 0, orange below, each with its number."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.units import measure_text
from widgets.look import theme
from widgets.look.contrast import mixed, readable_on
from widgets.look.guarded import guarded

CELL_WIDTH, CELL_HEIGHT, GAP = 72, 48, 2
SMALL_WIDTH, SMALL_HEIGHT = 20, 20  # of kernels too large for numbers
MOST = 8  # columns or rows with numbers


@guarded
class KernelPicture(QWidget):
    """Numbers of a small matrix; may be shown anew with every epoch."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[tuple[float, ...], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Kernel"))

    def show_rows(self, rows: Sequence[Sequence[float]]) -> None:
        """The matrix, row by row, all of one length."""
        before = self.sizeHint()
        self.rows = tuple(tuple(row) for row in rows)
        self.setAccessibleDescription("; ".join(" ".join(map(measure_text, row)) for row in self.rows))
        if self.sizeHint() != before:
            self.updateGeometry()
        self.update()

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0]) if self.rows else 0

    @property
    def _cell(self) -> QSize:
        return QSize(CELL_WIDTH, CELL_HEIGHT) if max(self._shape) <= MOST else QSize(SMALL_WIDTH, SMALL_HEIGHT)

    def sizeHint(self) -> QSize:
        """One cell for each number."""
        (rows, columns), cell = self._shape, self._cell
        return QSize(columns * (cell.width() + GAP), rows * (cell.height() + GAP))

    def cell(self, row: int, column: int) -> QRectF:
        """Where one number stands."""
        width, height = self._cell.width(), self._cell.height()
        return QRectF(column * (width + GAP), row * (height + GAP), width, height)

    def color(self, value: float) -> QColor:
        """The larger, the stronger; 0 has the ground's colour, and so has what is no number."""
        sizes = [abs(each) for row in self.rows for each in row if each == each and abs(each) != float("inf")]
        share = min(1.0, abs(value) / (max(sizes, default=0.0) or 1.0)) if value == value else 0.0
        return mixed(theme.color("raised"), theme.color("accent" if value > 0 else "validation"), share)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Squares and numbers."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(theme.mono_font(13))
            for row, values in enumerate(self.rows):
                for column, value in enumerate(values):
                    place, color = self.cell(row, column), self.color(value)
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(color)
                    painter.drawRoundedRect(place, 4, 4)
                    if max(self._shape) <= MOST:
                        painter.setPen(readable_on(color))
                        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, measure_text(value, 4))

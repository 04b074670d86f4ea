"""What stands around the curves: title, legend with numbers, grid, tick numbers, marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from widgets import theme
from widgets.plot_legend import RIGHT, Legend
from widgets.ticks import nice_step, tick_text, tick_values

BETWEEN, OUTER = 14, 8  # title and legend; where a title may begin at the earliest
CENTER = Qt.AlignmentFlag.AlignCenter


class Reading(NamedTuple):
    """A point that is pointed out."""

    x: float
    y: float


class Frame:
    """Paints in pixels; knows the ranges, never the data."""

    def __init__(self, title: str, names: tuple[str, ...], cursor_template: str) -> None:
        self.title, self.cursor_template = title, cursor_template
        self.legend = Legend(names)
        self.x_range = (0.0, 10.0)
        self.y_scale = (0.0, 1.0, 0.25)  # low, high, step
        self.readings: tuple[Reading | None, ...] = ()
        self.cursor_at: float | None = None
        self.best: Reading | None = None
        self.restyle()

    def restyle(self) -> None:
        """Read fonts again."""
        self._ticks, self._title = theme.mono_font(10), theme.ui_font(12, QFont.Weight.DemiBold)
        self.legend.restyle()

    def point(self, area: QRectF, x: float, y: float) -> QPointF:
        """Where a point of the data is on the screen."""
        (left, right), (low, high, _) = self.x_range, self.y_scale
        return QPointF(area.left() + (x - left) / (right - left) * area.width(),
                       area.bottom() - (y - low) / (high - low) * area.height())

    # -- grid -------------------------------------------------------------------------------------------------

    def paint_grid(self, painter: QPainter, area: QRectF) -> None:
        """Horizontal lines, and numbers at both axes."""
        painter.setFont(self._ticks)
        self._paint_rows(painter, area)
        self._paint_epochs(painter, area)

    def _paint_rows(self, painter: QPainter, area: QRectF) -> None:
        low, high, step = self.y_scale
        painter.setPen(theme.color("dim"))
        for value in tick_values(low, high, step):
            y = round(self.point(area, 0, value).y())
            painter.fillRect(QRectF(area.left(), y, area.width(), 1), theme.color("line"))
            painter.drawText(QRectF(0, y - 8, area.left() - 8, 16), RIGHT, tick_text(value, step))

    def _paint_epochs(self, painter: QPainter, area: QRectF) -> None:
        left, right = self.x_range
        step = nice_step(right - left, max(2, int(area.width() // 40)), (1, 2, 5, 10))
        painter.setPen(theme.color("dim"))
        for value in tick_values(left, right, step):
            x = self.point(area, value, 0).x()
            painter.drawText(QRectF(x - 32, area.bottom() + 5, 64, 16), CENTER, tick_text(value, step))

    # -- title and legend -------------------------------------------------------------------------------------

    def paint_header(self, painter: QPainter, area: QRectF, focused: bool) -> None:
        """The title on the left, the legend on the right; where there is little room the title gives way."""
        row = QRectF(area.left(), 4, area.width(), 20)
        taken = QFontMetricsF(self._title).horizontalAdvance(self.title) + BETWEEN
        found = self.legend.style(self.cursor_at is not None, row.width() - taken, row.right() - OUTER - taken)
        style, fits = found or (None, True)
        if not fits:
            row.setLeft(OUTER)
        self._paint_title(painter, row, focused)
        if style:
            self.legend.paint(painter, row, style, [reading.y if reading else None for reading in self.readings])

    def _paint_title(self, painter: QPainter, row: QRectF, focused: bool) -> None:
        painter.setFont(self._title)
        painter.setPen(theme.color("accent" if focused else "dim"))
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, self.title)
        if focused:
            width = QFontMetricsF(self._title).horizontalAdvance(self.title)
            painter.fillRect(QRectF(row.left(), row.bottom() - 1, width, 2), theme.color("accent"))

    # -- marks ------------------------------------------------------------------------------------------------

    def paint_marks(self, painter: QPainter, area: QRectF, single: Sequence[bool]) -> None:
        """The best epoch, the cursor, and curves too short for a line."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.best and self._visible(self.best):
            self._ring(painter, area, self.best)
        for index, reading in enumerate(self.readings):
            if reading and (single[index] or self.cursor_at is not None) and self._visible(reading):
                self._dot(painter, area, reading, self.legend.colors[index])
        if self.cursor_at is not None and self._visible(Reading(self.cursor_at, 0.0)):
            self._paint_cursor(painter, area)

    def _visible(self, reading: Reading) -> bool:
        return self.x_range[0] <= reading.x <= self.x_range[1] and math.isfinite(reading.y)

    def _dot(self, painter: QPainter, area: QRectF, reading: Reading, color: QColor) -> None:
        painter.setPen(QPen(theme.color("panel"), 1.5))
        painter.setBrush(color)
        painter.drawEllipse(self.point(area, *reading), 4, 4)

    def _ring(self, painter: QPainter, area: QRectF, reading: Reading) -> None:
        """The best epoch: a ring on the dashed curve and a thread down to its number."""
        center = self.point(area, *reading)
        painter.setPen(QPen(theme.color("wire"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(center + QPointF(0, 5), QPointF(center.x(), area.bottom()))
        painter.setPen(QPen(self.legend.colors[-1], 1.5))
        painter.setBrush(theme.color("panel"))
        painter.drawEllipse(center, 4, 4)

    def _paint_cursor(self, painter: QPainter, area: QRectF) -> None:
        """A thread at the cursor, its epoch in a pill on the axis."""
        x = round(self.point(area, self.cursor_at or 0.0, 0).x())
        painter.fillRect(QRectF(x, area.top(), 1, area.height()), theme.color("wire"))
        text = self.cursor_template.format(tick_text(self.cursor_at or 0.0, 0.01))
        width = QFontMetricsF(self._ticks).horizontalAdvance(text) + 16
        left = min(max(x - width / 2, area.left()), area.right() - width)
        pill = QRectF(left, area.bottom() + 4, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(pill, 9, 9)
        painter.setPen(theme.color("text"))
        painter.setFont(self._ticks)
        painter.drawText(pill, CENTER, text)

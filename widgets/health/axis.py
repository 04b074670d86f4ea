"""The axis of epochs that the curves and the picture of layers share, and the line at the moment in hand."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from engine.units import tick_text
from widgets.look import theme
from widgets.plot.ticks import nice_step, tick_values

LINE, APART = 16.0, 56.0  # the height of its numbers, and how far they are from each other at least


class EpochAxis(NamedTuple):
    """From 0 to so many epochs, over an area."""

    area: QRectF
    epochs: float

    def x(self, position: float) -> float:
        """Where a moment is."""
        return self.area.left() + position / (self.epochs or 1.0) * self.area.width()

    def position(self, x: float) -> float:
        """Which moment is there."""
        share = (x - self.area.left()) / max(1.0, self.area.width())
        return min(1.0, max(0.0, share)) * self.epochs

    def paint(self, painter: QPainter) -> None:
        """Numbers below the area."""
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("dim"))
        intervals = max(1, int(self.area.width() / APART))
        step = nice_step(self.epochs or 1.0, intervals)
        for value in tick_values(0.0, self.epochs or 1.0, step):
            place = QRectF(self.x(value) - APART / 2, self.area.bottom() + 2, APART, LINE - 2)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, tick_text(value, step))

    def paint_moment(self, painter: QPainter, at: float | None) -> None:
        """A line with a knob at its foot, as under the other curves."""
        if at is None or not 0 <= at <= self.epochs:
            return
        x = round(self.x(at)) + 0.5
        painter.setPen(QPen(theme.color("text"), 1))
        painter.drawLine(QPointF(x, self.area.top()), QPointF(x, self.area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("text"))
        painter.drawEllipse(QPointF(x, self.area.bottom()), 4, 4)

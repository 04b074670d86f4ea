"""Curves over one axis: numbers at both, a legend, named places, and all values where one reads."""

from __future__ import annotations

import math
from functools import cached_property
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from engine.units import tick_text, value_text
from widgets.findings.drawing import (
    CENTER,
    GAP,
    LEFT,
    LINE,
    RIGHT,
    Said,
    numbers,
    paint_title,
    series_color,
    small,
    title_height,
    width_of,
    write,
)
from widgets.findings.pictures import Lines
from widgets.look import theme
from widgets.plot.decimate import Floats, decimated
from widgets.plot.scales import LinearScale, Scale, log_scale
from widgets.plot.ticks import nice_range, nice_step, tick_values

HEIGHT, SWATCH = 210.0, 16.0
DRAWN, MANY = 800, 200  # points of one curve at most; that are too many for dashes
DASHES = ((), (5, 3), (1.5, 2.5), (6, 3, 1.5, 3))  # told apart without colours
Entry = tuple[int, str, QRectF]  # of the legend: which curve, its name, where


class Curve(NamedTuple):
    """One of them, as numbers."""

    name: str
    x: Floats
    y: Floats


class LineDrawing:
    """Paints ``Lines``."""

    def __init__(self, picture: Lines) -> None:
        self.picture = picture
        x = np.asarray(picture.x, dtype=np.float64)
        self.curves = [Curve(name, x, np.asarray(y, dtype=np.float64)) for name, y in picture.ys.items()]
        self.x = x

    def height(self, width: float) -> float:
        """Curves, legend, both axes."""
        return HEIGHT + title_height(self.picture.title) + len(self._legend(QRectF(0, 0, width, 0))[1]) * LINE

    # -- places -------------------------------------------------------------------------------------------------

    @cached_property
    def _bounds(self) -> tuple[float, float]:
        values = np.concatenate([curve.y for curve in self.curves] or [np.empty(0)])
        values = values[np.isfinite(values) & ((values > 0) | (not self.picture.log))]
        return (float(values.min()), float(values.max())) if len(values) else (0.1 if self.picture.log else 0.0, 1.0)

    def scale(self, area: QRectF) -> Scale:
        """Of the values, with as many numbers as there is room for."""
        low, high = self._bounds
        intervals = int(min(6, max(2, area.height() // 34)))
        return log_scale(low, high, intervals) if self.picture.log else LinearScale(*nice_range(low, high, intervals))

    def plot(self, area: QRectF) -> QRectF:
        """Where the curves are."""
        area = area.adjusted(0, title_height(self.picture.title), 0, 0)
        below = LINE * (2 if self.picture.x_title else 1)
        inner = area.adjusted(0, LINE * len(self._legend(area)[1]) + 6, 0, -below)
        texts = [text for _, text in self.scale(inner).ticks()]
        return inner.adjusted(max((width_of(text, numbers()) for text in texts), default=0.0) + GAP, 0, -6, 0)

    def _legend(self, area: QRectF) -> tuple[QRectF, list[list[Entry]]]:
        """Where the values' title stands, and the names of the curves in lines."""
        title = QRectF(area.left(), area.top(), min(area.width(), width_of(self.picture.y_title, small()) + 1), LINE)
        lines: list[list[Entry]] = [[]]
        left, top = title.right() + 2 * GAP if self.picture.y_title else area.left(), area.top()
        for index, curve in enumerate(self.curves if len(self.curves) > 1 else ()):
            wide = min(area.width(), SWATCH + 6 + width_of(curve.name, small()) + 1)
            if left + wide > area.right() and (lines[-1] or left > area.left()):
                lines.append([])
                left, top = area.left(), top + LINE
            lines[-1].append((index, curve.name, QRectF(left, top, wide, LINE)))
            left += wide + 2 * GAP
        return title, lines if self.picture.y_title or lines[0] or len(lines) > 1 else []

    @cached_property
    def _ends(self) -> tuple[float, float]:
        finite = self.x[np.isfinite(self.x)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        return (low, high) if high > low else (low - 0.5, low + 0.5)

    def place(self, plot: QRectF, scale: Scale, x: float, y: float) -> QPointF:
        """Where a value is drawn; y NaN where it has no place."""
        low, high = self._ends
        return QPointF(plot.left() + (x - low) / (high - low) * plot.width(),
                       plot.bottom() - scale.place(y) * plot.height())

    # -- painting -----------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, area: QRectF, at: QPointF | None) -> None:
        """Numbers, marks, curves; where one reads a thread with dots."""
        plot = self.plot(area)
        scale = self.scale(plot)
        rest = paint_title(painter, area, self.picture.title)
        self._paint_legend(painter, rest)
        self._paint_axes(painter, rest, plot, scale)
        self._paint_marks(painter, plot)
        for index, curve in enumerate(self.curves):
            self._paint_curve(painter, plot, scale, index, curve)
        if at is not None and len(self.x) and area.contains(at):
            self._paint_read(painter, plot, scale, self._nearest(plot, at))

    def _paint_legend(self, painter: QPainter, area: QRectF) -> None:
        title, lines = self._legend(area)
        write(painter, title, LEFT, self.picture.y_title, "dim", small())
        for index, name, place in (entry for line in lines for entry in line):
            painter.setPen(_pen(index, len(self.x)))
            middle = place.center().y()
            painter.drawLine(QPointF(place.left(), middle), QPointF(place.left() + SWATCH, middle))
            write(painter, place.adjusted(SWATCH + 6, 0, 0, 0), LEFT, name, "text", small())

    def _paint_axes(self, painter: QPainter, area: QRectF, plot: QRectF, scale: Scale) -> None:
        for value, text in scale.ticks():
            y = round(plot.bottom() - scale.place(value) * plot.height())
            painter.fillRect(QRectF(plot.left(), y, plot.width(), 1), theme.color("line"))
            write(painter, QRectF(area.left(), y - LINE / 2, plot.left() - area.left() - GAP, LINE), RIGHT, text,
                  "dim", numbers())
        low, high = self._ends
        step = nice_step(high - low, int(max(2, min(10, plot.width() // 64))), (1, 2, 5, 10))
        if len(self.x) and (self.x == np.round(self.x)).all():
            step = max(1.0, step)
        for value in tick_values(low, high, step):
            x = self.place(plot, scale, value, 0).x()
            write(painter, QRectF(x - 32, plot.bottom() + 3, 64, LINE - 3), CENTER, tick_text(value, step), "dim",
                  numbers())
        below = QRectF(plot.left(), plot.bottom() + LINE, plot.width(), LINE)
        write(painter, below, CENTER, self.picture.x_title, "dim", small())

    def _paint_marks(self, painter: QPainter, plot: QRectF) -> None:
        """Names of neighbours that have no room beside each other stand below each other."""
        ends: list[float] = []
        for value, name in sorted(self.picture.marks):
            x = round(plot.left() + (value - self._ends[0]) / (self._ends[1] - self._ends[0]) * plot.width())
            if not plot.left() - 1 <= x <= plot.right() + 1:
                continue
            painter.setPen(QPen(theme.color("dim"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x + 0.5, plot.top()), QPointF(x + 0.5, plot.bottom()))
            wide = width_of(name, small()) + 2
            left = x + 5 if x + 5 + wide <= plot.right() else max(plot.left(), x - 5 - wide)
            line = next((at for at, end in enumerate(ends) if end + 4 <= left), len(ends))
            ends[line:line + 1] = [left + wide]
            write(painter, QRectF(left, plot.top() + line * 14, wide, 14), LEFT, name, "dim", small())

    def _paint_curve(self, painter: QPainter, plot: QRectF, scale: Scale, index: int, curve: Curve) -> None:
        """One without a number is broken there; a point alone is a dot."""
        x, y = decimated(curve.x, curve.y, 0, len(curve.x), DRAWN)
        piece: list[QPointF] = []
        for each, value in [*zip(x.tolist(), y.tolist(), strict=True), (0.0, math.nan)]:
            point = self.place(plot, scale, each, value)
            if math.isfinite(value) and math.isfinite(point.y()) and math.isfinite(point.x()):
                piece.append(point)
            elif piece:
                self._paint_piece(painter, index, piece)
                piece = []

    def _paint_piece(self, painter: QPainter, index: int, piece: list[QPointF]) -> None:
        painter.setPen(_pen(index, len(self.x)))
        if len(piece) > 1:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(piece))
        if len(piece) == 1 or len(self.x) <= 12:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(series_color(index))
            for point in piece:
                painter.drawEllipse(point, 2.5, 2.5)

    def _paint_read(self, painter: QPainter, plot: QRectF, scale: Scale, index: int) -> None:
        x = round(self.place(plot, scale, float(self.x[index]), 1).x())
        painter.fillRect(QRectF(x, plot.top(), 1, plot.height()), theme.color("wire"))
        for which, curve in enumerate(self.curves):
            point = self.place(plot, scale, float(curve.x[index]), float(curve.y[index]))
            if math.isfinite(curve.y[index]) and math.isfinite(point.y()):
                painter.setPen(QPen(theme.color("panel"), 1.5))
                painter.setBrush(series_color(which))
                painter.drawEllipse(point, 4, 4)

    # -- reading ------------------------------------------------------------------------------------------------

    def _nearest(self, plot: QRectF, at: QPointF) -> int:
        low, high = self._ends
        wanted = low + (at.x() - plot.left()) / plot.width() * (high - low)
        return int(np.nanargmin(np.abs(np.where(np.isfinite(self.x), self.x, np.inf) - wanted)))

    def read(self, area: QRectF, at: QPointF) -> tuple[Said, ...]:
        """The values of all curves at the nearest place of the axis."""
        if not len(self.x) or not area.contains(at):
            return ()
        index = self._nearest(self.plot(area), at)
        where = f"{self.picture.x_title} {value_text(float(self.x[index]))}".strip()
        alone = len(self.curves) == 1
        return (Said(where), *(Said(curve.name or (self.picture.y_title if alone else ""),
                                    value_text(float(curve.y[index])), series_color(which))
                               for which, curve in enumerate(self.curves)))

    def stops(self, area: QRectF) -> list[QPointF]:
        """Every point of the axis."""
        plot = self.plot(area)
        scale = self.scale(plot)
        return [QPointF(self.place(plot, scale, float(x), 1).x(), plot.center().y()) for x in self.x
                if math.isfinite(x)]


def _pen(index: int, points: int) -> QPen:
    """Curves of many points are fine and whole: Qt takes a second for a thousand points with dashes."""
    pen = QPen(series_color(index), 1.6 if points <= MANY else 1.0)
    if points <= MANY and (dashes := DASHES[index % len(DASHES)]):
        pen.setDashPattern(list(dashes))
    return pen

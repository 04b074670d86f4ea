"""Numbers against numbers: a dot for each example, curves over them, and what the nearest dot says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.evaluation.values import Floats
from engine.units import tick_text, value_text
from widgets.findings.drawing import CENTER, LEFT, LINE, RIGHT, Said, numbers, paint_said, small, width_of, write
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.plot.scales import LinearScale
from widgets.plot.ticks import nice_range, tick_values

DOT, NEAR, MOST, SWATCH = 4.0, 14.0, 20_000, 16.0  # a dot; pixels around the mouse; dots that are drawn


class Curve(NamedTuple):
    """A line over the dots, in one of the theme's colours."""

    name: str
    x: Floats
    y: Floats
    color: str = "validation"
    dashed: bool = False


class Points(NamedTuple):
    """Dots, what their axes are called, and lines over them. ``level``: a line at this height; ``diagonal``: where
    both are the same."""

    x: Floats
    y: Floats
    x_title: str
    y_title: str
    curves: Sequence[Curve] = ()
    diagonal: bool = False
    level: float | None = None


@guarded
class PointsPlot(QWidget):
    """A click chooses the nearest dot by its number; arrows read one after another, Enter chooses."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points: Points | None = None
        self._picture: QPixmap | None = None  # but for what is read
        self._x, self._y = LinearScale(0, 1, 0.5), LinearScale(0, 1, 0.5)
        self._at: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_points(self, points: Points | None) -> None:
        """Others."""
        self.points, self._at = points, None
        if points is not None:
            words = self.tr("{y} over {x}, {count} examples")
            self.setAccessibleName(words.format(x=points.x_title, y=points.y_title, count=len(points.x)))
        self._redraw()

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 80)

    # -- places -------------------------------------------------------------------------------------------------

    @property
    def plot(self) -> QRectF:
        """Where the dots are."""
        widest = max((width_of(text, numbers()) for _, text in self._y.ticks()), default=0.0)
        return QRectF(self.rect()).adjusted(widest + 10, LINE + 2, -10, -LINE)

    def _fit(self, points: Points) -> None:
        """Round numbers for this size."""
        ys = [points.y, *(curve.y for curve in points.curves), [] if points.level is None else [points.level]]
        x, y = _finite(points.x, *(curve.x for curve in points.curves)), _finite(*ys)
        if points.diagonal:
            x = y = np.concatenate([x, y])
        high, wide = self.height() - 2 * LINE, self.width()
        self._y = _scale(y, int(min(6, max(2, high // 28))))
        self._x = _scale(x, int(min(10, max(2, wide // 80))))

    def spot(self, x: float, y: float) -> QPointF:
        """Where a pair of numbers is drawn."""
        plot = self.plot
        return QPointF(plot.left() + self._x.place(x) * plot.width(), plot.bottom() - self._y.place(y) * plot.height())

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """A picture that is kept, and what is read over it."""
        if self.points is None:
            return
        if self._picture is None:
            self._picture = self._drawn(self.points)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._picture)
            if self._at is not None:
                at = self.spot(float(self.points.x[self._at]), float(self.points.y[self._at]))
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(theme.color("text"), 1.5))
                painter.setBrush(theme.color("accent"))
                painter.drawEllipse(at, 4.5, 4.5)
                paint_said(painter, QRectF(self.rect()), at, self.said)

    def _drawn(self, points: Points) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        self._fit(points)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_axes(painter, points)
            self._paint_dots(painter, points)
            self._paint_curves(painter, points)
        return picture

    def _paint_axes(self, painter: QPainter, points: Points) -> None:
        plot = self.plot
        for value, text in self._y.ticks():
            y = round(self.spot(self._x.low, value).y())
            painter.fillRect(QRectF(plot.left(), y, plot.width(), 1), theme.color("line"))
            write(painter, QRectF(0, y - LINE / 2, plot.left() - 6, LINE), RIGHT, text, "dim", numbers())
        for value in tick_values(*self._x):
            x = self.spot(value, self._y.low).x()
            write(painter, QRectF(x - 36, plot.bottom() + 1, 72, LINE - 2), CENTER, tick_text(value, self._x.step),
                  "dim", numbers())
        write(painter, QRectF(plot.left(), 0, plot.width(), LINE), LEFT, points.y_title, "dim", small())
        right = width_of(points.x_title, small()) + 4
        write(painter, QRectF(plot.right() - right, plot.bottom() - LINE, right, LINE), RIGHT, points.x_title, "dim",
              small())

    def _paint_dots(self, painter: QPainter, points: Points) -> None:
        """Of very many every so-and-so-many-th."""
        step = max(1, -(-len(points.x) // MOST))
        x, y = points.x[::step], points.y[::step]
        there = np.isfinite(x) & np.isfinite(y)
        plot = self.plot
        across = plot.left() + (x[there] - self._x.low) / (self._x.high - self._x.low) * plot.width()
        up = plot.bottom() - (y[there] - self._y.low) / (self._y.high - self._y.low) * plot.height()
        color = QColor(theme.color("accent"))
        color.setAlpha(150 if len(x) < 2000 else 90)
        painter.setPen(QPen(color, DOT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(QPolygonF([QPointF(*each) for each in zip(across.tolist(), up.tolist(), strict=True)]))

    def _paint_curves(self, painter: QPainter, points: Points) -> None:
        if points.diagonal or points.level is not None:
            painter.setPen(QPen(theme.color("dim"), 1, Qt.PenStyle.DashLine))
            level = points.level
            begin, end = (self._x.low, self._x.low), (self._x.high, self._x.high)
            if level is not None:
                begin, end = (self._x.low, level), (self._x.high, level)
            painter.drawLine(self.spot(*begin), self.spot(*end))
        left = self.plot.left() + width_of(points.y_title, small()) + 16
        for curve in points.curves:
            pen = QPen(theme.color(curve.color), 2, Qt.PenStyle.DashLine if curve.dashed else Qt.PenStyle.SolidLine)
            painter.setPen(pen)
            line = [self.spot(x, y) for x, y in zip(curve.x.tolist(), curve.y.tolist(), strict=True)
                    if math.isfinite(x) and math.isfinite(y)]
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(line))
            painter.drawLine(QPointF(left, LINE / 2), QPointF(left + SWATCH, LINE / 2))
            wide = width_of(curve.name, small()) + 2
            write(painter, QRectF(left + SWATCH + 6, 0, wide, LINE), LEFT, curve.name, "text", small())
            left += SWATCH + 6 + wide + 14

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        """The new theme's colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._redraw()

    # -- reading ------------------------------------------------------------------------------------------------

    @property
    def said(self) -> tuple[Said, ...]:
        """The numbers of the dot that is read."""
        points = self.points
        if points is None or self._at is None:
            return ()
        return (Said(points.x_title, value_text(float(points.x[self._at]))),
                Said(points.y_title, value_text(float(points.y[self._at]))))

    def _nearest(self, at: QPointF) -> int | None:
        points, plot = self.points, self.plot
        if points is None or not len(points.x) or not self.rect().contains(at.toPoint()):
            return None
        across = plot.left() + (points.x - self._x.low) / (self._x.high - self._x.low) * plot.width() - at.x()
        up = plot.bottom() - (points.y - self._y.low) / (self._y.high - self._y.low) * plot.height() - at.y()
        far = np.nan_to_num(np.hypot(across, up), nan=np.inf)
        index = int(far.argmin())
        return index if far[index] <= NEAR else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the nearest dot."""
        self._read(self._nearest(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nobody reads any more."""
        self._read(None)

    def _read(self, at: int | None) -> None:
        if at != self._at:
            self._at = at
            self.setCursor(Qt.CursorShape.ArrowCursor if at is None else Qt.CursorShape.PointingHandCursor)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        index = self._nearest(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.chosen.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """From dot to dot, as they lie along the axis."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if self.points is None or not len(self.points.x):
            super().keyPressEvent(event)
        elif step is not None:
            order = np.argsort(self.points.x, kind="stable")
            rank = int(np.flatnonzero(order == self._at)[0]) + step if self._at is not None else 0
            self._read(int(order[min(len(order) - 1, max(0, rank))]))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at is not None:
            self.chosen.emit(self._at)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nobody reads any more."""
        super().focusOutEvent(event)
        self._read(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It was pressed here."""
        event.accept()


def _finite(*parts: object) -> Floats:
    values: Floats = np.concatenate([np.asarray(part, dtype=np.float64) for part in parts])
    found: Floats = values[np.isfinite(values)]
    return found


def _scale(values: Floats, intervals: int) -> LinearScale:
    if not len(values):
        return LinearScale(0, 1, 0.5)
    low, high = float(values.min()), float(values.max())
    return LinearScale(*nice_range(low, high, intervals))

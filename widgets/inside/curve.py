"""An activation function with its derivative, and where this layer's own values lie on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from engine.units import value_text
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.saving import offer_saving
from widgets.parts.words import Words

HEIGHT, LABELS, TOP, LEGEND, BARS = 168, 16, 8, 18, 0.3  # of the height: the histogram


class Curve(NamedTuple):
    """Values at rising ``x``; ``saturated``: spans of x where the derivative is next to nothing."""

    title: str  # ReLU
    x: Sequence[float]
    y: Sequence[float]
    slope: Sequence[float]
    saturated: Sequence[tuple[float, float]] = ()


@guarded
class CurvePicture(QWidget):
    """The curve in blue, its derivative dashed in amber, values as bars, saturated spans shaded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve: Curve | None = None
        self._counts: tuple[int, ...] = ()
        self._edges: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Activation function"))

    def show_curve(self, curve: Curve | None) -> None:
        """Another function; None: none."""
        self._curve = curve
        self.setAccessibleDescription(curve.title if curve is not None else "")
        self.update()

    def show_counts(self, counts: Sequence[int], edges: Sequence[float]) -> None:
        """How many values lie between edges, one more than counts."""
        self._counts, self._edges = tuple(counts), tuple(edges)
        self.update()

    def sizeHint(self) -> QSize:
        """As high as always."""
        return QSize(300, HEIGHT)

    # -- places -------------------------------------------------------------------------------------------------

    @property
    def _room(self) -> QRectF:
        return QRectF(0, LEGEND + TOP, self.width(), HEIGHT - LEGEND - TOP - LABELS)

    @property
    def ends(self) -> tuple[float, float, float, float]:
        """Of the picture: least and largest x, least and largest y."""
        assert self._curve is not None
        both = [*self._curve.y, *self._curve.slope]
        low, high = min(0.0, *both), max(0.0, *both)
        return self._curve.x[0], self._curve.x[-1], low, high if high > low else low + 1

    def at(self, x: float, y: float) -> QPointF:
        """Where a point of the curve is seen."""
        left, right, low, high = self.ends
        room = self._room
        return QPointF(room.left() + (x - left) / (right - left) * room.width(),
                       room.bottom() - (y - low) / (high - low) * room.height())

    def bar(self, index: int) -> QRectF:
        """Where a bin's bar stands; what lies outside of the curve is left out."""
        room, (left, right, *_) = self._room, self.ends
        low, high = (min(right, max(left, edge)) for edge in self._edges[index : index + 2])
        tall = self._counts[index] / max(self._counts) * BARS * room.height() if self._counts[index] else 0.0
        start, end = self.at(low, 0).x(), self.at(high, 0).x()
        return QRectF(start, room.bottom() - tall, max(0.0, end - start - 1), tall)

    # -- looks --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """From the back to the front: spans, bars, axes, curves, words."""
        if self._curve is None:
            return
        with QPainter(self) as painter:
            self._paint_ground(painter, self._curve)
            self._paint_axes(painter)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for values, color, style in ((self._curve.slope, "validation", Qt.PenStyle.DashLine),
                                         (self._curve.y, "accent", Qt.PenStyle.SolidLine)):
                painter.setPen(QPen(theme.color(color), 1.6 if style == Qt.PenStyle.DashLine else 2, style))
                points = [self.at(x, y) for x, y in zip(self._curve.x, values, strict=True)]
                painter.drawPolyline(QPolygonF(points))
            self._paint_legend(painter, self._curve)

    def _paint_ground(self, painter: QPainter, curve: Curve) -> None:
        room, shade = self._room, theme.color("error")
        shade.setAlpha(28)
        for low, high in curve.saturated:
            left, right = self.at(max(low, curve.x[0]), 0).x(), self.at(min(high, curve.x[-1]), 0).x()
            painter.fillRect(QRectF(left, room.top(), right - left, room.height()), shade)
        for index in range(len(self._counts)):
            painter.fillRect(self.bar(index), theme.color("wire"))

    def _paint_axes(self, painter: QPainter) -> None:
        room, (left, right, _, high) = self._room, self.ends
        painter.setPen(theme.color("line"))
        painter.drawLine(QPointF(0, self.at(0, 0).y()), QPointF(self.width(), self.at(0, 0).y()))
        if left < 0 < right:
            painter.drawLine(QPointF(self.at(0, 0).x(), room.top()), QPointF(self.at(0, 0).x(), room.bottom()))
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("dim"))
        line = QRectF(0, room.bottom() + 2, self.width(), LABELS)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, value_text(left, 3))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, value_text(right, 3))
        if left < 0 < right:
            middle = self.at(0, 0).x()
            painter.drawText(QRectF(middle - 10, line.top(), 20, LABELS), Qt.AlignmentFlag.AlignHCenter, "0")
        painter.drawText(QRectF(2, room.top() - 2, 60, LABELS), Qt.AlignmentFlag.AlignLeft, value_text(high, 3))

    def _paint_legend(self, painter: QPainter, curve: Curve) -> None:
        painter.setFont(theme.ui_font(11))
        named = [(curve.title, "accent"), (self.tr("derivative"), "validation")]
        named += [(self.tr("this layer's values"), "wire")] if self._counts else []
        named += [(self.tr("saturated"), "error")] if curve.saturated else []
        size, left = painter.fontMetrics(), 0.0
        if sum(size.horizontalAdvance(text) + 26 for text, _ in named) - 12 > self.width():
            named = [(self.tr("values") if color == "wire" else text, color) for text, color in named]
        for text, color in named:
            painter.fillRect(QRectF(left, LEGEND / 2 - 1, 10, 3), theme.color(color))
            painter.setPen(theme.color("dim"))
            wide = size.horizontalAdvance(text)
            painter.drawText(QRectF(left + 14, 0, wide + 2, LEGEND), Qt.AlignmentFlag.AlignVCenter, text)
            left += wide + 26


class ActivationCurve(QWidget):
    """The picture, and a sentence on what it means for this layer."""

    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture, self.words = CurvePicture(), Words("small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.picture)
        column.addWidget(self.words)
        offer_saving(self.picture, self.save_requested.emit)

    def show_curve(self, curve: Curve | None) -> None:
        """The function; None: this layer is none."""
        self.picture.show_curve(curve)

    def show_values(self, counts: Sequence[int], edges: Sequence[float], sentence: str = "") -> None:
        """The values that go into it, and what is to be said of them."""
        self.picture.show_counts(counts, edges)
        self.words.say(sentence)

"""The loss over the learning rate, as it is found out: a curve over powers of ten, and the rate that is proposed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from engine.units import short_measure, tick_text, typed_text
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.plot.ticks import nice_step, tick_values

Point = tuple[float, float]  # rate, loss
HEIGHT, LEAST, INSET, LINE = 120, 160, 8, 14  # pixels; from the border to the curve; of words
BESIDE, LOSSES = 6, 4  # pixels from a number to its line; so many parts at most
APART = 8.0  # pixels from one rate to the next
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTER = Qt.AlignmentFlag.AlignCenter


@guarded
class RangePlot(QWidget):
    """Shows points in the order of their rates; the mouse reads them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[Point, ...] = ()
        self._span = (1e-6, 10.0)
        self._proposed: float | None = None
        self._is_old = False
        self._read: Point | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(LEAST, HEIGHT)
        self.setAccessibleName(self.tr("Loss over the learning rate"))

    def sizeHint(self) -> QSize:
        return QSize(280, HEIGHT)

    def show_curve(self, points: Sequence[Point], span: Point, proposed: float | None = None, *, old: bool = False
                   ) -> None:
        """``span``: the rates that are tried; ``old``: of a network that is another by now."""
        self._points = tuple((rate, loss) for rate, loss in points if rate > 0 and math.isfinite(loss))
        self._span, self._proposed, self._is_old = span, proposed, old
        self._read = self._read if self._read in self._points else None
        self.setAccessibleDescription(self.tr("{count} rates, {rate} is proposed").format(
            count=len(self._points), rate=typed_text(proposed)) if proposed is not None else "")
        self.update()

    @property
    def points(self) -> tuple[Point, ...]:
        """What is shown."""
        return self._points

    @property
    def readout(self) -> str:
        """What is below the mouse."""
        return "" if self._read is None else self.tr("{rate} · loss {loss}").format(
            rate=typed_text(float(f"{self._read[0]:.2g}")), loss=short_measure(self._read[1]))

    # -- where it is ------------------------------------------------------------------------------------------

    @property
    def area(self) -> QRectF:
        """Where the curve is: numbers stand beside and below it, words above it and at the foot."""
        frame = QRectF(self.rect()).adjusted(INSET, INSET + LINE, -INSET, -INSET - 2 * LINE)
        return frame.adjusted(max((self._width(text) + BESIDE for _, text in self.losses()), default=0.0), 0, 0, 0)

    def losses(self) -> list[tuple[float, str]]:
        """The losses that are written beside the curve."""
        if not self._points:
            return []
        low, high = self._losses()
        if high <= low:
            return [(low, short_measure(low))]
        step = nice_step(high - low, LOSSES)
        return [(value, tick_text(value, step)) for value in tick_values(low, high, step)]

    def rates(self) -> list[tuple[float, str]]:
        """The powers of ten that are written below it: every one, or as many of them as there is room for."""
        first, last = (math.log10(rate) for rate in self._span)
        exponents = range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1)
        texts = [(10.0**exponent, f"1e{exponent}" if exponent < -2 else typed_text(10.0**exponent))
                 for exponent in exponents]
        widest = max((self._width(text) for _, text in texts), default=0.0) + APART
        return texts[:: max(1, math.ceil(widest * (last - first) / max(1.0, self.area.width())))]

    def _width(self, text: str) -> float:
        return QFontMetricsF(theme.mono_font(10)).horizontalAdvance(text)

    def place(self, rate: float, loss: float) -> QPointF:
        """Where a value is on the screen."""
        low, high = self._losses()
        share = (loss - low) / (high - low) if high > low else 0.5
        return QPointF(self._x(rate), self.area.bottom() - share * self.area.height())

    def _x(self, rate: float) -> float:
        first, last = map(math.log, self._span)
        return self.area.left() + (math.log(rate) - first) / (last - first) * self.area.width()

    def _losses(self) -> Point:
        """From the lowest to the highest before it: what blows up afterwards would make a line of all the rest."""
        losses = [loss for _, loss in self._points]
        low = min(losses)
        high = max(losses[: losses.index(low) + 1])
        return low, high + 0.1 * (high - low) if high > low else max(losses)

    # -- painting ---------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
            self._paint_numbers(painter)
            if self._points:
                self._paint_curve(painter)
            self._paint_words(painter)

    def _paint_numbers(self, painter: QPainter) -> None:
        """Quiet lines with their losses, and the rates."""
        area = self.area
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("dim"))
        for loss, text in self.losses():
            y = round(self.place(self._span[0], loss).y())
            painter.fillRect(QRectF(area.left(), y, area.width(), 1), theme.color("line"))
            painter.drawText(QRectF(INSET, y - LINE / 2, area.left() - INSET - BESIDE, LINE), RIGHT, text)
        for rate, text in self.rates():
            half = self._width(text) / 2 + 1
            x = max(half + 1, min(self._x(rate), self.width() - half - 1))
            painter.drawText(QRectF(x - half, area.bottom() + 4, 2 * half, LINE), CENTER, text)

    def _paint_curve(self, painter: QPainter) -> None:
        painter.save()
        painter.setClipRect(self.area.adjusted(-4, -2, 4, 2))
        color = theme.color("dim" if self._is_old else "accent")
        if self._proposed is not None:
            painter.fillRect(QRectF(round(self._x(self._proposed)), self.area.top(), 1, self.area.height()),
                             theme.color("dim" if self._is_old else "text"))
        painter.setPen(QPen(color, 1.5))
        painter.drawPolyline(QPolygonF([self.place(*point) for point in self._points]))
        if self._proposed is not None and self._read is None:
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(theme.color("panel"))
            painter.drawEllipse(self.place(*self._nearest(self._x(self._proposed))), 4, 4)
        if self._read is not None:
            painter.setPen(QPen(theme.color("panel"), 1.5))
            painter.setBrush(color)
            painter.drawEllipse(self.place(*self._read), 4, 4)
        painter.restore()

    def _paint_words(self, painter: QPainter) -> None:
        """Above what is read, else what is proposed, at its place; at the foot what the rates are."""
        painter.setFont(theme.mono_font(10))
        above = QRectF(INSET, 4, self.width() - 2 * INSET, LINE)
        painter.setPen(theme.color("dim"))
        painter.drawText(above.translated(0, self.height() - LINE - 8), CENTER, self.tr("learning rate"))
        text, at = self.readout, self.area.center().x()
        if not text and self._proposed is not None:
            text, at = typed_text(self._proposed), self._x(self._proposed)
        if at - self._width(text) / 2 > above.left() + self._width(self.tr("loss")) + APART:
            painter.drawText(above, LEFT, self.tr("loss"))
        if not text:
            return
        width = self._width(text) + 4
        left = min(max(above.left(), at - width / 2), above.right() - width)
        painter.setPen(theme.color("dim" if self._is_old else "text"))
        painter.drawText(QRectF(left, above.top(), width, LINE), CENTER, text)

    # -- reading ----------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the nearest point."""
        self._read = self._nearest(event.position().x()) if self._points else None
        self.update()

    def _nearest(self, x: float) -> Point:
        return min(self._points, key=lambda point: abs(self._x(point[0]) - x))

    def leaveEvent(self, event: QEvent) -> None:
        """Nobody reads any more."""
        self._read = None
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.update()

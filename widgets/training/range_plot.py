"""The loss over the learning rate, as it is found out: a curve over powers of ten, and the rate that is proposed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from engine.units import short_measure, typed_text
from widgets.look import theme
from widgets.look.guarded import guarded

Point = tuple[float, float]  # rate, loss
HEIGHT, LEAST, INSET, LINE = 104, 160, 8, 14  # pixels; from the border to the curve; of words
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
        """Where the curve is: the words above and below it have lines of their own."""
        return QRectF(self.rect()).adjusted(INSET, INSET + LINE, -INSET, -INSET - LINE)

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
            if self._points:
                self._paint_curve(painter)
            self._paint_words(painter)

    def _paint_curve(self, painter: QPainter) -> None:
        painter.save()
        painter.setClipRect(self.area.adjusted(-4, -2, 4, 2))
        if self._proposed is not None:
            painter.fillRect(QRectF(round(self._x(self._proposed)), self.area.top(), 1, self.area.height()),
                             theme.color("dim" if self._is_old else "text"))
        painter.setPen(QPen(theme.color("dim" if self._is_old else "accent"), 1.5))
        painter.drawPolyline(QPolygonF([self.place(*point) for point in self._points]))
        if self._read is not None:
            painter.setPen(QPen(theme.color("panel"), 1.5))
            painter.setBrush(theme.color("dim" if self._is_old else "accent"))
            painter.drawEllipse(self.place(*self._read), 4, 4)
        painter.restore()

    def _paint_words(self, painter: QPainter) -> None:
        """Above what is read, else what is proposed, at its place; below the first and the last rate."""
        painter.setFont(theme.mono_font(10))
        above = QRectF(INSET, 4, self.width() - 2 * INSET, LINE)
        below = above.translated(0, self.height() - LINE - 8)
        painter.setPen(theme.color("dim"))
        painter.drawText(below, LEFT, typed_text(self._span[0]))
        painter.drawText(below, RIGHT, typed_text(self._span[1]))
        painter.drawText(below, CENTER, self.tr("learning rate"))
        text, at = self.readout, self.width() / 2
        if not text and self._proposed is not None:
            text, at = typed_text(self._proposed), self._x(self._proposed)
        if not text:
            painter.drawText(above, LEFT, self.tr("loss"))
            return
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 4
        left = min(max(above.left(), at - width / 2), above.right() - width)
        painter.setPen(theme.color("dim" if self._is_old else "text"))
        painter.drawText(QRectF(left, above.top(), width, LINE), CENTER, text)

    # -- reading ----------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the nearest point."""
        x = event.position().x()
        self._read = min(self._points, key=lambda point: abs(self._x(point[0]) - x), default=None)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nobody reads any more."""
        self._read = None
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.update()

"""The learning rate over a whole run: one quiet line, its extremes, where the run is now, or where it was left."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from engine.units import tick_text, typed_text
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.plot.epochs import epoch_text

Point = tuple[float, float]  # position in epochs, learning rate
HEIGHT, LEAST, INSET, LINE, OVER = 104, 160, 8, 14, 4  # pixels; from the border to the line; of words; beyond a line
NEAR = 6  # pixels: so near to a line the mouse is at it
NOTHING = 1e-3  # of the highest rate: on an axis of even steps less cannot be told from 0
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@guarded
class RatePlot(QWidget):
    """Shows points in the order of their positions; the mouse reads them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[Point, ...] = ()
        self._now: float | None = None
        self._left: float | None = None
        self._end: float | None = None  # of the run, which is after its last step was begun
        self._is_log = self._is_rough = False
        self._read_at: float | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(LEAST, HEIGHT)
        self.setAccessibleName(self.tr("Learning rate"))

    def sizeHint(self) -> QSize:
        return QSize(280, HEIGHT)

    # -- what to show -----------------------------------------------------------------------------------------

    def show_rates(self, points: Sequence[Point], log: bool = False, end: float | None = None,
                   rough: bool = False) -> None:
        """A learning rate for each position; ``log``: equal steps upwards are equal factors; ``end``: the last one
        holds until there. ``rough``: how many steps there are is only guessed, so that no number of a step is written.
        """
        self._points = tuple((at, rate) for at, rate in points if math.isfinite(rate) and (rate > 0 or not log))
        self._is_log, self._end, self._is_rough = log, end, rough
        rates = [rate for _, rate in self._points]
        words = self.tr("up to {most}") if rough else self.tr("from {least} to {most}")
        self.setAccessibleDescription(words.format(
            least=self._lowest(), most=_short(max(rates))) if rates else "")
        self.update()

    def show_now(self, position: float | None) -> None:
        """Where the run is, in epochs; None: none is running."""
        if position != self._now:
            self._now = position
            self.update()

    def show_left(self, position: float | None) -> None:
        """Where a run was left that can go on, in epochs; None: there is none."""
        if position != self._left:
            self._left = position
            self.update()

    def told_at(self, x: float) -> str:
        """What a line there means that does not say it itself."""
        is_there = self._left is not None and abs(self._x(self._left) - x) <= NEAR
        return self.tr("Continue begins here") if is_there else ""

    @property
    def readout(self) -> str:
        """What stands above the line: the value below the mouse, else the one in use, else nothing."""
        at = self._read_at if self._read_at is not None else self._now
        if at is None or not self._points:
            return ""
        words = self.tr("epoch {position} · about {rate}") if self._is_rough else self.tr("epoch {position} · {rate}")
        rate = _short(self._rate(at), 2 if self._is_rough else 3)
        whole, _, _ = (place := epoch_text(at)).partition(" ")
        found = [words.format(position=position, rate=rate) for position in (place, whole)]
        metrics = QFontMetricsF(theme.mono_font(10))
        return next((text for text in found if metrics.horizontalAdvance(text) <= self.width() - 2 * INSET), found[-1])

    def _lowest(self) -> str:
        """The lowest rate as one would write it down."""
        rates = [rate for _, rate in self._points]
        if not self._is_log and 0 < min(rates) < NOTHING * max(rates):
            return self.tr("≈ 0")
        return _short(min(rates), 3 if min(rates) == max(rates) else 2)

    def _rate(self, at: float) -> float:
        """Between two points on the straight line from one to the other; where it jumps, before that."""
        places = [place for place, _ in self._points]
        right = min(bisect_left(places, at), len(places) - 1)
        (before, low), (after, high) = self._points[max(0, right - 1)], self._points[right]
        share = 1.0 if after <= before else min(1.0, max(0.0, (at - before) / (after - before)))
        return low + share * (high - low)

    # -- where it is ------------------------------------------------------------------------------------------

    @property
    def area(self) -> QRectF:
        """Where the line is: the words above and below it have lines of their own."""
        return QRectF(self.rect()).adjusted(INSET, INSET + LINE, -INSET, -INSET - LINE)

    def point(self, at: float, rate: float) -> QPointF:
        """Where a value is on the screen."""
        low, high = self._bounds()
        value = math.log(rate) if self._is_log else rate
        share = (value - low) / (high - low)
        return QPointF(self._x(at), self.area.bottom() - share * self.area.height())

    def _x(self, at: float) -> float:
        first, last = self._span
        return self.area.left() + (at - first) / (last - first) * self.area.width()

    @property
    def _span(self) -> Point:
        first, last = (self._points[0][0], self._end or self._points[-1][0]) if self._points else (0.0, 1.0)
        return (first, last) if last > first else (first - 0.5, first + 0.5)

    def _bounds(self) -> Point:
        """A rate that never changes is a line in the middle."""
        rates = [math.log(rate) if self._is_log else rate for _, rate in self._points]
        low, high = min(rates), max(rates)
        room = 0.0 if high - low > 1e-12 * max(abs(low), abs(high), 1e-12) else 0.5 * abs(high) or 1.0
        return low - room, high + room

    # -- painting ---------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
            if self._points:
                painter.setPen(QPen(theme.color("accent"), 1.5))
                held = (self._span[1], self._points[-1][1])
                painter.drawPolyline(QPolygonF([self.point(*each) for each in (*self._points, held)]))
                self._paint_places(painter)
                self._paint_words(painter)

    def _paint_places(self, painter: QPainter) -> None:
        """The run's place, or where it was left, as a line between the words; the one that is read as a dot."""
        for at, name in ((self._left, "dim"), (self._now, "text"), (self._read_at, "dim")):
            if at is not None and self._span[0] <= at <= self._span[1]:
                place = QRectF(round(self._x(at)), self.area.top() - OVER, 1, self.area.height() + 2 * OVER)
                painter.fillRect(place, theme.color(name))
        if self._read_at is not None:
            painter.setPen(QPen(theme.color("panel"), 1.5))
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(self.point(self._read_at, self._rate(self._read_at)), 4, 4)

    def _paint_words(self, painter: QPainter) -> None:
        """The highest rate above the line, the lowest below it, and at the right what is read, and the epochs."""
        rates = [rate for _, rate in self._points]
        font = theme.mono_font(10)
        painter.setFont(font)
        above = QRectF(INSET, 4, self.width() - 2 * INSET, LINE)
        below = above.translated(0, self.height() - LINE - 8)
        epochs = self.tr("{count} epochs").format(count=tick_text(self._span[1], 0.01 if self._span[1] % 1 else 1))
        highest, readout = _short(max(rates)), self.readout
        if QFontMetricsF(font).horizontalAdvance(f"{highest} {readout}") <= above.width():
            self._write(painter, above, LEFT, highest, "dim")
        self._write(painter, above, RIGHT, readout, "text")
        self._write(painter, below, RIGHT, epochs, "dim")
        if max(rates) > min(rates) and not self._is_rough:
            self._write(painter, below, LEFT, self._lowest(), "dim")

    def _write(self, painter: QPainter, line: QRectF, side: Qt.AlignmentFlag, text: str, name: str) -> None:
        """On the panel's ground, so that no line runs through it."""
        if not text:
            return
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 4
        left = line.left() - 2 if side == LEFT else line.right() + 2 - width
        painter.fillRect(QRectF(left, line.top(), width, line.height()), theme.color("panel"))
        painter.setPen(theme.color(name))
        painter.drawText(line, side, text)

    # -- reading ----------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Say what the line below the mouse means."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            told = self.told_at(event.pos().x())
            QToolTip.showText(event.globalPos(), tooltip(told) if told else "", self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the value there."""
        first, last = self._span
        share = (event.position().x() - self.area.left()) / max(1.0, self.area.width())
        self._read_at = first + min(1.0, max(0.0, share)) * (last - first) if self._points else None
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """The read-out goes back to the run."""
        self._read_at = None
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.update()


def _short(rate: float, digits: int = 3) -> str:
    """So many digits, which can be read."""
    return typed_text(float(f"{rate:.{digits}g}"))

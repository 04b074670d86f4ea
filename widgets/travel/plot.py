"""One plot of a run whose epochs are a slider: drag, click, turn the wheel, or use the keys; it stops where weights
are kept."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QGraphicsView

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.plot.frame import Frame
from widgets.plot.plot import Plot
from widgets.travel.moment import Moments

HANDLE, STOP, LINE = 6.0, 1.75, 2.0  # radius of the handle and of a stop, the line's width
WORDS_HIGH, WORDS_OVER, AWAY = 18.0, 8.0, 8.0  # how high they are, how far above the axis, how far from the line
GROUND = 200  # of 255: curves show through
NOTCH = 120  # of the wheel


@guarded
class TravelPlot(Plot):
    """Asks for moments; whoever listens says which one is in hand."""

    asked = Signal(float)  # a stop
    play_asked = Signal()

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame, is_share=False)
        self.moments = Moments()
        self._is_dragged, self._turned = False, 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.SizeHorCursor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)

    def show_moments(self, moments: Moments) -> None:
        """These there are, and this one is in hand."""
        if moments != self.moments:
            self.moments = moments
            self.cursor_at = None if math.isnan(moments.now) else moments.now
            self.setAccessibleDescription(moments.words)
            self.read()

    # -- by hand ------------------------------------------------------------------------------------------------

    def _ask(self, position: float) -> None:
        if not math.isnan(position) and position != self.moments.now:
            self.asked.emit(position)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle here."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._is_dragged = True
            self._ask(self.moments.nearest(self._position(event.position())))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        if self._is_dragged:
            self._ask(self.moments.nearest(self._position(event.position())))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._is_dragged = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """As one click: there is nothing to show whole."""
        self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """What is read is the moment in hand, wherever the mouse is."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """There is no menu."""
        event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Up is later, moment by moment; touchpads turn in small parts."""
        turn = event.angleDelta()
        self._turned += turn.y() or turn.x()
        steps = int(self._turned / NOTCH)
        self._turned -= steps * NOTCH
        if steps:
            self._ask(self.moments.step(steps))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from moment to moment, Home and End to the first and the newest, Space plays."""
        key, keys = event.key(), Qt.Key
        steps = {keys.Key_Left: -1, keys.Key_Down: -1, keys.Key_Right: 1, keys.Key_Up: 1, keys.Key_PageDown: -4,
                 keys.Key_PageUp: 4, keys.Key_Home: -len(self.moments.stops), keys.Key_End: len(self.moments.stops)}
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
        elif key == keys.Key_Space:
            self.play_asked.emit()
        elif key in steps:
            self._ask(self.moments.step(steps[Qt.Key(key)]))
        else:
            event.ignore()

    # -- looks --------------------------------------------------------------------------------------------------

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """The stops at the axis, the moment that is compared, the one in hand and what is said of it."""
        super().drawForeground(painter, rect)
        area = self.area
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_stops(painter, area)
        if not math.isnan(self.moments.pinned):
            self._paint_handle(painter, area, self.moments.pinned, "validation", "A")
        if not math.isnan(self.moments.now):
            self._paint_handle(painter, area, self.moments.now, "text", "")
        self._paint_words(painter, area)
        painter.restore()

    def x_of(self, position: float) -> float:
        """Where an epoch is, in pixels."""
        return self.surround.point(self.area, position, 0.0).x()

    def _paint_stops(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("dim"))
        for stop in self.moments.stops:
            painter.drawEllipse(QPointF(self.x_of(stop), area.bottom()), STOP, STOP)

    def _paint_handle(self, painter: QPainter, area: QRectF, position: float, role: str, letter: str) -> None:
        x, color = self.x_of(position), theme.color(role)
        painter.fillRect(QRectF(x - LINE / 2, area.top(), LINE, area.height()), color)
        painter.setPen(QPen(theme.color("panel"), 1.5))
        painter.setBrush(color)
        painter.drawEllipse(QPointF(x, area.bottom()), HANDLE, HANDLE)
        if letter:
            painter.setFont(theme.ui_font(10))
            painter.setPen(color)
            painter.drawText(QRectF(x + 4, area.top(), 12, 14), Qt.AlignmentFlag.AlignLeft, letter)

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        """Beside the line, on the side that has more room."""
        font = theme.ui_font(12)
        metrics = QFontMetricsF(font)
        x = area.right() if math.isnan(self.moments.now) else self.x_of(self.moments.now)
        is_left = x - area.left() > area.right() - x
        room = (x - area.left() if is_left else area.right() - x) - AWAY
        text = self.moments.words
        if metrics.horizontalAdvance(text) > room:
            text = metrics.elidedText(self.moments.brief, Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(text) + 8
        left = x - AWAY - width if is_left else x + AWAY
        place = QRectF(left, area.bottom() - WORDS_OVER - WORDS_HIGH, width, WORDS_HIGH)
        ground = theme.color("panel")
        ground.setAlpha(GROUND)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 4, 4)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

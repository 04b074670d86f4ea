"""A view of a span of the axis, and what hand and keyboard ask of it: zoom, pan, read, point, the menu."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from widgets.look.guarded import guarded
from widgets.plot.frame import Frame
from widgets.plot.line import Span


@guarded
class SpanView(pg.GraphicsView):
    """Shows ``span`` of the axis; reports what is asked, whoever listens decides what is shown."""

    span_asked = Signal(object)  # (low, high) on the axis, or None for everything
    hovered = Signal(object)  # place on the axis, or None
    pointed = Signal(object)  # where the mouse is in the view, or None
    clicked = Signal(object)  # where, in the view; what was dragged is no click
    menu_asked = Signal(object)  # where, on the screen

    def __init__(self, surround: Frame) -> None:
        super().__init__(background=None)
        self.surround = surround
        self.full: Span = (0.0, 10.0)
        self.span: Span = self.full
        self._grabbed: float | None = None
        self._pressed: QPointF | None = None

    @property
    def area(self) -> QRectF:
        """Where the curves are."""
        return self.surround.area(self.viewport().size())

    def _position(self, point: QPointF) -> float:
        low, high = self.span
        return low + (point.x() - self.area.left()) / self.area.width() * (high - low)

    def _zoom(self, factor: float, around: float) -> None:
        low, high = self.span
        self.span_asked.emit((around - (around - low) * factor, around + (high - around) * factor))

    def _pan(self, distance: float) -> None:
        self.span_asked.emit((self.span[0] + distance, self.span[1] + distance))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; sideways pans."""
        turn = event.angleDelta()
        if abs(turn.x()) > abs(turn.y()):
            self._pan(-turn.x() / 1200 * (self.span[1] - self.span[0]))
        elif turn.y():
            self._zoom(0.8 ** (turn.y() / 120), self._position(event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab the curves."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = self._position(event.position())
            self._pressed = event.position() if event.modifiers() == Qt.KeyboardModifier.NoModifier else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the curves, or read them."""
        position = self._position(event.position())
        if self._grabbed is not None:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self._pan(self._grabbed - position)
            if self._pressed is not None and _is_far(event.position() - self._pressed):
                self._pressed = None
        area = self.area
        inside = QRectF(area.left() - 1, 0, area.width() + 2, self.viewport().height()).contains(event.position())
        self.hovered.emit(self._position(event.position()) if inside else None)
        self.pointed.emit(event.position() if self._grabbed is None and area.contains(event.position()) else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        pressed, self._grabbed, self._pressed = self._pressed, None, None
        self.viewport().unsetCursor()
        if pressed is not None and event.button() == Qt.MouseButton.LeftButton and self.area.contains(pressed):
            self.clicked.emit(pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Everything again."""
        self.span_asked.emit(None)

    def leaveEvent(self, event: QEvent) -> None:
        """The read-out goes back to the last values."""
        self.hovered.emit(None)
        self.pointed.emit(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for our own menu."""
        self.menu_asked.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pan, plus and minus zoom, Home shows everything."""
        low, high = self.span
        step, middle = 0.1 * (high - low), (low + high) / 2
        actions = {
            Qt.Key.Key_Left: lambda: self._pan(-step),
            Qt.Key.Key_Right: lambda: self._pan(step),
            Qt.Key.Key_Plus: lambda: self._zoom(0.8, middle),
            Qt.Key.Key_Minus: lambda: self._zoom(1.25, middle),
            Qt.Key.Key_Home: lambda: self.span_asked.emit(None),
        }
        if action := actions.get(Qt.Key(event.key())):
            action()
        else:
            event.ignore()


def _is_far(way: QPointF) -> bool:
    return way.manhattanLength() >= QApplication.startDragDistance()

"""A pad to draw on, in the network's own pixels: what is seen is what the network gets."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.units import grouped
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.pixels import fitted, heat_image, paint_pixels, pixel_image
from widgets.parts.saving import offer_saving
from widgets.probe.drawing import Drawing, Tool
from widgets.probe.dropped import given_by
from widgets.probe.stroke import Pixels

LEAST, SIDE, RADIUS = 120, 224, 5
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
STEPS = 28  # the keyboard crosses the pad in about so many
OWN_KEYS = frozenset({*ARROWS, Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace})


@guarded
class Pad(QWidget):
    """Pen, rubber and keyboard on H×W pixels of 1 or 3 channels; a rectangle and heat may lie over them."""

    drawn = Signal(object)  # the pixels, uint8, H×W or H×W×3; at most once in a turn of the event loop
    stroke_ended = Signal()
    picture_dropped = Signal(str)  # the path of a file, dropped or pasted
    image_given = Signal(QImage)  # the same without a file
    save_requested = Signal(str)  # "picture" or "numbers"

    def __init__(self, height: int = 28, width: int = 28, channels: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drawing = Drawing(height, width, channels)
        self._image: QImage | None = None
        self._overlay: QImage | None = None
        self.framed: QRectF | None = None  # what is framed: pixels that a unit sees
        self._at = (0.0, 0.0)  # where the stroke is
        self._cursor = (width // 2, height // 2)  # the keyboard's
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(lambda: self.drawn.emit(self.pixels()))
        self._look()
        offer_saving(self, self.save_requested.emit)

    def _look(self) -> None:
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumWidth(LEAST)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAcceptDrops(True)
        self.setAccessibleName(self.tr("Pad"))
        self._describe()

    def _describe(self) -> None:
        height, width = self.drawing.size
        text = self.tr("{width} by {height} pixels. Arrows move, Space draws, Shift with an arrow draws a line, "
                       "Delete clears, Ctrl+Z takes a stroke back. Now at column {column}, row {row}.")
        self.setAccessibleDescription(text.format(width=grouped(width), height=grouped(height),
                                                  column=self._cursor[0], row=self._cursor[1]))

    # -- what it shows ------------------------------------------------------------------------------------------

    def pixels(self) -> Pixels:
        """What is drawn, as the network gets it: a copy, uint8."""
        return self.drawing.pixels.copy()

    def set_resolution(self, height: int, width: int, channels: int) -> None:
        """Pixels of another network; what is drawn stays if it fits, else the pad is empty."""
        if (*self.drawing.size, self.drawing.channels) != (height, width, channels):
            before, self.drawing = self.drawing, Drawing(height, width, channels)
            self.drawing.tool, self.drawing.color = before.tool, before.color
            self._show_other()

    def show_pixels(self, pixels: Pixels) -> None:
        """Any sample: uint8, or numbers from 0 to 1; H×W, H×W×1 or H×W×3. What is drawn then begins from it."""
        self.drawing.put(pixels)
        self._show_other()

    def _show_other(self) -> None:
        """Nothing that lay over the pixels before is about these."""
        height, width = self.drawing.size
        self._overlay = self.framed = None
        self._cursor = min(self._cursor[0], width - 1), min(self._cursor[1], height - 1)
        self._describe()
        self.updateGeometry()
        self._redraw()

    def set_tool(self, tool: Tool) -> None:
        """What the next stroke is drawn with."""
        self.drawing.tool = tool

    def set_color(self, color: QColor) -> None:
        """Of the pen, where there are three channels."""
        self.drawing.color = (color.red(), color.green(), color.blue())

    def show_window(self, window: QRectF | None) -> None:
        """A rectangle in pixels, as what one unit sees of the picture; it may reach beyond it."""
        self.framed = window
        self.update()

    def show_overlay(self, values: Pixels | None) -> None:
        """Numbers from 0 up as heat over the pixels, H'×W', spread over the whole picture; None: none."""
        self._overlay = None if values is None else heat_image(values)
        self.update()

    def clear(self) -> None:
        """Black."""
        self.drawing.clear()
        self._overlay = None  # it was about what is gone
        self._changed()
        self.stroke_ended.emit()

    def center(self) -> None:
        """As large as the digits of MNIST, in the middle."""
        if self.drawing.center():
            self._changed()
            self.stroke_ended.emit()

    def undo(self) -> None:
        """Take the last stroke back."""
        if self.drawing.undo():
            self._changed()
            self.stroke_ended.emit()

    def _changed(self) -> None:
        """Heat stays until its next answer comes, for it would blink at every point of a stroke."""
        self._redraw()
        self._timer.start()

    def _redraw(self) -> None:
        self._image = None
        self.update()

    # -- places -------------------------------------------------------------------------------------------------

    def place(self) -> QRectF:
        """Where the picture is on the widget."""
        return fitted(*self.drawing.size, QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def point_of(self, at: QPointF) -> tuple[float, float]:
        """A point of the widget in pixels of the picture."""
        place, (height, width) = self.place(), self.drawing.size
        return (at.x() - place.left()) * width / place.width(), (at.y() - place.top()) * height / place.height()

    def area_of(self, area: QRectF) -> QRectF:
        """A rectangle in pixels of the picture on the widget."""
        place, (height, width) = self.place(), self.drawing.size
        wide, tall = place.width() / width, place.height() / height
        return QRectF(place.left() + area.left() * wide, place.top() + area.top() * tall,
                      area.width() * wide, area.height() * tall)

    def hasHeightForWidth(self) -> bool:
        """As high as its picture is."""
        return True

    def heightForWidth(self, width: int) -> int:
        """A square, or less for a wide picture."""
        height, across = self.drawing.size
        return max(40, round(width * min(1.0, height / across)))

    def sizeHint(self) -> QSize:
        """A square, or less."""
        return QSize(SIDE, self.heightForWidth(SIDE))

    def minimumSizeHint(self) -> QSize:
        """The least that one can draw on."""
        return QSize(LEAST, self.heightForWidth(LEAST))

    # -- mouse and keyboard -------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A stroke begins with a dot."""
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._at = self.point_of(event.position())
        self.drawing.begin(self._at)
        self._changed()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The stroke goes on."""
        if self.drawing.is_drawing:
            before, self._at = self._at, self.point_of(event.position())
            self.drawing.go_on(before, self._at)
            self._changed()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The stroke ends."""
        if event.button() == Qt.MouseButton.LeftButton and self.drawing.is_drawing:
            self.drawing.end()
            self.stroke_ended.emit()

    def event(self, event: QEvent) -> bool:
        """Its keys are its own, whatever they do elsewhere in the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_own(event):
            event.accept()
            return True
        return super().event(event)

    def _is_own(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        keys = QKeySequence.StandardKey
        return (plain and event.key() in OWN_KEYS) or event.matches(keys.Undo) or event.matches(keys.Paste)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Space, Delete, undo, paste."""
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self._take(QGuiApplication.clipboard().mimeData())
        elif not self._is_own(event):
            super().keyPressEvent(event)
        elif key in ARROWS:
            self._move(*ARROWS[key], draws=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key == Qt.Key.Key_Space:
            self._draw_by_key(self._cursor, self._cursor)
        else:
            self.clear()

    def _move(self, across: int, down: int, draws: bool) -> None:
        height, width = self.drawing.size
        step = max(1, round(max(height, width) / STEPS))
        before, (x, y) = self._cursor, self._cursor
        self._cursor = min(width - 1, max(0, x + across * step)), min(height - 1, max(0, y + down * step))
        self._describe()
        self.update()
        if draws:
            self._draw_by_key(before, self._cursor)

    def _draw_by_key(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        first, last = ((x + 0.5, y + 0.5) for x, y in (start, end))
        self.drawing.begin(first)
        self.drawing.go_on(first, last)
        self.drawing.end()
        self._changed()
        self.stroke_ended.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The cursor is seen."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The cursor is not seen."""
        self.update()

    # -- pictures from elsewhere --------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file or an image."""
        if given_by(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for it to be shown."""
        if self._take(event.mimeData()):
            event.acceptProposedAction()

    def _take(self, data: object) -> bool:
        given = given_by(data)
        if isinstance(given, str):
            self.picture_dropped.emit(given)
        elif given is not None:
            self.image_given.emit(given)
        return given is not None

    # -- looks --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pixels, heat, the lines between pixels, the rectangle, the keyboard's cursor."""
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        if self._image is None:
            self._image = pixel_image(self.drawing.pixels)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillPath(frame, QColor("black"))
            painter.save()
            painter.setClipPath(frame)
            paint_pixels(painter, self.place(), self._image)
            self._paint_over(painter)
            painter.restore()
            painter.setPen(theme.color("accent" if self.hasFocus() else "line"))
            painter.drawPath(frame)

    def _paint_over(self, painter: QPainter) -> None:
        if self._overlay is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.place(), self._overlay)
        painter.setPen(QPen(theme.color("accent"), 2))
        if self.framed is not None:
            painter.drawRect(self.area_of(self.framed))
        if self.hasFocus():
            painter.setPen(QPen(theme.color("validation"), 1.5))
            painter.drawRect(self.area_of(QRectF(*self._cursor, 1, 1)).adjusted(-1, -1, 1, 1))

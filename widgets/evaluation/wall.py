"""Very many examples as small pictures or lines, of which only those in sight are ever made."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.pixels import pixel_image
from widgets.look.text import tooltip
from widgets.probe.example import Example
from widgets.probe.example_painting import CAPTION, paint_line, paint_picture, paint_rings

SIDE, GAP, BELOW, LINE, EDGE = 56, 8, 5, 24, 4
SLICE = 0.008  # seconds in which examples are made, until the window has its turn
KEPT = 2000  # examples that are made
Make = Callable[[int], Example]


class Made(NamedTuple):
    """An example with its picture, where it is one."""

    example: Example
    image: QImage | None


@guarded
class ExampleWall(QAbstractScrollArea):
    """Numbers of examples, and who makes one of a number. Arrows move, Enter chooses; a menu is asked for."""

    chosen = Signal(int)  # number of an example
    menu_asked = Signal(int, QPoint)  # the same, and where on the screen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.numbers: Sequence[int] = ()
        self._make: Make | None = None
        self._made: OrderedDict[int, Made] = OrderedDict()
        self._is_text = False
        self._cursor = 0
        self._chosen: Hashable = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._make_some)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Examples"))
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.viewport().update())

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_examples(self, numbers: Sequence[int], make: Make, *, is_text: bool = False) -> None:
        """Others: ``make`` makes one of a number when it comes into sight; ``is_text``: they are lines."""
        self.numbers, self._make, self._is_text = numbers, make, is_text
        self._made.clear()
        self._cursor = 0
        self.verticalScrollBar().setValue(0)
        self._set_out()

    def show_chosen(self, key: Hashable) -> None:
        """Which one is in hand, by its key; None: none of them."""
        if key != self._chosen:
            self._chosen = key
            self.viewport().update()

    def example(self, index: int) -> Example | None:
        """The one in this place, if it is made: it is or was in sight."""
        made = self._made.get(int(self.numbers[index]))
        return made.example if made is not None else None

    # -- places -------------------------------------------------------------------------------------------------

    @property
    def _columns(self) -> int:
        return 1 if self._is_text else max(1, (self.viewport().width() - 2 * EDGE + GAP) // (SIDE + GAP))

    @property
    def _pitch(self) -> int:
        return LINE if self._is_text else SIDE + CAPTION + BELOW

    def _set_out(self) -> None:
        rows = -(-len(self.numbers) // self._columns)
        bar, high = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, rows * self._pitch + 2 * EDGE - high))
        bar.setPageStep(high)
        bar.setSingleStep(self._pitch // 2 if not self._is_text else LINE)
        self._describe()
        self.viewport().update()

    def place(self, index: int) -> QRectF:
        """Where an example's picture, or its line, is now."""
        row, column = divmod(index, self._columns)
        top = EDGE + row * self._pitch - self.verticalScrollBar().value()
        if self._is_text:
            return QRectF(0, top, self.viewport().width(), LINE)
        return QRectF(EDGE + column * (SIDE + GAP), top, SIDE, SIDE)

    def index_at(self, at: QPointF) -> int | None:
        """The example there; its caption is a part of it."""
        row = int((at.y() + self.verticalScrollBar().value() - EDGE) // self._pitch)
        column = 0 if self._is_text else int((at.x() - EDGE) // (SIDE + GAP))
        index = row * self._columns + column
        if not (0 <= column < self._columns and 0 <= index < len(self.numbers)):
            return None
        return index if self.place(index).adjusted(0, 0, 0, 0 if self._is_text else CAPTION).contains(at) else None

    @property
    def in_sight(self) -> range:
        """The examples that are seen, as far as a part of them."""
        top = max(0, self.verticalScrollBar().value() - EDGE)
        first = top // self._pitch
        last = (top + self.viewport().height()) // self._pitch + 1
        return range(min(len(self.numbers), first * self._columns), min(len(self.numbers), last * self._columns))

    def sizeHint(self) -> QSize:
        return QSize(6 * (SIDE + GAP), 2 * (SIDE + CAPTION))

    def minimumSizeHint(self) -> QSize:
        return QSize(SIDE + 2 * EDGE, 60)

    # -- making -------------------------------------------------------------------------------------------------

    @property
    def _missing(self) -> Iterator[int]:
        return (number for index in self.in_sight if (number := int(self.numbers[index])) not in self._made)

    def _make_some(self) -> None:
        """As many as there is time for; then the window has its turn."""
        end = time.perf_counter() + SLICE
        for number in list(self._missing):
            if self._make is None:
                break
            example = self._make(number)
            self._made[number] = Made(example, None if example.pixels is None else pixel_image(example.pixels))
            if time.perf_counter() > end:
                break
        while len(self._made) > max(KEPT, len(self.in_sight)):
            self._made.popitem(last=False)
        self._describe()
        self.viewport().update()

    def _describe(self) -> None:
        there = self._made.get(int(self.numbers[self._cursor])) if self._cursor < len(self.numbers) else None
        self.setAccessibleDescription("" if there is None else there.example.said)

    # -- mouse and keyboard -------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose."""
        index = self.index_at(event.position())
        if index is not None:
            self._go(index)
            if event.button() == Qt.MouseButton.LeftButton:
                self._take()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It was pressed here."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home, End, pages; Enter."""
        key, columns = Qt.Key(event.key()), self._columns
        page = max(1, self.viewport().height() // self._pitch) * columns
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns,
                 Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self.numbers) - 1}
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._take()
        elif key in steps or key in ends:
            wanted = ends.get(key, self._cursor + steps.get(key, 0))
            if abs(steps.get(key, 0)) > columns:  # pages end where the examples do
                wanted = min(len(self.numbers) - 1, max(0, wanted))
            self._go(wanted)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Of the example under the mouse, or, by the keyboard, of the one that it is at."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = (self._cursor if self.numbers is not None and len(self.numbers) else None) if by_key else self.index_at(
            QPointF(event.pos()))
        if index is not None:
            at = self.viewport().mapToGlobal(self.place(index).center().toPoint()) if by_key else event.globalPos()
            self.menu_asked.emit(int(self.numbers[index]), at)

    def _go(self, index: int) -> None:
        if 0 <= index < len(self.numbers):
            self._cursor = index
            place, bar = self.place(index), self.verticalScrollBar()
            below = place.top() + self._pitch - self.viewport().height()
            if place.top() < 0 or below > 0:
                bar.setValue(bar.value() + round(below if below > 0 else place.top() - EDGE))
            self._describe()
            self.viewport().update()

    def _take(self) -> None:
        if self._cursor < len(self.numbers):
            self.chosen.emit(int(self.numbers[self._cursor]))

    def viewportEvent(self, event: QEvent) -> bool:
        """An example in words."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.index_at(QPointF(event.pos()))
            example = self.example(index) if index is not None else None
            QToolTip.showText(event.globalPos(), "" if example is None else tooltip(example.said), self)
            return True
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard's place is seen."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard's place is not seen."""
        super().focusOutEvent(event)
        self.viewport().update()

    # -- looks --------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another number of columns."""
        super().resizeEvent(event)
        self._set_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Those in sight, as far as they are made; the others are made next."""
        with QPainter(self.viewport()) as painter:
            for index in self.in_sight:
                self._paint_one(painter, index)
        if next(self._missing, None) is not None:
            self._soon.start()

    def _paint_one(self, painter: QPainter, index: int) -> None:
        place, made = self.place(index), self._made.get(int(self.numbers[index]))
        if made is None:
            painter.fillRect(place.adjusted(0, 1, 0, -1), theme.color("raised"))
        elif made.image is None:
            paint_line(painter, place, made.example)
        else:
            paint_picture(painter, place, made.example, made.image, GAP)
        rings = [("text", 1)] if self.hasFocus() and index == self._cursor else []
        if made is not None and self._chosen is not None and made.example.key == self._chosen:
            rings.append(("accent", 2))
        paint_rings(painter, place, rings)

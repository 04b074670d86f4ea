"""Small pictures four in a row, or lines of a table, with what the network made of each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets.look.guarded import guarded
from widgets.look.pixels import pixel_image
from widgets.look.text import tooltip
from widgets.probe.example import Example
from widgets.probe.example_painting import CAPTION, paint_line, paint_picture, paint_rings, tone_of

COLUMNS, GAP, BELOW, LINE = 4, 4, 6, 24
LEAST = 30  # of a picture


@guarded
class ExampleGrid(QWidget):
    """One is chosen, another may be compared with it; arrows move, Enter chooses, with Shift it compares."""

    chosen = Signal(object)
    compared = Signal(object)
    turned = Signal(int)  # -1 or 1: pages, by the keyboard
    menu_asked = Signal(object, QPoint)  # what can be done with one, at a point of the screen
    excluded = Signal(object)  # one is to be left out of the data

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.examples: tuple[Example, ...] = ()
        self._images: list[QImage | None] = []
        self._cursor = 0
        self._chosen: object = None
        self._compared: object = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Examples"))

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_examples(self, examples: Sequence[Example]) -> None:
        """Replace them; what is chosen stays so where it is still there."""
        self.examples = tuple(examples)
        self._images = [None if each.pixels is None else pixel_image(each.pixels) for each in examples]
        self._cursor = min(self._cursor, max(0, len(examples) - 1))
        self._describe()
        self.updateGeometry()
        self.update()

    def show_chosen(self, key: object) -> None:
        """Which one is on the pad; None: none of them."""
        if key != self._chosen:  # it is told with every point that is drawn
            self._chosen = key
            self.update()

    def show_compared(self, key: object) -> None:
        """Which one is compared with it; None: none."""
        if key != self._compared:
            self._compared = key
            self.update()

    @property
    def _is_text(self) -> bool:
        return bool(self.examples) and self.examples[0].pixels is None

    @property
    def _columns(self) -> int:
        return 1 if self._is_text else COLUMNS

    def _describe(self) -> None:
        there = self._cursor < len(self.examples)
        self.setAccessibleDescription(self.examples[self._cursor].said if there else "")

    # -- places -------------------------------------------------------------------------------------------------

    def _side(self, width: int) -> float:
        return (width - (COLUMNS - 1) * GAP) / COLUMNS

    def _pitch(self, width: int) -> float:
        return LINE if self._is_text else round(self._side(width)) + CAPTION + BELOW

    def place(self, index: int) -> QRectF:
        """Where an example's picture, or its line, is."""
        row, column = divmod(index, self._columns)
        top = row * self._pitch(self.width())
        if self._is_text:
            return QRectF(0, top, self.width(), LINE)
        side = self._side(self.width())
        left, right = round(column * (side + GAP)), round(column * (side + GAP) + side)
        return QRectF(left, top, right - left, round(side))

    def index_at(self, at: QPointF) -> int | None:
        """The example there; its caption is a part of it."""
        more = 0 if self._is_text else CAPTION
        return next((index for index in range(len(self.examples))
                     if self.place(index).adjusted(0, 0, 0, more).contains(at)), None)

    def hasHeightForWidth(self) -> bool:
        """Wide pictures are high."""
        return True

    def heightForWidth(self, width: int) -> int:
        """All rows."""
        rows = -(-len(self.examples) // self._columns)
        return round(rows * self._pitch(width))

    def sizeHint(self) -> QSize:
        """At a usual width."""
        return QSize(224, self.heightForWidth(224))

    def minimumSizeHint(self) -> QSize:
        """Four small ones."""
        least = COLUMNS * (LEAST + GAP)
        return QSize(least, self.heightForWidth(least))

    # -- mouse and keyboard -------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose, or compare with Shift."""
        index = self.index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self._go(index)
            self._take(event.modifiers())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It was pressed here."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home, End; Enter; pages; Delete."""
        key = Qt.Key(event.key())
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -self._columns,
                 Qt.Key.Key_Down: self._columns}
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self.examples) - 1}
        pages = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        if key in steps or key in ends:
            self._go(ends.get(key, self._cursor + steps.get(key, 0)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._take(event.modifiers())
        elif key in pages:
            self.turned.emit(pages[key])
        elif key == Qt.Key.Key_Delete and self._cursor < len(self.examples):
            self.excluded.emit(self.examples[self._cursor].key)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the example there; by the keyboard, with the one in hand."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self._cursor if by_key else self.index_at(QPointF(event.pos()))
        if index is not None and index < len(self.examples):
            self._go(index)
            at = self.place(index).center().toPoint() if by_key else event.pos()
            self.menu_asked.emit(self.examples[index].key, self.mapToGlobal(at))

    def _go(self, index: int) -> None:
        if 0 <= index < len(self.examples):
            self._cursor = index
            self._describe()
            self.update()

    def _take(self, modifiers: Qt.KeyboardModifier) -> None:
        if self._cursor >= len(self.examples):
            return
        key = self.examples[self._cursor].key
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.show_compared(key)
            self.compared.emit(key)
        else:
            self.show_chosen(key)
            self.chosen.emit(key)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard's place is seen."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard's place is not seen."""
        self.update()

    def event(self, event: QEvent) -> bool:
        """An example in words."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.index_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if index is None else tooltip(self.examples[index].said), self)
            return True
        return super().event(event)

    # -- looks --------------------------------------------------------------------------------------------------

    def tone(self, example: Example) -> str:
        """The colour of a caption."""
        return tone_of(example)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Those in sight."""
        seen = QRectF(event.rect())
        with QPainter(self) as painter:
            for index, example in enumerate(self.examples):
                place = self.place(index)
                if place.adjusted(0, 0, 0, CAPTION).intersects(seen):
                    self._paint_one(painter, place, index, example)

    def _paint_one(self, painter: QPainter, place: QRectF, index: int, example: Example) -> None:
        image = self._images[index]
        if image is None:
            paint_line(painter, place, example)
        else:
            paint_picture(painter, place, example, image, GAP)
        rings = []
        if self.hasFocus() and index == self._cursor:
            rings.append(("text", 1))
        if self._compared is not None and example.key == self._compared:
            rings.append(("validation", 2))
        if self._chosen is not None and example.key == self._chosen:
            rings.append(("accent", 2))
        paint_rings(painter, place, rings)

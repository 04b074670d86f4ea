"""Comment frames on the canvas: a title around some cards, or a note."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.graph import marks
from engine.graph.frames import Frame
from engine.graph.graph import Graph
from widgets.canvas.cards.items import CardItem, guarded
from widgets.canvas.cards.painting import CARD_WIDTH
from widgets.canvas.frames.painting import BAR, BELOW, CORNER, FRAME_LAYER, PADDING, TITLE, paint_frame

if TYPE_CHECKING:
    from widgets.canvas.view.scene import CanvasScene
    from widgets.canvas.view.shown import ShownScene

BORDER = 7.0  # how near its border a frame is taken hold of
SMALLEST = (96.0, 44.0)  # of a note


class FrameItem(QGraphicsItem):
    """A frame; its scene coordinates are its own."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.frame = frame
        self.area = QRectF(*frame.position, *frame.size)  # all that it encloses, or its bar
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setZValue(FRAME_LAYER)

    @property
    def is_note(self) -> bool:
        """Whether it encloses nothing."""
        return not self.frame.members

    def show_frame(self, frame: Frame) -> None:
        """Show another frame in its place."""
        if frame != self.frame:
            self.prepareGeometryChange()
            self.frame = frame
            words = QCoreApplication.translate("Canvas", "{count} layers").format(count=len(frame.members))
            self.setToolTip(f"{frame.text}\n{words}".strip() if frame.collapsed else "")
            self.update()

    def lie(self, area: QRectF) -> None:
        """Take up this part of the scene."""
        if area != self.area:
            self.prepareGeometryChange()
            self.area = area
            self.update()

    def place(self, corner: QPointF) -> None:
        """Have the top left corner here."""
        self.lie(QRectF(corner, self.area.size()))

    def title(self) -> QRectF:
        """Where its text stands."""
        return self.area if self.is_note or self.frame.collapsed else QRectF(
            self.area.topLeft(), self.area.topRight() + QPointF(0, TITLE))

    def corner(self) -> QRectF:
        """Where a note is taken to make it larger; nothing for others."""
        end = self.area.bottomRight()
        return QRectF(end - QPointF(CORNER, CORNER), end) if self.is_note else QRectF()

    def boundingRect(self) -> QRectF:
        return self.area.adjusted(-2, -2, 2, 2)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        if self.is_note or self.frame.collapsed:
            path.addRect(self.area)
            return path
        path.addRect(self.area.adjusted(-1, -1, 1, 1))
        inner = QPainterPath()
        inner.addRect(self.area.adjusted(BORDER, TITLE, -BORDER, -BORDER))
        return path.subtracted(inner)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        paint_frame(painter, self.frame, self.area, self.isSelected())


class Frames:
    """All frames of a scene, in the graph's order; they follow the cards they enclose."""

    def __init__(self, scene: ShownScene) -> None:
        self._scene = scene
        self.items: list[FrameItem] = []
        self.held: Collection[str] = ()  # cards that are in the hand: no frame follows them

    def show(self, graph: Graph) -> None:
        """Show the frames of another graph."""
        old = list(self.items)
        known = [_taken(old, frame) for frame in graph.frames]
        for index, item in enumerate(known):
            if item is None and index < len(self.items) and self.items[index] in old:
                known[index] = self.items[index]
                old.remove(self.items[index])
        for item in old:
            self._scene.removeItem(item)
        items = [item or FrameItem(frame) for item, frame in zip(known, graph.frames, strict=True)]
        for item, frame in zip(items, graph.frames, strict=True):
            item.show_frame(frame)
            if item.scene() is None:
                self._scene.add_item(item)
        self.items = items
        self.rest()
        self._fold()

    def rest(self) -> None:
        """Lie where the graph has them: nothing is in the hand."""
        for item in self.items:
            if item.is_note:
                item.lie(QRectF(*item.frame.position, *item.frame.size))
        self.arrange()

    def index(self, item: FrameItem) -> int:
        """Which of the graph's frames it is."""
        return self.items.index(item)

    # -- where they lie -----------------------------------------------------------------------------------------

    def arrange(self, held: Collection[str] | None = None) -> None:
        """Lie around the cards as they are now, but for those in the hand (None: as last said, at first nobody)."""
        self.held = () if held is None else held
        around: list[FrameItem] = []
        for item in sorted(self.items, key=lambda item: len(item.frame.members)):
            area = self.extent(item, around)
            if not item.is_note and area is not None:
                item.lie(area)
                around.append(item)

    def extent(self, item: FrameItem, inner: Collection[FrameItem] = ()) -> QRectF | None:
        """What a frame encloses, other frames among it; None: nothing."""
        members, cards = set(item.frame.members), self._scene.cards
        resting = members.difference(self.held) or members
        area = QRectF()
        for name in resting:
            if name in cards:
                area = area.united(cards[name].body())
        if area.isEmpty():
            return None
        for other in inner:
            if members.issuperset(other.frame.members) and members != set(other.frame.members):
                area = area.united(other.area)
        area = area.adjusted(-PADDING, -TITLE, PADDING, BELOW)
        if item.frame.collapsed:
            return QRectF(area.center().x() - CARD_WIDTH / 2, area.top(), CARD_WIDTH, BAR)
        return area

    def around(self, card: CardItem, held: Collection[str]) -> set[int]:
        """The frames that the card is in; one whose cards are all in the hand has moved with them."""
        name, middle = card.node.name, card.body().center()
        return {index for index, item in enumerate(self.items) if not item.is_note and (
            (name in item.frame.members and set(item.frame.members).issubset(held))
            or (not item.frame.collapsed and item.area.contains(middle)))}

    # -- collapsed ones -----------------------------------------------------------------------------------------

    def _fold(self) -> None:
        """Hide what collapsed frames enclose; the outermost frame counts."""
        folds: dict[str, FrameItem] = {}
        for item in sorted(self.items, key=lambda item: -len(item.frame.members)):
            if item.frame.collapsed:
                for name in item.frame.members:
                    folds.setdefault(name, item)
        for item in self.items:
            outer = [folds.get(name) for name in item.frame.members]
            item.setVisible(not outer or outer[0] is None or outer[0] is item or len({*map(id, outer)}) > 1)
        stirred = [card for name, card in self._scene.cards.items() if card.fold is not folds.get(name)]
        for card in stirred:
            card.fold = folds.get(card.node.name)
            card.setVisible(card.fold is None)
        for wire in {wire for card in stirred for wire in card.wires}:
            wire.show_unless_folded()
            wire.follow()
        if folds:
            self.lead_wires()

    def lead_wires(self) -> None:
        """Wires to what is hidden end at the frame's bar, wherever that lies."""
        for card in self._scene.cards.values():
            if card.fold is not None:
                for wire in card.wires:
                    wire.follow()


def _taken(items: list[FrameItem], frame: Frame) -> FrameItem | None:
    """The item that shows this very frame, taken out of the list."""
    item = next((item for item in items if item.frame == frame), None)
    if item is not None:
        items.remove(item)
    return item


class NoteResize:
    """The corner of a note held by the mouse."""

    def __init__(self, scene: CanvasScene, item: FrameItem, point: QPointF) -> None:
        self._scene, self._item, self._was = scene, item, QRectF(item.area)
        self._slack = item.area.bottomRight() - point
        scene.choose({item})

    def move_to(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """The corner is here."""
        size = point + self._slack - self._was.topLeft()
        width, height = max(SMALLEST[0], round(size.x())), max(SMALLEST[1], round(size.y()))
        self._item.lie(QRectF(self._was.x(), self._was.y(), width, height))

    def end(self, keys: Qt.KeyboardModifier) -> None:
        """Ask for the note in this size."""
        size, scene = self._item.area.size(), self._scene
        if self._item.area != self._was:
            graph = marks.frame_sized(scene.graph, scene.frames.index(self._item), (size.width(), size.height()))
            scene.edit_requested.emit(scene.tr("Resize the note"), graph, "")

    def cancel(self) -> None:
        """As large as it was."""
        self._item.lie(self._was)

"""All comment frames of a scene: they lie around the cards that they enclose, and hide them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsItem

from engine.graph.frames import Frame
from engine.graph.graph import Graph
from widgets.canvas.cards.card import CardItem
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.canvas.frames.frame import FrameItem
from widgets.canvas.frames.painting import BAR, BELOW, PADDING, TITLE
from widgets.canvas.wires.wire import wires_at


class Frames:
    """All frames of a scene, in the graph's order; they follow the cards they enclose."""

    def __init__(self, cards: Mapping[str, CardItem], add: Callable[[QGraphicsItem], None],
                 remove: Callable[[QGraphicsItem], None]) -> None:
        self._cards = cards
        self._add, self._remove = add, remove  # something to or from the scene
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
            self._remove(item)
        items = [item or FrameItem(frame) for item, frame in zip(known, graph.frames, strict=True)]
        for item, frame in zip(items, graph.frames, strict=True):
            item.show_frame(frame)
            if item.scene() is None:
                self._add(item)
        self.items = items
        self.rest()
        self._fold()

    def rest(self) -> None:
        """Lie where the graph has them: nothing is in the hand."""
        for item in self.items:
            if item.is_note:
                item.lie(QRectF(*item.frame.position, *item.frame.size))
        self.arrange()

    def known(self, items: Iterable[FrameItem]) -> list[FrameItem]:
        """Those that the graph has: not one that is gone meanwhile, or is still being written."""
        return [item for item in items if item in self.items]

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
        members, cards = set(item.frame.members), self._cards
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
        stirred = [card for name, card in self._cards.items() if card.fold is not folds.get(name)]
        for card in stirred:
            card.fold = folds.get(card.node.name)
            card.setVisible(card.fold is None)
        for wire in wires_at(stirred):
            wire.show_unless_folded()
            wire.follow()
        if folds:
            self.lead_wires()

    def lead_wires(self) -> None:
        """Wires to what is hidden end at the frame's bar, wherever that lies."""
        for card in self._cards.values():
            if card.fold is not None:
                for wire in card.wires:
                    wire.follow()


def _taken(items: list[FrameItem], frame: Frame) -> FrameItem | None:
    """The item that shows this very frame, taken out of the list."""
    item = next((item for item in items if item.frame == frame), None)
    if item is not None:
        items.remove(item)
    return item

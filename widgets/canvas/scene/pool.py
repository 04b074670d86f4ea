"""Cards and wires that were taken off the scene, kept for a while: undo brings them back without making them anew."""

from __future__ import annotations

from typing import TypeVar

from engine.graph.graph import Edge, Node
from widgets.canvas.cards.card import CardItem
from widgets.canvas.wires.wire import WireItem

Key = TypeVar("Key")
Item = TypeVar("Item")
MOST = 5_000  # of each; the oldest go first


class CardPool:
    """What undo of a deletion needs again. A card comes back for the very same Node, a wire between its own cards."""

    def __init__(self) -> None:
        self._cards: dict[int, CardItem] = {}  # by the identity of their nodes, which they keep alive
        self._wires: dict[Edge, WireItem] = {}

    def keep_card(self, card: CardItem) -> None:
        """It is off the scene."""
        card.setSelected(False)
        card.hovered = card.carried = False
        card.fold = None
        card.setVisible(True)
        _put(self._cards, id(card.node), card)

    def keep_wire(self, wire: WireItem) -> None:
        """It is off the scene, and has left its cards."""
        wire.setSelected(False)
        wire.setVisible(True)
        wire.tone = ""
        wire.show_shape(wire.text)
        _put(self._wires, wire.edge, wire)

    def card(self, node: Node) -> CardItem | None:
        """The card that showed this node."""
        return self._cards.pop(id(node), None)

    def wire(self, edge: Edge, source: CardItem, target: CardItem) -> WireItem | None:
        """The wire that joined these cards, at both of them again."""
        wire = self._wires.pop(edge, None)
        if wire is None or wire.source is not source or wire.target is not target:
            return None
        wire.enter()
        return wire

    def clear(self) -> None:
        """The scene goes: nothing of it may stay until Python gets round to it, perhaps in another thread."""
        for card in self._cards.values():
            card.stirred = None
        self._cards.clear()
        self._wires.clear()


def _put(kept: dict[Key, Item], key: Key, item: Item) -> None:
    kept.pop(key, None)
    kept[key] = item
    if len(kept) > MOST:
        del kept[next(iter(kept))]

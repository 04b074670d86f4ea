"""The outputs beside all cards of a scene: which are there, and where each has room."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from PySide6.QtCore import QObject, QRectF, Signal

from engine.graph.grid import size_of
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.canvas.outputs.item import TILE, OutputItem, Slot
from widgets.canvas.outputs.shown import Shown
from widgets.canvas.scene.scene import CanvasScene

ASIDE, MOST, LEAST = 28.0, 430.0, 56.0  # from a card, and how wide its output is at most and at least
BELOW = 10.0  # the same where the network goes to the right
OVER = 92.0  # how much of a card its output covers where there is no room beside it


class Outputs(QObject):
    """Pictures beside the cards while one looks inside. They are children of their cards, and move with them."""

    picked = Signal(str, int)  # of which card, and which channel; −1: none
    menu_asked = Signal(str, object, object)  # of which card, its channel or None, and where on the screen

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self.items: dict[str, OutputItem] = {}
        self._shown: Mapping[str, Shown] = {}
        self._is_on = False
        scene.shown.connect(self._follow)

    def set_on(self, on: bool) -> None:
        """Whether one looks inside."""
        if on != self._is_on:
            self._is_on = on
            self._follow()

    def show_outputs(self, shown: Mapping[str, Shown]) -> None:
        """What the layers of the level that is seen give, by name; of others nothing is known."""
        before, self._shown = self._shown, shown
        if not self._is_on:
            return
        if before.keys() != shown.keys():
            self._follow()
        for name, item in self.items.items():
            item.show_output(shown.get(name))

    def mark(self, name: str, channel: int | None, changed: Mapping[str, Collection[int]]) -> None:
        """Which channel of which card is in hand, and which channels of which are made otherwise."""
        for each, item in self.items.items():
            item.mark(channel if each == name else None, changed.get(each, ()))

    def _follow(self) -> None:
        """Other cards, or in other places."""
        wanted = {name for name in self._shown if name in self._scene.cards} if self._is_on else set()
        for name in [*self.items]:
            item = self.items[name]
            if name not in wanted or item.parentItem() is not self._scene.cards[name]:
                self._drop(self.items.pop(name))
        for name in wanted:
            if name not in self.items:
                item = self.items[name] = OutputItem(self._scene.cards[name])
                item.picked = partial(self.picked.emit, name)
                item.asked = partial(self.menu_asked.emit, name)
                item.setVisible(not self._scene.is_far)
                item.show_output(self._shown[name])
        self._place()
        self._scene.aside = {name: item.boundingRect() for name, item in self.items.items() if not item.slot.ground}

    def _drop(self, item: OutputItem) -> None:
        scene = item.scene()
        item.setParentItem(None)  # type: ignore[arg-type]  # it has none from here on
        if scene is not None:
            scene.removeItem(item)

    # -- where there is room ------------------------------------------------------------------------------------

    def _place(self) -> None:
        graph = self._scene.graph
        slots = {name: QRectF(*node.position, *size_of(node)) for name, node in graph.nodes.items()}
        for name, item in self.items.items():
            item.place(_below(name, slots) if graph.flow == "right" else _beside(name, slots))


def _beside(name: str, slots: Mapping[str, QRectF]) -> Slot:
    """At the right of its card up to the next one, else on it."""
    own = slots[name]
    row = QRectF(own.right(), own.top(), MOST + 2 * ASIDE, own.height())
    others = [slot.left() for slot in slots.values() if slot.left() >= own.right() and slot.intersects(row)]
    room = min(others, default=row.right()) - own.right() - 2 * ASIDE
    if room < LEAST:
        return _on(own)
    return Slot(QRectF(own.width() + ASIDE, (own.height() - _tall(own)) / 2, room, _tall(own)))


def _tall(own: QRectF) -> float:
    """As high as the card, for one line of maps at least."""
    return max(TILE, own.height() - 8)


def _below(name: str, slots: Mapping[str, QRectF]) -> Slot:
    """Below its card, where the network goes to the right."""
    own = slots[name]
    column = QRectF(own.left(), own.bottom(), own.width(), 2 * TILE + 4 + 2 * BELOW)
    others = [slot.top() for slot in slots.values() if slot.top() >= own.bottom() and slot.intersects(column)]
    room = min(others, default=column.bottom()) - own.bottom() - 2 * BELOW
    return _on(own) if room < TILE / 2 else Slot(QRectF(0, own.height() + BELOW, CARD_WIDTH, room))


def _on(own: QRectF) -> Slot:
    return Slot(QRectF(own.width() - OVER - 5, (min(own.height(), 46) - TILE) / 2, OVER, TILE), ground=True)

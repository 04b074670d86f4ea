"""The cards and wires of a graph on a scene, changed by difference."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from engine.graph.difference import Diff, diff
from engine.graph.graph import Edge, Graph
from engine.graph.grid import size_of
from widgets.canvas.cards.card import CardItem
from widgets.canvas.scene.dressing import Dressing
from widgets.canvas.scene.overview import Overview
from widgets.canvas.scene.pool import CardPool
from widgets.canvas.wires.routing import Routes
from widgets.canvas.wires.wire import WireItem, wires_at


class Drawing:
    """One card for each node, one wire for each edge; only what differs is touched."""

    def __init__(self, scene: QGraphicsScene, dressing: Dressing, overview: Overview,
                 stirred: Callable[[], None]) -> None:
        self._scene, self._dressing, self._overview = scene, dressing, overview
        self._stirred = stirred  # a card has moved by itself, or the mouse comes or goes
        self.cards: dict[str, CardItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.pool = CardPool()
        self._routes = Routes(lambda name: self.cards[name].plain.inputs)

    def show(self, before: Graph, after: Graph, difference: Diff) -> None:
        """Show another graph than the one ``before``."""
        lending = self._dressing.show_graph(after)
        for edge in difference.edges_removed:
            self._remove_wire(edge, after)
        for name in difference.removed:
            card = self.cards.pop(name)
            self._scene.removeItem(card)
            self.pool.keep_card(card)
        for name in difference.added:
            self._add_card(name, after)
        moved = [self._update_card(name, before, after) for name in difference.changed]
        if before.flow != after.flow:
            moved.append(True)
            for card in self.cards.values():
                self._dressing.dress(card)
        for name in lending & before.nodes.keys() & after.nodes.keys():
            self._dressing.dress(self.cards[name])
        for edge in difference.edges_added:
            self._add_wire(edge)
        if (difference.added or difference.removed or difference.edges_added or difference.edges_removed
                or any(moved)):
            self._lead_wires(before, after, difference)
            self._overview.invalidate()

    def _lead_wires(self, before: Graph, after: Graph, difference: Diff) -> None:
        """Past cards, and each with its pill where it is alone."""
        if before.flow != after.flow:
            self._routes = Routes(self._routes.input_count)
            before, difference = Graph(), diff(Graph(), after)
        for edge, way in self._routes.update(before, after, difference).items():
            self.wires[edge].pass_beside(*(way or (None,)))
        ends = {name for edge in (*difference.edges_added, *difference.edges_removed)
                for name in (edge.source, edge.target)}
        for name in difference.changed:  # moved: what leaves or comes in with its wires may stand otherwise, too
            ends.update((name, *(edge.source for edge in after.inputs[name]),
                         *(edge.target for edge in after.outputs[name])))
        for wire in wires_at(self.cards[name] for name in ends & self.cards.keys()):
            wire.settle()

    def add(self, item: QGraphicsItem) -> None:
        """Take in something that is painted only from near."""
        self._overview.take(item)
        self._scene.addItem(item)

    def _add_card(self, name: str, graph: Graph) -> None:
        node = graph.nodes[name]
        card = self.pool.card(node)
        if card is None:
            card = CardItem(node)
            card.stirred = self._stirred
            self._dressing.dress(card)
        else:
            card.setPos(*node.position)
            self._dressing.dress_again(card)
        self.add(card)
        self.cards[name] = card

    def _update_card(self, name: str, before: Graph, after: Graph) -> bool:
        """Show another node of the same name; whether wires may lie otherwise now."""
        card, node, old = self.cards[name], after.nodes[name], before.nodes[name]
        inputs = card.plain.inputs
        card.node = node
        moved = (card.x(), card.y()) != node.position
        if moved:
            card.setPos(*node.position)
        if old.layer.category != node.layer.category:
            self._overview.invalidate()
        if old.layer is not node.layer or old.parameters is not node.parameters or old.shares != node.shares or (
                (old.bypassed, old.label, old.collapsed) != (node.bypassed, node.label, node.collapsed)):
            self._dressing.dress(card)
        return (moved or old.position != node.position or size_of(old) != size_of(node)
                or inputs != card.plain.inputs)

    def _add_wire(self, edge: Edge) -> None:
        source, target = self.cards[edge.source], self.cards[edge.target]
        self._dressing.count_inputs(target)
        wire = self.pool.wire(edge, source, target) or WireItem(edge, source, target)
        self.add(wire)
        wire.show_unless_folded()
        self.wires[edge] = wire

    def _remove_wire(self, edge: Edge, after: Graph) -> None:
        wire = self.wires.pop(edge)
        wire.leave()
        self._scene.removeItem(wire)
        self.pool.keep_wire(wire)
        if edge.target in after.nodes:
            self._dressing.count_inputs(wire.target)

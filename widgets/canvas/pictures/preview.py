"""Another network shown on the live canvas: what would be added, removed and changed, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF

from engine.advice.advice import Problem
from engine.analysis.analysis import Analysis
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import size_of
from engine.units import UNKNOWN, shape_text
from widgets.canvas.cards.card import CardItem
from widgets.canvas.cards.face import Face
from widgets.canvas.cards.repair_button import RepairButton
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.canvas.cards.words import face_of, plain_face, worst_by_node
from widgets.canvas.ground.stacking import CARD_LAYER
from widgets.canvas.pictures.ghosts import BrokenSign, Ghost, GhostCard, GhostWire
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.wires.wire import WireItem

ASIDE = CARD_WIDTH + 40  # ghosts step aside by this where cards are that would go
FAR_ENOUGH = 24  # such steps, then they may overlap
ABOVE_GHOSTS = 0.3  # the card whose button the mouse is on


def became(was: str, now: str) -> str:
    """``old → new``, or only what there is."""
    return f"{was or UNKNOWN} → {now or UNKNOWN}" if was != now and (was or now) else now


class Preview:
    """Shown from the moment it is made until ``end``; only what differs is touched, the scene's graph stays."""

    def __init__(self, scene: CanvasScene, analysis: Analysis, problems: Sequence[Problem]) -> None:
        self._scene, self._analysis = scene, analysis
        self._graph: Graph = analysis.graph
        self._worst = worst_by_node(problems)
        self.faces = dict(self._changed_faces())
        self.ghosts: dict[str, GhostCard] = {}
        self._items: list[Ghost] = []
        self._touched: list[Edge] = []
        scene.decorations.insert(0, self._decorate)
        scene.redress(self.faces)
        self._pinned: tuple[CardItem, RepairButton, QPointF] | None = None  # moved by so much
        self._lead_cards()
        self._show_wires()
        self._show_ghosts()

    def end(self) -> None:
        """Show again what is."""
        scene = self._scene
        scene.decorations.remove(self._decorate)
        scene.redress(self.faces)
        self._unpin()
        scene.put_back()
        for item in self._items:
            scene.removeItem(item)
        self._items.clear()
        for edge in self._touched:
            if edge in scene.wires:
                scene.wires[edge].show_tone("")
                scene.wires[edge].show_shape(_shape(scene.analysis, edge.source))

    # -- cards --------------------------------------------------------------------------------------------------

    def _lead_cards(self) -> None:
        """Every card to where it would lie; the button that the mouse is on stays under it."""
        for name, node in self._graph.nodes.items():
            card = self._scene.cards.get(name)
            if card is not None and node.position != card.node.position:
                way = QPointF(*node.position) - card.pos()
                card.setPos(*node.position)
                if card is self._scene.asking and card.repair_button is not None:
                    self._pin(card, card.repair_button, way)

    def _pin(self, card: CardItem, button: RepairButton, way: QPointF) -> None:
        self._pinned = card, button, way
        button.setPos(button.pos() - way)
        card.setZValue(CARD_LAYER + ABOVE_GHOSTS)

    def _unpin(self) -> None:
        if self._pinned is not None:
            card, button, way = self._pinned
            card.setZValue(CARD_LAYER)
            if card.repair_button is button:
                button.setPos(button.pos() + way)

    def _decorate(self, face: Face) -> Face:
        other = self.faces.get(face.name)
        return face if other is None else other._replace(heat=face.heat, heat_text=face.heat_text)

    def _changed_faces(self) -> Iterator[tuple[str, Face]]:
        before, after = self._scene.graph, self._graph
        for name, card in self._scene.cards.items():
            node = after.nodes.get(name)
            if node is None:
                yield name, card.bare._replace(change="removed", repair="")
            elif node is not before.nodes[name] or not self._says_the_same(card):
                face = self._face(card, node, _is_other(before.nodes[name], node))
                if face != card.bare:
                    yield name, face

    def _says_the_same(self, card: CardItem) -> bool:
        """Whether nothing is known of the node that was not known before."""
        name = card.node.name
        return (self._analysis.nodes[name].facts is card.facts and name not in self._worst and not card.bare.problem
                and (name not in self._analysis.members) == card.bare.loose)

    def _face(self, card: CardItem, node: Node, changed: bool) -> Face:
        plain = card.plain
        if changed:
            plain = self._plain(node)._replace(collapsed=plain.collapsed)
        face = self._known(plain, node.name)
        count = became(card.bare.count, face.count)
        return face._replace(inputs=max(card.plain.inputs, plain.inputs), count=count,
                             change="changed" if changed else "") if changed or count != face.count else face

    def _plain(self, node: Node) -> Face:
        lends = node.name in self._graph.shares.values()
        return plain_face(self._graph, node, self._scene.caption, lends)

    def _known(self, plain: Face, name: str) -> Face:
        loose = name not in self._analysis.members
        return face_of(plain, self._analysis.nodes[name].facts, self._worst.get(name), loose)

    # -- wires --------------------------------------------------------------------------------------------------

    def _show_wires(self) -> None:
        scene, after = self._scene, self._graph
        stays = None if after.edges is scene.graph.edges else set(after.edges)
        broken = self._broken()
        for edge, wire in scene.wires.items():
            removed = stays is not None and edge not in stays
            tone = "removed" if removed else "broken" if edge.target in broken else ""
            text = wire.text if removed else _shape(self._analysis, edge.source)
            if tone or text != wire.text:
                self._touched.append(edge)
                wire.show_tone(tone)
                wire.show_shape(text, wire.text if wire.text != text else "")
            if tone == "broken":
                self._add(BrokenSign(_before(wire)))

    def _broken(self) -> set[str]:
        """The nodes that would no longer take what comes to them."""
        cards = self._scene.cards
        return {name for name, problem in self._worst.items() if problem.tone == "error"
                and name in cards and cards[name].bare.severity != "error"}

    # -- what is new --------------------------------------------------------------------------------------------

    def _show_ghosts(self) -> None:
        before, after = self._scene.graph, self._graph
        new = [node for name, node in after.nodes.items() if name not in before.nodes]
        aside = self._aside(new)
        for node in new:
            face = self._known(self._plain(node), node.name)._replace(change="added", repair="")
            self.ghosts[node.name] = GhostCard(face, QPointF(*node.position) + aside)
            self._add(self.ghosts[node.name])
        if after.edges is not before.edges:
            known = set(before.edges)
            ends: Mapping[str, CardItem | GhostCard] = {**self._scene.cards, **self.ghosts}
            for edge in after.edges:
                if edge not in known:
                    start, end = ends[edge.source].out_point(), ends[edge.target].in_point(edge.port)
                    self._add(GhostWire(start, end, _shape(self._analysis, edge.source), after.flow))

    def _aside(self, new: Sequence[Node]) -> QPointF:
        """What would come in the place of cards that would go is shown beside them."""
        areas = [QRectF(*node.position, *size_of(node)) for node in new]
        steps = (QPointF(ASIDE * step, 0) for step in range(FAR_ENOUGH))
        return next((by for by in steps if not any(self._is_taken(area.translated(by)) for area in areas)), QPointF())

    def _is_taken(self, area: QRectF) -> bool:
        return any(isinstance(item, CardItem) and item.node.name not in self._graph.nodes
                   for item in self._scene.items(area))

    def _add(self, item: Ghost) -> None:
        self._items.append(item)
        self._scene.addItem(item)


def _is_other(before: Node, after: Node) -> bool:
    return (before.layer, before.parameters, before.shares, before.bypassed) != (
        after.layer, after.parameters, after.shares, after.bypassed)


def _shape(analysis: Analysis | None, name: str) -> str:
    shape = analysis.nodes[name].output_shape if analysis is not None else None
    return shape_text(shape) if shape is not None else ""


def _before(wire: WireItem) -> QPointF:
    """Where a wire comes to its card."""
    return wire.target.in_point(wire.edge.port) - QPointF(0, 13)

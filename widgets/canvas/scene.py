"""The scene: shows a Graph and its analysis, and turns gestures into requests for another Graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsSceneMouseEvent

from engine.advice import Problem, Repair
from engine.analysis import Analysis
from engine.difference import diff
from engine.edits import nudged
from engine.graph import Edge, Graph
from engine.layers.base import shape_text
from engine.layers.inputs import Input
from widgets import theme
from widgets.canvas.faces import face_of, input_count, plain_face, worst_by_node
from widgets.canvas.ground import dots
from widgets.canvas.items import CardItem, RepairButton, WireItem
from widgets.canvas.links import ShareLinks
from widgets.canvas.overview import FAR, Overview
from widgets.canvas.painting import Face
from widgets.canvas.routing import Routes
from widgets.canvas.wiring import WireGesture

REASON_MS = 1600  # how long the reason stays after a refused wire was let go


class CanvasScene(QGraphicsScene):
    """Shows what it is given; every change a person makes is asked for with ``edit_requested``."""

    edit_requested = Signal(str, object, str)  # text, Graph, merge key
    repair_requested = Signal(object)  # Repair
    names_selected = Signal(list)
    open_requested = Signal(str)  # a card was double-clicked
    shown = Signal()  # another graph, or other shapes

    def __init__(self) -> None:
        super().__init__()
        self.graph = Graph()
        self.cards: dict[str, CardItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.gesture: WireGesture | None = None
        self.analysis: Analysis | None = None  # of the shown graph
        self.trims: list[Callable[[Face], Face]] = []  # what else cards show: a heat map, a change that is tried
        self._owners: frozenset[str] = frozenset()  # nodes whose weights others use too
        self._routes = Routes(lambda name: self.cards[name].plain.inputs)
        self._links = ShareLinks()
        self.addItem(self._links)
        self._caption = ""
        self._overview = Overview()
        self._far = False
        self._wrong: set[str] = set()
        self._quiet = False
        self.selectionChanged.connect(self._tell_selection)

    # -- showing ------------------------------------------------------------------------------------------------

    def show_graph(self, graph: Graph) -> None:
        """Show another graph; only what differs is touched."""
        self.cancel_gesture()
        difference = diff(self.graph, graph)
        before, self.graph = self.graph, graph
        self._quiet = True
        owners, self._owners = self._owners, frozenset(graph.shares.values())
        for edge in difference.edges_removed:
            self._remove_wire(edge)
        for name in difference.removed:
            self.removeItem(self.cards.pop(name))
        for name in difference.added:
            self._add_card(name)
        moved = [self._update_card(name, before) for name in difference.changed]
        for name in (owners ^ self._owners) & before.nodes.keys() & graph.nodes.keys():
            self._dress(self.cards[name])
        for edge in difference.edges_added:
            self._add_wire(edge)
        if difference.added or difference.removed or difference.edges_added or difference.edges_removed or any(moved):
            for edge, beside in self._routes.update(before, graph, difference).items():
                self.wires[edge].pass_beside(beside)
            self._overview.invalidate()
        self._quiet = False
        self._show_links()
        if difference.removed or difference.added:
            self._fit_scene_rect()
            self._tell_selection()
        if self._far:
            self.update()

    def show_analysis(self, analysis: Analysis, problems: Sequence[Problem]) -> None:
        """Write shapes, counts and problems on what is shown; ``analysis`` is of the shown graph."""
        self.analysis = analysis
        worst = worst_by_node(problems)
        for name, card in self.cards.items():
            problem, facts, loose = worst.get(name), analysis.nodes[name].facts, name not in analysis.members
            # The facts of an unchanged layer with unchanged inputs are the same object: nothing to write anew.
            if problem or card.bare.problem or facts is not card.facts or loose != card.bare.loose:
                card.facts, card.bare = facts, face_of(card.plain, facts, problem, loose)
                card.show_face(self._trimmed(card.bare))
                self._show_repair(card, problem)
        for edge, wire in self.wires.items():
            shape = analysis.nodes[edge.source].output_shape
            wire.show_shape(shape_text(shape) if shape is not None else "")
        wrong = {name for name, problem in worst.items() if problem.severity == "error"}
        if self._far and wrong != self._wrong:
            self._overview.invalidate()
            self.update()
        self._wrong = wrong
        self.shown.emit()

    def redress(self) -> None:
        """Show every card anew: a trim shows something else."""
        for card in self.cards.values():
            card.show_face(self._trimmed(card.bare))
        self._overview.invalidate()
        self.update()

    def _trimmed(self, face: Face) -> Face:
        for trim in self.trims:
            face = trim(face)
        return face

    def show_caption(self, caption: str) -> None:
        """What Input cards say about the data."""
        if caption != self._caption:
            self._caption = caption
            for card in self.cards.values():
                if isinstance(card.node.layer, Input):
                    self._dress(card)

    def put_back(self) -> None:
        """Show every card where the graph has it: a move was not granted."""
        for card in self.cards.values():
            if (card.x(), card.y()) != card.node.position:
                card.setPos(*card.node.position)
        self._overview.invalidate()

    def _add_card(self, name: str) -> None:
        card = CardItem(self.graph.nodes[name])
        card.stirred = self._show_links
        self._dress(card)
        self._apply_distance(card)
        self.addItem(card)
        self.cards[name] = card

    def _update_card(self, name: str, before: Graph) -> bool:
        """Show another node of the same name; whether it moved."""
        card, node, old = self.cards[name], self.graph.nodes[name], before.nodes[name]
        card.node = node
        moved = (card.x(), card.y()) != node.position
        if moved:
            card.setPos(*node.position)
        if old.layer.category != node.layer.category:
            self._overview.invalidate()
        if old.layer is not node.layer or old.parameters is not node.parameters or old.shares != node.shares:
            self._dress(card)
        return moved or old.position != node.position

    def _dress(self, card: CardItem) -> None:
        """The card's words as far as they follow from the graph alone."""
        lends = card.node.name in self._owners
        card.plain, card.facts = plain_face(self.graph, card.node, self._caption, lends), None
        card.bare = card.plain
        card.show_face(self._trimmed(card.plain))

    def _show_links(self) -> None:
        """A line to each card that shares its weights with a selected card or the one under the mouse."""
        shares = self.graph.shares
        if not self._quiet and (shares or self._links.pairs):
            cards = self.cards
            chosen = {name for name in {*shares, *self._owners} if cards[name].isSelected() or cards[name].hovered}
            self._links.show_pairs([(cards[name], cards[owner]) for name, owner in shares.items()
                                    if name in chosen or owner in chosen])

    def _add_wire(self, edge: Edge) -> None:
        target = self.cards[edge.target]
        self._count_inputs(target)
        wire = WireItem(edge, self.cards[edge.source], target)
        self._apply_distance(wire)
        self.addItem(wire)
        self.wires[edge] = wire

    def _remove_wire(self, edge: Edge) -> None:
        wire = self.wires.pop(edge)
        wire.leave()
        self.removeItem(wire)
        if edge.target in self.graph.nodes:
            self._count_inputs(wire.target)

    def _count_inputs(self, card: CardItem) -> None:
        if input_count(self.graph, self.graph.nodes[card.node.name]) != card.plain.inputs:
            self._dress(card)

    def _show_repair(self, card: CardItem, problem: Problem | None) -> None:
        text = card.face.repair
        if card.repair_button is not None and (not text or card.repair_button.text != text):
            self.removeItem(card.repair_button)
            card.repair_button = None
        if text and problem is not None:
            repair = problem.repairs[0]
            if card.repair_button is None:
                card.repair_button = RepairButton(card, text)
            card.repair_button.pressed = lambda: self._ask_repair(repair)

    def _ask_repair(self, repair: Repair) -> None:
        # Later: the repair replaces the very button whose event is being handled.
        QTimer.singleShot(0, self, lambda: self.repair_requested.emit(repair))

    def _fit_scene_rect(self) -> None:
        self.setSceneRect(self.itemsBoundingRect().adjusted(-500, -500, 500, 500))

    # -- near and far -------------------------------------------------------------------------------------------

    def set_scale(self, scale: float) -> None:
        """The view's zoom changed: below 0.4 everything is painted in batches."""
        far = scale < FAR
        if far != self._far:
            self._far = far
            self._overview.invalidate()
            for item in (*self.cards.values(), *self.wires.values()):
                self._apply_distance(item)

    def _apply_distance(self, item: QGraphicsItem) -> None:
        item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, self._far)
        for child in item.childItems():
            child.setVisible(not self._far)

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        look = theme.current()
        painter.fillRect(rect, QColor(look.canvas))
        if self._far:
            self._overview.paint(painter, self.cards.values(), list(self.wires.values()))
        else:
            painter.fillRect(rect, dots(look))

    # -- selection ----------------------------------------------------------------------------------------------

    def selected_names(self) -> list[str]:
        """Names of the selected cards, in the graph's order."""
        chosen = {item.node.name for item in self.selectedItems() if isinstance(item, CardItem)}
        return [name for name in self.graph.nodes if name in chosen]

    def selected_edges(self) -> list[Edge]:
        """The selected wires."""
        return [item.edge for item in self.selectedItems() if isinstance(item, WireItem)]

    def select(self, names: Iterable[str]) -> None:
        """Select these cards and nothing else."""
        self._quiet = True
        self.clearSelection()
        for name in names:
            if name in self.cards:
                self.cards[name].setSelected(True)
        self._quiet = False
        self._tell_selection()

    def _tell_selection(self) -> None:
        if not self._quiet:
            self._overview.invalidate()
            self._show_links()
            self.names_selected.emit(self.selected_names())
            if self._far:
                self.update()

    # -- gestures -----------------------------------------------------------------------------------------------

    def card_at(self, point: QPointF) -> CardItem | None:
        """The card at a scene point, ports included."""
        return next((item for item in self.items(point) if isinstance(item, CardItem)), None)

    def wire_at(self, point: QPointF) -> WireItem | None:
        """The wire under a card dropped at a scene point."""
        area = QRectF(point.x() - 20, point.y() - 20, 40, 40)
        return next((item for item in self.items(area) if isinstance(item, WireItem)), None)

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        self.cancel_gesture()
        if event.button() == Qt.MouseButton.LeftButton and self._begin_wire(event.scenePos()):
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        card = self.card_at(event.scenePos())
        on_port = card is not None and card.port_at(event.scenePos()) is not None
        on_button = any(isinstance(item, RepairButton) for item in self.items(event.scenePos()))
        if event.button() != Qt.MouseButton.LeftButton or card is None or on_port or on_button or event.modifiers():
            super().mouseDoubleClickEvent(event)
            return
        event.accept()
        self.open_requested.emit(card.node.name)

    def _begin_wire(self, point: QPointF) -> bool:
        """Begin at an output, at a free input, or take the end of the wire that is in the input."""
        if any(isinstance(item, RepairButton) for item in self.items(point)):
            return False
        card = self.card_at(point)
        port = card.port_at(point) if card is not None else None
        if card is None or port is None:
            return False
        wire = next((e for e in self.graph.inputs[card.node.name] if e.port == port), None) if port >= 0 else None
        if wire is not None:
            self.wires[wire].setVisible(False)
            self.gesture = WireGesture(self.graph, self.cards[wire.source], -1, detached=wire)
        else:
            self.gesture = WireGesture(self.graph, card, port)
        self.addItem(self.gesture)
        self.gesture.move_to(point, card if wire is not None else None)
        return True

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if self.gesture is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.gesture.move_to(event.scenePos(), self.card_at(event.scenePos()))
            event.accept()
            return
        super().mouseMoveEvent(event)
        if self._far and event.buttons():
            self._overview.invalidate()
            self.update()

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if self.gesture is not None:
            self._end_wire()
            event.accept()
            return
        super().mouseReleaseEvent(event)
        self._commit_moves()

    def _end_wire(self) -> None:
        assert self.gesture is not None
        gesture, graph = self.gesture, self.gesture.result()
        if gesture.reason:
            QTimer.singleShot(REASON_MS, self, lambda: self._drop_gesture(gesture))
            self._show_detached(gesture)
            return
        self.cancel_gesture()
        if graph is not None:
            self.edit_requested.emit(self.tr("Disconnect") if gesture.edge is None else self.tr("Connect"), graph, "")

    def cancel_gesture(self) -> None:
        """Let go of a held wire without doing anything."""
        if self.gesture is not None:
            self._show_detached(self.gesture)
            self._drop_gesture(self.gesture)

    def _show_detached(self, gesture: WireGesture) -> None:
        if gesture.detached in self.wires:
            self.wires[gesture.detached].setVisible(True)

    def _drop_gesture(self, gesture: WireGesture) -> None:
        if gesture is self.gesture:
            self.gesture = None
            self.removeItem(gesture)

    def _commit_moves(self) -> None:
        moved = {
            name: (card.x(), card.y()) for name, card in self.cards.items()
            if (card.x(), card.y()) != card.node.position
        }
        if moved:
            self._fit_scene_rect()
            self.edit_requested.emit(self.tr("Move"), self.graph.moved(moved), "")

    # -- edits by key -------------------------------------------------------------------------------------------

    def delete_selection(self, heal: bool = False) -> None:
        """Remove the selected cards and wires; ``heal`` leads each removed card's wire on."""
        names, edges = self.selected_names(), self.selected_edges()
        if not names and not edges:
            return
        graph = self.graph.without_edges(edges)
        for name in names:
            graph = graph.healed(name) if heal else graph.without([name])
        self.edit_requested.emit(self.tr("Delete"), graph, "")

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected cards a little."""
        names = self.selected_names()
        if names:
            key = "nudge " + " ".join(names)
            self.edit_requested.emit(self.tr("Move"), nudged(self.graph, names, dx, dy), key)

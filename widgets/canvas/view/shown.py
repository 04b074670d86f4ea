"""What the scene shows: a graph's cards, wires and frames, what is known of them, and which are selected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from engine.advice.advice import Problem, Repair
from engine.analysis.analysis import Analysis
from engine.graph.difference import diff
from engine.graph.graph import Edge, Graph
from engine.layers.base import shape_text
from engine.layers.inputs import Input
from widgets.canvas.cards.faces import face_of, input_count, plain_face, worst_by_node
from widgets.canvas.cards.highlight import Highlight
from widgets.canvas.cards.items import CardItem, RepairButton, WireItem
from widgets.canvas.cards.painting import Face
from widgets.canvas.cards.pool import CardPool
from widgets.canvas.frames.frames import FrameItem, Frames
from widgets.canvas.gestures.guides import Guides
from widgets.canvas.view.ground import dots
from widgets.canvas.view.overview import FAR, Overview
from widgets.canvas.wires.links import ShareLinks
from widgets.canvas.wires.routing import Routes
from widgets.look import theme

SURROUNDINGS = 1000.0  # how far the scene goes on around its cards


class ShownScene(QGraphicsScene):
    """Shows a graph and its analysis, always by difference. What hands do with it is ``CanvasScene``'s."""

    edit_requested = Signal(str, object, str)  # text, Graph, merge key
    repair_requested = Signal(object)  # Repair
    repair_previewed = Signal(object)  # the Repair whose button the mouse is on, or None
    names_selected = Signal(list)
    open_requested = Signal(str)  # a card was double-clicked
    shown = Signal()  # another graph, or other shapes

    def __init__(self) -> None:
        super().__init__()
        self.graph = Graph()
        self.cards: dict[str, CardItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.analysis: Analysis | None = None  # of the shown graph
        self.decorations: list[Callable[[Face], Face]] = []  # what else cards show: a heat map, a change that is tried
        self.highlight: Highlight | None = None  # what stands out while the rest is dimmed
        self._owners: frozenset[str] = frozenset()  # nodes whose weights others use too
        self._routes = Routes(lambda name: self.cards[name].plain.inputs)
        self._pool = CardPool()
        self.destroyed.connect(self._pool.clear)
        self._links = ShareLinks()
        self.addItem(self._links)
        self.guides = Guides()
        self.addItem(self.guides)
        self.frames = Frames(self)
        self.hot_bend: tuple[Edge, int] | None = None  # the bend that was taken last: Delete removes it
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._follow_cards)
        self._caption = ""
        self._overview = Overview()
        self._far = False
        self._wrong: set[str] = set()
        self._quiet = False
        self.is_selecting = False  # the selection will be told of once what goes on has ended
        self.selectionChanged.connect(self._tell_selection)

    def cancel_gesture(self) -> None:
        """Let go of what is held without doing anything."""

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
            card = self.cards.pop(name)
            self.removeItem(card)
            self._pool.keep_card(card)
        for name in difference.added:
            self._add_card(name)
        moved = [self._update_card(name, before) for name in difference.changed]
        for name in (owners ^ self._owners) & before.nodes.keys() & graph.nodes.keys():
            self._dress(self.cards[name])
        for edge in difference.edges_added:
            self._add_wire(edge)
        shifted = any(moved)
        if difference.added or difference.removed or difference.edges_added or difference.edges_removed or shifted:
            for edge, beside in self._routes.update(before, graph, difference).items():
                self.wires[edge].pass_beside(beside)
            self._overview.invalidate()
        if graph.frames or self.frames.items:
            self.frames.show(graph)
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
            if (problem or card.bare.problem or card.repair_button is not None or facts is not card.facts
                    or loose != card.bare.loose):
                card.facts, card.bare = facts, face_of(card.plain, facts, problem, loose)
                card.show_face(self._decorated(card.bare))
                self._show_repair(card, problem)
        for edge, wire in self.wires.items():
            shape = analysis.nodes[edge.source].output_shape
            wire.show_shape(shape_text(shape) if shape is not None else "")
        wrong = {name for name, problem in worst.items() if problem.severity == "error"}
        if self._far and wrong != self._wrong:
            self._overview.invalidate()
            self.update()
        self._wrong = wrong
        if self.frames.items:
            self.frames.arrange()  # a card that says what is wrong is wider
        self.shown.emit()

    def redress(self, names: Iterable[str] | None = None) -> None:
        """Show these cards anew, or all: a decoration shows something else."""
        for name in self.cards if names is None else names:
            if name in self.cards:
                self.cards[name].show_face(self._decorated(self.cards[name].bare))
        self._overview.invalidate()
        self.update()

    def show_highlight(self, highlight: Highlight | None) -> None:
        """Let these cards and wires stand out; None: all alike."""
        if highlight != self.highlight:
            self.highlight = self._overview.highlight = highlight
            self._overview.invalidate()
            self.update()

    def _decorated(self, face: Face) -> Face:
        for decorate in self.decorations:
            face = decorate(face)
        return face

    @property
    def caption(self) -> str:
        """What Input cards say about the data."""
        return self._caption

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
        self.frames.rest()

    def _add_card(self, name: str) -> None:
        node = self.graph.nodes[name]
        card = self._pool.card(node)
        if card is None:
            card = CardItem(node)
            card.stirred = self._card_stirred
            self._dress(card)
        else:
            card.setPos(*node.position)
            self._dress_again(card)
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
        if old.layer is not node.layer or old.parameters is not node.parameters or old.shares != node.shares or (
                (old.bypassed, old.label, old.collapsed) != (node.bypassed, node.label, node.collapsed)):
            self._dress(card)
        return moved or old.position != node.position

    def _dress(self, card: CardItem) -> None:
        """The card's words as far as they follow from the graph alone."""
        lends = card.node.name in self._owners
        card.plain, card.facts = plain_face(self.graph, card.node, self._caption, lends), None
        card.bare = card.plain
        card.show_face(self._decorated(card.plain))

    def _dress_again(self, card: CardItem) -> None:
        """A card comes back: as it was, unless its words would be others now."""
        node, plain = card.node, card.plain
        linked = node.name in self._owners or node.shares is not None
        if isinstance(node.layer, Input) or linked != plain.linked or input_count(self.graph, node) != plain.inputs:
            self._dress(card)
        else:
            card.show_face(self._decorated(card.bare))

    def _card_stirred(self) -> None:
        self._show_links()
        if self.frames.items and not self._later.isActive():
            self._later.start()

    def _follow_cards(self) -> None:
        """Cards have moved by themselves: frames stay around them."""
        self.frames.arrange(self.frames.held)
        self.frames.lead_wires()

    def _show_links(self) -> None:
        """A line to each card that shares its weights with a selected card or the one under the mouse."""
        shares = self.graph.shares
        if not self._quiet and (shares or self._links.pairs):
            cards = self.cards
            chosen = {name for name in {*shares, *self._owners} if cards[name].isSelected() or cards[name].hovered}
            self._links.show_pairs([(cards[name], cards[owner]) for name, owner in shares.items()
                                    if name in chosen or owner in chosen])

    def _add_wire(self, edge: Edge) -> None:
        source, target = self.cards[edge.source], self.cards[edge.target]
        self._count_inputs(target)
        wire = self._pool.wire(edge, source, target) or WireItem(edge, source, target)
        self._apply_distance(wire)
        self.addItem(wire)
        self.wires[edge] = wire

    def _remove_wire(self, edge: Edge) -> None:
        wire = self.wires.pop(edge)
        wire.leave()
        self.removeItem(wire)
        self._pool.keep_wire(wire)
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
            card.repair_button.previewed = lambda on: self.repair_previewed.emit(repair if on else None)

    def _ask_repair(self, repair: Repair) -> None:
        # Later: the repair replaces the very button whose event is being handled.
        QTimer.singleShot(0, self, lambda: self.repair_requested.emit(repair))

    def add_item(self, item: QGraphicsItem) -> None:
        """Take in something that is painted only from near."""
        self._apply_distance(item)
        self.addItem(item)

    def extent(self, selection_only: bool = False) -> QRectF:
        """What all cards and frames take up that are seen; ``selection_only``: those selected, if there are any."""
        items = [item for item in (*self.cards.values(), *self.frames.items) if item.isVisible()]
        chosen = [item for item in items if item.isSelected()] if selection_only else []
        area = QRectF()
        for item in chosen or items:
            area = area.united(item.sceneBoundingRect())
        return area

    def _fit_scene_rect(self) -> None:
        """Around all cards and frames, with room: from the values, for asking every item takes long."""
        places = [node.position for node in self.graph.nodes.values()]
        area = QRectF()
        if places:
            left, top = min(x for x, _ in places), min(y for _, y in places)
            area = QRectF(left, top, max(x for x, _ in places) - left, max(y for _, y in places) - top)
        for frame in self.frames.items:
            area = area.united(frame.sceneBoundingRect())
        self.setSceneRect(area.adjusted(-SURROUNDINGS, -SURROUNDINGS, SURROUNDINGS, SURROUNDINGS))

    # -- near and far -------------------------------------------------------------------------------------------

    def set_scale(self, scale: float) -> None:
        """The view's zoom changed: below 0.4 everything is painted in batches."""
        far = scale < FAR
        if far != self._far:
            self._far = far
            self._overview.invalidate()
            for item in (*self.cards.values(), *self.wires.values(), *self.frames.items):
                self._apply_distance(item)

    def _apply_distance(self, item: QGraphicsItem) -> None:
        item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, self._far)
        for child in item.childItems():
            child.setVisible(not self._far)

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        look = theme.current()
        painter.fillRect(rect, QColor(look.canvas))
        if self._far:
            self._overview.paint(painter, self.cards.values(), list(self.wires.values()), self.frames.items)
        else:
            painter.fillRect(rect, dots(look))

    def pixel(self) -> float:
        """One screen pixel in scene pixels."""
        views = self.views()
        return 1 / views[0].transform().m11() if views else 1.0

    def lift(self, cards: Collection[CardItem]) -> None:
        """These cards are in the hand: in the far view they are painted by themselves."""
        self._overview.lift(cards)
        self.stir()

    def stir(self, moved: bool = False) -> None:
        """What is in the hand is another, or has moved."""
        if moved:
            self._show_links()
        if self._far:
            self.update()

    # -- selection ----------------------------------------------------------------------------------------------

    def selected_names(self) -> list[str]:
        """Names of the selected cards, in the graph's order."""
        chosen = {item.node.name for item in self.selectedItems() if isinstance(item, CardItem)}
        return [name for name in self.graph.nodes if name in chosen]

    def selected_edges(self) -> list[Edge]:
        """The selected wires."""
        return [item.edge for item in self.selectedItems() if isinstance(item, WireItem)]

    def selected_frames(self) -> list[int]:
        """Which of the graph's frames are selected."""
        return [index for index, item in enumerate(self.frames.items) if item.isSelected()]

    def chosen_names(self) -> list[str]:
        """The selected cards and those that the selected frames enclose, in the graph's order."""
        chosen = {name for index in self.selected_frames() for name in self.graph.frames[index].members}
        if not chosen:
            return self.selected_names()
        chosen.update(self.selected_names())
        return [name for name in self.graph.nodes if name in chosen]

    def choose(self, items: AbstractSet[QGraphicsItem]) -> None:
        """Select these items and nothing else, and tell of it once."""
        selected = set(self.selectedItems())
        if selected != items:
            self._quiet = True
            for item in selected ^ items:
                item.setSelected(item in items)
            self._quiet = False
            self._tell_selection()

    def select(self, names: Iterable[str]) -> None:
        """Select these cards and nothing else."""
        self._quiet = True
        self.clearSelection()
        for name in names:
            card = self.cards.get(name)
            bar = card.fold if card is not None else None
            if isinstance(bar, FrameItem):
                bar.setSelected(True)  # it stands for what it hides
            elif card is not None:
                card.setSelected(True)
        self._quiet = False
        self._tell_selection()

    @contextmanager
    def selecting_once(self) -> Iterator[None]:
        """Whatever is shown and selected meanwhile, the selection is told of once, at the end."""
        outer, self.is_selecting = self.is_selecting, True
        try:
            yield
        finally:
            self.is_selecting = outer
            self._tell_selection()

    def _tell_selection(self) -> None:
        if not (self._quiet or self.is_selecting):
            self._overview.invalidate()
            self._show_links()
            self.names_selected.emit(self.selected_names())
            if self._far:
                self.update()

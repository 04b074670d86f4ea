"""The scene: shows a graph's cards, wires and frames, what is known of them, and which are selected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

from PySide6.QtCore import QPointF, QRect, QRectF, QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsSceneHelpEvent, QGraphicsSceneMouseEvent

from engine.advice.advice import Problem, Repair
from engine.analysis.analysis import Analysis
from engine.graph.difference import diff
from engine.graph.graph import Edge, Graph
from engine.layers.base import Shape
from engine.layers.inputs import Input
from engine.units import shape_text
from widgets.canvas.cards.card import FARTHEST, GRAB, CardItem
from widgets.canvas.cards.words import worst_by_node
from widgets.canvas.frames.frame import FrameItem
from widgets.canvas.frames.frames import Frames
from widgets.canvas.ground.dots import dots
from widgets.canvas.ground.highlight import Highlight
from widgets.canvas.scene.drawing import Drawing
from widgets.canvas.scene.dressing import Dressing
from widgets.canvas.scene.mouse import MouseHandler
from widgets.canvas.scene.overview import Overview
from widgets.canvas.wires.links import ShareLinks
from widgets.canvas.wires.wire import WireItem
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.later import later

SURROUNDINGS = 1000.0  # how far the scene goes on around its cards
MANY = 100  # cards that come or go: painting all that is in sight takes less than asking each item where it was
UNDER = 94.0  # how far to each side of its middle a dropped card lies on a wire, scene pixels


@guarded
class CanvasScene(QGraphicsScene):
    """Shows a graph and its analysis, always by difference. Every change is asked for with ``edit_requested``.

    What the mouse does with it ``mouse`` says; without one it only selects.
    """

    edit_requested = Signal(str, object, str)  # text, Graph, merge key
    repair_requested = Signal(object)  # Repair
    repair_previewed = Signal(object)  # the Repair whose button the mouse is on, or None
    names_selected = Signal(list)
    open_requested = Signal(str)  # a card was double-clicked
    search_requested = Signal(object)  # SearchAt; a wire let go over nothing is held until ``cancel_gesture``
    frame_opened = Signal(int)  # the text of this frame shall be written
    told = Signal(object)  # Message: what a gesture did that is not seen at once
    shown = Signal()  # another graph, or other shapes

    def __init__(self) -> None:
        super().__init__()
        self.graph = Graph()
        self.analysis: Analysis | None = None  # of the shown graph
        self.highlight: Highlight | None = None  # what stands out while the rest is dimmed
        self.mouse: MouseHandler | None = None
        self.asking: CardItem | None = None  # the mouse is on its repair button
        self.taken_bend: tuple[Edge, int] | None = None  # the bend that was taken last: Delete removes it
        self._overview = Overview()
        self._dressing = Dressing(self._ask_repair, self._ask_preview)
        self.decorations = self._dressing.decorations
        self._drawing = Drawing(self, self._dressing, self._overview, self._card_stirred)
        self.cards, self.wires = self._drawing.cards, self._drawing.wires
        self.destroyed.connect(self._drawing.pool.clear)
        self.aside: Mapping[str, QRectF] = {}  # what lies beside cards, in their coordinates
        self.links = ShareLinks()
        self.addItem(self.links)
        self.frames = Frames(self.cards, self.add_item, self.removeItem)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._follow_cards)
        self._wrong: set[str] = set()
        self.is_selecting = False  # the selection will be told of once what goes on has ended
        self._is_showing = False  # what is selected changes by itself
        self.selectionChanged.connect(self._tell_selection)

    # -- showing ------------------------------------------------------------------------------------------------

    def show_graph(self, graph: Graph) -> None:
        """Show another graph; only what differs is touched."""
        self.cancel_gesture()
        difference = diff(self.graph, graph)
        before, self.graph = self.graph, graph
        self._is_showing = True
        if self.is_far or len(difference.removed) + len(difference.added) > MANY:
            self.update()
        self._drawing.show(before, graph, difference)
        if graph.frames or self.frames.items:
            self.frames.show(graph)
            self._overview.invalidate()
        self._is_showing = False
        self._show_links()
        if difference.removed or difference.added:
            self._fit_scene_rect()
            self._tell_selection()

    def show_analysis(self, analysis: Analysis, problems: Sequence[Problem]) -> None:
        """Write shapes, counts and problems on what is shown; ``analysis`` is of the shown graph."""
        self.analysis = analysis
        worst = worst_by_node(problems)
        self._dressing.tell(self.cards, analysis, worst)
        if self.is_far:
            for card in self.cards.values():
                if card.repair_button is not None:
                    card.repair_button.hide()  # a new one too
        texts: dict[Shape | None, str] = {None: ""}  # there are far fewer shapes than wires
        for edge, wire in self.wires.items():
            shape = analysis.nodes[edge.source].output_shape
            if shape not in texts:
                texts[shape] = shape_text(shape or ())
            wire.show_shape(texts[shape])
        wrong = {name for name, problem in worst.items() if problem.tone == "error"}
        if self.is_far and wrong != self._wrong:
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
                self._dressing.decorate(self.cards[name])
        self._overview.invalidate()
        self.update()

    def show_highlight(self, highlight: Highlight | None) -> None:
        """Let these cards and wires stand out; None: all alike."""
        if highlight != self.highlight:
            self.highlight = self._overview.highlight = highlight
            self._overview.invalidate()
            self.update()

    @property
    def caption(self) -> str:
        """What Input cards say about the data."""
        return self._dressing.caption

    def show_caption(self, caption: str) -> None:
        """What Input cards say about the data."""
        if caption != self.caption:
            self._dressing.caption = caption
            for card in self.cards.values():
                if isinstance(card.node.layer, Input):
                    self._dressing.dress(card)

    def put_back(self) -> None:
        """Show every card where the graph has it: a move was not granted."""
        for card in self.cards.values():
            if (card.x(), card.y()) != card.node.position:
                card.setPos(*card.node.position)
        self._overview.invalidate()
        self.frames.rest()

    def _ask_repair(self, repair: Repair) -> None:
        # Later: the repair replaces the very button whose event is being handled.
        later(self, lambda: self.repair_requested.emit(repair))

    def _ask_preview(self, card: CardItem, repair: Repair | None) -> None:
        self.asking = card if repair is not None else None
        self.repair_previewed.emit(repair)

    def add_item(self, item: QGraphicsItem) -> None:
        """Take in something that is painted only from near."""
        self._drawing.add(item)

    # -- where everything is ------------------------------------------------------------------------------------

    def extent(self, selection_only: bool = False) -> QRectF:
        """What all cards and frames take up that are seen, where those on their way come to; ``selection_only``: those
        selected, if there are any."""
        items = [item for item in (*self.cards.values(), *self.frames.items) if item.isVisible()]
        chosen = [item for item in items if item.isSelected()] if selection_only else []
        area = QRectF()
        for item in chosen or items:
            if isinstance(item, CardItem):
                own = item.boundingRect().united(self.aside.get(item.node.name, QRectF()))
                area = area.united(own.translated(*item.node.position))
            else:
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

    def card_at(self, point: QPointF) -> CardItem | None:
        """The card at a scene point, ports included."""
        card = next((item for item in self.items(point) if isinstance(item, CardItem)), None)
        if card is not None:
            return card
        pixel = self.pixel()
        reach = GRAB * min(max(1.0, pixel), FARTHEST)
        near = self.items(QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach))
        return next((item for item in near if isinstance(item, CardItem) and item.port_at(point, pixel) is not None),
                    None)

    def wire_at(self, point: QPointF) -> WireItem | None:
        """The wire under a card whose middle is at a scene point; it need not be exactly there."""
        for area in (QRectF(-20, -20, 40, 40), QRectF(-UNDER, -15, 2 * UNDER, 30)):
            wires = [item for item in self.items(area.translated(point)) if isinstance(item, WireItem)]
            if wires:
                return wires[0]
        return None

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
        if not self._is_showing:
            self.links.join(self.graph.shares, self.cards)

    # -- near and far -------------------------------------------------------------------------------------------

    @property
    def is_far(self) -> bool:
        """Whether everything is seen from so far that it is painted in batches."""
        return self._overview.far

    def set_scale(self, scale: float) -> None:
        """The view's zoom changed: below 0.4 everything is painted in batches."""
        self._overview.set_scale(scale, (*self.cards.values(), *self.wires.values(), *self.frames.items))

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        look = theme.current()
        painter.fillRect(rect, QColor(look.canvas))
        if self.is_far:
            self._overview.paint(painter, self.cards.values(), list(self.wires.values()), self.frames.items)
        else:
            painter.fillRect(rect, dots(look))

    def pixel(self) -> float:
        """One screen pixel in scene pixels."""
        views = self.views()
        return 1 / views[0].transform().m11() if views else 1.0

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
            with self.selecting_once():
                for item in selected ^ items:
                    item.setSelected(item in items)

    def select(self, names: Iterable[str]) -> None:
        """Select these cards and nothing else."""
        with self.selecting_once():
            self.clearSelection()
            for name in names:
                card = self.cards.get(name)
                bar = card.fold if card is not None else None
                if isinstance(bar, FrameItem):
                    bar.setSelected(True)  # it stands for what it hides
                elif card is not None:
                    card.setSelected(True)

    def select_at(self, point: QPointF) -> None:
        """Select what lies at a point, unless it is selected already."""
        kinds = CardItem | WireItem | FrameItem
        item = next((item for item in self.items(point) if isinstance(item, kinds)), None)
        if item is None or not item.isSelected():
            self.select([item.node.name] if isinstance(item, CardItem) else [])
            if item is not None:
                item.setSelected(True)

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
        if not (self._is_showing or self.is_selecting):
            self._overview.invalidate()
            self._show_links()
            self.names_selected.emit(self.selected_names())
            if self.is_far:
                self.update()

    # -- the mouse ----------------------------------------------------------------------------------------------

    @property
    def is_holding(self) -> bool:
        """Whether a gesture is being made."""
        return self.mouse is not None and self.mouse.is_holding

    def cancel_gesture(self) -> None:
        """Let go of what is held without doing anything."""
        if self.mouse is not None:
            self.mouse.cancel()

    def lift(self, cards: Collection[CardItem]) -> None:
        """These cards are in the hand: in the far view they are painted by themselves."""
        self._overview.lift(cards)
        self.stir()

    def stir(self, moved: bool = False) -> None:
        """What is in the hand is another, or has moved."""
        if moved:
            self._show_links()
        if self.is_far:
            self.update()

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if self.mouse is None or not self.mouse.press(event):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if self.mouse is None or not self.mouse.move(event):
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if self.mouse is None or not self.mouse.release(event):
            super().mouseReleaseEvent(event)

    def helpEvent(self, event: QGraphicsSceneHelpEvent) -> None:
        for item in self.items(event.scenePos()):
            if isinstance(item, CardItem):
                item.setToolTip(item.toolTip())
        super().helpEvent(event)

    def mouseDoubleClickEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if self.mouse is None or not self.mouse.double_click(event):
            super().mouseDoubleClickEvent(event)

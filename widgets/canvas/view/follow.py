"""Following a tensor: the wire under the mouse, or what is selected, lights its whole past and future."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent

from engine.graph.graph import Edge, Graph
from widgets.canvas.cards.card import CardItem
from widgets.canvas.ground.highlight import Highlight
from widgets.canvas.view.scene_view import SceneView
from widgets.canvas.wires.wire import WireItem
from widgets.look.guarded import guarded

REST_MS = 120  # a mouse that only crosses a wire lights nothing
NEAR = 6  # screen pixels


def way_of(graph: Graph, edges: Iterable[Edge], names: Iterable[str] = ()) -> Highlight:
    """Everything that flows into these wires and nodes, and everything that what they carry flows into."""
    edges = tuple(edges)
    past = _reached([*names, *(edge.source for edge in edges)], graph, upwards=True)
    future = _reached([*names, *(edge.target for edge in edges)], graph, upwards=False)
    lit = {edge for name in past for edge in graph.inputs[name]}
    lit.update(edge for name in future for edge in graph.outputs[name])
    return Highlight(past | future, lit.union(edges))


def _reached(starts: Iterable[str], graph: Graph, upwards: bool) -> set[str]:
    stack = list(starts)
    seen = set(stack)
    wires = graph.inputs if upwards else graph.outputs
    while stack:
        for edge in wires[stack.pop()]:
            other = edge.source if upwards else edge.target
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return seen


@guarded
class Follower(QObject):
    """Watches the mouse over a canvas. ``asked`` says which highlight it wants; None: none any more."""

    asked = Signal(object)

    def __init__(self, view: SceneView) -> None:
        super().__init__(view)
        self._view = view
        self._wire: Edge | None = None  # the one that is lit
        self._at = QPoint()
        self._holds = False  # whether what is selected is followed
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._highlight)
        view.viewport().installEventFilter(self)
        view.canvas.shown.connect(self._look_again)
        view.canvas.names_selected.connect(lambda _names: self._look_again())

    # -- by the mouse -------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A resting mouse asks; a pressed button, another wire or none ends it."""
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            if event.buttons() == Qt.MouseButton.NoButton:
                self._at = event.position().toPoint()
                self._seek()
        elif event.type() in (QEvent.Type.Leave, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel):
            self._leave()
        return False

    def _seek(self) -> None:
        edge = self._edge_at(self._at)
        if edge != self._wire:
            if self._wire is not None:
                self._leave()
            if edge is not None:
                self._rest.start()
            else:
                self._rest.stop()

    def _edge_at(self, at: QPoint) -> Edge | None:
        """The wire under a point of the viewport; a card that lies above hides it."""
        scene, reach = self._view.canvas, NEAR / self._view.zoom()
        if scene.is_holding:
            return None
        point = self._view.mapToScene(at)
        area = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
        found = scene.items(area)
        if any(isinstance(item, CardItem) and item.sceneBoundingRect().contains(point) for item in found):
            return None
        return next((item.edge for item in found if isinstance(item, WireItem) and item.isVisible()), None)

    def _highlight(self) -> None:
        edge, graph = self._edge_at(self._at), self._view.canvas.graph
        if edge is not None and edge.source in graph.nodes and edge.target in graph.nodes:
            self._wire = edge
            self.asked.emit(way_of(graph, [edge]))

    def _leave(self) -> None:
        self._rest.stop()
        if self._wire is not None:
            self._wire = None
            self.asked.emit(self._held())

    # -- by the keyboard ----------------------------------------------------------------------------------------

    @property
    def holds(self) -> bool:
        """Whether the selection is followed."""
        return self._holds

    def hold(self, on: bool) -> None:
        """Follow what is selected, now and when it changes."""
        self._holds = on
        self._look_again()

    def _held(self) -> Highlight | None:
        scene = self._view.canvas
        names, edges = (scene.selected_names(), scene.selected_edges()) if self._holds else ([], [])
        return way_of(scene.graph, edges, names) if names or edges else None

    def _look_again(self) -> None:
        """The graph or the selection is another."""
        if self._wire is not None and self._wire not in self._view.canvas.wires:
            self._wire = None
        if self._wire is None:
            self._rest.stop()
            self.asked.emit(self._held())

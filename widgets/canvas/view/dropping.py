"""A layer dragged over a view: shown where it would lie, and put down there or into the wire below."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter

from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import size_of
from engine.graph.room import axis_of, end_of, free_place, lane_of, placed
from engine.layers.base import Layer
from widgets.canvas.cards.painting import paint_card
from widgets.canvas.cards.words import plain_face
from widgets.canvas.gestures.gestures import Gestures
from widgets.canvas.gestures.moving import around
from widgets.canvas.gestures.snapping import Snapped, snapped_in_flow
from widgets.canvas.view.scene_view import SceneView
from widgets.look.text import title_of
from widgets.parts.layer_drag import kind_in

REACH = 20.0  # screen pixels within which it snaps: a hand that drags from afar is less sure than one that moves
CLOSE = 2.0  # scene pixels
Put = Callable[[Layer, QPointF, Edge | None, str], None]  # at a scene point, into a wire, or behind a layer
NO_SNAP = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier


class Held(NamedTuple):
    """A layer over the view: where its card would lie, the wire it would go into, the layer behind which it snaps."""

    layer: Layer
    corner: QPointF
    wire: Edge | None = None
    after: str = ""


class Dropping:
    """What is dragged over a view, and where; ``make`` says what layer a kind stands for, ``put`` takes it in.

    Alt: it goes into no wire. Alt or Ctrl: it does not snap.
    """

    def __init__(self, view: SceneView, make: Callable[[str], Layer | None], put: Put, gestures: Gestures) -> None:
        self._view, self._make, self._put, self._gestures = view, make, put, gestures
        self._held: Held | None = None
        self._keys = Qt.KeyboardModifier.NoModifier

    @property
    def is_over(self) -> bool:
        """Whether a layer is held over the view."""
        return self._held is not None

    def enter(self, event: QDragEnterEvent) -> None:
        """Take a layer and nothing else: files are the window's."""
        layer = self._layer_in(event)
        if layer is None:
            event.ignore()
            return
        self._follow(layer, event)
        event.acceptProposedAction()

    def move(self, event: QDragMoveEvent) -> None:
        """It is over another place."""
        if self._held is None:
            event.ignore()
            return
        self._follow(self._held.layer, event)
        event.acceptProposedAction()

    def _follow(self, layer: Layer, event: QDropEvent) -> None:
        self._keys = event.modifiers()
        self._hold(layer, self._view.mapToScene(event.position().toPoint()))

    def move_to(self, point: QPointF) -> None:
        """It is over another scene point."""
        if self._held is not None:
            self._hold(self._held.layer, point)

    def _hold(self, layer: Layer, point: QPointF) -> None:
        """Where it lies now: in the wire below it, else in line with what is near, on no other card."""
        scene, (width, height) = self._view.canvas, size_of(Node("", layer))
        body = QRectF(point.x() - width / 2, point.y() - height / 2, width, height)
        wire = self._wire_below(layer, point)
        if wire is not None:
            self._show(Held(layer, body.topLeft(), wire))
            return
        way, lines = self._snapped(body)
        at = body.topLeft() + way
        free = QPointF(*free_place(scene.graph, Node("", layer, (round(at.x()), round(at.y())))))
        after = self._end_before(layer, free) if lines else ""
        self._show(Held(layer, free, None, after), lines if (free - at).manhattanLength() < 2 else ())

    def _end_before(self, layer: Layer, corner: QPointF) -> str:
        """The layer that leads nowhere yet, where the next one behind it would lie just there; "": none."""
        graph = self._view.canvas.graph
        axis, (x, y) = axis_of(graph), (corner.x(), corner.y())
        for node in graph.nodes.values() if layer.max_inputs != 0 else ():
            if not graph.outputs[node.name]:
                a, b = placed(Node("", layer), end_of(node, axis), lane_of(node, axis), axis).position
                if abs(a - x) < CLOSE and abs(b - y) < CLOSE:
                    return node.name
        return ""

    def _wire_below(self, layer: Layer, point: QPointF) -> Edge | None:
        if layer.max_inputs == 0 or self._keys & Qt.KeyboardModifier.AltModifier:
            return None
        wire = self._view.canvas.wire_at(point)
        return wire.edge if wire is not None else None

    def _snapped(self, body: QRectF) -> Snapped:
        scene = self._view.canvas
        if not self._gestures.snaps or self._keys & NO_SNAP:
            return Snapped(QPointF(), ())
        return snapped_in_flow(body, around(scene, body), REACH * scene.pixel(), scene.graph.flow)

    def _show(self, held: Held | None, lines: tuple[QLineF, ...] = ()) -> None:
        self._held = held
        self._gestures.guides.show_lines(lines)
        self._view.viewport().update()

    def leave(self) -> None:
        """It went elsewhere."""
        self._show(None)

    def drop(self, event: QDropEvent) -> None:
        """Put it down."""
        layer = self._layer_in(event)
        if layer is None:
            self._show(None)
            event.ignore()
            return
        event.acceptProposedAction()
        self._follow(layer, event)
        held = self._held
        self._show(None)
        if held is not None:
            self._put(layer, held.corner, held.wire, held.after)
        self._view.setFocus()

    def _layer_in(self, event: QDropEvent) -> Layer | None:
        kind = kind_in(event.mimeData())
        return self._make(kind) if kind is not None else None

    def paint(self, painter: QPainter) -> None:
        """The card as it would lie there, in scene coordinates."""
        if self._held is None:
            return
        layer, corner, wire, after = self._held
        node = Node(title_of(layer), layer)
        face = plain_face(Graph({node.name: node}, flow=self._view.canvas.graph.flow), node)
        hint = layer.summary()
        if wire is not None:
            hint = self._view.tr("goes into this wire")
        elif after:
            hint = self._view.tr("goes behind {name}").format(name=after)
        painter.save()
        painter.setOpacity(0.75)
        painter.translate(corner)
        paint_card(painter, face._replace(detail=hint, brief=hint), bool(wire or after), False)
        painter.restore()

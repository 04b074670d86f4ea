"""Taking wires away: with a knife drawn across them, or all at a port."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget

from engine.graph.graph import Edge
from widgets.canvas.cards.card import CardItem
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.ground.stacking import TOP_LAYER
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.wires.wire import WireItem
from widgets.look import theme
from widgets.look.guarded import guarded

SLACK = 3.0  # screen pixels a click may wander


@guarded
class KnifeItem(QGraphicsPathItem):
    """The dashed line along which the knife was drawn."""

    def __init__(self, start: QPointF) -> None:
        super().__init__()
        self._corners = [start]
        self.setZValue(TOP_LAYER)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def draw_to(self, point: QPointF) -> QLineF:
        """On to there; also the last piece of the way."""
        piece = QLineF(self._corners[-1], point)
        self._corners.append(point)
        path = QPainterPath()
        path.addPolygon(self._corners)
        self.setPath(path)
        return piece

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        pen = QPen(QColor(theme.current().error), 1.6, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawPath(self.path())


class Knife(Gesture):
    """From a press of the right button with Ctrl: what it crosses is cut when it is let go."""

    def __init__(self, scene: CanvasScene, point: QPointF) -> None:
        self._scene, self._item = scene, KnifeItem(point)
        self._crossed: dict[Edge, WireItem] = {}
        scene.addItem(self._item)

    def move_to(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Draw it to here."""
        piece = self._item.draw_to(point)
        for edge, wire in self._scene.wires.items():
            if edge not in self._crossed and wire.isVisible() and crosses(piece, wire):
                self._crossed[edge] = wire
                wire.show_tone("broken")

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Ask for the graph without the wires it has crossed."""
        scene, edges = self._scene, list(self._crossed)
        self.cancel()
        if edges:
            scene.edit_requested.emit(scene.tr("Cut wires"), scene.graph.without_edges(edges), "")

    def cancel(self) -> None:
        """All wires are whole."""
        for wire in self._crossed.values():
            wire.show_tone("")
        if self._item.scene() is not None:
            self._scene.removeItem(self._item)


def crosses(piece: QLineF, wire: WireItem) -> bool:
    """Whether a line crosses a wire as it is drawn."""
    body = QRectF(piece.p1(), piece.p2()).normalized().adjusted(-1, -1, 1, 1)
    if not wire.path.controlPointRect().adjusted(-1, -1, 1, 1).intersects(body):
        return False
    hit = QLineF.IntersectionType.BoundedIntersection
    return any(piece.intersects(_a_little_longer(QLineF(here, there)))[0] == hit
               for polygon in wire.path.toSubpathPolygons() for here, there in pairwise(polygon.toList()))


def _a_little_longer(line: QLineF) -> QLineF:
    """So that no line slips through where two pieces of a wire meet."""
    line.setLength(line.length() + 0.1)
    return line


class Unplugging(Gesture):
    """From a press on a port with Alt: let go there, it has no wires any more."""

    def __init__(self, scene: CanvasScene, card: CardItem, port: int, point: QPointF) -> None:
        self._scene, self._name, self._port, self._start = scene, card.node.name, port, point

    def move_to(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """It may wander a little."""

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Ask for the graph without the wires at this port."""
        scene, graph = self._scene, self._scene.graph
        edges = [edge for edge in graph.inputs[self._name] if edge.port == self._port]
        if self._port < 0:
            edges = list(graph.outputs[self._name])
        if edges and (point - self._start).manhattanLength() <= SLACK * scene.pixel():
            scene.edit_requested.emit(scene.tr("Disconnect"), graph.without_edges(edges), "")

    def cancel(self) -> None:
        """Nothing has happened yet."""

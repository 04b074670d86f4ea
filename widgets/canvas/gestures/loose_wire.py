"""A wire that is being drawn: from a port, over cards, to where it is let go, also in the place of another."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.graph.graph import Edge, Graph, GraphError
from engine.messages import say
from widgets.canvas.cards.card import CardItem
from widgets.canvas.ground.fonts import Fonts
from widgets.canvas.ground.stacking import HELD_LAYER
from widgets.canvas.scene.asking import SearchAt
from widgets.canvas.wires.painting import paint_wire
from widgets.canvas.wires.paths import wire_path
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import sentence_text


@guarded
class LooseWire(QGraphicsItem):
    """Its ``end`` is held by the mouse. ``edge`` is what letting go would make; ``reason`` why it cannot be.

    ``replaced`` is the wire whose place it would take.
    """

    def __init__(self, graph: Graph, card: CardItem, port: int, detached: Edge | None = None) -> None:
        super().__init__()
        self.graph = graph.without_edges([detached]) if detached else graph
        self.card, self.port, self.detached = card, port, detached
        self.edge: Edge | None = None
        self.replaced: Edge | None = None
        self.reason = ""
        self.end = card.out_point() if port < 0 else card.in_point(port)
        self._path, self._area = QPainterPath(), QRectF()
        self.setZValue(HELD_LAYER)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @property
    def from_output(self) -> bool:
        """Whether the free end looks for an input."""
        return self.port < 0

    def move_to(self, point: QPointF, over: CardItem | None) -> None:
        """Hold the free end at ``point``, over a card or over nothing."""
        self.prepareGeometryChange()
        self.edge, self.replaced, self.reason, self.end = None, None, "", point
        if over is not None and over is not self.card:
            self._try(point, over)
        start, end = (self.card.out_point(), self.end) if self.from_output else (
            self.end, self.card.in_point(self.port))
        self._path = wire_path(start, end, self.graph.flow)
        self._area = self._area_now()
        self.update()

    def length(self) -> float:
        """How far its free end is from where it began."""
        start = self.card.out_point() if self.from_output else self.card.in_point(self.port)
        return (self.end - start).manhattanLength()

    def search_at(self, point: QPointF) -> SearchAt:
        """The search for what could be at its free end."""
        name = self.card.node.name
        return SearchAt(point, source=name) if self.from_output else SearchAt(point, target=(name, self.port))

    def _try(self, point: QPointF, over: CardItem) -> None:
        edge = self._edge_to(point, over)
        taken = next((each for each in self.graph.inputs[edge.target] if each.port == edge.port), None)
        try:
            self._without(taken).check_edge(edge)
        except GraphError as error:
            self.reason = sentence_text(error.message)
        else:
            self.edge, self.replaced = edge, taken if taken is not None and taken.source != edge.source else None
            self.end = over.in_point(edge.port) if self.from_output else over.out_point()

    def _edge_to(self, point: QPointF, over: CardItem) -> Edge:
        if not self.from_output:
            return Edge(over.node.name, self.card.node.name, self.port)
        port = over.port_at(point, self._pixel())
        if port is None or port < 0:
            port = self.graph.free_port(over.node.name)
        return Edge(self.card.node.name, over.node.name, self._nearest_port(point, over) if port is None else port)

    def _nearest_port(self, point: QPointF, over: CardItem) -> int:
        ports = range(max(1, over.face.inputs))
        return min(ports, key=lambda port: (over.in_point(port) - point).manhattanLength())

    def _without(self, taken: Edge | None) -> Graph:
        return self.graph if taken is None else self.graph.without_edges([taken])

    def result(self) -> Graph | None:
        """The graph after letting go here, or None when nothing changes."""
        if self.reason:
            return None
        if self.edge is not None:
            return None if self._is_there(self.edge) else self._without(self.replaced).with_edge(self.edge)
        return self.graph if self.detached else None

    def _is_there(self, edge: Edge) -> bool:
        """Whether it is what was taken, or what is there already."""
        ends = [(each.source, each.port) for each in self.graph.inputs[edge.target]]
        return edge == self.detached or (edge.source, edge.port) in ends

    # -- looks --------------------------------------------------------------------------------------------------

    def _pixel(self) -> float:
        """One screen pixel in scene pixels: the reason stays readable however far away one is."""
        views = self.scene().views() if self.scene() is not None else []
        return 1 / views[0].transform().m11() if views else 1.0

    @property
    def words(self) -> str:
        """Why it cannot be, or what would go for it."""
        if self.replaced is None:
            return self.reason
        return sentence_text(say("Instead of the wire from {name}", name=self.replaced.source))

    def _label(self) -> QRectF:
        """Where the words stand, beside the cursor; its size in screen pixels."""
        width = QFontMetricsF(Fonts.get().detail).horizontalAdvance(self.words) + 20
        return QRectF(14, 12, width, 26)

    def boundingRect(self) -> QRectF:
        """As the scene was told when it was moved: a zoom since must not change it, or the scene's index keeps it."""
        return self._area

    def _area_now(self) -> QRectF:
        area = self._path.controlPointRect()
        if self.words:
            label, pixel = self._label(), self._pixel()
            area = area.united(QRectF(self.end, (label.bottomRight() * pixel + self.end)))
        return area.adjusted(-10, -10, 10, 10)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        paint_wire(painter, self._path, selected=True, tone="broken" if self.reason else "lit")
        look = theme.current()
        if self.edge is not None:
            painter.setPen(QPen(QColor(look.accent), 2))
            painter.drawEllipse(self.end, 7, 7)
        if self.words:
            painter.translate(self.end)
            painter.scale(self._pixel(), self._pixel())
            painter.setPen(QPen(QColor(look.error if self.reason else look.line), 1))
            painter.setBrush(QColor(look.panel))
            painter.drawRoundedRect(self._label(), 6, 6)
            painter.setPen(QColor(look.text))
            painter.setFont(Fonts.get().detail)
            painter.drawText(self._label(), Qt.AlignmentFlag.AlignCenter, self.words)

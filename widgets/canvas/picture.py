"""A still picture of a network, for the start page."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from engine.graph import Graph
from widgets import theme
from widgets.canvas.faces import plain_face
from widgets.canvas.painting import CARD_HEIGHT, CARD_WIDTH, input_port, output_port, paint_card, paint_wire, wire_path

MARGIN = 12


def picture(graph: Graph, size: QSize, ratio: float = 1.0) -> QPixmap:
    """The whole network, in the current theme; ``ratio`` is the screen's device pixel ratio."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(theme.current().canvas))
    places = {name: QPointF(*node.position) for name, node in graph.nodes.items()}
    area = QRectF()
    for place in places.values():
        area = area.united(QRectF(place.x(), place.y(), CARD_WIDTH, CARD_HEIGHT))
    if area.isEmpty():
        return pixmap
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    scale = min(1.0, (size.width() - 2 * MARGIN) / area.width(), (size.height() - 2 * MARGIN) / area.height())
    painter.translate(size.width() / 2, size.height() / 2)
    painter.scale(scale, scale)
    painter.translate(-area.center())
    _paint(painter, graph, places)
    painter.end()
    return pixmap


def _paint(painter: QPainter, graph: Graph, places: dict[str, QPointF]) -> None:
    faces = {name: plain_face(graph, node) for name, node in graph.nodes.items()}
    for edge in graph.edges:
        end = places[edge.target] + input_port(edge.port, max(faces[edge.target].inputs, 1))
        paint_wire(painter, wire_path(places[edge.source] + output_port(), end), selected=False)
    painter.setPen(Qt.PenStyle.NoPen)
    for name, place in places.items():
        painter.save()
        painter.translate(place)
        paint_card(painter, faces[name], selected=False, hovered=False)
        painter.restore()

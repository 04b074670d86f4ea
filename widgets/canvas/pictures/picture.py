"""A still picture of a network, for the start page: each layer a bar, as wide as its output is large; in a block what
is inside of it."""

from __future__ import annotations

from math import log2

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from engine.analysis.analysis import Analysis
from engine.blocks.base import Block
from engine.blocks.sketch import ABOVE, Point, Sketch, sketch
from engine.graph.graph import Edge
from engine.graph.grid import Flow, size_of
from engine.layers.base import numel
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.wires.paths import over, wire_path
from widgets.look import theme

MARGIN = 14
TALLEST, WIDEST = 24.0, 150.0  # of one bar, in the picture's pixels
NARROWEST = 0.22
TURN = 4.0  # from a bar to where its wire turns to the next column
BOX_WIDTH, BOX_HEIGHT = 0.72, 0.6  # of a box inside a block, in columns and rows
FLATTEST = 3.2  # how many times wider than high columns and rows inside a block are at most
TINT = 0.2


def picture(analysis: Analysis, size: QSize, ratio: float = 1.0) -> QPixmap:
    """The whole network, in the current theme; ``ratio`` is the screen's device pixel ratio."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(theme.current().canvas))
    bars = _bars(analysis, size)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().wire), 1))
        for edge in analysis.graph.edges:
            _paint_wire(painter, edge, bars, analysis.graph.flow)
        for name, bar in bars.items():
            layer = analysis.graph.nodes[name].layer
            inside = sketch(layer) if isinstance(layer, Block) else None
            if inside is None:
                _paint_box(painter, bar, layer.category)
            else:
                _paint_block(painter, bar, inside)
    return pixmap


def _bars(analysis: Analysis, size: QSize) -> dict[str, QRectF]:
    """Places as on the canvas, but height and width are scaled apart: a column of cards is not a thin line."""
    cards = {name: QRectF(*node.position, *size_of(node)) for name, node in analysis.graph.nodes.items()}
    if not cards:
        return {}
    area = QRectF()
    for card in cards.values():
        area = area.united(card)
    across = min(WIDEST / CARD_WIDTH, (size.width() - 2 * MARGIN) / area.width())
    down = min(TALLEST / CARD_HEIGHT, (size.height() - 2 * MARGIN) / area.height())
    middle, widths = area.center(), _widths(analysis)
    bars = {}
    for name, card in cards.items():
        width, height = CARD_WIDTH * across * widths[name], card.height() * down
        x = size.width() / 2 + (card.center().x() - middle.x()) * across
        y = size.height() / 2 + (card.y() - middle.y()) * down
        bars[name] = QRectF(x - width / 2, y, width, height)
    return bars


def _widths(analysis: Analysis) -> dict[str, float]:
    """Share of the full width, by the logarithm of how many numbers come out; what is drawn inside needs it all."""
    sizes = {name: log2(1 + numel(report.output_shape or ())) for name, report in analysis.nodes.items()}
    least = min(sizes.values())
    span = max(sizes.values()) - least or 1.0
    drawn = {name for name, node in analysis.graph.nodes.items() if node.layer.inside_rows}
    return {name: 1.0 if name in drawn else NARROWEST + (1 - NARROWEST) * (size - least) / span
            for name, size in sizes.items()}


def _paint_wire(painter: QPainter, edge: Edge, bars: dict[str, QRectF], flow: Flow) -> None:
    """Along the flow; round to the next column, or line, where that begins further back."""
    source, target = bars[edge.source], bars[edge.target]
    start, end = QPointF(source.center().x(), source.bottom()), QPointF(target.center().x(), target.top())
    if flow == "right":
        start, end = QPointF(source.center().y(), source.right()), QPointF(target.center().y(), target.left())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if end.y() > start.y():
        painter.drawPath(wire_path(start, end) if flow == "down" else wire_path(over(start), over(end), flow))
        return
    low, high, beside = start.y() + TURN, end.y() - TURN, (start.x() + end.x()) / 2
    corners = [start, QPointF(start.x(), low), QPointF(beside, low), QPointF(beside, high), QPointF(end.x(), high), end]
    painter.drawPolyline(QPolygonF(corners if flow == "down" else list(map(over, corners))))


def _paint_box(painter: QPainter, box: QRectF, category: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.category_color(category))
    painter.drawRoundedRect(box, 2, 2)


def _paint_block(painter: QPainter, bar: QRectF, inside: Sketch) -> None:
    """A tinted ground, and on it the layers and wires that are drawn on its card."""
    ground = theme.category_color("block")
    painter.setPen(QPen(ground, 1))
    ground.setAlphaF(TINT)
    painter.setBrush(ground)
    painter.drawRoundedRect(bar, 3, 3)
    columns = inside.right - inside.left + 1.4
    down = bar.height() / (inside.rows + ABOVE)
    across = min(bar.width() / max(columns, 2.4), FLATTEST * down)
    middle = (inside.left + inside.right) / 2

    def at(point: Point) -> QPointF:
        return QPointF(bar.center().x() + (point[0] - middle) * across, bar.top() + (point[1] + ABOVE) * down)

    painter.setPen(QPen(QColor(theme.current().wire), 0.7))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for wire in inside.wires:
        painter.drawPolyline(QPolygonF([at(point) for point in wire]))
    for box in inside.boxes:
        width = (0.5 + box.across * 0.5 if box.is_bar else BOX_WIDTH) * across
        height = (0.3 if box.is_bar else BOX_HEIGHT) * down
        centre = at((box.at[0], box.at[1] - 0.25 * box.is_bar))
        _paint_box(painter, QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height), box.category)

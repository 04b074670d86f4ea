"""A still picture of a network, for the start page: each layer a bar, as wide as its output is large."""

from __future__ import annotations

from math import log2

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from engine.analysis.analysis import Analysis
from engine.layers.base import numel
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.wires.paths import wire_path
from widgets.look import theme

MARGIN = 14
TALLEST, WIDEST = 24.0, 150.0  # of one bar, in the picture's pixels
NARROWEST = 0.22


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
            start, end = bars[edge.source], bars[edge.target]
            top, bottom = QPointF(start.center().x(), start.bottom()), QPointF(end.center().x(), end.top())
            painter.drawPath(wire_path(top, bottom))
        painter.setPen(Qt.PenStyle.NoPen)
        for name, bar in bars.items():
            painter.setBrush(theme.category_color(analysis.graph.nodes[name].layer.category))
            painter.drawRoundedRect(bar, 2, 2)
    return pixmap


def _bars(analysis: Analysis, size: QSize) -> dict[str, QRectF]:
    """Places as on the canvas, but height and width are scaled apart: a column of cards is not a thin line."""
    places = {name: QPointF(*node.position) for name, node in analysis.graph.nodes.items()}
    if not places:
        return {}
    left, right = min(p.x() for p in places.values()), max(p.x() for p in places.values()) + CARD_WIDTH
    top, bottom = min(p.y() for p in places.values()), max(p.y() for p in places.values()) + CARD_HEIGHT
    across = min(WIDEST / CARD_WIDTH, (size.width() - 2 * MARGIN) / (right - left))
    down = min(TALLEST / CARD_HEIGHT, (size.height() - 2 * MARGIN) / (bottom - top))
    middle = QPointF((left + right) / 2, (top + bottom) / 2)
    widths = _widths(analysis)
    bars = {}
    for name, place in places.items():
        x = size.width() / 2 + (place.x() + CARD_WIDTH / 2 - middle.x()) * across
        y = size.height() / 2 + (place.y() - middle.y()) * down
        width = CARD_WIDTH * across * widths[name]
        bars[name] = QRectF(x - width / 2, y, width, CARD_HEIGHT * down)
    return bars


def _widths(analysis: Analysis) -> dict[str, float]:
    """Share of the full width, by the logarithm of how many numbers come out."""
    sizes = {name: log2(1 + numel(report.output_shape or ())) for name, report in analysis.nodes.items()}
    least = min(sizes.values())
    span = max(sizes.values()) - least or 1.0
    return {name: NARROWEST + (1 - NARROWEST) * (size - least) / span for name, size in sizes.items()}

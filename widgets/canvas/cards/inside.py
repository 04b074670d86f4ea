"""What is inside of a block, drawn small on its card."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from engine.blocks.sketch import ABOVE, Box, Point, Sketch, rows_of
from engine.graph.grid import INSIDE_ROW
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.canvas.ground.fonts import Fonts
from widgets.look import theme

COLUMN = 46.0  # from one box to the next beside it
WIDTH, HEIGHT = 36.0, 20.0  # of a box, where there is room
BAR, BAR_HEIGHT = 22.0, 5.0  # a merge of which all wires come from above
SIDE = 12.0  # to the card's edges
STRIP = 3.0
LEGIBLE = 13.0  # a box that is lower, or narrower than this twice, has no words
ROUND = 4.0


class _Scale(NamedTuple):
    """From columns and rows to the card."""

    middle: float
    top: float
    across: float
    down: float

    def at(self, point: Point) -> QPointF:
        return QPointF(self.middle + point[0] * self.across, self.top + (point[1] + ABOVE) * self.down)


def paint_sketch(painter: QPainter, sketch: Sketch, area: QRectF, near: bool = True) -> None:
    """The layers that matter and their wires, in the lower part of a card; ``near``: with what can be read on them."""
    scale = _scale(sketch, area)
    painter.save()
    painter.setPen(QPen(QColor(theme.current().wire), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    bars = {box.at: box for box in sketch.boxes if box.is_bar}
    for wire in sketch.wires:
        points = [scale.at(point) for point in wire]
        if wire[-1] in bars:
            points[-1] = _on_bar(bars[wire[-1]], scale, points[-2].x())
        painter.drawPath(_path(points))
    for box in sketch.boxes:
        if box.is_bar:
            _paint_bar(painter, box, scale)
        else:
            _paint_box(painter, box, scale, near)
    painter.restore()


def _scale(sketch: Sketch, area: QRectF) -> _Scale:
    columns = sketch.right - sketch.left
    across = min(COLUMN, (area.width() - 2 * SIDE - WIDTH) / columns if columns else COLUMN)
    return _Scale(area.right() - CARD_WIDTH / 2 - across * (sketch.left + sketch.right) / 2, area.top(), across,
                  INSIDE_ROW * rows_of(sketch) / sketch.rows)


def _path(points: Sequence[QPointF]) -> QPainterPath:
    path = QPainterPath(points[0])
    for here, there in pairwise(points):
        half = QPointF(0, (there.y() - here.y()) / 2)
        path.cubicTo(here + half, there - half, there)
    return path


def _paint_box(painter: QPainter, box: Box, scale: _Scale, near: bool) -> None:
    look, middle = theme.current(), scale.at(box.at)
    width, height = min(WIDTH, scale.across * 0.8), min(HEIGHT, scale.down * 0.7)
    rect = QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)
    color = theme.category_color(box.category)
    words = near and box.text and height >= LEGIBLE and width >= 2 * LEGIBLE
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.panel) if words else color)
    painter.drawRoundedRect(rect, ROUND if height > 8 else 1.5, ROUND if height > 8 else 1.5)
    if words:
        painter.fillRect(QRectF(rect.left(), rect.top() + 1, STRIP, height - 2), color)
        painter.setPen(QColor(look.dim))
        painter.setFont(Fonts.get().small)
        painter.drawText(rect.adjusted(STRIP, 0, 0, 0), Qt.AlignmentFlag.AlignCenter, box.text)


def _on_bar(bar: Box, scale: _Scale, from_x: float) -> QPointF:
    """Where a wire that comes from there meets the bar: each at its own place."""
    rect = _bar(bar, scale)
    aside = (from_x - rect.center().x()) / max(1.0, bar.across * scale.across)
    return QPointF(rect.center().x() + aside * (rect.width() - 8), rect.center().y())


def _bar(box: Box, scale: _Scale) -> QRectF:
    middle = scale.at((box.at[0], box.at[1] - 0.25))
    width, height = max(BAR, min(box.across * scale.across * 0.5, 3 * BAR)), min(BAR_HEIGHT, scale.down * 0.3)
    return QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)


def _paint_bar(painter: QPainter, box: Box, scale: _Scale) -> None:
    """Where wires meet."""
    rect = _bar(box, scale)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.category_color(box.category))
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)

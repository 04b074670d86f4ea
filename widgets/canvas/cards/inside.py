"""What is inside of a block, drawn small on its card."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from engine.blocks.sketch import ABOVE, BAR_ROW, Box, Point, Sketch, rows_of
from engine.graph.grid import INSIDE_ROW
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.ground.fonts import Fonts
from widgets.look import theme

COLUMN = 46.0  # from one box to the next beside it
WIDTH, HEIGHT = 36.0, 20.0  # of a box, where there is room
BAR, BAR_HEIGHT = 22.0, 5.0  # a merge of which all wires come from above
SIDE = 12.0  # to the card's edges
STRIP = 3.0
LEAST = 13.0  # a box that is lower, or narrower than this twice, has no words
LEGIBLE = 0.75  # the zoom from which on words in boxes are painted
ROUND = 4.0


class _Scale(NamedTuple):
    """From columns and rows to the card."""

    middle: float
    across: float
    down: float

    def at(self, point: Point) -> QPointF:
        return QPointF(self.middle + point[0] * self.across, CARD_HEIGHT + (point[1] + ABOVE) * self.down)


class _Shapes(NamedTuple):
    """What is painted, in card coordinates: all wires, and where each box lies."""

    wires: QPainterPath
    boxes: tuple[tuple[QRectF, Box], ...]


def paint_sketch(painter: QPainter, sketch: Sketch) -> None:
    """The layers that matter and their wires, in the lower part of a card; with words where they can be read."""
    shapes, legible = _shapes(sketch), painter.worldTransform().m11() >= LEGIBLE
    painter.save()
    painter.setPen(QPen(QColor(theme.current().wire), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(shapes.wires)
    for rect, box in shapes.boxes:
        if legible and box.text and rect.height() >= LEAST and rect.width() >= 2 * LEAST:
            _paint_words(painter, rect, box)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.category_color(box.category))
            painter.drawRoundedRect(rect, *_corner(rect))
    painter.restore()


@lru_cache(maxsize=512)
def _shapes(sketch: Sketch) -> _Shapes:
    scale = _scale(sketch)
    bars = {box.at: _bar(box, scale) for box in sketch.boxes if box.is_bar}
    wires = QPainterPath()
    for wire in sketch.wires:
        points = [scale.at(point) for point in wire]
        if wire[-1] in bars:
            points[-1] = _on_bar(bars[wire[-1]], scale.at(wire[-1]).x(), points[-2].x())
        _add_wire(wires, points)
    return _Shapes(wires, tuple((bars[box.at] if box.is_bar else _box(box, scale), box) for box in sketch.boxes))


def _scale(sketch: Sketch) -> _Scale:
    columns, room = sketch.right - sketch.left, CARD_WIDTH - 2 * SIDE - WIDTH
    across = min(COLUMN, room / columns if columns else COLUMN)
    return _Scale(CARD_WIDTH / 2 - across * (sketch.left + sketch.right) / 2, across,
                  INSIDE_ROW * rows_of(sketch) / sketch.rows)


def _add_wire(path: QPainterPath, points: Sequence[QPointF]) -> None:
    path.moveTo(points[0])
    for here, there in pairwise(points):
        half = QPointF(0, (there.y() - here.y()) / 2)
        path.cubicTo(here + half, there - half, there)


def _box(box: Box, scale: _Scale) -> QRectF:
    middle, width, height = scale.at(box.at), min(WIDTH, scale.across * 0.8), min(HEIGHT, scale.down * 0.7)
    return QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)


def _bar(box: Box, scale: _Scale) -> QRectF:
    """Where wires meet."""
    middle = scale.at((box.at[0], box.at[1] - BAR_ROW / 2))
    width, height = max(BAR, min(box.across * scale.across * 0.5, 3 * BAR)), min(BAR_HEIGHT, scale.down * 0.3)
    return QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)


def _on_bar(bar: QRectF, middle: float, from_x: float) -> QPointF:
    """Where a wire that comes from there meets the bar: each at its own place."""
    most = bar.width() / 2 - 4
    return QPointF(bar.center().x() + max(-most, min(most, (from_x - middle) * 0.4)), bar.center().y())


def _paint_words(painter: QPainter, rect: QRectF, box: Box) -> None:
    """A small card: a strip of colour, and what it says."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.current().panel))
    painter.drawRoundedRect(rect, *_corner(rect))
    painter.fillRect(QRectF(rect.left(), rect.top() + 1, STRIP, rect.height() - 2), theme.category_color(box.category))
    painter.setPen(QColor(theme.current().dim))
    painter.setFont(Fonts.get().small)
    painter.drawText(rect.adjusted(STRIP, 0, 0, 0), Qt.AlignmentFlag.AlignCenter, box.text)


def _corner(rect: QRectF) -> tuple[float, float]:
    radius = min(ROUND, rect.height() / 2.5)
    return radius, radius

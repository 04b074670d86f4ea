"""How a card shows what becomes of its weights when a changed network goes on training: a sign at its left edge."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from widgets.look import theme

RADIUS, STROKE = 6.5, 1.4
TONES = {"kept": "dim", "resized": "warn", "new": "accent"}


def paint_carried(painter: QPainter, carried: str, body: QRectF) -> None:
    """A small ring on the corner of the card: a tick, an arrow that turns back, or a plus."""
    middle, tone = QPointF(body.left() + 2.0, body.top() + 4.0), theme.color(TONES[carried])
    painter.setPen(QPen(tone, 1.0))
    painter.setBrush(theme.color("canvas"))
    painter.drawEllipse(middle, RADIUS, RADIUS)
    painter.setPen(QPen(tone, STROKE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    {"kept": _paint_tick, "resized": _paint_turn, "new": _paint_plus}[carried](painter, middle)


def _paint_tick(painter: QPainter, middle: QPointF) -> None:
    painter.drawPolyline(QPolygonF([middle + QPointF(-2.8, 0.2), middle + QPointF(-0.8, 2.3),
                                    middle + QPointF(2.9, -2.3)]))


def _paint_turn(painter: QPainter, middle: QPointF) -> None:
    painter.drawArc(QRectF(middle.x() - 2.9, middle.y() - 2.9, 5.8, 5.8), 60 * 16, 270 * 16)
    tip = middle + QPointF(1.5, -2.5)
    painter.drawPolyline(QPolygonF([tip + QPointF(-0.6, -2.0), tip, tip + QPointF(-2.2, 0.6)]))


def _paint_plus(painter: QPainter, middle: QPointF) -> None:
    painter.drawLines([QLineF(middle + QPointF(-2.9, 0), middle + QPointF(2.9, 0)),
                       QLineF(middle + QPointF(0, -2.9), middle + QPointF(0, 2.9))])

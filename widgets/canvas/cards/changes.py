"""How a card shows that it is not the same in another network: an outline, and a sign at its upper left corner."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets.canvas.cards.face import Face
from widgets.look import theme

SIGN = 8.0  # a sign's radius
DASHES, DOTS = Qt.PenStyle.DashLine, Qt.PenStyle.DotLine
CHANGES = {  # a theme's token, the sign, the outline
    "added": ("ok", "+", DASHES),
    "removed": ("error", "−", DOTS),
    "changed": ("accent", "~", Qt.PenStyle.SolidLine),
    "moved": ("dim", "↕", DASHES),
}


def paint_change(painter: QPainter, face: Face, body: QRectF) -> None:
    """What a card is in another network: added, removed (faded), changed or moved."""
    token, sign, style = CHANGES[face.change]
    tone = theme.color(token)
    if face.change == "removed":
        veil = QColor(theme.current().canvas)
        veil.setAlphaF(0.38)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(veil)
        painter.drawRoundedRect(body, 8, 8)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(tone, 1.6, style))
    painter.drawRoundedRect(body, 8, 8)
    paint_sign(painter, QPointF(body.left() + 2, body.top() + 2), sign, tone)


def paint_sign(painter: QPainter, middle: QPointF, sign: str, tone: QColor) -> None:
    """A character on a disc."""
    painter.setPen(QPen(theme.color("canvas"), 1.5))
    painter.setBrush(tone)
    painter.drawEllipse(middle, SIGN, SIGN)
    painter.setPen(theme.color("canvas"))
    painter.setFont(theme.ui_font(12))
    area = QRectF(middle.x() - SIGN, middle.y() - SIGN, 2 * SIGN, 2 * SIGN)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, sign)

"""How well a layer learns: a thin bar at the foot of its card, and where it is not well a word beside its name."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from widgets.canvas.cards.face import Face
from widgets.canvas.ground.fonts import Fonts
from widgets.look import theme

LEFT, RIGHT, ABOVE, THICK = 16.0, 12.0, 5.0, 2.0


def health_bar(face: Face, body: QRectF) -> tuple[QRectF, QRectF]:
    """All of it, and the part that is filled."""
    whole = QRectF(body.left() + LEFT, body.bottom() - ABOVE, body.width() - LEFT - RIGHT, THICK)
    return whole, QRectF(whole.left(), whole.top(), whole.width() * min(1.0, face.health), THICK)


def paint_health(painter: QPainter, face: Face, body: QRectF) -> None:
    """Green, or in the colour of what is wrong."""
    whole, filled = health_bar(face, body)
    painter.setPen(Qt.PenStyle.NoPen)
    for place, color in ((whole, "line"), (filled, face.ill or "ok")):
        painter.fillRect(place, theme.color(color))


def paint_ailment(painter: QPainter, at: QPointF, face: Face) -> None:
    """What ails it, where its name ends."""
    painter.setFont(Fonts.get().detail)
    painter.setPen(theme.color(face.ill or "warn"))
    painter.drawText(at, face.ailment)

"""The heat map: how a card's ground shows its share of what the network costs."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from widgets.canvas.cards.face import Face
from widgets.look import theme
from widgets.look.contrast import mixed

RADIUS = 8.0
LEVELS = 15  # that the far view tells apart
# One hue from the card's own colour to these, evenly in lightness; text on every step of it keeps 4.5:1.
HOT = {"dark": "#a04a08", "light": "#ff9f4a"}


def heat_color(heat: float) -> QColor:
    """The ground of a card from 0 (its own colour) to 1."""
    look = theme.current()
    return mixed(QColor(look.raised), QColor(HOT[look.name]), min(1.0, max(0.0, heat)))


def paint_heat(painter: QPainter, face: Face, body: QRectF) -> None:
    """Tint the card's ground."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(heat_color(face.heat))
    painter.drawRoundedRect(body, RADIUS, RADIUS)

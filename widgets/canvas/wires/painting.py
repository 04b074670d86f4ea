"""How a wire looks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from widgets.look import theme

BEND_RADIUS = 3.5
WIRE_TONES = {  # a theme's token, the width, the line
    "": ("wire", 1.7, Qt.PenStyle.SolidLine),
    "lit": ("accent", 2.2, Qt.PenStyle.SolidLine),
    "dim": ("line", 1.4, Qt.PenStyle.SolidLine),
    "broken": ("error", 2.0, Qt.PenStyle.DashLine),
    "added": ("ok", 2.0, Qt.PenStyle.SolidLine),
    "removed": ("error", 1.7, Qt.PenStyle.DotLine),
}


def paint_wire(painter: QPainter, path: QPainterPath, selected: bool, tone: str = "") -> None:
    """A wire, in one of ``WIRE_TONES``."""
    color, width, style = WIRE_TONES["lit" if selected and not tone else tone]
    painter.setPen(QPen(theme.color(color), width, style))
    painter.drawPath(path)


def paint_bends(painter: QPainter, via: Sequence[tuple[float, float]], selected: bool) -> None:
    """The points a wire is led through."""
    look = theme.current()
    painter.setPen(QPen(QColor(look.accent if selected else look.wire), 1.5))
    painter.setBrush(QColor(look.canvas))
    for at in via:
        painter.drawEllipse(QPointF(*at), BEND_RADIUS + selected, BEND_RADIUS + selected)

"""How a card shows its share of what the network costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

if TYPE_CHECKING:
    from widgets.canvas.painting import Face


def paint_heat(painter: QPainter, face: Face, body: QRectF) -> None:
    """How a card shows its share of what the network costs."""

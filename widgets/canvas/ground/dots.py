"""The canvas' ground: a grid of quiet dots."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap

from widgets.look import theme

DOT_STEP = 24
_brushes: dict[str, QBrush] = {}


def dots(look: theme.Theme) -> QBrush:
    """One dot of the grid, as a tile; made once for each theme."""
    if look.name not in _brushes:
        tile = QPixmap(DOT_STEP, DOT_STEP)
        tile.fill(QColor(look.canvas))
        with QPainter(tile) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.dots))
            painter.drawEllipse(QPointF(DOT_STEP / 2, DOT_STEP / 2), 1.2, 1.2)
        _brushes[look.name] = QBrush(tile)
    return _brushes[look.name]

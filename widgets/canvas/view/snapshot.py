"""The last picture of a view, shown larger or smaller while it is zoomed: a frame takes 1 ms whatever is on it."""

from __future__ import annotations

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsView

from widgets.look import theme


class Snapshot:
    """What a view shows now, to be painted where it has gone to since."""

    def __init__(self, view: QGraphicsView) -> None:
        self._picture = view.viewport().grab()
        self._from = view.viewportTransform().inverted()[0]

    def paint(self, view: QGraphicsView) -> None:
        """Paint it on the viewport, as far as it reaches."""
        with QPainter(view.viewport()) as painter:
            painter.fillRect(view.viewport().rect(), theme.color("canvas"))
            painter.setTransform(self._from * view.viewportTransform())
            painter.drawPixmap(0, 0, self._picture)

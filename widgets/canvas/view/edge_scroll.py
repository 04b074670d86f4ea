"""The canvas moves on while something is held near its border."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QTimer

from widgets.canvas.view.scene_view import SceneView

BORDER = 28  # screen pixels
STEP_MS = 16
FASTEST = 18.0  # screen pixels per step


class EdgeScroll(QObject):
    """Scrolls a view as long as the mouse is near its border: the nearer, the faster."""

    def __init__(self, view: SceneView, scrolled: Callable[[], None]) -> None:
        super().__init__(view)
        self._view, self._scrolled = view, scrolled
        self._way = (0.0, 0.0)
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._step)

    def look_at(self, point: QPoint | None) -> None:
        """The mouse is at this point of the viewport and holds something; None: nothing is held."""
        size = self._view.viewport().size()
        self._way = (0.0, 0.0) if point is None else (_pull(point.x(), size.width()), _pull(point.y(), size.height()))
        if self._way == (0.0, 0.0):
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _step(self) -> None:
        self._view.pan(-round(self._way[0]), -round(self._way[1]))
        self._scrolled()


def _pull(at: int, size: int) -> float:
    """How fast to scroll along one axis."""
    if at < BORDER:
        return -FASTEST * min(1.0, (BORDER - at) / BORDER)
    return FASTEST * min(1.0, (at - size + BORDER) / BORDER) if at > size - BORDER else 0.0

"""The canvas moves on while something is held near its border, once it has been well inside."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QTimer

from widgets.canvas.view.scene_view import SceneView

BORDER = 28  # screen pixels
INSIDE = 2 * BORDER  # from every edge: what comes in over the border, or is taken there, does not scroll at once
STEP_MS = 16
FASTEST = 18.0  # screen pixels per step


class EdgeScroll(QObject):
    """Scrolls a view as long as the mouse is near its border: the nearer, the faster.

    What is held must have been well inside before.
    """

    def __init__(self, view: SceneView, scrolled: Callable[[], None]) -> None:
        super().__init__(view)
        self._view, self._scrolled = view, scrolled
        self._way = (0.0, 0.0)
        self._was_inside = False
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._step)

    def look_at(self, point: QPoint | None) -> None:
        """The mouse is at this point of the viewport and holds something; None: nothing is held."""
        size, self._way = self._view.viewport().size(), (0.0, 0.0)
        self._was_inside = point is not None and (self._was_inside or (
            _is_inside(point.x(), size.width()) and _is_inside(point.y(), size.height())))
        if point is not None and self._was_inside:
            self._way = _pull(point.x(), size.width()), _pull(point.y(), size.height())
        if self._way == (0.0, 0.0):
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _step(self) -> None:
        self._view.pan(-round(self._way[0]), -round(self._way[1]))
        self._scrolled()


def _is_inside(at: int, size: int) -> bool:
    """Well inside along one axis; in a small view its middle counts."""
    room = min(INSIDE, size // 3)
    return room <= at <= size - room


def _pull(at: int, size: int) -> float:
    """How fast to scroll along one axis."""
    if at < BORDER:
        return -FASTEST * min(1.0, (BORDER - at) / BORDER)
    return FASTEST * min(1.0, (at - size + BORDER) / BORDER) if at > size - BORDER else 0.0

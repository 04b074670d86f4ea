"""Moving what is seen with the mouse: the middle button, or a key that is held and the left one."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from widgets.canvas.view.scene_view import Place, SceneView


class Panning:
    """The hand over a view. Its key tapped alone means something else: see ``key_up``."""

    def __init__(self, view: SceneView) -> None:
        self._view = view
        self._pan: tuple[QPoint, Place] | None = None  # where the mouse was last, what was looked at first
        self._is_out = False  # its key is held
        self._is_tapped = False  # … and nothing was done with it
        self._key = 0

    def press(self, event: QMouseEvent) -> bool:
        """A button goes down; whether that begins to pan."""
        middle, left = Qt.MouseButton.MiddleButton, Qt.MouseButton.LeftButton
        if event.button() != middle and not (self._is_out and event.button() == left):
            return False
        self._pan, self._is_tapped = (event.position().toPoint(), self._view.place()), False
        self._view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        return True

    def move(self, event: QMouseEvent) -> bool:
        """The mouse moves; whether that pans."""
        if self._pan is None:
            return False
        at, (was, place) = event.position().toPoint(), self._pan
        self._pan = (at, place)
        self._view.pan(at.x() - was.x(), at.y() - was.y())
        return True

    def release(self) -> bool:
        """A button goes up; whether that ended it."""
        if self._pan is None:
            return False
        self._pan = None
        self._show_hand()
        return True

    def cancel(self) -> bool:
        """Look again where one did before; whether one was panning."""
        if self._pan is None:
            return False
        place, self._pan = self._pan[1], None
        self._show_hand()
        self._view.go_to(place)
        return True

    def key_down(self, event: QKeyEvent) -> None:
        """The hand's key is held."""
        if not event.isAutoRepeat():
            self._is_out = self._is_tapped = True
            self._key = event.key()
            self._show_hand()

    def key_up(self, event: QKeyEvent) -> bool:
        """A key is let go; whether it was the hand's, and only tapped."""
        if event.key() != self._key or event.isAutoRepeat():
            return False
        tapped = self._is_out and self._is_tapped and not self._view.canvas.is_holding
        self._is_out = False
        self._show_hand()
        return tapped

    def use(self) -> None:
        """Something else was done while its key was held: it is not just tapped."""
        self._is_tapped = False

    def _show_hand(self) -> None:
        if self._is_out:
            self._view.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self._view.viewport().unsetCursor()

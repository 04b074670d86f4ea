"""What every gesture is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt


class Gesture:
    """Something the mouse holds, from the press to the release. It asks the scene for another graph at its end."""

    is_over = False  # one that stays after it was let go takes this back at its ``end``

    def move_to(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """The mouse is at another scene point."""
        raise NotImplementedError

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """It was let go there."""
        raise NotImplementedError

    def cancel(self) -> None:
        """It shall be as before."""
        raise NotImplementedError

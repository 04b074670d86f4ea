"""What takes a press of the mouse itself."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF


class Pressable:
    """An item of the scene that does something when it is pressed: no gesture begins there."""

    def open_menu(self, point: QPointF, at: QPoint) -> bool:
        """The right button was pressed at a scene point; whether a menu of its own opens at this point of the screen.
        """
        return False

"""Who says what the mouse does on a scene."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QGraphicsSceneMouseEvent


class MouseHandler(Protocol):
    """Sees every event of the mouse first; what it does not take the scene does by itself: select."""

    @property
    def is_holding(self) -> bool:
        """Whether a gesture is being made."""

    def press(self, event: QGraphicsSceneMouseEvent) -> bool:
        """A button goes down; whether that is taken."""

    def move(self, event: QGraphicsSceneMouseEvent) -> bool:
        """The mouse moves; whether that is taken."""

    def release(self, event: QGraphicsSceneMouseEvent) -> bool:
        """A button goes up; whether that is taken."""

    def double_click(self, event: QGraphicsSceneMouseEvent) -> bool:
        """A button goes down again at once; whether that is taken."""

    def cancel(self) -> None:
        """Let go of what is held without doing anything."""

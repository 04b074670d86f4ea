"""What takes a press of the mouse itself."""

from __future__ import annotations


class Pressable:
    """An item of the scene that does something when it is pressed: no gesture begins there."""

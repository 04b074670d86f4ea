"""A card of which nothing matters but its ports."""

from __future__ import annotations

from widgets.canvas.cards.face import Face


def plain(inputs: int = 1, collapsed: bool = False) -> Face:
    """With so many inputs."""
    return Face("card", "math", inputs=inputs, collapsed=collapsed)

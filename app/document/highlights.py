"""What stands out on a canvas: of several that want to, the most important."""

from __future__ import annotations

from typing import Literal

from widgets.canvas.ground.highlight import Highlight
from widgets.canvas.scene.scene import CanvasScene

Wish = Literal["followed", "found"]
BY_RANK: tuple[Wish, ...] = ("followed", "found")


class Highlights:
    """The wishes of one page's features."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._wished: dict[Wish, Highlight] = {}

    def show(self, wish: Wish, highlight: Highlight | None) -> None:
        """Let this stand out, unless something more important does; None: no longer."""
        if highlight is None:
            self._wished.pop(wish, None)
        else:
            self._wished[wish] = highlight
        self._scene.show_highlight(next((self._wished[each] for each in BY_RANK if each in self._wished), None))

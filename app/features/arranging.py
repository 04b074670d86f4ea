"""Order on the canvas: layout, align, distribute, straighten."""

from __future__ import annotations

from app.features.base import Feature, Handlers


class Arranging(Feature):
    """Order on the canvas: layout, align, distribute, straighten."""

    def handlers(self) -> Handlers:
        return {
            "arrange": lambda: None,
            "align_left": lambda: None,
            "align_center": lambda: None,
            "align_right": lambda: None,
            "align_top": lambda: None,
            "align_middle": lambda: None,
            "align_bottom": lambda: None,
            "distribute_across": lambda: None,
            "distribute_down": lambda: None,
            "straighten": lambda: None,
        }

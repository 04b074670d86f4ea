"""Search at the cursor, type to build, replace a layer, the command palette."""

from __future__ import annotations

from app.features.base import Feature, Handlers


class Searching(Feature):
    """Search at the cursor, type to build, replace a layer, the command palette."""

    def handlers(self) -> Handlers:
        return {
            "search_here": lambda: None,
            "command_palette": lambda: None,
            "replace_layer": lambda: None,
            "connect_to": lambda: None,
            "disconnect": lambda: None,
        }

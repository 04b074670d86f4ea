"""The card of shortcuts, and other keys for commands."""

from __future__ import annotations

from app.features.base import Feature, Handlers


class Shortcuts(Feature):
    """The card of shortcuts, and other keys for commands."""

    def handlers(self) -> Handlers:
        return {
            "shortcuts": lambda: None,
        }

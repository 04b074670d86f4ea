"""Replace all of a kind, and repeated parts as blocks."""

from __future__ import annotations

from app.features.base import Feature, Handlers


class Replacing(Feature):
    """Replace all of a kind, and repeated parts as blocks."""

    def handlers(self) -> Handlers:
        return {
            "replace_all": lambda: None,
            "replace_selected": lambda: None,
            "find_repeats": lambda: None,
        }

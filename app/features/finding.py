"""Minimap, outline, find, following a tensor, stepping through problems."""

from __future__ import annotations

from app.features.base import Feature, Handlers


class Finding(Feature):
    """Minimap, outline, find, following a tensor, stepping through problems."""

    def handlers(self) -> Handlers:
        return {
            "minimap": lambda: None,
            "outline": lambda: None,
            "find": lambda: None,
            "next_problem": lambda: None,
            "previous_problem": lambda: None,
        }

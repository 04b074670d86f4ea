"""Two networks in one picture."""

from __future__ import annotations

from app.features.base import Feature, Handlers


class Comparing(Feature):
    """Two networks in one picture."""

    def handlers(self) -> Handlers:
        return {
            "compare": lambda: None,
        }

"""The live code tab."""

from __future__ import annotations

from app.features.base import Feature, Handlers


class Source(Feature):
    """The live code tab."""

    def handlers(self) -> Handlers:
        return {
            "source": lambda: None,
        }

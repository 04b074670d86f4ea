"""Pictures of the network."""

from __future__ import annotations

from app.features.base import Feature, Handlers


class Drawing(Feature):
    """Pictures of the network."""

    def handlers(self) -> Handlers:
        return {
            "export_picture": lambda: None,
        }

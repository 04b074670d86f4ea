"""Bypass, comment frames, colour labels, collapsed cards, pasting with wires, snapping."""

from __future__ import annotations

from app.features.base import Feature, Handlers


class Marking(Feature):
    """Bypass, comment frames, colour labels, collapsed cards, pasting with wires, snapping."""

    def handlers(self) -> Handlers:
        return {
            "bypass": lambda: None,
            "comment": lambda: None,
            "collapse": lambda: None,
            "paste_wired": lambda: None,
            "snap": lambda: None,
        }

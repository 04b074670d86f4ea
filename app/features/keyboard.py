"""Everything without a mouse: from card to card, from pane to pane, and what a screen reader says."""

from __future__ import annotations

from app.features.base import Feature, Handlers


class Keyboard(Feature):
    """Everything without a mouse: from card to card, from pane to pane, and what a screen reader says."""

    def handlers(self) -> Handlers:
        return {
            "select_before": lambda: None,
            "select_after": lambda: None,
            "select_left": lambda: None,
            "select_right": lambda: None,
            "next_pane": lambda: None,
            "previous_pane": lambda: None,
        }

"""The grid that cards are laid on, and how large they are. All in scene pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from engine.graph.graph import Node

Flow = Literal["down", "right"]  # where a network goes on: below its input, or at the right of it
FLOWS: tuple[Flow, ...] = ("down", "right")
STEP = 76.0  # from one card to the next below it
COLUMN = 260.0  # from one column of cards to the next
CARD = (228.0, 46.0)  # how large a card is
THIN = 26.0  # how high a collapsed one is


def size_of(node: Node) -> tuple[float, float]:
    """How wide and how high a node's card is."""
    return CARD[0], THIN if node.collapsed else CARD[1]

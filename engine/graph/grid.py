"""The grid that cards are laid on, and how large they are. All in scene pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from engine.graph.graph import Node

Flow = Literal["down", "right"]  # where a network goes on: below its input, or at the right of it
FLOWS: tuple[Flow, ...] = ("down", "right")
CARD = (228.0, 46.0)  # how large a card is
AFTER: dict[Flow, float] = {"down": 30.0, "right": 100.0}  # from a card to the next along the flow: room for a shape
ASIDE = 32.0  # from a card to the one beside it
STEP = CARD[1] + AFTER["down"]  # from one card's top to that of the next below it
COLUMN = CARD[0] + ASIDE  # from one column of cards to the next
THIN = 26.0  # how high a collapsed one is
INSIDE_ROW = 30.0  # for each row of what is drawn inside of a card
INSIDE_ROOM = 14.0  # and around it


def size_of(node: Node) -> tuple[float, float]:
    """How wide and how high a node's card is."""
    return CARD[0], card_height(node.layer.inside_rows, node.collapsed)


def card_height(inside_rows: float = 0, collapsed: bool = False) -> float:
    """How high a card is in which so many rows are drawn."""
    if collapsed:
        return THIN
    return CARD[1] + INSIDE_ROOM + INSIDE_ROW * inside_rows if inside_rows else CARD[1]

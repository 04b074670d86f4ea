"""The grid that cards are laid on."""

from __future__ import annotations

STEP = 76.0  # from one card to the next below it
COLUMN = 260.0  # from one column of cards to the next
CARD = (228.0, 46.0)  # how large a card is

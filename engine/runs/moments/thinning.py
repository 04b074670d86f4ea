"""Which moments remain where not all can be kept: many of the beginning, fewer and fewer of what comes later. No
torch."""

from __future__ import annotations

import math
from collections.abc import Sequence

EARLY = 8.0  # how much closer together those of the first epoch lie: an eighth of it counts as the first epoch does


def height(position: float) -> float:
    """Where a moment is on an axis on which all should lie equally far apart."""
    return math.log1p(EARLY * position)


def least(positions: Sequence[float]) -> int | None:
    """The one that is missed least, by its place in order: between neighbours that are closest without it; of equals
    the later one. Never the first nor the last. None: there are no others."""
    if len(positions) < 3:
        return None
    gaps = [height(after) - height(before) for before, after in zip(positions, positions[2:], strict=False)]
    narrowest = min(gaps)
    return next(at + 1 for at in reversed(range(len(gaps))) if gaps[at] <= narrowest)

"""Many numbers side by side: a column for each, or for each few the one that matters most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

NARROWEST, WIDEST = 2.0, 56.0  # pixels of a column with its gap


class Column(NamedTuple):
    """``place``: whose number it shows; it stands for ``first`` … ``last``. ``start`` … ``end``: gaps included."""

    place: int
    value: float
    first: int
    last: int
    left: float
    width: float
    start: float
    end: float

    def holds(self, x: float) -> bool:
        """Whether a place is within it."""
        return self.start <= x < self.end


def columns(values: Sequence[float], left: float, width: float) -> list[Column]:
    """Columns in a room of this width. What is no number is shown only where nothing else is."""
    count = len(values)
    if not count:
        return []
    shown = max(1, min(count, int(width / NARROWEST)))
    pitch = min(WIDEST, width / shown)
    gap = 0.0 if pitch < 3 else 1.0 if pitch < 8 else 2.0
    found = []
    for place in range(shown):
        first, end = place * count // shown, (place + 1) * count // shown
        index = max(range(first, end), key=lambda at: _size(values[at]))
        start = left + place * pitch
        found.append(Column(index, values[index], first, end - 1, start, pitch - gap, start, start + pitch))
    return found


def _size(value: float) -> float:
    return abs(value) if math.isfinite(value) else -1.0

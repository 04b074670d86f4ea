"""The moments of a run as they are drawn."""

from __future__ import annotations

import math
from typing import NamedTuple


class Moments(NamedTuple):
    """Places in epochs where one can stop; ``now`` is in hand, ``pinned`` compared with it; nan: none is."""

    stops: tuple[float, ...] = ()
    now: float = math.nan
    pinned: float = math.nan
    words: str = ""  # what is said of the one in hand
    brief: str = ""  # the same where there is little room

    def nearest(self, position: float) -> float:
        """The stop that is nearest to a place."""
        return min(self.stops, key=lambda stop: abs(stop - position), default=math.nan)

    def step(self, by: int) -> float:
        """So many stops on, or back; from nowhere to an end."""
        if not self.stops:
            return math.nan
        if math.isnan(self.now):
            return self.stops[0 if by > 0 else -1]
        here = self.stops.index(self.nearest(self.now))
        return self.stops[min(max(here + by, 0), len(self.stops) - 1)]

    @property
    def is_at_end(self) -> bool:
        """Whether there is nothing later."""
        return bool(self.stops) and self.now >= self.stops[-1]

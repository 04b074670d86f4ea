"""Several runs that differ in their seed only: how far they lie apart, and whether two settings really differ.

scipy is loaded when two settings are compared.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.units import measure_text

SURE = 0.95
LARGE, MOST_PLACES = 1000, 8
LARGEST = 1e150  # what is larger cannot be squared, and is no result


class Spread(NamedTuple):
    """Mean and sample standard deviation (with n − 1; nan of one run)."""

    runs: int
    mean: float
    deviation: float


def spread(values: Iterable[float]) -> Spread:
    """Of what is a number."""
    known = [value for value in values if abs(value) < LARGEST]
    if not known:
        return Spread(0, math.nan, math.nan)
    deviation = statistics.stdev(known) if len(known) > 1 else math.nan
    return Spread(len(known), statistics.fmean(known), deviation)


def spread_text(found: Spread) -> str:
    """Mean ± deviation, with so many places that the deviation says something: 0.968 ± 0.003, 0.91342 ± 0.00002."""
    mean, deviation = found.mean, found.deviation
    if not math.isfinite(deviation) or abs(mean) >= LARGE:
        return " ± ".join(measure_text(value, 4) for value in found[1:] if not math.isnan(value)) or measure_text(mean)
    places = 3 if deviation == 0 else min(MOST_PLACES, max(3, -math.floor(math.log10(deviation))))
    return f"{mean:.{places}f} ± {deviation:.{places}f}".replace("-", "−")


class Difference(NamedTuple):
    """How much larger the mean of one setting is than that of another, and between which bounds that lies in 95 of 100
    such comparisons."""

    mean: float
    low: float
    high: float

    @property
    def is_real(self) -> bool:
        """Whether 0 is not among what it may be: else the two overlap, and chance alone may have made it."""
        return not self.low <= 0 <= self.high


def difference(one: Sequence[float], other: Sequence[float]) -> Difference | None:
    """Welch's interval (1947), which takes no equal spread for granted; None: fewer than two runs of either say
    nothing."""
    first, second = spread(one), spread(other)
    if min(first.runs, second.runs) < 2:
        return None
    mean = first.mean - second.mean
    shares = [each.deviation**2 / each.runs for each in (first, second)]
    whole = sum(shares)
    error = math.sqrt(whole)
    if error == 0:
        return Difference(mean, mean, mean)
    freedom = 1 / sum((share / whole)**2 / (each.runs - 1)
                      for share, each in zip(shares, (first, second), strict=True))
    from scipy.special import stdtrit  # takes 0.2 s to load

    reach = float(stdtrit(freedom, (1 + SURE) / 2)) * error
    return Difference(mean, mean - reach, mean + reach)

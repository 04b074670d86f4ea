"""Vertical axes: from a value to a height between 0 and 1, and the numbers that stand beside it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from engine.units import power_text, tick_text
from widgets.plot.decimate import Floats
from widgets.plot.ticks import nice_range, tick_values


class LinearScale(NamedTuple):
    """Equal steps."""

    low: float
    high: float
    step: float

    def place(self, value: float) -> float:
        """0 at the lower end, 1 at the upper."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[tuple[float, str]]:
        """Values with their texts."""
        return [(value, tick_text(value, self.step)) for value in tick_values(*self)]

    @property
    def ends(self) -> list[float]:
        """Both ends in the numbers that are drawn."""
        return [self.low, self.high]


class LogScale(NamedTuple):
    """Equal factors; ``marks`` are the values that are written."""

    low: float
    high: float
    marks: tuple[float, ...]

    def place(self, value: float) -> float:
        """0 at the lower end, 1 at the upper; NaN for what has no logarithm."""
        if value <= 0:
            return math.nan
        low, high = self.ends  # their quotient may be larger than any number
        return (math.log10(value) - low) / (high - low)

    def ticks(self) -> list[tuple[float, str]]:
        """Values with their texts."""
        return [(value, power_text(value)) for value in self.marks]

    @property
    def ends(self) -> list[float]:
        """Both ends in the numbers that are drawn."""
        return [math.log10(self.low), math.log10(self.high)]


Scale = LinearScale | LogScale


def log_scale(low: float, high: float, intervals: int) -> LogScale:
    """Around [low, high], both above 0: whole powers of ten, or 1-2-5, or even steps where the range is small."""
    if high < 5 * low:
        bottom, top, step = nice_range(low, high, intervals)
        if bottom > 0:
            return LogScale(bottom, top, tuple(tick_values(bottom, top, step)))
    marks = _one_two_five(low, high)
    if len(marks) > intervals + 1:
        marks = _powers(low, high, intervals)
    return LogScale(marks[0], marks[-1], tuple(marks))


def _one_two_five(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    values = [digit * _power(power) for power in range(first, last + 1) for digit in (1, 2, 5)]
    begin = max((index for index, value in enumerate(values) if value <= low * (1 + 1e-9)), default=0)
    end = min(index for index, value in enumerate(values) if value >= high * (1 - 1e-9))
    return values[begin : end + 1]


def _powers(low: float, high: float, intervals: int) -> list[float]:
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    step = -(-(last - first) // intervals)
    return sorted({_power(power) for power in range(first, last + step, step)})


def _power(exponent: int) -> float:
    """A power of ten, of those that there are as numbers."""
    return 10.0 ** min(max(exponent, -323), 308)


def logarithms(y: Floats) -> Floats:
    """log10, NaN where there is none."""
    return np.log10(np.where(y > 0, y, np.nan))

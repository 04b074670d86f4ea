"""Round numbers for axes: where lines stand."""

from __future__ import annotations

import math


def nice_step(span: float, intervals: int, steps: tuple[float, ...] = (1, 2, 2.5, 5, 10)) -> float:
    """The smallest round step that divides ``span`` into at most ``intervals``; ``steps`` end with 10."""
    power = 10.0 ** math.floor(math.log10(span / intervals))
    return next(step * power for step in steps if step * power * intervals >= span * (1 - 1e-9))


def nice_range(low: float, high: float, intervals: int) -> tuple[float, float, float]:
    """A range of whole steps around [low, high], and the step."""
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-6):
        room = 0.1 * max(abs(low), abs(high)) or 0.5
        low, high = low - room, high + room
    step = nice_step(high - low, intervals)
    while math.ceil(high / step - 1e-9) - math.floor(low / step + 1e-9) > intervals:
        step = nice_step(step * intervals * 1.01, intervals)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step


def tick_values(low: float, high: float, step: float) -> list[float]:
    """Every multiple of ``step`` in [low, high]."""
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return [index * step for index in range(first, last + 1)]

"""The horizontal axis in words and numbers: epochs, steps, or time."""

from __future__ import annotations

from typing import NamedTuple

from engine.units import clock_text, grouped, tick_text
from widgets.plot.epochs import decimals_for, epoch_text
from widgets.plot.ticks import nice_step, tick_values
from widgets.plot.ways import AxisKind

WHOLE = 4.0  # epochs: of so many only whole ones are written
_CLOCK = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400)  # seconds


class AxisWords(NamedTuple):
    """How places on an axis are called."""

    kind: AxisKind
    template: str  # around a place that is read: “epoch {}”

    def step(self, span: float, most: float) -> float:
        """From one number to the next, where at most so many have room."""
        most = max(2, int(most))
        if self.kind == "time":
            return _clock_step(span, most)
        step = nice_step(span, most, (1, 2, 5, 10))
        if self.kind == "steps":
            return max(1.0, step)
        return max(1.0 if span >= WHOLE else 0.5 if span >= 1 else 0.0, step)  # less only where one has come near

    def ticks(self, low: float, high: float, step: float) -> list[tuple[float, str]]:
        """Places with their numbers."""
        return [(value, self.text(value, step)) for value in tick_values(low, high, step)]

    def text(self, value: float, step: float) -> str:
        """A number at the axis."""
        if self.kind == "time":
            return time_text(value, step)
        if self.kind == "steps":
            return grouped(value)
        return tick_text(value, max(1.0, step) if value == round(value) else step)

    def said(self, at: float, span: float | None = None) -> str:
        """A place in words, as fine as ``span`` of the axis in sight needs it."""
        if self.kind == "time":
            return self.template.format(time_text(at, span / 100 if span else 1.0))
        if self.kind == "steps":
            return self.template.format(grouped(at))
        return self.template.format(epoch_text(at, decimals_for(span) if span else 0))

    def end(self, at: float) -> float:
        """Where an axis ends on which a run goes on to here: time is only foreseen, so its end is a round one."""
        if self.kind != "time":
            return at
        step = _clock_step(max(at, 1.0), 10)
        return max(1.0, step * -(-at // step))


def _clock_step(span: float, most: int) -> float:
    if span <= most:
        return nice_step(span, most, (1, 2, 5, 10))
    return next((step for step in _CLOCK if step * most >= span), nice_step(span / 86400, most, (1, 2, 5, 10)) * 86400)


def time_text(seconds: float, step: float) -> str:
    """``0:30``, ``1:02:09``; with tenths and less where the step needs them: ``0:30.5``."""
    if step >= 1:
        return clock_text(max(0.0, seconds))
    decimals = len(tick_text(step, step).partition(".")[2]) or 1
    whole, _, part = f"{max(0.0, seconds):.{decimals}f}".partition(".")
    return f"{clock_text(float(whole))}.{part}"

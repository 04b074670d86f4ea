"""Axes of parallel coordinates: where a value stands between 0 and 1, and what is written beside. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.units import power_text, tick_text
from widgets.plot.ticks import nice_step, tick_values
from widgets.sweep.results import extent
from widgets.sweep.values import LARGEST, FieldAxis, Value, is_plain
from widgets.sweep.words import value_words

MOST = 7  # values that are all written; of more, round numbers between them
INTERVALS = 4


class Tick(NamedTuple):
    """What is written beside an axis; ``short``: the same where there is little room."""

    place: float
    text: str
    short: str


class WordAxis:
    """Words, evenly apart, the first on top."""

    def __init__(self, values: Iterable[Value], words: Sequence[str] = ()) -> None:
        self.words = list(dict.fromkeys([*words, *(value_words(each) for each in values if each is not None)]))
        self._places = {word: 1 - (at + 0.5) / len(self.words) for at, word in enumerate(self.words)}

    def place(self, value: Value) -> float | None:
        """0 at the lower end, 1 at the upper; None: it is not on the axis."""
        return None if value is None else self._places.get(value_words(value))

    def read(self, place: float) -> float:
        """What keeps its meaning while more values come; here a place is one."""
        return place

    spot = read

    def ticks(self) -> list[Tick]:
        """Places with their texts."""
        return [Tick(place, word, word) for word, place in self._places.items()]


class NumberAxis:
    """Numbers between the lowest and the highest; ``log``: equal factors are equal steps."""

    def __init__(self, values: Iterable[Value], log: bool = False, robust: bool = False) -> None:
        self.is_log, self._is_robust = log, robust
        self._values = sorted({number for value in values if (number := number_of(value, log)) is not None})
        self._ends = (extent(self._values) if robust else None) or (self._values[0], self._values[-1])
        self.low, self.high = map(self._scaled, self._ends)

    def _scaled(self, number: float) -> float:
        return math.log10(number) if self.is_log else number

    def place(self, value: Value) -> float | None:
        """0 at the lower end, 1 at the upper, where outliers stand too; None: it is not on the axis."""
        number = number_of(value, self.is_log)
        return None if number is None else self.spot(self._scaled(number))

    def spot(self, scaled: float) -> float:
        """Where a number (its logarithm) is."""
        if self.high <= self.low:
            return 0.5
        return min(1.0, max(0.0, (scaled - self.low) / (self.high - self.low)))

    def read(self, place: float) -> float:
        """What number (its logarithm) is at a place."""
        return self.low + place * (self.high - self.low)

    def ticks(self) -> list[Tick]:
        """Every value that was tried, or round ones, as of results always."""
        if self.high <= self.low or (len(self._values) <= MOST and not self._is_robust):
            return [self._tick(value, value_words(value)) for value in self._values]
        return self._powers() if self.is_log else self._steps()

    def _tick(self, number: float, text: str) -> Tick:
        return Tick(self.spot(self._scaled(number)), text, min(text, power_text(number), short_power(number), key=len))

    def _steps(self) -> list[Tick]:
        step = nice_step(self.high - self.low, INTERVALS)
        return [self._tick(value, tick_text(value, step)) for value in tick_values(self.low, self.high, step)]

    def _powers(self) -> list[Tick]:
        first, last = math.floor(self.low), math.ceil(self.high)
        apart = max(1, -(-(last - first) // INTERVALS))
        for digits in ((1,), (1, 3), (1, 2, 5)):
            found = [digit * 10.0**power for power in range(first, last + 1, apart) for digit in digits]
            inside = [value for value in found if self.low - 1e-9 <= math.log10(value) <= self.high + 1e-9]
            if len(inside) >= INTERVALS - 1:
                break
        return [self._tick(value, power_text(value)) for value in inside or self._ends]


Axis = WordAxis | NumberAxis


def axis_of(field: FieldAxis, values: Sequence[Value]) -> Axis:
    """The axis of a field whose members have these values; one of numbers that has none is one of words.

    0 has no logarithm, but is often tried beside 0.001 and 0.01: few values then stand evenly, as words do.
    """
    numbers = sorted({number for value in values if (number := number_of(value)) is not None}, reverse=True)
    if field.kind == "words" or not numbers:
        return WordAxis(values, field.words)
    if field.kind != "log" or numbers[-1] > 0:
        return NumberAxis(values, field.kind == "log", robust=field.kind == "result")
    return WordAxis((), [value_words(number) for number in numbers]) if len(numbers) <= MOST else NumberAxis(values)


def number_of(value: Value, log: bool = False) -> float | None:
    """A value that can stand on an axis of numbers."""
    if isinstance(value, str) or value is None or not is_plain(value) or (log and value < 1 / LARGEST):
        return None
    return float(value) if abs(value) >= 1 / LARGEST else 0.0


def short_power(number: float) -> str:
    """``1e−4``: one digit and a power of ten."""
    digit, power = f"{number:.0e}".split("e")
    return f"{digit}e{int(power)}".replace("-", "−")

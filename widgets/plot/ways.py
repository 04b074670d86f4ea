"""From positions in epochs to steps or seconds, and back: for each run its own way there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from widgets.plot.decimate import Floats

AxisKind = Literal["epochs", "steps", "time"]
AXES: tuple[AxisKind, ...] = ("epochs", "steps", "time")
At = TypeVar("At", float, Floats)


class Way:
    """Straight between the places that are known, and on at the run's mean pace before and behind them."""

    def __init__(self, positions: Floats, values: Floats) -> None:
        self._there, self._back = _Line(positions, values), _Line(values, positions)

    def there(self, at: At) -> At:
        """From epochs to what the axis shows."""
        return self._there.along(at)

    def back(self, at: At) -> At:
        """From what the axis shows to epochs."""
        return self._back.along(at)


class _Line:
    """Pieces of straight lines."""

    def __init__(self, known: Floats, values: Floats) -> None:
        self._columns = known, values
        self._known, self._values = known.tolist(), values.tolist()
        self._pace = (self._values[-1] - self._values[0]) / (self._known[-1] - self._known[0])

    def along(self, at: At) -> At:
        found: At = self._curve(at) if isinstance(at, np.ndarray) else self._one(float(at))
        return found

    def _curve(self, at: Floats) -> Any:
        known, values = self._columns
        beyond = np.maximum(at - self._known[-1], 0.0) + np.minimum(at - self._known[0], 0.0)
        return np.interp(at, known, values) + self._pace * beyond

    def _one(self, at: float) -> Any:
        """The same of a single place, ten times faster than numpy finds it."""
        known, values = self._known, self._values
        if at >= known[-1]:
            return values[-1] + self._pace * (at - known[-1])
        right = bisect_right(known, at)
        if right == 0:
            return values[0] + self._pace * (at - known[0])
        share = (at - known[right - 1]) / (known[right] - known[right - 1])
        return values[right - 1] + share * (values[right] - values[right - 1])


class _Same(Way):
    """An axis of epochs."""

    def __init__(self) -> None:
        super().__init__(np.arange(2.0), np.arange(2.0))

    def there(self, at: At) -> At:
        return at

    def back(self, at: At) -> At:
        return at


SAME = _Same()


@dataclass(frozen=True, eq=False)
class Ways:
    """Where a run was after so many steps and seconds, each a pair of columns: positions in epochs, and what it was."""

    steps: tuple[ArrayLike, ArrayLike] | None = None
    seconds: tuple[ArrayLike, ArrayLike] | None = None

    def to(self, axis: AxisKind) -> Way | None:
        """The way to what an axis shows; None: it is not known."""
        return SAME if axis == "epochs" else self._steps if axis == "steps" else self._seconds

    @cached_property
    def _steps(self) -> Way | None:
        return _way(self.steps)

    @cached_property
    def _seconds(self) -> Way | None:
        return _way(self.seconds)


NOWHERE = Ways()


def _way(columns: tuple[ArrayLike, ArrayLike] | None) -> Way | None:
    """What was gone over once more counts as it was the last time; a clock that was set back stands still."""
    if columns is None:
        return None
    positions, values = (np.asarray(column, float) for column in columns)
    known = np.isfinite(positions) & np.isfinite(values)
    positions, values = positions[known], values[known]
    last = positions <= np.minimum.accumulate(positions[::-1])[::-1]
    positions, values = positions[last], np.maximum.accumulate(values[last])
    if len(positions) and positions[0] > 0:
        positions, values = np.append(0.0, positions), np.append(min(0.0, values[0]), values)
    is_one = len(positions) < 2 or positions[-1] <= positions[0] or values[-1] <= values[0]
    return None if is_one else Way(positions, values)


def common(ways: Sequence[Ways], asked: AxisKind) -> AxisKind:
    """The axis that is asked for, or epochs where no run knows the way to it."""
    return asked if any(each.to(asked) is not None for each in ways) else "epochs"

"""From positions in epochs to steps or seconds, and back: for each run its own way there."""

from __future__ import annotations

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
        self._positions, self._values = positions, values

    def there(self, at: At) -> At:
        """From epochs to what the axis shows."""
        found: At = _along(at, self._positions, self._values)
        return found

    def back(self, at: At) -> At:
        """From what the axis shows to epochs."""
        found: At = _along(at, self._values, self._positions)
        return found


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


def _along(at: Any, known: Floats, values: Floats) -> Any:
    pace = (values[-1] - values[0]) / (known[-1] - known[0])
    found = np.interp(at, known, values) + pace * (np.maximum(at - known[-1], 0.0) + np.minimum(at - known[0], 0.0))
    return found if isinstance(at, np.ndarray) else float(found)


def common(ways: Sequence[Ways], asked: AxisKind) -> AxisKind:
    """The axis that is asked for, or epochs where no run knows the way to it."""
    return asked if any(each.to(asked) is not None for each in ways) else "epochs"

"""The points of one curve: all of them, and for long runs the extremes of every 64."""

from __future__ import annotations

import math

import numpy as np

from widgets.plot.decimate import Floats, Points, decimated, extremes, finite_bounds, joined, window

BLOCK = 64
MANY = 200  # blocks


class _Column:
    """A numpy array that grows at its end without copying each time."""

    def __init__(self) -> None:
        self._room = np.empty(1024)
        self._count = 0

    @property
    def values(self) -> Floats:
        return self._room[: self._count]

    def extend(self, values: Floats) -> None:
        count = self._count + len(values)
        if count > len(self._room):
            room = np.empty(max(count, 2 * len(self._room)))
            room[: self._count] = self.values
            self._room = room
        self._room[self._count : count] = values
        self._count = count

    def cut(self, count: int) -> None:
        self._count = count

    def adopt(self, values: Floats) -> None:
        """Take what is there as it is; it is copied when more comes."""
        self._room, self._count = values, len(values)


class Series:
    """Points in the order of x; redrawing costs the same however many there are."""

    def __init__(self) -> None:
        self._x, self._y = _Column(), _Column()
        self._block_x, self._block_y = _Column(), _Column()  # two points of every full block
        self.version = 0  # grows with every change
        self.cuts = 0  # how often points were taken back

    def __len__(self) -> int:
        return len(self._x.values)

    @property
    def x(self) -> Floats:
        """Every position."""
        return self._x.values

    @property
    def y(self) -> Floats:
        """Every value."""
        return self._y.values

    @property
    def end(self) -> float:
        """The last position, 0 before the first point."""
        return float(self.x[-1]) if len(self) else 0.0

    def extend(self, x: Floats, y: Floats) -> None:
        """Append points; only what is new is looked at. A run taken up again replaces what it goes over once more."""
        self.version += 1
        turns = np.flatnonzero(np.diff(x) < 0) + 1
        for part in np.split(np.arange(len(x)), turns):
            self._append(x[part], y[part])

    def begin(self, x: Floats, y: Floats) -> None:
        """The first points, not copied where they are in order: whoever gives them leaves them as they are."""
        if len(x) > 1 and (np.diff(x) < 0).any():
            self.extend(x, y)
            return
        self.version += 1
        self._x.adopt(x)
        self._y.adopt(y)
        self._look_at_blocks()

    def _append(self, x: Floats, y: Floats) -> None:
        if not len(x):
            return
        if len(self) and x[0] < self.x[-1]:
            self._cut(int(np.searchsorted(self.x, x[0])))
        self._x.extend(x)
        self._y.extend(y)
        self._look_at_blocks()

    def _look_at_blocks(self) -> None:
        """The extremes of those that are full by now."""
        done, ready = len(self._block_x.values) // 2 * BLOCK, len(self) // BLOCK * BLOCK
        if ready > done:
            x, y = extremes(self.x[done:ready], self.y[done:ready], BLOCK)
            self._block_x.extend(x)
            self._block_y.extend(y)

    def _cut(self, count: int) -> None:
        self.cuts += 1
        for column in (self._x, self._y):
            column.cut(count)
        for column in (self._block_x, self._block_y):
            column.cut(count // BLOCK * 2)

    def visible(self, low: float, high: float, limit: int = 800) -> Points:
        """What to draw between two positions: at most ``limit`` points, extremes kept."""
        start, stop = window(self.x, low, high)
        if stop - start <= BLOCK * limit // 2:  # fewer blocks than that would look coarse
            return decimated(self.x, self.y, start, stop, limit)
        return self._visible_blocks(start, stop, limit)

    def _visible_blocks(self, start: int, stop: int, limit: int) -> Points:
        """The same from the blocks, with the cut ones at both ends taken from the points themselves."""
        first, last = -(-start // BLOCK), stop // BLOCK
        x, y = self.x, self.y
        head, tail = slice(start, first * BLOCK), slice(last * BLOCK, stop)
        middle = decimated(self._block_x.values, self._block_y.values, 2 * first, 2 * last, limit - 5)
        ends = extremes(x[head], y[head], BLOCK), extremes(x[tail], y[tail], BLOCK)
        return joined(ends[0], middle, ends[1], (x[stop - 1 :], y[stop - 1 :]))

    def bounds(self, low: float, high: float, positive: bool = False) -> tuple[float, float] | None:
        """The lowest and highest finite value between two positions; ``positive``: of those above 0.

        Where there are many the blocks at both ends count as a whole: a hundredth more than is seen at the most.
        """
        start, stop = window(self.x, low, high)
        first, last = start // BLOCK, stop // BLOCK
        if last - first < MANY:
            return _bounds(self.y[start:stop], positive)
        full = self._block_y.values[2 * first : 2 * (last + 1)]
        is_whole = (last + 1) * BLOCK <= len(self)  # the last block is full, too
        return _bounds(full if is_whole else np.append(full, self.y[last * BLOCK : stop]), positive)

    def nearest(self, position: float) -> tuple[float, float] | None:
        """The point closest to a position."""
        if not len(self):
            return None
        right = min(int(np.searchsorted(self.x, position)), len(self) - 1)
        left = max(0, right - 1)
        index = left if abs(self.x[left] - position) <= abs(self.x[right] - position) else right
        return float(self.x[index]), float(self.y[index])


def _bounds(values: Floats, positive: bool) -> tuple[float, float] | None:
    if len(values):
        low, high = float(values.min()), float(values.max())
        if math.isfinite(low) and math.isfinite(high) and (low > 0 or not positive):
            return low, high
    return finite_bounds(values[values > 0] if positive else values)

"""Smoothed curves: of each point the mean of those so far, the nearer the heavier.

TensorBoard's definition, made right for points that lie unevenly. Where it is smoothed by w, the point at x is the
mean of all points up to it, each counted w^((x - its place) / unit); since it is divided by what was counted the
beginning is not pulled to 0. The unit is the usual distance of the run's first points, for which this is
TensorBoard's figure point by point, but at least a thousandth of the run's length: TensorBoard too looks at no more
than a thousand points of a run, and of 300 000 the nearest two would be as noisy as one.
Distances are in epochs whatever the axis shows: a curve keeps its shape. What is not finite counts nothing, and the
smoothed curve breaks there as the raw one does.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from widgets.plot.decimate import Floats
from widgets.plot.series import Series

FIRST = 64  # distances that say what is usual
FINEST = 1000  # units in a run
FORGOTTEN = -120.0  # the logarithm of a weight that no sum of floats feels
HUGE = 1e150  # what is larger is as little a value as infinity
SAFE = 300.0  # the logarithm of the largest factor within a block
LONG = 100  # epochs: judged curves of so long a run are noise around a course, as those of its batches are


class _Sums(NamedTuple):
    """What was counted up to a point."""

    values: float = 0.0
    weights: float = 0.0
    at: float = 0.0


class Smoothed:
    """The smoothed curve of a series: it grows as that does, and only what is new is computed."""

    def __init__(self, source: Series, weight: float, length: float) -> None:
        self._source, self._weight, self._length = source, weight, length
        self._series, self._sums, self._unit = Series(), _Sums(), 0.0
        self._done, self._cuts = 0, source.cuts

    @property
    def series(self) -> Series:
        """As it is now."""
        source = self._source
        if self._cuts != source.cuts or (self._done <= FIRST < len(source)) or len(source) <= FIRST:
            self._begin_anew()
        if self._done < len(source):
            self._go_on(source.x[self._done :], source.y[self._done :])
        return self._series

    def _begin_anew(self) -> None:
        """Few points do not tell their usual distance yet, and a run taken up again has others."""
        source = self._source
        if self._done == len(source) and self._cuts == source.cuts:
            return
        self._series, self._unit = Series(), usual_distance(source.x, self._length)
        self._done, self._cuts = 0, source.cuts

    def _go_on(self, x: Floats, y: Floats) -> None:
        values, self._sums = _means(x, y, math.log(self._weight) / self._unit, self._sums if self._done else None)
        if self._done:
            self._series.extend(x, values)
        else:
            self._series.begin(x, values)
        self._done = len(self._source)


def usual_distance(x: Floats, length: float) -> float:
    """The unit of distance in a run of so many epochs."""
    near = np.diff(x[: FIRST + 1])
    near = near[near > 0]
    return max(float(np.median(near)) if len(near) else 0.0, length / FINEST, 1e-12)


def _means(x: Floats, y: Floats, decay: float, before: _Sums | None) -> tuple[Floats, _Sums]:
    """The smoothed values, and the sums at their end; ``decay``: the logarithm of what a weight loses in an epoch.

    A sum that decays from point to point is one that only grows, seen with a factor that falls: in blocks so short
    that no factor leaves a float, all of which are done at once.
    """
    start = before.at if before else float(x[0])
    falls = np.maximum(decay * np.diff(x, prepend=start), FORGOTTEN)
    size = _block(falls)
    blocks = -(-len(x) // size)
    finite = np.abs(y) < HUGE
    table = [_in_blocks(column, blocks, size) for column in (falls, np.where(finite, y, 0.0), finite.astype(float))]
    factors = np.exp(np.cumsum(table[0], axis=1))
    sums = []
    for column, begun in ((table[1], before.values if before else 0.0), (table[2], before.weights if before else 0.0)):
        grown = np.cumsum(column / factors, axis=1)
        grown += _carried(begun, grown[:, -1], factors[:, -1])[:, None]
        sums.append((factors * grown).ravel()[: len(x)])
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(finite, sums[0] / sums[1], y)
    return means, _Sums(float(sums[0][-1]), float(sums[1][-1]), float(x[-1]))


def _block(falls: Floats) -> int:
    steepest = -float(falls.min(initial=0.0))
    return max(1, min(len(falls), int(SAFE / steepest) if steepest * len(falls) > SAFE else len(falls)))


def _in_blocks(column: Floats, blocks: int, size: int) -> Floats:
    return np.pad(column, (0, blocks * size - len(column))).reshape(blocks, size)


def _carried(begun: float, grown: Floats, factors: Floats) -> Floats:
    """With which sum each block begins."""
    found, at = [], begun
    for more, factor in zip(grown.tolist(), factors.tolist(), strict=True):
        found.append(at)
        at = (at + more) * factor
    return np.array(found)

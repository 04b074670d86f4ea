"""Fewer points for the same picture: the lowest and the highest of every bucket. Pure numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Points = tuple[Floats, Floats]


def bucket_size(count: int, buckets: int) -> int:
    """The smallest power of two that puts ``count`` points into at most ``buckets`` buckets."""
    size = 1
    while count > size * buckets:
        size *= 2
    return size


def extremes(x: Floats, y: Floats, size: int) -> Points:
    """The lowest and highest point of every ``size`` points, in their order. The last bucket may be short.

    A bucket without any finite value keeps one, so that the drawn line breaks there.
    """
    whole = len(y) // size * size
    picks = _extreme_indices(y[:whole].reshape(-1, size))
    picks = (picks + np.arange(0, whole, size)[:, None]).ravel()
    if whole < len(y):
        picks = np.append(picks, whole + _extreme_indices(y[whole:].reshape(1, -1)).ravel())
    return x[picks], y[picks]


def _extreme_indices(rows: Floats) -> NDArray[np.intp]:
    """For every row the index of its lowest and its highest finite value, the earlier first."""
    if not rows.size:
        return np.empty((0, 2), np.intp)
    finite = np.isfinite(rows)
    if finite.all():
        low, high = rows.argmin(axis=1), rows.argmax(axis=1)
    else:
        low = np.where(finite, rows, np.inf).argmin(axis=1)
        high = np.where(finite, rows, -np.inf).argmax(axis=1)
    return np.sort(np.stack([low, high], axis=1), axis=1)


def window(x: Floats, low: float, high: float) -> tuple[int, int]:
    """The slice of sorted ``x`` that covers [low, high], with one neighbour on each side for the line to leave by."""
    start, stop = int(np.searchsorted(x, low, "left")), int(np.searchsorted(x, high, "right"))
    return max(0, start - 1), min(len(x), stop + 1)


def decimated(x: Floats, y: Floats, start: int, stop: int, limit: int) -> Points:
    """Points ``start`` … ``stop`` as at most ``limit``, every extreme kept.

    Buckets begin at multiples of their size, so that points drawn once stay where they are while more arrive.
    """
    if stop - start <= limit:
        return x[start:stop], y[start:stop]
    size = bucket_size(stop - start, limit // 2 - 2)
    first = min(stop, -(-start // size) * size)
    head, body = slice(start, first), slice(first, stop)
    return joined(extremes(x[head], y[head], size), extremes(x[body], y[body], size), (x[stop - 1 :], y[stop - 1 :]))


def joined(*parts: Points) -> Points:
    """One line after the other; of the last only its first point, where the line ends."""
    *lines, (x, y) = parts
    return np.concatenate([*(line[0] for line in lines), x[:1]]), np.concatenate([*(line[1] for line in lines), y[:1]])


def finite_bounds(y: Floats) -> tuple[float, float] | None:
    """The lowest and highest finite value, or None."""
    y = y[np.isfinite(y)]
    return (float(y.min()), float(y.max())) if len(y) else None

"""Which of the drawn curves is nearest to a point, in pixels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from widgets.plot.decimate import Floats

REACH = 6.0  # pixels: so near a curve is meant


class Trace(NamedTuple):
    """A curve as it is drawn, in pixels from left to right; nan: a gap."""

    key: str
    x: Floats
    y: Floats


class Found(NamedTuple):
    """A curve, and how far it is."""

    distance: float
    key: str


def nearest(traces: Iterable[Trace], x: float, y: float, reach: float = REACH) -> Found | None:
    """The nearest curve within reach; of those that are equally near the last, which lies over the others."""
    found: Found | None = None
    for trace in traces:
        distance = _distance(trace, x, y, reach)
        if distance <= reach and (found is None or distance <= found.distance):
            found = Found(distance, trace.key)
    return found


def _distance(trace: Trace, x: float, y: float, reach: float) -> float:
    """To the pieces that are near; a point without neighbours is one by itself."""
    start = max(0, int(np.searchsorted(trace.x, x - reach)) - 1)
    stop = int(np.searchsorted(trace.x, x + reach, "right")) + 1
    xs, ys = trace.x[start:stop] - x, trace.y[start:stop] - y
    if not len(xs):
        return np.inf
    points = np.hypot(xs, ys)
    along_x, along_y = np.diff(xs), np.diff(ys)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = -(xs[:-1] * along_x + ys[:-1] * along_y) / (along_x**2 + along_y**2)
        share = np.clip(share, 0.0, 1.0)
        pieces = np.hypot(xs[:-1] + share * along_x, ys[:-1] + share * along_y)
    distances = np.concatenate([points, pieces])
    distances = distances[np.isfinite(distances)]
    return float(distances.min()) if len(distances) else np.inf

"""A soft pen: how much of each pixel a stroke covers, and what colour it gets by that."""

from __future__ import annotations

from typing import Any

import numpy as np

Pixels = np.ndarray[Any, Any]
WIDTH, SOFT = 2.4 / 28, 0.45  # of the longer side, as in MNIST; of the width: where it fades
THINNEST, SHARPEST = 1.2, 0.8  # pixels


def pen_width(height: int, width: int) -> float:
    """In pixels of a picture of this size."""
    return max(THINNEST, WIDTH * max(height, width))


class Stroke:
    """One stroke over a picture (H×W or H×W×3, uint8).

    What it covers takes the ink, in part at its edge. However often it crosses itself, no edge gets harder: the
    cover is the largest of all its segments, not their sum.
    """

    def __init__(self, before: Pixels, ink: Pixels, width: float) -> None:
        self.before, self.pixels = before, before.copy()
        self._ink, self._radius = ink.astype(np.float32), width / 2
        self._soft = max(SHARPEST, SOFT * width)
        self._cover = np.zeros(before.shape[:2], np.float32)

    def extend(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """A segment between two points, x and y in pixels; those outside of the picture are not drawn."""
        reach = self._radius + self._soft / 2 + 1
        height, width = self._cover.shape
        left, right = _span(start[0], end[0], reach, width)
        top, bottom = _span(start[1], end[1], reach, height)
        if left >= right or top >= bottom:
            return
        area = (slice(top, bottom), slice(left, right))
        distance = _distance(np.arange(left, right) + 0.5, np.arange(top, bottom)[:, None] + 0.5, start, end)
        cover = np.clip((self._radius + self._soft / 2 - distance) / self._soft, 0, 1)
        self._cover[area] = np.maximum(self._cover[area], cover)
        self._color(area)

    def _color(self, area: tuple[slice, slice]) -> None:
        before = self.before[area].astype(np.float32)
        cover = self._cover[area]
        cover = cover[..., None] if before.ndim == 3 else cover
        self.pixels[area] = (before + (self._ink - before) * cover).round().astype(np.uint8)


def _span(one: float, other: float, reach: float, size: int) -> tuple[int, int]:
    return max(0, int(min(one, other) - reach)), min(size, int(max(one, other) + reach) + 1)


def _distance(x: Pixels, y: Pixels, start: tuple[float, float], end: tuple[float, float]) -> Pixels:
    """Of points from a segment."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = np.clip(((x - start[0]) * dx + (y - start[1]) * dy) / length, 0, 1) if length else 0.0
    return np.asarray(np.hypot(x - start[0] - along * dx, y - start[1] - along * dy))

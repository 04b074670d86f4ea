"""Numbers of layers over time as colours: one table of colours for each kind of number."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtGui import QImage

from engine.units import power_text, value_text
from widgets.health.values import Kind, Measured
from widgets.look import theme
from widgets.look.contrast import mixed

STEPS = 255
FEW_POWERS = 2.0  # so many at least from the palest to the strongest
MOST_POWERS = 8.0  # and at most: what is smaller is as pale as nothing
Array = np.ndarray[Any, Any]


class Range(NamedTuple):
    """The numbers at both ends of the colours; of powers of ten their logarithms."""

    low: float
    high: float

    def shares(self, values: Array, kind: Kind) -> Array:
        """0 … 1 for each number; nan stays nan."""
        with np.errstate(divide="ignore", invalid="ignore"):
            numbers = np.where(values > 0, np.log10(values), np.where(np.isnan(values), np.nan, -np.inf)) if (
                kind == "powers") else values
            return np.clip((numbers - self.low) / (self.high - self.low), 0.0, 1.0)

    def texts(self, kind: Kind) -> tuple[str, str]:
        """Both ends as they are written."""
        if kind == "powers":
            return power_text(10.0**self.low), power_text(10.0**self.high)
        return value_text(self.low, 3), value_text(self.high, 3)


def range_of(values: Array, kind: Kind) -> Range:
    """What the colours reach over: shares from 0 to 1, signed ones to the same on both sides."""
    if kind == "share":
        return Range(0.0, 1.0)
    finite = values[np.isfinite(values)]
    if kind == "signed":
        most = float(np.abs(finite).max(initial=0.0)) or 1.0
        return Range(-most, most)
    some = finite[finite > 0]
    if not some.size:
        return Range(-FEW_POWERS, 0.0)
    low, high = math.floor(math.log10(some.min())), math.ceil(math.log10(some.max()))
    return Range(max(min(low, high - FEW_POWERS), high - MOST_POWERS), float(high))


def columns_at(measured: Measured, width: int) -> Array:
    """For each of so many pixels across the epochs which column is seen there; −1: nothing was measured yet, or any
    more."""
    positions = measured.positions
    assert positions is not None
    at = (np.arange(width) + 0.5) / width * (measured.epochs or 1.0)
    found = np.searchsorted(positions, at, side="right") - 1
    last = float(positions[-1])
    room = float(np.median(np.diff(positions))) if len(positions) > 1 else 0.0
    pixel = (measured.epochs or 1.0) / width
    found[at > last + max(room, 1.5 * pixel)] = -1
    found[np.abs(at - last) <= pixel] = len(positions) - 1  # the newest is seen, also where the epochs end
    return found


def image_of(measured: Measured, width: int) -> QImage:
    """Layers × pixels; what was no number is the error's colour, what was not measured is left out."""
    values, broken = measured.values, measured.broken
    assert values is not None and broken is not None
    columns, kind = columns_at(measured, width), measured.quantity.kind
    shares = range_of(values, kind).shares(values, kind)
    known = np.isfinite(shares)
    index = np.rint(np.where(known, shares, 0.0) * STEPS).astype(np.int32)
    colors = np.where(known, _table(kind, theme.current().name)[index], np.uint32(0)).astype(np.uint32)
    colors[broken] = theme.color("error").rgb()
    pixels = colors[:, columns]
    pixels[:, columns < 0] = 0
    pixels = np.ascontiguousarray(pixels)
    return QImage(pixels.data, width, len(pixels), 4 * width, QImage.Format.Format_ARGB32).copy()


def strip_of(kind: Kind) -> QImage:
    """All colours of a kind, from low to high."""
    row = np.ascontiguousarray(_table(kind, theme.current().name)[None, :])
    return QImage(row.data, row.shape[1], 1, 4 * row.shape[1], QImage.Format.Format_ARGB32).copy()


@lru_cache(maxsize=8)
def _table(kind: Kind, _theme: str) -> Array:
    ground, strong = theme.color("raised"), theme.color("warn" if kind == "share" else "accent")
    if kind != "signed":
        colors = [mixed(ground, strong, step / STEPS) for step in range(STEPS + 1)]
    else:
        below = theme.color("validation")
        colors = [mixed(ground, below if step < 0 else strong, abs(step) / STEPS)
                  for step in range(-STEPS, STEPS + 1, 2)]
    return np.asarray([color.rgb() for color in colors], dtype=np.uint32)

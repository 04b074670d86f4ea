"""The colours of a confusion matrix: what is right from the ground to the accent, what is wrong to the error's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from widgets.look import theme

Floats = NDArray[np.floating[Any]]
LEAST, MOST = 0.14, 0.92  # of a colour, for what is there at all and for a whole row


def strengths(shares: Floats) -> Floats:
    """How much of its colour a cell has. Few mistakes are seen too: theirs grow as the root."""
    right = np.eye(len(shares), dtype=bool)
    found = np.where(right, shares, np.sqrt(shares))
    return np.where(shares > 0, LEAST + (MOST - LEAST) * found, 0.0)


def cell_color(strength: float, right: bool) -> QColor:
    """Of one cell."""
    red, green, blue = _mixed(np.array([strength]), np.array([right]))[0]
    return QColor(int(red), int(green), int(blue))


def heat(strength: Floats, rows: int, columns: int) -> QImage:
    """All cells as a picture of at most so many pixels: where several share one, the strongest mistake is seen."""
    right = np.eye(len(strength), dtype=bool)
    wrong, kept = (_pooled(np.where(which, strength, 0.0), rows, columns) for which in (~right, right))
    pixels = _mixed(np.where(wrong > 0, wrong, kept), wrong <= 0)
    whole = (0xFF << 24 | pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]).astype(np.uint32)
    whole = np.ascontiguousarray(whole)
    return QImage(whole.data, whole.shape[1], whole.shape[0], 4 * whole.shape[1], QImage.Format.Format_RGB32).copy()


def _pooled(values: Floats, rows: int, columns: int) -> Floats:
    count = len(values)
    for axis, most in ((0, rows), (1, columns)):
        if most < count:
            starts = np.arange(most) * count // most
            values = np.maximum.reduceat(values, starts, axis=axis)
    return values


def _mixed(strength: Floats, right: NDArray[np.bool_]) -> NDArray[np.int64]:
    ground, good, bad = (_parts(name) for name in ("raised", "accent", "error"))
    color = np.where(right[..., None], good, bad)
    return np.rint(ground + (color - ground) * strength[..., None]).astype(np.int64)


def _parts(name: str) -> Floats:
    color = theme.color(name)
    return np.array([color.red(), color.green(), color.blue()], dtype=np.float64)

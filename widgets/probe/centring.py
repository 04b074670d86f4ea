"""A drawing made as large as the digits of MNIST and moved to the middle, as these were."""

from __future__ import annotations

import numpy as np

from widgets.probe.stroke import Pixels

SHARE = 20 / 28  # of the shorter side, for the longer side of what is drawn (yann.lecun.com/exdb/mnist)
FAINT = 8  # of 255: darker is paper


def centred(pixels: Pixels) -> Pixels:
    """uint8 H×W or H×W×3 on black: the box of what is drawn is scaled, its centre of mass is put in the middle.

    An empty picture stays as it is.
    """
    ink = (pixels if pixels.ndim == 2 else pixels.max(axis=2)).astype(np.float32)
    rows, columns = (np.flatnonzero(ink.max(axis=axis) > FAINT) for axis in (1, 0))
    if not rows.size:
        return pixels.copy()
    scale = SHARE * min(ink.shape) / (max(np.ptp(rows), np.ptp(columns)) + 1)
    down = _weights(ink.sum(axis=1), rows, scale)
    across = _weights(ink.sum(axis=0), columns, scale)
    moved = np.einsum("yh,hw...,xw->yx...", down, pixels.astype(np.float32), across)
    return np.asarray(np.clip(moved.round(), 0, 255), np.uint8)


def _weights(mass: Pixels, drawn: Pixels, scale: float) -> Pixels:
    """How much each pixel before (columns) gives to each afterwards (rows), linearly; nothing is pushed outside."""
    size = len(mass)
    middle = (np.arange(size) + 0.5) @ mass / mass.sum()
    least, most = drawn[-1] + 1 - size / 2 / scale, drawn[0] + size / 2 / scale
    middle = min(max(middle, least), most)
    before = (np.arange(size) + 0.5 - size / 2) / scale + middle - 0.5
    apart = np.abs(before[:, None] - np.arange(size))
    return np.asarray(np.maximum(0, 1 - apart * min(1, scale)) * min(1, scale))

"""A drawing made as large as the digits of MNIST and moved to the middle, as these were."""

from __future__ import annotations

import numpy as np

from widgets.probe.stroke import Pixels

SHARE = 20 / 28  # of the shorter side, for the longer side of what is drawn (yann.lecun.com/exdb/mnist)
SMALL = 16  # pixels: pictures with fewer, such as the digits of scikit-learn, have no margin
INK = 0.25  # of the strongest: what is fainter is the edge of a stroke
NEAR = 0.12  # what is so little too large or small stays as sharp as it is
PAPER = 64  # of 255: a picture with a brighter edge is no drawing on black


def centred(pixels: Pixels) -> Pixels:
    """uint8 H×W or H×W×3 on black: the box of what is drawn is scaled, its centre of mass is put in the middle.

    A picture that is empty, is on bright paper or is so already comes back as it is, the same array.
    """
    ink = (pixels if pixels.ndim == 2 else pixels.max(axis=2)).astype(np.float32)
    edge = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
    rows, columns = (np.flatnonzero(ink.max(axis=axis) >= max(1, INK * ink.max())) for axis in (1, 0))
    if not rows.size or (edge.mean() > PAPER and min(ink.shape) >= SMALL):
        return pixels
    wanted = min(ink.shape) * (SHARE if min(ink.shape) >= SMALL else 1)
    scale = wanted / (max(np.ptp(rows), np.ptp(columns)) + 1)
    scale = 1.0 if abs(scale - 1) <= NEAR else float(scale)
    down = _weights(ink.sum(axis=1), rows, scale)
    across = _weights(ink.sum(axis=0), columns, scale)
    moved = np.tensordot(down, pixels.astype(np.float32), 1)
    moved = np.moveaxis(np.tensordot(across, moved, (1, 1)), 0, 1)
    found = np.asarray(np.clip(moved.round(), 0, 255), np.uint8)
    return pixels if np.array_equal(found, pixels) else found


def _weights(mass: Pixels, drawn: Pixels, scale: float) -> Pixels:
    """How much each pixel before (columns) gives to each afterwards (rows), linearly; nothing is pushed outside."""
    size = len(mass)
    goal = size / 2 if size < SMALL else size // 2 + 0.5  # in MNIST it is the middle of pixel 14 of 28
    middle = (np.arange(size) + 0.5) @ mass / mass.sum()
    if scale == 1:  # by whole pixels, or every time would blur it
        middle = goal + round(middle - goal)
    least, most = drawn[-1] + 1 - (size - goal) / scale, drawn[0] + goal / scale
    middle = min(max(middle, least), most) if least <= most else (least + most) / 2
    before = (np.arange(size) + 0.5 - goal) / scale + middle - 0.5
    apart = np.abs(before[:, None] - np.arange(size))
    return np.asarray(np.maximum(0, 1 - apart * min(1, scale)) * min(1, scale), np.float32)

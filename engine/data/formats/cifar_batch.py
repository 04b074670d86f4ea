"""A file of CIFAR-10 or CIFAR-100: a pickle, of which bytes and plain lists are taken and nothing else is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from engine.data.errors import damaged, parsed
from engine.data.formats.arrays import Bytes
from engine.files import opened
from engine.pickles import Made, PickleError, unpickled

SIZE = 3 * 32 * 32
MOST = 2**30  # bytes of a file; the largest published one has 154 MB


def read_cifar_batch(path: Path, classes: int) -> tuple[Bytes, Bytes]:
    """Images uint8 N×3×32×32 and labels N. Raises DataDamagedError, or DataError where it cannot be read."""
    batch = _unpickled(path)
    pixels = _pixels(batch.get("data"))
    labels = batch.get("labels", batch.get("fine_labels"))
    if pixels is None:
        raise damaged(path, "it holds no 32×32 images")
    if not (isinstance(labels, list) and all(type(label) is int and 0 <= label < classes for label in labels)):
        raise damaged(path, f"it holds no labels from 0 to {classes - 1}")
    if len(labels) != len(pixels) or not labels:
        raise damaged(path, f"it has {len(labels)} labels for {len(pixels)} images")
    return pixels.reshape(-1, 3, 32, 32), np.array(labels, np.uint8)


def _unpickled(path: Path) -> dict[str, Any]:
    with parsed(path), opened(path, MOST) as file:
        batch = unpickled(file)
        if not isinstance(batch, dict):
            raise PickleError("no dict")
        # written by Python 2, whose texts were bytes
        return {key.decode("latin1") if isinstance(key, bytes) else str(key): value for key, value in batch.items()}


def _pixels(array: Any) -> Bytes | None:
    """The bytes of a pickled numpy array of uint8 N×3072, in C's or Fortran's order."""
    if not isinstance(array, Made) or not isinstance(array.state, tuple) or len(array.state) != 5:
        return None
    _, shape, kind, is_fortran, content = array.state
    if isinstance(content, str):  # written by Python 2
        content = content.encode("latin1", "replace")
    if not (isinstance(kind, Made) and kind.args[:1] == ("u1",) and isinstance(content, (bytes, bytearray))
            and isinstance(shape, tuple) and len(shape) == 2 and type(shape[0]) is int and shape[1:] == (SIZE,)
            and shape[0] * SIZE == len(content)):
        return None
    return np.frombuffer(bytearray(content), np.uint8).reshape(shape, order="F" if is_fortran is True else "C")

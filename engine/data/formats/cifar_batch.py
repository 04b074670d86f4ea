"""A file of CIFAR-10 or CIFAR-100: a pickle, read without letting it run anything."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.errors import DataError, damaged
from engine.data.formats.arrays import Bytes
from engine.files import reason_of_os_error

SIZE = 3 * 32 * 32


def read_cifar_batch(path: Path, classes: int) -> tuple[Bytes, Bytes]:
    """Images uint8 N×3×32×32 and labels N. Raises DataDamagedError, or DataError where it cannot be read."""
    batch = _unpickled(path)
    pixels = batch.get("data")
    labels = batch.get("labels", batch.get("fine_labels"))
    if not (isinstance(pixels, np.ndarray) and pixels.dtype == np.uint8 and pixels.shape[1:] == (SIZE,)):
        raise damaged(path, "it holds no 32×32 images")
    if not (isinstance(labels, list) and all(type(label) is int and 0 <= label < classes for label in labels)):
        raise damaged(path, f"it holds no labels from 0 to {classes - 1}")
    if len(labels) != len(pixels) or not labels:
        raise damaged(path, f"it has {len(labels)} labels for {len(pixels)} images")
    return pixels.reshape(-1, 3, 32, 32), np.array(labels, np.uint8)


def _unpickled(path: Path) -> dict[str, Any]:
    try:
        batch = _Careful(io.BytesIO(path.read_bytes()), encoding="latin1").load()
    except OSError as error:
        raise DataError("{path} could not be read: {reason}", path=path, reason=reason_of_os_error(error)) from error
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise damaged(path, "it does not hold what a file of this kind does") from error
    if not isinstance(batch, dict):
        raise damaged(path, "it does not hold what a file of this kind does")
    # written by Python 2, whose texts were bytes
    return {key.decode("latin1") if isinstance(key, bytes) else str(key): value for key, value in batch.items()}


class _Careful(pickle.Unpickler):
    """Makes arrays, and nothing else: a pickle can name any function of Python to be called."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in (("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct")):
            return _empty_array
        if (module, name) in (("numpy", "ndarray"), ("numpy", "dtype")):
            return getattr(np, name)
        if (module, name) == ("_codecs", "encode"):
            return _latin1
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed")


def _empty_array(*_: object) -> Bytes:
    """What a pickled array begins as, before its state is set."""
    return np.ndarray((0,), np.uint8)


def _latin1(text: str, _encoding: object = None) -> bytes:
    """How newer Pythons write bytes into an old pickle."""
    return text.encode("latin1")

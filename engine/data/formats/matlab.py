"""A file of SVHN: MATLAB's format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.io import loadmat

from engine.data.errors import DataError, damaged
from engine.data.formats.arrays import Bytes
from engine.files import reason_of_os_error


def read_matlab(path: Path) -> tuple[Bytes, Bytes]:
    """Images uint8 N×3×32×32 and labels N. Raises DataDamagedError, or DataError where it cannot be read."""
    try:
        content = loadmat(path, variable_names=["X", "y"])
    except OSError as error:
        if error.errno is None:  # scipy's own, of a file that is cut short
            raise damaged(path, "it ends too early") from error
        raise DataError("{path} could not be read: {reason}", path=path, reason=reason_of_os_error(error)) from error
    except Exception as error:  # a damaged file can raise nearly anything
        raise damaged(path, "it does not hold what a file of this kind does") from error
    images, labels = content.get("X"), content.get("y")
    if images is None or images.dtype != np.uint8 or images.ndim != 4 or images.shape[:3] != (32, 32, 3):
        raise damaged(path, "it holds no 32×32 images")
    if labels is None or labels.dtype.kind not in "iuf" or labels.size != images.shape[3] or not labels.size:
        raise damaged(path, f"it holds no labels for its {images.shape[3]} images")
    labels = labels.reshape(-1)
    if labels.min() < 1 or labels.max() > 10:
        raise damaged(path, "it has labels other than 1 to 10")
    # the digit 0 is written as 10
    return np.ascontiguousarray(images.transpose(3, 2, 0, 1)), (labels % 10).astype(np.uint8)

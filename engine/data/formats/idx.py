"""MNIST's file format: bytes in one or more dimensions, and images with their labels."""

from __future__ import annotations

import gzip
import math
import struct
from pathlib import Path
from typing import IO, cast

import numpy as np

from engine.data.errors import damaged, parsed
from engine.data.formats.arrays import Bytes
from engine.files import opened

MAX_BYTES = 2**30  # no set in this format comes near it; a header that claims more is damaged


def read_images(images_path: Path, labels_path: Path, classes: int, *, turned: bool = False,
                first: int = 0) -> tuple[Bytes, Bytes]:
    """Images uint8 N×1×28×28 and labels N from 0 on. Raises DataDamagedError, or DataError where they cannot be read.

    ``turned``: images are stored column by column, as in MATLAB; ``first`` is what labels are counted from.
    """
    images, labels = read_idx(images_path, 3), read_idx(labels_path, 1)
    if images.shape[1:] != (28, 28):
        raise damaged(images_path, f"its images are {images.shape[1]}×{images.shape[2]}, not 28×28")
    if len(images) != len(labels):
        raise damaged(labels_path, f"it has {len(labels)} labels for {len(images)} images")
    if len(labels) < 2:
        raise damaged(labels_path, "it has only one label")
    if turned:
        images = images.transpose(0, 2, 1)
    if labels.min() < first:
        raise damaged(labels_path, f"it has the label {labels.min()}, but its letters are counted from {first}")
    labels = labels - first if first else labels
    if labels.max() >= classes:
        raise damaged(labels_path, f"it has the label {labels.max()}, but there are {classes} classes")
    return np.ascontiguousarray(images)[:, None], labels


def read_idx(path: Path, dimensions: int) -> Bytes:
    """One file, plain or .gz. Raises DataDamagedError, or DataError where it cannot be read."""
    with parsed(path, lambda path, _: damaged(path, "it cannot be unpacked")), opened(path) as plain, \
            _unpacked(path, plain) as file:
        header = file.read(4 + 4 * dimensions)
        if len(header) < 4 + 4 * dimensions:
            raise damaged(path, "it ends too early")
        magic, *shape = struct.unpack(f">{1 + dimensions}I", header)
        size = math.prod(shape)
        if magic != 0x800 + dimensions or size > MAX_BYTES:
            raise damaged(path, "it does not begin as a file of this kind does")
        if not size:
            raise damaged(path, "it is empty")
        body = bytearray(file.read(size + 1))
    if len(body) != size:
        raise damaged(path, "it ends too early" if len(body) < size else "it is longer than it says")
    return np.frombuffer(body, dtype=np.uint8).reshape(shape)


def _unpacked(path: Path, plain: IO[bytes]) -> IO[bytes]:
    return cast(IO[bytes], gzip.GzipFile(fileobj=plain)) if path.suffix == ".gz" else plain

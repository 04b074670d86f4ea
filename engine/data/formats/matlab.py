"""A file of SVHN: MATLAB's format of version 5, of which plain arrays of numbers are read and nothing else."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.data.errors import damaged, parsed
from engine.data.formats.arrays import Array, Bytes
from engine.files import read_bytes

MOST = 2**30  # bytes of a file, and of each array in it; the largest published one has 182 MB and unpacks to 225 MB
HEAD = 128
MATRIX, COMPRESSED = 14, 15
TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
COMPLEX = 0x800


class _Element(NamedTuple):
    """What MATLAB's files are made of: a kind, and its bytes."""

    kind: int
    content: memoryview


def read_matlab(path: Path) -> tuple[Bytes, Bytes]:
    """Images uint8 N×3×32×32 and labels N. Raises DataDamagedError, or DataError where it cannot be read."""
    content = _arrays(path, ("X", "y"))
    images, labels = content.get("X"), content.get("y")
    if images is None or images.dtype != np.uint8 or images.ndim != 4 or images.shape[:3] != (32, 32, 3):
        raise damaged(path, "it holds no 32×32 images")
    if labels is None or not labels.size:
        raise damaged(path, f"it holds no labels for its {images.shape[3]} images")
    if labels.size != images.shape[3]:
        raise damaged(path, f"it holds {labels.size} labels for its {images.shape[3]} images")
    labels = labels.reshape(-1)
    if not (labels.min() >= 1 and labels.max() <= 10):
        raise damaged(path, "it has labels other than 1 to 10")
    # the digit 0 is written as 10
    return np.ascontiguousarray(images.transpose(3, 2, 0, 1)), (labels % 10).astype(np.uint8)


def _arrays(path: Path, wanted: tuple[str, ...]) -> dict[str, Array]:
    found: dict[str, Array] = {}
    with parsed(path):
        content = memoryview(read_bytes(path, MOST))
        order = {b"IM": "<", b"MI": ">"}[bytes(content[126:HEAD])]
        for element in _elements(content[HEAD:], order):
            if element.kind == COMPRESSED:
                element = next(_elements(memoryview(_unpacked(element.content)), order))
            if element.kind == MATRIX and (array := _array(element.content, order, wanted)) is not None:
                found[array[0]] = array[1]
    return found


def _elements(content: memoryview, order: str) -> Iterator[_Element]:
    """One after the other; small ones have their bytes where others have their size."""
    at = 0
    while len(content) - at >= 8:
        kind, size = struct.unpack_from(f"{order}II", content, at)
        if kind >> 16:
            kind, size, at = kind & 0xFFFF, kind >> 16, at + 4
            end = at + 4
        else:
            at += 8
            end = at + size + (-size % 8 if kind != COMPRESSED else 0)
        if size > len(content) - at or (size > 4 and end == at + 4):
            raise ValueError("it ends too early")
        yield _Element(kind, content[at:at + size])
        at = end


def _unpacked(content: memoryview) -> bytes:
    unpacker = zlib.decompressobj()
    made = unpacker.decompress(content, MOST)
    if not unpacker.eof:
        raise ValueError("too large, or cut short")
    return made


def _array(content: memoryview, order: str, wanted: tuple[str, ...]) -> tuple[str, Array] | None:
    """Name and values of a matrix, in MATLAB's order; None of one that is not wanted or has no plain numbers."""
    parts = [*_elements(content, order), *[_Element(0, memoryview(b""))] * 4]
    flags, shape, name, values = parts[:4]
    flag, _ = struct.unpack(f"{order}II", flags.content)
    title, dtype, stored = bytes(name.content).decode("latin1"), CLASSES.get(flag & 0xFF), TYPES.get(values.kind)
    if title not in wanted or dtype is None or stored is None or flag & COMPLEX:
        return None
    sizes = struct.unpack(f"{order}{len(shape.content) // 4}i", shape.content)
    numbers = np.frombuffer(values.content, np.dtype(f"{order}{stored}"))
    if min(sizes, default=-1) < 0 or len(sizes) > 32 or math.prod(sizes) != numbers.size:
        raise ValueError("another size than it says")
    return title, numbers.reshape(sizes, order="F").astype(dtype, copy=False)

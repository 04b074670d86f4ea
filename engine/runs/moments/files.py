"""One moment in its file: where it is, which moment it is the difference to, and that difference."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from torch import Tensor

from engine.files import opened, parsing, read_bytes, write_bytes
from engine.messages import LayerloomError, Message, say
from engine.runs.moments.coding import (
    KINDS,
    PARTS,
    DamagedError,
    Layout,
    Place,
    Whole,
    blocks,
    layout_of,
    packed,
    size_of,
    unpacked,
)
from engine.runs.moments.names import name_of, place_of

MAGIC = b"LOOMOM1\n"
MOST_HEAD, MOST_BYTES = 2**24, 2**36
RATIO = 1100  # deflated bytes become 1032 times as many at most


class MomentError(LayerloomError):
    """The weights of a moment cannot be read."""


@dataclass(frozen=True)
class Head:
    """What a file says of itself; ``base`` is None where its weights do not follow from others."""

    position: float
    base: float | None
    crc: int  # of the weights, as they are in order
    layout: Layout
    path: Path
    start: int  # of the differences
    size: int  # of the file


def read_head(path: Path) -> Head:
    """Without its weights. Raises MomentError."""
    with _readable(path), opened(path, MOST_BYTES) as file:
        size = os.fstat(file.fileno()).st_size
        about = file.read(len(MAGIC) + 4)
        length = int.from_bytes(about[len(MAGIC):], "little")
        if about[:len(MAGIC)] != MAGIC or not 0 < length <= min(MOST_HEAD, size):
            raise _broken(path, say("it is no moment of a run"))
        return _head(json.loads(file.read(length)), path, len(about) + length, size)


def _head(told: Any, path: Path, start: int, size: int) -> Head:
    position = place_of(float(told["position"]))
    base = None if told["base"] is None else place_of(float(told["base"]))
    layout = tuple(_place(*each) for each in told["layout"])
    if size_of(layout) > RATIO * size or len({place.key for place in layout}) < len(layout):
        raise _broken(path, say("it is damaged"))
    if not (position >= 0 and (base is None or 0 <= base < position)):
        raise _broken(path, say("it is damaged"))
    return Head(position, base, int(told["crc"]), layout, path, start, size)


def _place(key: str, kind: str, shape: list[int]) -> Place:
    sizes = tuple(map(int, shape))
    if not isinstance(key, str) or kind not in KINDS or min(sizes, default=0) < 0 or len(sizes) > 64 or prod(
            map(float, sizes)) * PARTS.get(kind, 1) > MOST_BYTES:
        raise DamagedError("it is damaged")
    return Place(key, kind, sizes)


def differences(head: Head) -> Iterator[Whole]:
    """Those of a file, block by block. Raises MomentError."""
    with _readable(head.path):
        content = memoryview(read_bytes(head.path, MOST_BYTES))[head.start:]
        yield from unpacked(content, head.layout)


def crc_of(parts: Iterable[Whole]) -> int:
    """Of ordered weights."""
    crc = 0
    for part in parts:
        crc = zlib.crc32(part.tobytes(), crc)
    return crc


def write_moment(folder: Path, position: float, weights: Mapping[str, Tensor], base: float | None,
                 before: Mapping[str, Tensor] | None) -> int:
    """Write it as the difference to the weights ``before``, which are those of ``base``; how many bytes that takes.
    Raises WriteError."""
    layout, crc, parts = layout_of(weights), 0, list[bytes]()
    assert layout is not None  # whoever keeps it has asked
    others = iter(()) if before is None else blocks(before, layout)
    for block in blocks(weights, layout):
        crc = zlib.crc32(block.tobytes(), crc)
        parts.append(packed(block if before is None else block - next(others)))
    return _write(folder, position, base, crc, layout, parts)


def merge(folder: Path, gone: Head, after: Head) -> int:
    """Let ``after`` be the difference to what ``gone`` is the difference to; how many bytes that takes. Raises
    MomentError or WriteError."""
    both = zip(differences(gone), differences(after), strict=True)
    parts = [packed(one + other) for one, other in both]
    return _write(folder, after.position, gone.base, after.crc, after.layout, parts)


def _write(folder: Path, position: float, base: float | None, crc: int, layout: Layout, parts: list[bytes]) -> int:
    told = {"position": position, "base": base, "crc": crc,
            "layout": [[place.key, place.kind, list(place.shape)] for place in layout]}
    head = json.dumps(told, separators=(",", ":")).encode()
    content = b"".join([MAGIC, len(head).to_bytes(4, "little"), head, *parts])
    write_bytes(folder / name_of(position), content, durable=False)
    return len(content)


def _broken(path: Path, reason: Message) -> MomentError:
    return MomentError("{path} holds no weights that can be read: {reason}", path=path, reason=reason)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Whatever a damaged file makes a parser raise becomes a sentence."""

    def unread(reason: Message) -> MomentError:
        return MomentError("{path} could not be read: {reason}", path=path, reason=reason)

    try:
        with parsing(unread, lambda reason: _broken(path, reason), say("it is damaged")):
            yield
    except DamagedError as error:
        raise _broken(path, error.message) from error

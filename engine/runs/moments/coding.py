"""Weights as the difference to others, to the last bit: numbers in the order of their values, byte by byte, deflated.

Two weights that are close are close as whole numbers, too, so that the first bytes of their difference are 0 nearly
everywhere; what is left are digits that nothing can foretell. Differences can be added: a moment between two others
is taken out without any of their weights.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.messages import LayerloomError

Whole = NDArray[np.unsignedinteger]
BLOCK = 2**20  # numbers at a time: memory stays small beside the weights
TRIED = 2**14  # bytes that show whether deflating is worth its time
GAIN = 0.97
_RAW, _DEFLATED = 0, 1
_VIEWS = {1: (torch.uint8, np.uint8), 2: (torch.int16, np.uint16), 4: (torch.int32, np.uint32),
          8: (torch.int64, np.uint64)}
# by name: how many bytes a number has, and whether its bits are in the order of its values but for their sign
KINDS = {"float64": (8, True), "float32": (4, True), "float16": (2, True), "bfloat16": (2, True),
         "complex64": (4, True), "complex128": (8, True), "int64": (8, False), "int32": (4, False),
         "int16": (2, False), "int8": (1, False), "uint8": (1, False), "bool": (1, False)}
PARTS = {"complex64": 2, "complex128": 2}  # numbers in an element


class DamagedError(LayerloomError):
    """What is kept of a moment is not what was written."""


class Place(NamedTuple):
    """A tensor of a state dict."""

    key: str
    kind: str
    shape: tuple[int, ...]

    @property
    def numbers(self) -> int:
        """How many it has."""
        return PARTS.get(self.kind, 1) * prod(self.shape)


Layout = tuple[Place, ...]
Group = tuple[int, bool]  # bytes of a number, whether it is a float's


def layout_of(weights: Mapping[str, Tensor]) -> Layout | None:
    """What there is in a state dict; None: something that cannot be kept so."""
    found = tuple(Place(key, str(value.dtype).removeprefix("torch."), tuple(value.shape))
                  for key, value in weights.items())
    return found if all(place.kind in KINDS for place in found) else None


def size_of(layout: Layout) -> int:
    """Bytes of all its tensors."""
    return sum(KINDS[place.kind][0] * place.numbers for place in layout)


def groups_of(layout: Layout) -> dict[Group, int]:
    """How many numbers of a kind there are, in the order in which they are kept."""
    found = dict[Group, int]()
    for place in layout:
        found[KINDS[place.kind]] = found.get(KINDS[place.kind], 0) + place.numbers
    return dict(sorted(found.items()))


# -- weights as whole numbers ------------------------------------------------------------------------------------------


def _numbers(value: Tensor, size: int) -> Whole:
    as_torch, as_numpy = _VIEWS[size]
    found: Whole = value.detach().contiguous().reshape(-1).view(as_torch).numpy().view(as_numpy)
    return found


def _sliced(parts: Iterable[Whole], size: int) -> Iterator[Whole]:
    """All of them one after the other, cut into equal pieces."""
    waiting, room = list[Whole](), size
    for part in parts:
        at = 0
        while at < len(part):
            piece = part[at:at + room]
            waiting.append(piece)
            at, room = at + len(piece), room - len(piece)
            if not room:
                yield np.concatenate(waiting)
                waiting, room = [], size
    if waiting:
        yield np.concatenate(waiting)


def _ordered(bits: Whole) -> Whole:
    """Floats' bits as whole numbers in the order of their values: 0.0 is 0, below it they count down."""
    top = bits.dtype.type(1 << (8 * bits.dtype.itemsize - 1))
    return np.where(bits & top, ~(bits ^ top), bits)


def _bits(ordered: Whole) -> Whole:
    top = ordered.dtype.type(1 << (8 * ordered.dtype.itemsize - 1))
    return np.where(ordered & top, ~ordered | top, ordered)


def blocks(weights: Mapping[str, Tensor], layout: Layout) -> Iterator[Whole]:
    """All numbers of a state dict, ordered, block by block."""
    for group in groups_of(layout):
        size, is_float = group
        parts = (_numbers(weights[place.key], size) for place in layout if KINDS[place.kind] == group)
        for piece in _sliced(parts, BLOCK):
            yield _ordered(piece) if is_float else piece


def lengths(layout: Layout) -> Iterator[tuple[int, int]]:
    """Of each block the bytes of a number, and how many there are."""
    for (size, _), count in groups_of(layout).items():
        for start in range(0, count, BLOCK):
            yield size, min(BLOCK, count - start)


def weights_of(found: Sequence[Whole], layout: Layout) -> dict[str, Tensor]:
    """The state dict of such blocks, as ``blocks`` gave them."""
    flat, rest = dict[Group, Whole](), iter(found)
    for group, count in groups_of(layout).items():
        size, is_float = group
        pieces = [next(rest) for _ in range(0, count, BLOCK)]
        whole = np.concatenate(pieces) if pieces else np.empty(0, _VIEWS[size][1])
        flat[group] = _bits(whole) if is_float else whole
    taken, made = dict.fromkeys(flat, 0), dict[str, Tensor]()
    for place in layout:
        group = KINDS[place.kind]
        start = taken[group]
        taken[group] = start + place.numbers
        made[place.key] = _tensor(flat[group][start:taken[group]], place)
    return made


def _tensor(numbers: Whole, place: Place) -> Tensor:
    plain = torch.from_numpy(numbers.view(f"i{numbers.dtype.itemsize}").copy())
    if place.kind == "bool":
        return plain.ne(0).reshape(place.shape)
    return plain.view(getattr(torch, place.kind)).reshape(place.shape)


# -- differences as bytes ----------------------------------------------------------------------------------------------


def packed(difference: Whole) -> bytes:
    """A block of differences: small ones first, whatever their sign, then byte by byte."""
    bits = 8 * difference.dtype.itemsize
    sign = (difference >> difference.dtype.type(bits - 1)).astype(bool)
    doubled = difference << difference.dtype.type(1)
    folded = np.where(sign, ~doubled, doubled)
    planes = folded.astype(folded.dtype.newbyteorder("<"), copy=False).view(np.uint8).reshape(-1, bits // 8)
    return b"".join(_plane(np.ascontiguousarray(planes[:, at]).tobytes()) for at in range(bits // 8))


def _plane(content: bytes) -> bytes:
    kind, made = _RAW, content
    if len(_deflated(content[:TRIED])) < GAIN * len(content[:TRIED]):
        kind, made = _DEFLATED, _deflated(content)
    return bytes([kind]) + len(made).to_bytes(4, "little") + made


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, -15, 9, zlib.Z_RLE)  # there is nothing to be found again but zeros
    return packer.compress(content) + packer.flush()


def unpacked(content: memoryview, layout: Layout) -> Iterator[Whole]:
    """The differences that a file holds, block by block. Raises DamagedError where they are not as the layout says:
    never is more made of it than that."""
    at = 0
    for size, count in lengths(layout):
        planes = np.empty((count, size), np.uint8)
        for plane in range(size):
            made, at = _read_plane(content, at, count)
            planes[:, plane] = np.frombuffer(made, np.uint8)
        folded = planes.view(f"<u{size}").reshape(-1).astype(_VIEWS[size][1], copy=False)
        half = folded >> folded.dtype.type(1)
        yield np.where((folded & folded.dtype.type(1)).astype(bool), ~half, half)
    if at != len(content):
        raise _damaged()


def _read_plane(content: memoryview, at: int, count: int) -> tuple[bytes | memoryview, int]:
    if at + 5 > len(content):
        raise _damaged()
    kind, length = content[at], int.from_bytes(content[at + 1:at + 5], "little")
    body = content[at + 5:at + 5 + length]
    if len(body) != length or kind not in (_RAW, _DEFLATED):
        raise _damaged()
    made: bytes | memoryview = body
    if kind == _DEFLATED:
        unpacker = zlib.decompressobj(-15)
        try:
            made = unpacker.decompress(body, count + 1)
        except zlib.error as error:
            raise _damaged() from error
        if not unpacker.eof or unpacker.unused_data:
            raise _damaged()
    if len(made) != count:
        raise _damaged()
    return made, at + 5 + length


def _damaged() -> DamagedError:
    return DamagedError("it is damaged")

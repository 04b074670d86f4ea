"""A unit of a layer's output as the panel counts it (channel, row, column), as an index, and by its channel."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

Unit = tuple[int, int, int]
Index = tuple[int, ...]


def index_of(unit: Unit | None, shape: Sequence[int]) -> Index:
    """As an index into an output of this shape, without batch; None: in the middle of the first channel."""
    if unit is None:
        return tuple(0 if len(shape) > 1 and axis == 0 else size // 2 for axis, size in enumerate(shape))
    channel, row, column = unit
    if len(shape) == 1:
        index: Index = (channel,)
    elif len(shape) == 2:
        index = (row, column)
    else:
        leading = list[int]()
        for size in reversed(shape[:-2]):
            channel, place = divmod(channel, size)
            leading.insert(0, place)
        index = (*leading, row, column)
    return tuple(min(each, size - 1) for each, size in zip(index, shape, strict=True))


def channel_of(unit: Unit, shape: Sequence[int], axis: int) -> int:
    """Which channel it is of, where dimension ``axis`` of B×… counts channels."""
    return index_of(unit, shape)[axis - 1]


def unit_of(channel: int, shape: Sequence[int], axis: int) -> Unit:
    """In the middle of a channel."""
    index = [size // 2 for size in shape]
    index[axis - 1] = channel
    if len(shape) == 1:
        return index[0], 0, 0
    if len(shape) == 2:
        return 0, index[0], index[1]
    return sum(each * prod(shape[at + 1:-2]) for at, each in enumerate(index[:-2])), index[-2], index[-1]

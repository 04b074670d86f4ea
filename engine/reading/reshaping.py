"""``view``, ``reshape`` and ``expand`` as layers: only what leaves every example by itself. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.layers import LAYERS
from engine.reading.context import Context
from engine.reading.layers import layer_of
from engine.reading.sizes import BATCH, Dim, Size, filled, product, rearranged
from engine.reading.values import Tensor

FIRST = ("The shape must begin with the batch, and then have numbers: x.reshape(-1, 16, 5, 5) or "
         "x.flatten(1)")  # fmt: skip


def reshaped(context: Context, x: Tensor, given: Any, flat: bool) -> Tensor:
    """The same numbers in another shape. Raises ReadingError where examples would mix, or that is not known."""
    sizes = list(given)
    if len(sizes) == 1 and type(sizes[0]).__name__ == "OpenShape":
        return viewed_as(context, x, sizes[0].tensor)
    rest = sizes[1:]
    if not rest or not all(type(size) is int or isinstance(size, Size) for size in sizes):
        raise context.error(FIRST)
    if sizes[0] not in (BATCH, -1):
        return _batch_later(context, x, sizes)
    symbols = [size for size in rest if isinstance(size, Size)]
    if any(BATCH.atoms[0] in size.atoms for size in symbols):
        raise context.error(FIRST)
    if not symbols:
        return _in_numbers(context, x, sizes[0], rest, flat)
    return _in_sizes(context, x, sizes[0], rest)


def _batch_later(context: Context, x: Tensor, sizes: Sequence[Any]) -> Tensor:
    known = isinstance(sizes[0], Size) and x.shape is not None and sizes.count(-1) <= 1
    if known and filled(x.shape or (), sizes) is not None and (filled(x.shape or (), sizes) or [0])[0] == BATCH:
        return reshaped(context, x, [BATCH, *sizes[1:]], False)
    raise context.error(FIRST)


def _in_numbers(context: Context, x: Tensor, first: Any, rest: list[Any], flat: bool) -> Tensor:
    if rest == [-1]:
        if first == -1:
            raise context.error(FIRST)
        return context.add(LAYERS["Flatten"](), [x])
    if -1 in rest and first == -1:
        raise context.error("Only one size can be −1")
    if flat and len(rest) == 1:
        return context.add(LAYERS["Flatten"](), [x], declared=(("size", rest[0]),))
    return context.add(layer_of("Reshape", (), {"shape": tuple(rest)}, context.line), [x])


def _in_sizes(context: Context, x: Tensor, first: Any, rest: list[Any]) -> Tensor:
    """By sizes that are not known as numbers: dimensions are put together and apart as the sizes say."""
    if x.shape is None:
        unknown = [size for size in rest if isinstance(size, Size) or size == -1]
        if first == BATCH and len(unknown) == 1:
            shape = tuple(-1 if isinstance(size, Size) else size for size in rest)
            return context.add(layer_of("Reshape", (), {"shape": shape}, context.line) if len(shape) > 1 else
                               LAYERS["Flatten"](), [x])
        raise context.error("The size of a tensor is asked for here: write it as a number")
    source, target = x.shape[1:], _complete(x.shape[1:], first, rest)
    steps = None if target is None else rearranged(source, target)
    if steps is None:
        raise context.error("Whether the examples stay apart here is not known: write the sizes as numbers")
    for kind, options in steps:
        x = context.add(layer_of(kind, (), options, context.line, tuple(options)), [x])
    if not steps:
        return Tensor(x.node, x.shape, of=x, last=x.last)
    return x


def _complete(source: Sequence[Dim], first: Any, rest: list[Any]) -> list[Dim] | None:
    """The sizes of one example, −1 worked out; None where the batch would not stay what it is."""
    if first == -1:
        return list(rest) if -1 not in rest and product(rest) == product(source) else None
    return filled(source, rest)


def viewed_as(context: Context, x: Tensor, other: Any) -> Tensor:
    """In the shape of another tensor. Raises ReadingError."""
    if not isinstance(other, Tensor) or other.shape is None:
        raise context.error("The size of a tensor is asked for here: write it as a number")
    return reshaped(context, x, list(other.shape), False)


def expanded(context: Context, x: Tensor, target: Any) -> Tensor:
    """Repeated to fit: known only as long as it meets a tensor of that shape. Raises ReadingError."""
    if isinstance(target, Tensor):
        shape = target.shape
    else:
        sizes = list(target)
        if len(sizes) == 1 and type(sizes[0]).__name__ == "OpenShape":
            shape = sizes[0].tensor.shape
        elif x.shape is not None and len(sizes) == len(x.shape):
            shape = tuple(old if new == -1 else new for new, old in zip(sizes, x.shape, strict=True))
        else:
            shape = None
    if shape is None:
        raise context.error("To which sizes this is repeated is not known here")
    made = Tensor(x.node, x.shape, of=x, last=x.last)
    made.spread = None if x.shape == tuple(shape) else tuple(shape)
    return made

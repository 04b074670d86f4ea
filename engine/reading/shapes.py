"""What layers make of shapes that are known only in part. No torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.layers import Layer
from engine.reading.sizes import BATCH, Dim, Dims, filled, fresh, product

SAME = frozenset((
    "Add", "Identity", "Scale", "Clamp", "Abs", "Exp", "Log", "Sqrt", "Square", "Power", "Sin", "Cos",
    "LayerNorm", "RMSNorm", "GroupNorm", "LocalResponseNorm", "ChannelShuffle", "MultiheadAttention",
    "TransformerEncoderLayer", "TransformerDecoderLayer",
))  # fmt: skip
CATEGORIES = frozenset(("activation", "regularization", "normalization"))
BROADCAST = frozenset(("Multiply", "Subtract", "Divide", "Maximum", "Minimum"))


def shape_after(layer: Layer, shapes: Sequence[Dims | None]) -> Dims | None:
    """The shape that comes out, with its batch; None where nothing is known of it."""
    kind = layer.kind()
    if kind in BROADCAST:
        return _broadcast(shapes)
    one = shapes[0] if shapes else None
    if kind in SAME or (layer.category in CATEGORIES and kind != "GLU"):
        return next((shape for shape in shapes if shape is not None), None) if kind == "Add" else one
    rank = next((int(digit) for digit in kind if digit.isdigit()), 0)
    if kind.startswith("Conv") and rank:
        return (one[0] if one else BATCH, layer.out_channels, *(fresh() for _ in range(rank)))  # type: ignore[attr-defined]
    if "Pool" in kind and rank:
        return _pooled(layer, one, rank)
    rule = _RULES.get(kind)
    return None if rule is None or one is None else rule(layer, one, shapes)


def _broadcast(shapes: Sequence[Dims | None]) -> Dims | None:
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes) or len({len(shape) for shape in known}) != 1:
        return None
    return tuple(next((size for size in sizes if size != 1), 1) for sizes in zip(*known, strict=True))


def _pooled(layer: Any, shape: Dims | None, rank: int) -> Dims:
    batch, channels = (shape[0], shape[1]) if shape and len(shape) > 1 else (BATCH, fresh())
    sizes = getattr(layer, "output_size", None) if layer.kind().startswith("Adaptive") else None
    given: Sequence[Any] = sizes if isinstance(sizes, tuple) else (sizes,) * rank
    return (batch, channels, *(size if isinstance(size, int) else fresh() for size in given))


def _axis(dim: int, rank: int) -> int:
    return dim + rank if dim < 0 else dim


def _flatten(layer: Any, shape: Dims, _: Any) -> Dims | None:
    start, end = _axis(layer.start_dim, len(shape)), _axis(layer.end_dim, len(shape))
    return (*shape[:start], product(shape[start : end + 1]), *shape[end + 1 :]) if start <= end < len(shape) else None


def _unflatten(layer: Any, shape: Dims, _: Any) -> Dims | None:
    dim = _axis(layer.dim, len(shape))
    if not 0 < dim < len(shape):
        return None
    sizes = filled([shape[dim]], layer.unflattened_size)
    sizes = sizes or [fresh() if size == -1 else size for size in layer.unflattened_size]
    return (*shape[:dim], *sizes, *shape[dim + 1 :])


def _reshape(layer: Any, shape: Dims, _: Any) -> Dims:
    sizes = filled(shape[1:], layer.shape) or [fresh() if size == -1 else size for size in layer.shape]
    return (shape[0], *sizes)


def _permute(layer: Any, shape: Dims, _: Any) -> Dims | None:
    return (shape[0], *(shape[dim] for dim in layer.dims)) if len(layer.dims) == len(shape) - 1 else None


def _transpose(layer: Any, shape: Dims, _: Any) -> Dims | None:
    one, two = _axis(layer.dim0, len(shape)), _axis(layer.dim1, len(shape))
    if not (0 < one < len(shape) and 0 < two < len(shape)):
        return None
    sizes = list(shape)
    sizes[one], sizes[two] = sizes[two], sizes[one]
    return tuple(sizes)


def _without(layer: Any, shape: Dims, _: Any) -> Dims | None:
    dim = _axis(layer.dim, len(shape))
    return (*shape[:dim], *shape[dim + 1 :]) if 0 < dim < len(shape) else None


def _unsqueeze(layer: Any, shape: Dims, _: Any) -> Dims:
    dim = _axis(layer.dim, len(shape) + 1)
    return (*shape[:dim], 1, *shape[dim:])


def _slice(layer: Any, shape: Dims, _: Any) -> Dims | None:
    dim = _axis(layer.dim, len(shape))
    if not 0 < dim < len(shape):
        return None
    size: Dim = shape[dim]
    if isinstance(size, int):
        left: Dim = len(range(*slice(layer.start, layer.end, layer.step).indices(size)))
    elif layer.end is not None and layer.start >= 0 and layer.end > 0:
        left = len(range(layer.start, layer.end, layer.step))  # if the code runs at all there are so many
        left = fresh() if left < 0 else left
    else:
        left = fresh()
    return (*shape[:dim], left, *shape[dim + 1 :])


def _reduced(layer: Any, shape: Dims, _: Any) -> Dims | None:
    axes = {_axis(dim, len(shape)) for dim in layer.dim}
    if layer.keepdim:
        return tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(shape) if axis not in axes)


def _linear(layer: Any, shape: Dims, _: Any) -> Dims:
    return (*shape[:-1], layer.out_features)


def _embedding(layer: Any, shape: Dims, _: Any) -> Dims:
    return (*shape, layer.embedding_dim)


def _concatenate(layer: Any, shape: Dims, shapes: Sequence[Dims | None]) -> Dims | None:
    dim = _axis(layer.dim, len(shape))
    known = [each for each in shapes if each is not None and len(each) == len(shape)]
    if len(known) < len(shapes) or not 0 < dim < len(shape):
        return None
    total: Any = 0
    for each in known:
        total = each[dim] + total
    return (*shape[:dim], total, *shape[dim + 1 :])


def _stack(layer: Any, shape: Dims, shapes: Sequence[Dims | None]) -> Dims:
    dim = _axis(layer.dim, len(shape) + 1)
    return (*shape[:dim], len(shapes), *shape[dim:])


def _matmul(layer: Any, shape: Dims, shapes: Sequence[Dims | None]) -> Dims | None:
    two = shapes[1]
    return None if two is None else (*shape[:-1], two[-2] if layer.transpose else two[-1])


def _recurrent(layer: Any, shape: Dims, _: Any) -> Dims | None:
    width = (getattr(layer, "proj_size", 0) or layer.hidden_size) * (1 + layer.bidirectional)
    return (shape[0], width) if layer.returns == "last" else (*shape[:-1], width)


def _resized(layer: Any, shape: Dims, _: Any) -> Dims:
    sizes = layer.size if isinstance(layer.size, tuple) else (layer.size,) * (len(shape) - 2)
    return (*shape[:2], *(size if isinstance(size, int) else fresh() for size in sizes))


def _padded(layer: Any, shape: Dims, _: Any) -> Dims:
    return (*shape[:2], *(fresh() for _ in shape[2:]))


_RULES: Mapping[str, Callable[[Any, Dims, Sequence[Dims | None]], Dims | None]] = {
    "Flatten": _flatten, "Unflatten": _unflatten, "Reshape": _reshape, "Permute": _permute, "Transpose": _transpose,
    "Squeeze": _without, "Select": _without, "Unsqueeze": _unsqueeze, "Slice": _slice, "Linear": _linear,
    "Embedding": _embedding, "Concatenate": _concatenate, "Stack": _stack, "MatMul": _matmul, "Upsample": _resized,
    **dict.fromkeys(("Sum", "Mean", "Max", "Min", "Std", "Norm"), _reduced),
    **dict.fromkeys(("RNN", "LSTM", "GRU"), _recurrent),
    **{f"{how}Pad{rank}d": _padded for how in ("Zero", "Constant", "Reflection", "Replication", "Circular")
       for rank in (1, 2, 3)},
}  # fmt: skip

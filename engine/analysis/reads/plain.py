"""What is computed place by place, along a dimension, or between inputs of one shape."""

from __future__ import annotations

from engine.analysis.reads.question import Answer, Question, dim_of, whole
from engine.analysis.reads.windows import all_of, within
from engine.layers.base import batch_free_dim


def everything(q: Question) -> Answer:
    """All of every input."""
    return [whole(shape) for shape in q.shapes]


def the_same(q: Question) -> Answer:
    """The same places of every input."""
    return [q.wanted for _ in q.shapes]


def broadcast(q: Question) -> Answer:
    """A size of 1 is repeated."""
    return [tuple([all_of(1) if size == 1 else places for size, places in zip(shape, q.wanted, strict=True)])
            for shape in q.shapes]


def all_along(q: Question, *axes: int) -> Answer:
    """The same places, and all along some dimensions."""
    shape = q.shapes[0]
    return [tuple([all_of(shape[axis]) if axis in axes else places for axis, places in enumerate(q.wanted)])]


def last_dims(q: Question) -> Answer:
    """What is normalized over the last dimensions."""
    rank = len(q.shapes[0])
    return all_along(q, *range(rank - getattr(q.layer, "dims", 1), rank))


def linear(q: Question) -> Answer:
    """All of the last dimension."""
    return [(*q.wanted[:-1], all_of(shape[-1])) for shape in q.shapes]


def batch_norm(q: Question) -> Answer:
    """By running averages each value by itself; by the batch's own, every channel as a whole."""
    return the_same(q) if q.layer.track_running_stats else [(q.wanted[0], *whole(q.shapes[0][1:]))]


def neighbours(q: Question) -> Answer:
    """Neighbouring channels."""
    half = q.layer.size // 2  # of an even number, one more before than behind
    return [(within([place + step for place in q.wanted[0] for step in range(-half, half + 1)], q.shapes[0][0]),
             *q.wanted[1:])]


def product(q: Question) -> Answer:
    """Whole rows of one, whole columns of the other."""
    inner, columns = all_of(q.shapes[0][-1]), q.wanted[-1]
    second = (columns, inner) if q.layer.transpose else (inner, columns)
    return [(*q.wanted[:-1], inner), (*q.wanted[:-2], *second)]


def reduced(q: Question) -> Answer:
    """Dimensions that became one number, or went."""
    layer, shape = q.layer, q.shapes[0]
    dims = layer.dim if isinstance(layer.dim, tuple) else (layer.dim,)
    axes = {batch_free_dim(layer.title, dim, shape) for dim in dims}
    rest = iter([places for axis, places in enumerate(q.wanted) if axis not in axes] if layer.keepdim else q.wanted)
    return [tuple([all_of(size) if axis in axes else next(rest) for axis, size in enumerate(shape)])] * len(q.shapes)


def distance(q: Question) -> Answer:
    """All of the last dimension of both."""
    kept = q.wanted[:-1] if q.layer.keepdim else q.wanted
    return [(*kept, all_of(shape[-1])) for shape in q.shapes]


def halves(q: Question) -> Answer:
    """The place in both halves of a dimension."""
    axis = dim_of(q)
    half = q.output[axis]
    both = frozenset([*q.wanted[axis], *(place + half for place in q.wanted[axis])])
    return [(*q.wanted[:axis], both, *q.wanted[axis + 1:])]


def softmax(q: Question) -> Answer:
    """All along the dimension that adds up to 1."""
    return all_along(q, dim_of(q))


def all_channels(q: Question) -> Answer:
    """All channels at these places."""
    return all_along(q, 0)

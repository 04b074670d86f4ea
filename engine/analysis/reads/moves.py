"""What only moves numbers, and where branches meet side by side."""

from __future__ import annotations

from itertools import accumulate, product
from math import prod

from engine.analysis.reads.plain import everything
from engine.analysis.reads.question import Answer, Question, dim_of
from engine.analysis.reads.windows import Places, all_of, within
from engine.layers.base import Shape, batch_free_dim

MOST = 200_000  # places that are followed one by one through a reshape


def reshape(q: Question) -> Answer:
    """Row by row the same numbers in another shape."""
    shape = q.shapes[0]
    if prod(map(len, q.wanted)) == prod(q.output) or prod(map(len, q.wanted)) > MOST:
        return everything(q)
    steps, backs = _strides(q.output), _strides(shape)
    found: list[set[int]] = [set() for _ in shape]
    for unit in product(*q.wanted):
        number = sum([place * step for place, step in zip(unit, steps, strict=True)])
        for places, back, size in zip(found, backs, shape, strict=True):
            places.add(number // back % size)
    return [tuple([frozenset(places) for places in found])]


def _strides(shape: Shape) -> list[int]:
    """How far apart neighbours along each dimension lie, row by row."""
    return list(accumulate(reversed(shape[1:]), lambda step, size: step * size, initial=1))[::-1]


def permute(q: Question) -> Answer:
    """The dimensions in their old order."""
    found: dict[int, Places] = {dim - 1: places for dim, places in zip(q.layer.dims, q.wanted, strict=True)}
    return [tuple([found[axis] for axis in range(len(found))])]


def transpose(q: Question) -> Answer:
    """Two dimensions back in their places."""
    one, two = (batch_free_dim(q.layer.title, dim, q.shapes[0]) for dim in (q.layer.dim0, q.layer.dim1))
    found = list(q.wanted)
    found[one], found[two] = found[two], found[one]
    return [tuple(found)]


def put_in(q: Question, places: Places) -> Answer:
    """A dimension that went, with these places of it."""
    axis = dim_of(q)
    return [(*q.wanted[:axis], places, *q.wanted[axis:])]


def unsqueeze(q: Question) -> Answer:
    """Without the dimension that was added."""
    axis = batch_free_dim(q.layer.title, q.layer.dim, q.output)
    return [(*q.wanted[:axis], *q.wanted[axis + 1:])]


def select(q: Question) -> Answer:
    """The one place that was taken."""
    return put_in(q, frozenset([q.layer.index % q.shapes[0][dim_of(q)]]))


def slice(q: Question) -> Answer:
    """The stretch that was taken."""
    axis, layer = dim_of(q), q.layer
    taken = range(q.shapes[0][axis])[layer.start : layer.end : layer.step]
    return [(*q.wanted[:axis], frozenset([taken[place] for place in q.wanted[axis] if 0 <= place < len(taken)]),
             *q.wanted[axis + 1:])]


def concatenate(q: Question) -> Answer:
    """Each input's own part."""
    axis = dim_of(q)
    starts = accumulate([shape[axis] for shape in q.shapes], initial=0)
    return [(*q.wanted[:axis], within([place - start for place in q.wanted[axis]], shape[axis]), *q.wanted[axis + 1:])
            for shape, start in zip(q.shapes, starts, strict=False)]


def stack(q: Question) -> Answer:
    """The inputs that are wanted."""
    axis = batch_free_dim(q.layer.title, q.layer.dim, q.output)
    rest = (*q.wanted[:axis], *q.wanted[axis + 1:])
    return [rest if number in q.wanted[axis] else None for number in range(len(q.shapes))]


def squeeze(q: Question) -> Answer:
    """With the dimension of size 1 that went."""
    return put_in(q, all_of(1))

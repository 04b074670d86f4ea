"""What is asked of a layer, and answered: places along each dimension."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.analysis.reads.windows import Places, all_of
from engine.layers.base import Shape, batch_free_dim

Axes = tuple[Places, ...]  # along each dimension of a shape


class Question(NamedTuple):
    """Which of a layer's inputs' places are behind ``wanted`` of its output? ``bounded``: only those that there are."""

    layer: Any
    shapes: tuple[Shape, ...]
    output: Shape
    wanted: Axes
    bounded: bool = True


Answer = list[Axes | None]  # for each input; None: nothing of it


def whole(shape: Shape) -> Axes:
    """Every place of a shape."""
    return tuple([all_of(size) for size in shape])


def dim_of(q: Question) -> int:
    return batch_free_dim(q.layer.title, q.layer.dim, q.shapes[0])

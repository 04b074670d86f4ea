"""Layers that only move numbers (flatten, concatenate, pad …), and those that add or multiply two."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
import torch
from torch import nn

from engine.inspect.steps.kind import Forward, Kind, Linked, Slope, steps_for
from engine.inspect.steps.scene import At
from engine.inspect.steps.values import Array, Factor, Index, Line, NoStepsError, Part, Term, Window, array
from engine.messages import say

ONE = Factor("slope", "1", None, 1.0)


def _window(at: At, port: int, index: Index) -> Window:
    return Window(at.known.sources[port], None, index, tuple(i + 1 for i in index), (1,) * len(index))


@steps_for("Flatten", "Reshape", "Unflatten", "Permute", "Transpose", "Squeeze", "Unsqueeze", "Select", "Slice",
           "PixelShuffle", "PixelUnshuffle", "ChannelShuffle", "Concatenate", "Stack", "ZeroPad1d", "ZeroPad2d",
           "ZeroPad3d", "ConstantPad1d", "ConstantPad2d", "ConstantPad3d", "ReflectionPad1d", "ReflectionPad2d",
           "ReflectionPad3d", "ReplicationPad1d", "ReplicationPad2d", "ReplicationPad3d", "CircularPad1d",
           "CircularPad2d", "CircularPad3d")
class Moved(Linked):
    """An element of one of the inputs, as it is: found by letting the layer move the elements' numbers."""

    def _numbers(self, at: At) -> tuple[Array, int]:
        """For every output the number of its element, all inputs counted on; less than the first is a border."""
        layer, shapes = at.known.layer, at.known.shapes
        first = int(abs(getattr(layer, "value", 0.0))) + 1
        begin, names = first, list[str]()
        scope: dict[str, Any] = {"torch": torch, "nn": nn}
        for port, shape in enumerate(shapes):
            names.append(f"x{port}")
            count = prod(shape)
            scope[names[-1]] = torch.arange(begin, begin + count, dtype=torch.float64).reshape(1, *shape)
            begin += count
        module: Any = at.scene.lens.modules.get(at.place)
        scope["module"] = module
        with torch.no_grad():
            moved = eval(layer.expression("module", names, shapes), scope)
        return array(moved[0].numpy()), first

    def _element(self, at: At, number: float, first: int) -> tuple[int, Index] | None:
        """The port and the index of an element."""
        rest = int(number) - first
        for port, shape in enumerate(at.known.shapes):
            if 0 <= rest < prod(shape):
                return port, tuple(int(i) for i in np.unravel_index(rest, shape))
            rest -= prod(shape)
        return None

    def _source(self, at: At) -> tuple[int, Index] | None:
        numbers, first = self._numbers(at)
        return self._element(at, float(numbers[at.index]), first) if numbers[at.index] >= first else None

    def forward(self, at: At) -> Forward:
        found = self._source(at)
        if found is None:
            value = float(getattr(at.known.layer, "value", 0.0))
            return Forward(say("border"), (), (Line(say("a border, none of the input"), value), Line(say("="), value)),
                           value, abs(value))
        port, index = found
        x = at.of_x(index, port)
        line = Line(say("element {index} of {place}", index=", ".join(map(str, index)), place=x.name), x.value)
        return Forward(say("x, as it is"), (Part(say("x"), (Term((x,)),)),), (line, Line(say("="), x.value)), x.value,
                       abs(x.value), (_window(at, port, index),))

    def inputs(self, at: At) -> Iterator[Slope]:
        if (found := self._source(at)) is not None:
            yield Slope(*found, (ONE,))

    def readers(self, at: At, port: int, index: Index) -> Iterator[tuple[Index, tuple[Factor, ...]]]:
        numbers, first = self._numbers(at)
        shapes = at.known.shapes
        wanted = first + sum(prod(shape) for shape in shapes[:port]) + int(np.ravel_multi_index(index, shapes[port]))
        for place in np.argwhere(numbers == wanted):
            yield tuple(map(int, place)), (ONE,)


class _Merge(Linked):
    """Several inputs, element by element; a size of 1 counts for all."""

    def _index(self, at: At, port: int) -> Index:
        shape = at.known.shapes[port]
        index = at.index[len(at.index) - len(shape):]
        return tuple(0 if size == 1 else i for i, size in zip(index, shape, strict=True))

    def _values(self, at: At) -> list[Factor]:
        return [at.of_x(self._index(at, port), port) for port in range(len(at.known.sources))]

    @abstractmethod
    def slope(self, at: At, port: int) -> tuple[Factor, ...]:
        """How the output moves with one of them."""

    def inputs(self, at: At) -> Iterator[Slope]:
        for port in range(len(at.known.sources)):
            yield Slope(port, self._index(at, port), self.slope(at, port))

    def readers(self, at: At, port: int, index: Index) -> Iterator[tuple[Index, tuple[Factor, ...]]]:
        if at.known.shapes[port] == at.y.shape[1:]:
            yield index, self.slope(at.moved(index), port)
            return
        for place in np.ndindex(*at.y.shape[1:]):
            here = at.moved(place)
            if self._index(here, port) == index:
                yield place, self.slope(here, port)


@steps_for("Add", "Subtract")
class Add(_Merge):
    """The sum of its inputs, element by element; the second taken away."""

    def forward(self, at: At) -> Forward:
        values = self._values(at)
        terms = tuple(Term((each, *self.slope(at, port))) for port, each in enumerate(values))
        part = Part(say("inputs"), terms)
        lines = [Line(say("{sign} {place}", sign="−" if term.product == -each.value and each.value else "+",
                          place=each.name), each.value) for term, each in zip(terms, values, strict=True)]
        windows = tuple(_window(at, port, self._index(at, port)) for port in range(len(values)))
        return Forward(say("Σ x") if at.known.layer.kind() == "Add" else say("x₁ − x₂"), (part,),
                       (*lines, Line(say("="), part.sum)), part.sum, part.size, windows)

    def slope(self, at: At, port: int) -> tuple[Factor, ...]:
        is_away = port and at.known.layer.kind() == "Subtract"
        return (Factor("slope", "−1", None, -1.0),) if is_away else (ONE,)


@steps_for("Multiply")
class Multiply(_Merge):
    """The product of its inputs, element by element: one may open and close the other."""

    def forward(self, at: At) -> Forward:
        values = self._values(at)
        part = Part(say("inputs"), (Term(tuple(values)),))
        lines = [Line(say("× {place}", place=each.name), each.value) for each in values]
        windows = tuple(_window(at, port, self._index(at, port)) for port in range(len(values)))
        return Forward(say("Π x"), (part,), (*lines, Line(say("="), part.sum)), part.sum, part.size, windows)

    def slope(self, at: At, port: int) -> tuple[Factor, ...]:
        return tuple(each for other, each in enumerate(self._values(at)) if other != port)


@steps_for("Input")
class Given(Kind):
    """What comes in: of a block the output before it."""

    def forward(self, at: At) -> Forward:
        if at.known.sources:
            x = at.of_x(at.index)
            return Forward(say("x, as it is"), (Part(say("x"), (Term((x,)),)),),
                           (Line(say("as {place} gives it", place=x.name), x.value), Line(say("="), x.value)), x.value,
                           abs(x.value), (_window(at, 0, at.index),))
        raise NoStepsError("{place} is what is put in: nothing is computed there", place=at.place)

    def inputs(self, at: At) -> Iterator[Slope]:
        yield Slope(0, at.index, (ONE,))

    def reached(self, at: At, port: int, index: Index) -> Iterator[Term]:
        yield Term((at.of_g(index),))

"""Pooling: the largest or the mean of a window, one output number at a time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from engine.inspect.steps.axes import BORDER, Axis, Cell, adaptive, bounds, seen_by, sliding, source_of, spread, window
from engine.inspect.steps.kind import Forward, Linked, Slope, steps_for
from engine.inspect.steps.scene import At
from engine.inspect.steps.values import Factor, Index, Line, Part, Term, Window, array
from engine.messages import say
from engine.units import grouped


def _sliding(at: At) -> list[Axis]:
    module: Any = at.module
    rank = at.x().ndim - 2
    kernel, padding = spread(module.kernel_size, rank), spread(module.padding, rank)
    stride, dilation = spread(module.stride, rank), spread(getattr(module, "dilation", 1), rank)
    return [sliding(at.x().shape[2 + i], at.y.shape[2 + i], kernel[i], stride[i], padding[i], dilation[i])
            for i in range(rank)]


def _adaptive(at: At) -> list[Axis]:
    return [adaptive(size, output) for size, output in zip(at.x().shape[2:], at.y.shape[2:], strict=True)]


class _Pool(Linked):
    """One channel, a window in it."""

    def axes(self, at: At) -> list[Axis]:
        """One for each dimension."""
        return _sliding(at)

    def cells(self, at: At) -> list[tuple[Cell, ...]]:
        """Those of the window that count."""
        return list(window(self.axes(at), at.index[1:]))

    def pictures(self, at: At) -> tuple[Any, Any, tuple[Window, ...]]:
        """The window's numbers, its border, and where it lies."""
        axes, cells = self.axes(at), list(window(self.axes(at), at.index[1:]))
        shape = tuple(len(axis.cells[i]) for axis, i in zip(axes, at.index[1:], strict=True))
        places = [source_of(each) for each in cells]
        left = array([at.of_x(None if place is None else (at.index[0], *place)).value for place in places])
        border = np.array([place is None for place in places])
        read = Window(at.known.sources[0], at.index[0], *bounds(axes, at.index[1:]))
        return left.reshape(shape), border.reshape(shape), (read,)


class _Max(_Pool):
    """The largest number; the gradient goes to the first of those that are as large."""

    def largest(self, at: At) -> Index:
        """Where it is."""
        places = [place for each in self.cells(at) if (place := source_of(each)) is not None]
        x = at.x()[at.example, at.index[0]]
        best = places[0]
        for place in places[1:]:
            if x[place] > x[best] or x[place] != x[place]:  # torch lets NaN win
                best = place
        return (at.index[0], *best)

    def forward(self, at: At) -> Forward:
        left, border, windows = self.pictures(at)
        found = at.of_x(self.largest(at))
        part = Part(say("the largest in the window"), (Term((found,)),), left, None, border)
        count = int((~border).sum())
        line = Line(say("the largest of {count}", count=grouped(count)), found.value)
        return Forward(say("max x"), (part,), (line, Line(say("="), found.value)), found.value, abs(found.value),
                       windows)

    def inputs(self, at: At) -> Iterator[Slope]:
        yield Slope(0, self.largest(at), (Factor("slope", "1", None, 1.0),))

    def readers(self, at: At, port: int, index: Index) -> Iterator[tuple[Index, tuple[Factor, ...]]]:
        for place in dict.fromkeys(place for place, _ in seen_by(self.axes(at), index[1:])):
            here = self.largest(at.moved((index[0], *place))) == index
            yield (index[0], *place), (Factor("slope", "1" if here else "0", None, float(here)),)


class _Mean(_Pool):
    """The sum, divided by how many count."""

    @abstractmethod
    def divisor(self, at: At) -> int:
        """By how many the sum is divided."""

    def forward(self, at: At) -> Forward:
        left, border, windows = self.pictures(at)
        terms = []
        for cells in self.cells(at):
            place = source_of(cells)
            terms.append(Term((at.of_x(None if place is None else (at.index[0], *place)),)))
        part, count = Part(say("the sum of the window"), tuple(terms), left, None, border), self.divisor(at)
        value = part.sum / count
        lines = (Line(say("Σ x over {count}", count=grouped(len(terms))), part.sum),
                 Line(say("÷ {count}", count=grouped(count)), value), Line(say("="), value))
        return Forward(say("Σ x / n"), (part,), lines, value, part.size / count, windows)

    def share(self, at: At) -> Factor:
        """How the mean moves with each of its numbers."""
        count = self.divisor(at)
        return Factor("slope", f"1/{count}", None, 1 / count)

    def inputs(self, at: At) -> Iterator[Slope]:
        for cells in self.cells(at):
            if (place := source_of(cells)) is not None:
                yield Slope(0, (at.index[0], *place), (self.share(at),))

    def readers(self, at: At, port: int, index: Index) -> Iterator[tuple[Index, tuple[Factor, ...]]]:
        for place, _ in seen_by(self.axes(at), index[1:]):
            output = (index[0], *place)
            yield output, (self.share(at.moved(output)),)


@steps_for("MaxPool1d", "MaxPool2d", "MaxPool3d")
class MaxPool(_Max):
    """The largest in a window that moves."""


@steps_for("AdaptiveMaxPool1d", "AdaptiveMaxPool2d", "AdaptiveMaxPool3d")
class AdaptiveMaxPool(_Max):
    """The largest in each share of the input."""

    def axes(self, at: At) -> list[Axis]:
        return _adaptive(at)


@steps_for("AvgPool1d", "AvgPool2d", "AvgPool3d")
class AvgPool(_Mean):
    """The mean of a window that moves."""

    def divisor(self, at: At) -> int:
        module: Any = at.module
        if getattr(module, "divisor_override", None):
            return int(module.divisor_override)
        counts = [sum(cell.source != BORDER or module.count_include_pad for cell in axis.cells[i])
                  for axis, i in zip(self.axes(at), at.index[1:], strict=True)]
        return prod(counts)


@steps_for("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d")
class AdaptiveAvgPool(_Mean):
    """The mean of each share of the input; of all of it where the output is 1×1."""

    def axes(self, at: At) -> list[Axis]:
        return _adaptive(at)

    def divisor(self, at: At) -> int:
        return len(self.cells(at))

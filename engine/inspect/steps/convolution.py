"""Convolutions and transposed convolutions, one output number at a time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from engine.inspect.steps.axes import (
    Axis,
    Cell,
    bounds,
    seen_by,
    sliding,
    source_of,
    spread,
    taps_of,
    transposed,
    window,
)
from engine.inspect.steps.kind import Forward, Linked, Slope, steps_for
from engine.inspect.steps.scene import At
from engine.inspect.steps.values import Factor, Index, Line, Part, Term, Window, array
from engine.messages import say
from engine.units import shape_text


class _Convolution(Linked):
    """A sum over input channels and a window in each."""

    @abstractmethod
    def axes(self, at: At) -> list[Axis]:
        """One for each dimension."""

    @abstractmethod
    def weight_index(self, at: At, channel: int, output: int, taps: Index) -> Index:
        """Where the weight between an input and an output channel lies."""

    def channels(self, at: At, output: int) -> range:
        """The input channels that an output channel reads: those of its group."""
        groups, size = self._groups(at), at.x().shape[1]
        group = output // (at.y.shape[1] // groups)
        return range(group * size // groups, (group + 1) * size // groups)

    def _groups(self, at: At) -> int:
        module: Any = at.module
        return int(module.groups)

    def forward(self, at: At) -> Forward:
        axes, output, place = self.axes(at), at.index[0], at.index[1:]
        cells = list(window(axes, place))
        shape = tuple(len(axis.cells[i]) for axis, i in zip(axes, place, strict=True))
        parts = tuple(self._part(at, channel, output, cells, shape) for channel in self.channels(at, output))
        total, size = sum([part.sum for part in parts]), sum([part.size for part in parts])
        lines = [Line(say("Σ w·x over {shape}", shape=shape_text((len(parts), *shape))), total)]
        value = total
        if at.weight("bias") is not None:
            bias = at.of_weight("bias", (output,)).value
            value, size = total + bias, size + abs(bias)
            lines.append(Line(say("+ bias"), bias))
        low, high, step = bounds(axes, place)
        read = [part.terms[0].factors[1].index for part in parts if part.terms]
        windows = tuple(Window(at.known.sources[0], channel, low, high, step) for channel in self.channels(at, output)
                        ) if read else ()
        return Forward(say("Σ w·x + b") if len(lines) > 1 else say("Σ w·x"), parts,
                       (*lines, Line(say("="), value)), value, size, windows)

    def _part(self, at: At, channel: int, output: int, cells: Sequence[tuple[Cell, ...]], shape: Index) -> Part:
        terms = []
        for each in cells:
            place = source_of(each)
            x = at.of_x(None if place is None else (channel, *place))
            terms.append(Term((at.of_weight("weight", self.weight_index(at, channel, output, taps_of(each))), x)))
        left = array([term.factors[1].value for term in terms]).reshape(shape)
        right = array([term.factors[0].value for term in terms]).reshape(shape)
        border = np.array([term.factors[1].index is None for term in terms]).reshape(shape)
        return Part(say("channel {number}", number=channel), tuple(terms), left, right, border)

    def inputs(self, at: At) -> Iterator[Slope]:
        output = at.index[0]
        for channel in self.channels(at, output):
            for cells in window(self.axes(at), at.index[1:]):
                if (place := source_of(cells)) is not None:
                    weight = at.of_weight("weight", self.weight_index(at, channel, output, taps_of(cells)))
                    yield Slope(0, (channel, *place), (weight,))

    def weights(self, at: At) -> Iterator[tuple[Factor, Factor]]:
        output = at.index[0]
        for channel in self.channels(at, output):
            for cells in window(self.axes(at), at.index[1:]):
                place = source_of(cells)
                yield (at.of_weight("weight", self.weight_index(at, channel, output, taps_of(cells))),
                       at.of_x(None if place is None else (channel, *place)))
        if at.weight("bias") is not None:
            yield at.of_weight("bias", (output,)), Factor("slope", "1", None, 1.0)

    def readers(self, at: At, port: int, index: Index) -> Iterator[tuple[Index, tuple[Factor, ...]]]:
        outputs = [each for each in range(at.y.shape[1]) if index[0] in self.channels(at, each)]
        for place, cells in seen_by(self.axes(at), index[1:]):
            for output in outputs:
                weight = self.weight_index(at, index[0], output, taps_of(cells))
                yield (output, *place), (at.of_weight("weight", weight),)

    def weight_terms(self, at: At, name: str, index: Index) -> Iterator[Term]:
        axes, places = self.axes(at), list(product(*map(range, at.y.shape[2:])))
        for example in range(len(at.y)):
            for place in places:
                if name == "bias":
                    yield Term((at.of_g((index[0], *place), example),))
                    continue
                for channel, output in self.ends(at, index):
                    for cells in window(axes, place):
                        source = source_of(cells)
                        if taps_of(cells) == index[2:] and source is not None:
                            yield Term((at.of_g((output, *place), example),
                                        at.of_x((channel, *source), example=example)))

    @abstractmethod
    def ends(self, at: At, index: Index) -> Iterator[tuple[int, int]]:
        """The input and the output channel that a weight is between."""


@steps_for("Conv1d", "Conv2d", "Conv3d", "DepthwiseConv2d")
class Convolution(_Convolution):
    """Σ over the group's channels and the window, w·x, and the bias."""

    def axes(self, at: At) -> list[Axis]:
        module: Any = at.module
        rank = len(module.kernel_size)
        if module.padding == "same":
            whole = [d * (k - 1) for d, k in zip(module.dilation, module.kernel_size, strict=True)]
            before, after = [each // 2 for each in whole], [each - each // 2 for each in whole]
        else:
            before = after = list(spread(0 if module.padding == "valid" else module.padding, rank))
        return [sliding(at.x().shape[2 + i], at.y.shape[2 + i], module.kernel_size[i], module.stride[i], before[i],
                        module.dilation[i], module.padding_mode, after[i]) for i in range(rank)]

    def weight_index(self, at: At, channel: int, output: int, taps: Index) -> Index:
        return (output, channel - self.channels(at, output)[0], *taps)

    def ends(self, at: At, index: Index) -> Iterator[tuple[int, int]]:
        yield self.channels(at, index[0])[index[1]], index[0]


@steps_for("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d")
class TransposedConvolution(_Convolution):
    """The same sum, over the inputs whose kernels reach here."""

    def axes(self, at: At) -> list[Axis]:
        module: Any = at.module
        return [transposed(at.x().shape[2 + i], at.y.shape[2 + i], module.kernel_size[i], module.stride[i],
                           module.padding[i], module.dilation[i]) for i in range(len(module.kernel_size))]

    def weight_index(self, at: At, channel: int, output: int, taps: Index) -> Index:
        return (channel, output % (at.y.shape[1] // self._groups(at)), *taps)

    def ends(self, at: At, index: Index) -> Iterator[tuple[int, int]]:
        size = at.y.shape[1] // self._groups(at)
        group = index[0] // (at.x().shape[1] // self._groups(at))
        yield index[0], group * size + index[1]

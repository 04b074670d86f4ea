"""Where steps are taken: the layers of a network by place, what each reads, and the numbers of one look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from engine.analysis.analysis import Analysis, analyze
from engine.blocks.base import Block
from engine.inspect.lens import Back, Lens, Look
from engine.inspect.steps.values import Factor, Index, NoStepsError, Numbers
from engine.layers.base import Layer, Shape
from engine.layers.inputs import Input
from engine.units import shape_text


class Known(NamedTuple):
    """A layer at a place: what it reads, by port. A block has the place inside that its output is of in ``end``."""

    layer: Layer
    sources: tuple[str, ...]
    shapes: tuple[Shape, ...]
    end: str | None = None


_PLANS: WeakKeyDictionary[Lens, dict[str, Known]] = WeakKeyDictionary()


def plan(lens: Lens) -> Mapping[str, Known]:
    """Every layer of the network by its dotted place, found once for each lens."""
    if lens not in _PLANS:
        experiment = lens.experiment
        _PLANS[lens] = dict(_known(analyze(experiment.graph, experiment.data.sample_shape).active, "", ()))
    return _PLANS[lens]


def _known(analysis: Analysis, prefix: str, outer: tuple[str, ...]) -> Iterator[tuple[str, Known]]:
    for name in analysis.graph.order:
        shapes = analysis.nodes[name].input_shapes
        if name not in analysis.members or shapes is None:
            continue
        layer, end = analysis.graph.nodes[name].layer, None
        sources = outer if isinstance(layer, Input) else tuple(prefix + each for each in analysis.sources(name))
        if isinstance(layer, Block):
            inner = layer.inside(shapes).active
            end = f"{prefix}{name}.{inner.output}"
            yield from _known(inner, f"{prefix}{name}.", sources)
        yield prefix + name, Known(layer, sources, shapes, end)


@dataclass(frozen=True, eq=False)
class Scene:
    """One look, perhaps with gradients, as arrays that share their memory."""

    lens: Lens
    look: Look
    back: Back | None
    seed: int
    _arrays: dict[tuple[str, str], Numbers] = field(default_factory=dict)
    _weights: dict[tuple[str, str], tuple[str, Numbers | None]] = field(default_factory=dict)

    @cached_property
    def keys(self) -> Mapping[int, str]:
        """The state dict's keys by tensor; the first where several layers share one."""
        module = self.lens.module
        return {id(value): key for key, value in (*module.named_buffers(), *module.named_parameters())}

    def output(self, place: str) -> Numbers:
        """B×… of a place. Raises NoStepsError where it gave nothing."""
        if place not in self.look.outputs:
            fault = self.look.faults.get(place)
            if fault is not None:
                raise NoStepsError("{place}: {reason}", place=place, reason=fault)
            raise NoStepsError("{place} has no output: see what is wrong before it", place=place)
        return self._kept("output", place, self.look.outputs[place])

    def gradient(self, place: str) -> Numbers:
        """∂L/∂output B×…; 0 where the number does not depend on it."""
        assert self.back is not None
        found = self.back.outputs.get(place)
        if found is None and not plan(self.lens)[place].sources and self.back.of_x is not None:
            found = self.back.of_x  # the input's own
        return self.output(place) * 0.0 if found is None else self._kept("gradient", place, found)

    def weight(self, place: str, name: str) -> tuple[str, Numbers | None]:
        """The key of a module's own weight or buffer, and its numbers where it has it."""
        if (place, name) not in self._weights:
            owner, _, last = name.rpartition(".")
            found = getattr(self.lens.modules[place].get_submodule(owner), last, None)
            key = self.keys.get(id(found), f"{place}.{name}")
            self._weights[place, name] = key, self._kept("weight", key, found) if isinstance(found, Tensor) else None
        return self._weights[place, name]

    def _kept(self, kind: str, name: str, value: Tensor) -> Numbers:
        if (kind, name) not in self._arrays:
            plain = value.detach().cpu()
            self._arrays[kind, name] = (plain.float() if plain.dtype == torch.bfloat16 else plain).numpy()
        return self._arrays[kind, name]

    def at(self, place: str, index: Index, example: int = 0) -> At:
        """One number of a place's output. Raises NoStepsError where there is none."""
        known = plan(self.lens).get(place)
        if known is None:
            raise NoStepsError("There is no layer {place}", place=place)
        shape = self.output(place).shape
        if not 0 <= example < shape[0]:
            raise NoStepsError("There is no example {number}: {count} were looked at", number=example, count=shape[0])
        if len(index) != len(shape) - 1 or any(not 0 <= i < size for i, size in zip(index, shape[1:], strict=True)):
            raise NoStepsError("{place} has no number {index}: its output is {shape}", place=place,
                               index=", ".join(map(str, index)), shape=shape_text(shape[1:]))
        return At(self, place, known, tuple(map(int, index)), example)


@dataclass(frozen=True, eq=False)
class At:
    """One number of a layer's output, and what is around it. Indices count without batch."""

    scene: Scene
    place: str
    known: Known
    index: Index
    example: int = 0

    @property
    def module(self) -> nn.Module:
        """The layer's torch module."""
        return self.scene.lens.modules[self.place]

    @property
    def y(self) -> Numbers:
        """B×…"""
        return self.scene.output(self.place)

    @property
    def g(self) -> Numbers:
        """∂L/∂y, B×…"""
        return self.scene.gradient(self.place)

    def x(self, port: int = 0) -> Numbers:
        """B×… of what it reads."""
        return self.scene.output(self.known.sources[port])

    def moved(self, index: Index, example: int | None = None) -> At:
        """Another number of the same output."""
        return replace(self, index=index, example=self.example if example is None else example)

    def weight(self, name: str) -> Numbers | None:
        """The module's own weight or buffer ``name``, dotted where it lies deeper; None where it has none."""
        return self.scene.weight(self.place, name)[1]

    # -- factors ------------------------------------------------------------------------------------------------

    def of_x(self, index: Index | None, port: int = 0, example: int | None = None) -> Factor:
        """An input; None is a border of zeros."""
        example = self.example if example is None else example
        value = 0.0 if index is None else float(self.x(port)[(example, *index)])
        return Factor("input", self.known.sources[port], index, value, example)

    def of_weight(self, name: str, index: Index) -> Factor:
        """A weight."""
        key, values = self.scene.weight(self.place, name)
        assert values is not None
        return Factor("weight", key, index, float(values[index]))

    def of_g(self, index: Index | None = None, example: int | None = None) -> Factor:
        """The gradient at an output of this layer: here, or at another."""
        index, example = self.index if index is None else index, self.example if example is None else example
        return Factor("gradient", self.place, index, float(self.g[(example, *index)]), example)

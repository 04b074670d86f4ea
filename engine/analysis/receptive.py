"""The receptive field: what of the network's input a unit can see, walking back through the layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, cast

from engine.analysis.analysis import Analysis
from engine.analysis.reads.question import Axes, Question, whole
from engine.analysis.reads.rules import reads
from engine.layers.base import Shape, numel
from engine.messages import LayerloomError, Message, say
from engine.units import shape_text

FAR = 64  # places between two units whose fields are compared


class NoUnitError(LayerloomError):
    """There is no such layer or unit, or nothing is known of what comes in there."""


class Block(Protocol):
    """What a layer that is a graph can tell; blocks stand above this room."""

    def inside(self, shapes: Sequence[Shape]) -> Analysis:
        """The graph, analysed."""


class Seen(NamedTuple):
    """What a unit sees of an input of this ``shape``: along each dimension the places, none where it sees nothing."""

    shape: Shape
    places: tuple[tuple[int, ...], ...]

    @property
    def box(self) -> tuple[tuple[int, int], ...]:
        """From where to where along each dimension, the end not included; () where it sees nothing."""
        return tuple([(places[0], places[-1] + 1) for places in self.places])

    @property
    def size(self) -> Shape:
        """Of the box."""
        return tuple([end - start for start, end in self.box])

    @property
    def sees_all(self) -> bool:
        """Whether it depends on the whole input."""
        return tuple(map(len, self.places)) == self.shape

    @property
    def message(self) -> Message:
        """In words: sees 14×14 of the input."""
        if not self.places:
            return say("sees nothing of the input")
        return _in_words(self.size, self.shape)


class Reach(NamedTuple):
    """Of a layer's units as if the input had no edge: how much each sees along each dimension, and how far apart two
    neighbours look; 0 where all look at the same, None where that means nothing."""

    shape: Shape
    size: Shape
    jump: tuple[float, ...] | None

    @property
    def message(self) -> Message:
        """In words: sees 14×14 of the input."""
        return _in_words(self.size, self.shape)


def _in_words(size: Shape, shape: Shape) -> Message:
    """Of images rows and columns are said, of the rest every dimension."""
    shown, of = (size[1:], shape[1:]) if len(shape) > 2 else (size, shape)
    if all(part >= full for part, full in zip(shown, of, strict=True)):
        return say("sees all of the input")
    return say("sees {size} of the input", size=shape_text(shown))


def receptive_field(analysis: Analysis, place: str, unit: Sequence[int | None]) -> Seen:
    """Of a unit of the layer at a dotted place (``block1.conv2``); None in ``unit``: all along that dimension.

    Never smaller than what it really sees. Raises NoUnitError.
    """
    names = place.split(".")
    shape = _shape_at(analysis, names)
    fits = len(unit) == len(shape) and all(
        each is None or 0 <= each < size for each, size in zip(unit, shape, strict=True))
    if not fits:
        raise NoUnitError("{place} gives {shape}: it has no unit {unit}", place=place, shape=shape_text(shape),
                          unit=shape_text(["–" if each is None else each for each in unit]))
    wanted = tuple([whole((size,))[0] if each is None else frozenset([each])
                    for each, size in zip(unit, shape, strict=True)])
    seen = _back(analysis, names, wanted, bounded=True)
    given = _given(analysis)
    return Seen(given, () if seen is None else tuple([tuple(sorted(places)) for places in seen]))


def reach(analysis: Analysis, place: str) -> Reach:
    """Of the layer at a dotted place; what is in the middle of it, all channels there, stands for all its units.

    Raises NoUnitError.
    """
    names, given = place.split("."), _given(analysis)
    shape = _shape_at(analysis, names)
    middle = [size // 2 for size in shape]
    one = _back(analysis, names, _around(middle, shape), bounded=False)
    if one is None:
        return Reach(given, (0,) * len(given), None)
    size = tuple([max(places) - min(places) + 1 for places in one])
    if len(shape) != len(given) or len(shape) < 2:
        return Reach(given, size, None)
    jumps = [0.0] * (len(shape) > 2)  # along channels nothing moves
    for axis in range(len(jumps), len(shape)):
        further = [each + FAR * (axis == other) for other, each in enumerate(middle)]
        two = _back(analysis, names, _around(further, shape), bounded=False)
        jumps.append(0.0 if two is None else (min(two[axis]) - min(one[axis])) / FAR)
    return Reach(given, size, tuple(jumps))


def _around(unit: Sequence[int], shape: Shape) -> Axes:
    """The unit, of images and volumes with all channels there: each may come from another branch."""
    places = tuple([frozenset([each]) for each in unit])
    return (*whole(shape[:1]), *places[1:]) if len(shape) > 2 else places


def _given(analysis: Analysis) -> Shape:
    active = analysis.active
    shape = active.nodes[active.input].output_shape if active.input is not None else None
    if shape is None:
        raise NoUnitError("It is not known what comes into the network")
    return shape


def _shape_at(analysis: Analysis, names: Sequence[str]) -> Shape:
    analysis = _level(analysis, names)
    report = analysis.nodes.get(names[-1])
    shape = report.output_shape if report is not None and names[-1] in analysis.members else None
    if shape is None or numel(shape) == 0:
        raise NoUnitError("Nothing is known of {place}", place=".".join(names))
    return shape


def _level(analysis: Analysis, names: Sequence[str]) -> Analysis:
    """The graph that the last of the names is in, without bypassed layers."""
    analysis = analysis.active
    for name in names[:-1]:
        inner = _inside(analysis, name) if name in analysis.members else None
        if inner is None:
            raise NoUnitError("Nothing is known of {place}", place=".".join(names))
        analysis = inner
    return analysis


def _inside(analysis: Analysis, name: str) -> Analysis | None:
    layer, shapes = analysis.graph.nodes[name].layer, analysis.nodes[name].input_shapes
    if layer.category != "block" or shapes is None:
        return None
    return cast(Block, layer).inside(shapes).active


def _back(analysis: Analysis, names: Sequence[str], wanted: Axes, bounded: bool) -> Axes | None:
    """What is seen of the network's input through a layer, perhaps inside blocks; None: nothing."""
    analysis, name = analysis.active, names[0]
    if len(names) == 1:
        return _walk(analysis, name, wanted, bounded)
    inner = _inside(analysis, name)
    seen = _back(inner, names[1:], wanted, bounded) if inner is not None else None
    if seen is None:
        return None
    source = analysis.sources(name)[0]  # what comes into a block is its input's
    return _walk(analysis, source, seen, bounded)


def _walk(analysis: Analysis, name: str, wanted: Axes, bounded: bool) -> Axes | None:
    """From these places of a layer's output back to the graph's input; where branches come together, their union."""
    asked: dict[str, Axes] = {name: wanted}
    for each in reversed(analysis.graph.order[:analysis.places[name] + 1]):
        if each not in asked or each == analysis.input:
            continue
        found = _read(analysis, each, asked.pop(each), bounded)
        for source, axes in zip(analysis.sources(each), found, strict=False):
            if axes is not None:
                asked[source] = _union(asked[source], axes) if source in asked else axes
    return asked.get(analysis.input or "")


def _read(analysis: Analysis, name: str, wanted: Axes, bounded: bool) -> list[Axes | None]:
    layer, report = analysis.graph.nodes[name].layer, analysis.nodes[name]
    if report.input_shapes is None or report.output_shape is None or layer.category == "input":
        return []
    inner = _inside(analysis, name)
    if inner is not None and inner.output is not None:
        return [_walk(inner, inner.output, wanted, bounded)]
    return reads(Question(layer, report.input_shapes, report.output_shape, wanted, bounded))


def _union(one: Axes, two: Axes) -> Axes:
    return tuple([a | b for a, b in zip(one, two, strict=True)])

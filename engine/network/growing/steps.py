"""A network as one list of layers, blocks opened, each with its weights' place in the state dict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.analysis.analysis import Analysis, analyze, first_error
from engine.blocks.base import Block
from engine.experiment.experiment import Experiment
from engine.layers.base import Layer, Shape
from engine.layers.inputs import Input

INPUT = ""  # where the network's input comes from


@dataclass(frozen=True)
class Step:
    """One layer at work; shapes without batch. ``place`` is its name behind those of the blocks around it."""

    place: str
    key: str  # of its weights
    layer: Layer
    sources: tuple[str, ...]  # places
    shapes: tuple[Shape, ...]
    output: Shape
    is_shared: bool  # several nodes have these weights

    @property
    def around(self) -> str:
        """The block that it stands in; empty: none."""
        return self.place.rpartition(".")[0]


@dataclass(frozen=True)
class Program:
    """All steps in order, by place, and where the answer comes from."""

    steps: Mapping[str, Step]
    end: str

    @cached_property
    def readers(self) -> Mapping[str, tuple[Step, ...]]:
        """Who reads what comes from each place."""
        found: dict[str, list[Step]] = {place: [] for place in (INPUT, *self.steps)}
        for step in self.steps.values():
            for source in dict.fromkeys(step.sources):
                found[source].append(step)
        return {place: tuple(steps) for place, steps in found.items()}


def program_of(experiment: Experiment) -> Program:
    """Of the network for its data. Raises what is wrong with it."""
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    if (error := first_error(analysis)) is not None:
        raise error
    walk = _Walk()
    end = walk.through(analysis.active, "", "", INPUT, is_shared=False)
    return Program(walk.steps, end)


@dataclass
class _Walk:
    steps: dict[str, Step] = field(default_factory=dict)

    def through(self, analysis: Analysis, names: str, keys: str, source: str, *, is_shared: bool) -> str:
        """Every step of a graph whose input comes from ``source``; where its output comes from."""
        graph, values = analysis.graph, dict[str, str]()
        shared = {*graph.shares, *graph.shares.values()}
        for name in graph.order:
            if name not in analysis.members:
                continue
            node, report = graph.nodes[name], analysis.nodes[name]
            if isinstance(node.layer, Input):
                values[name] = source
                continue
            sources, key = tuple(values[other] for other in analysis.sources(name)), (
                keys + graph.nodes[node.shares or name].kept_as)
            assert report.input_shapes is not None and report.output_shape is not None
            is_its = is_shared or name in shared
            if isinstance(node.layer, Block):
                inside = node.layer.inside(report.input_shapes)
                values[name] = self.through(inside, f"{names}{name}.", f"{key}.", sources[0], is_shared=is_its)
                continue
            values[name] = place = names + name
            self.steps[place] = Step(place, key, node.layer, sources, report.input_shapes, report.output_shape, is_its)
        assert analysis.output is not None
        return values[analysis.output]

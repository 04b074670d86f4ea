"""A layer inside a person's own blocks, found by its place and changed there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.analysis.analysis import analyze
from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.blocks.edits import with_inner
from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph
from engine.messages import LayerloomError


class GrowthError(LayerloomError):
    """The network cannot grow there and go on computing the same."""


def own_graph_around(graph: Graph, place: str) -> Graph:
    """The graph that a layer stands in. Raises GrowthError where that is not free to be changed for it alone."""
    *path, name = place.split(".")
    for block in path:
        graph = _opened(graph, block, place)
    if name not in graph.nodes:
        raise GrowthError("There is no layer named {name}", name=place)
    if isinstance(graph.nodes[name].layer, Block):
        raise GrowthError("{name} is a block: choose a layer inside of it", name=place)
    if graph.nodes[name].bypassed:
        raise GrowthError("{name} is bypassed: it takes no part", name=place)
    return graph


def _opened(graph: Graph, name: str, place: str) -> Graph:
    layer = graph.nodes[name].layer if name in graph.nodes else None
    if isinstance(layer, Block) and layer.repeat > 1:
        raise GrowthError("{name} cannot change alone: {block} repeats it {count} times", name=place,
                          block=name, count=layer.repeat)
    if isinstance(layer, Block) and not isinstance(layer, Custom):
        raise GrowthError("{name} follows from the options of {block}: make that a block of your own first",
                          name=place, block=name)
    if not isinstance(layer, Custom):
        raise GrowthError("There is no layer named {name}", name=place)
    return layer.graph


def with_graph_around(experiment: Experiment, place: str, edit: Callable[[Graph], Graph]) -> Experiment:
    """The experiment with another graph where the layer stands. Raises GrowthError where the network breaks by it."""
    inside = edit(own_graph_around(experiment.graph, place))
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    graph = with_inner(experiment.graph, place.split(".")[:-1], inside, analysis)
    if faults := analyze(graph, experiment.data.sample_shape).faults:
        raise GrowthError("{name} cannot change so: {reason}", name=place, reason=faults[0].error.message)
    return replace(experiment, graph=graph)

"""What a repair is, and the small edits that repairs are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.analysis.analysis import Analysis, facts_of
from engine.experiment.experiment import Experiment
from engine.graph.edits import appended, inserted
from engine.graph.graph import Edge, Graph
from engine.layers.base import Layer, OptionError, Shape
from engine.messages import LayerloomError, Message, say

Edit = Callable[[Graph], Graph]


@dataclass(frozen=True)
class Repair:
    """What a button says and the edit it makes: of the network, or by ``change`` of data and recipe too."""

    text: Message
    apply: Edit = lambda graph: graph
    change: Callable[[Experiment], Experiment] | None = None

    def of(self, experiment: Experiment) -> Experiment:
        """The mended experiment."""
        return self.change(experiment) if self.change else replace(experiment, graph=self.apply(experiment.graph))


# -- asking -----------------------------------------------------------------------------------------------------------


def shape_after(layers: Sequence[Layer], shape: Shape) -> Shape | None:
    """What comes out of layers one after the other, or None where one cannot take it."""
    try:
        for layer in layers:
            shape = facts_of(layer, (shape,)).output_shape
    except LayerloomError:
        return None
    return shape


def fits(layer: Layer, shapes: Sequence[Shape]) -> bool:
    """Whether the layer takes these inputs."""
    if not layer.min_inputs <= len(shapes) <= (layer.max_inputs or len(shapes)):
        return False
    try:
        layer.output_shape(tuple(shapes))
    except LayerloomError:
        return False
    return True


# -- edits ------------------------------------------------------------------------------------------------------------


def behind(name: str, *layers: Layer) -> Edit:
    """The edit that puts layers behind a node, one after the other."""

    def edit(graph: Graph) -> Graph:
        end = name
        for layer in layers:
            graph, end = appended(graph, layer, [end])
        return graph

    return edit


def before(name: str, *layers: Layer, port: int = 0) -> Edit:
    """The edit that puts layers into the wire to an input of a node."""

    def edit(graph: Graph) -> Graph:
        edge = next(edge for edge in graph.inputs[name] if edge.port == port)
        for layer in layers:
            graph, new = inserted(graph, layer, edge)
            edge = graph.outputs[new][0]
        return graph

    return edit


def one_after_another(*edits: Edit) -> Edit:
    """All these edits as one."""

    def edit(graph: Graph) -> Graph:
        for each in edits:
            graph = each(graph)
        return graph

    return edit


def with_layer(name: str, layer: Layer) -> Edit:
    """The edit that changes a node's layer."""
    return lambda graph: graph.with_layer(name, layer)


def without(name: str) -> Edit:
    """The edit that removes a node and leads its input on."""
    return lambda graph: graph.healed(name)


def wired(source: str, target: str, *layers: Layer) -> Edit:
    """The edit that draws a wire to a free input, through layers put into it; bypassed nodes on the way stay there."""

    def edit(graph: Graph) -> Graph:
        first, last = _outlet(graph, source), target
        while graph.free_port(last) is None and graph.nodes[(taken := graph.inputs[last][0]).source].bypassed:
            if graph.nodes[taken.source].layer.max_inputs == 0:
                graph = graph.without_edges([taken])
            else:
                last = taken.source
        edge = Edge(first, last, graph.free_port(last) or 0)
        return before(last, *layers, port=edge.port)(graph.with_edge(edge))

    return edit


def _outlet(graph: Graph, name: str) -> str:
    """Where the output of a node comes out after bypassed ones."""
    out = graph.outputs[name]
    while len(out) == 1 and out[0].port == 0 and graph.nodes[out[0].target].bypassed:
        name, out = out[0].target, graph.outputs[out[0].target]
    return name


# -- repairs of one layer ---------------------------------------------------------------------------------------------


def other_options(text: Message, name: str, layer: Layer, shapes: Sequence[Shape], **options: object
                  ) -> Iterator[Repair]:
    """The layer with other options, where that helps."""
    try:
        better = layer.with_options(**options)
    except OptionError:
        return
    if fits(better, shapes):
        yield Repair(text, with_layer(name, better))


def inserted_before(text: Message, name: str, layer: Layer, shape: Shape, *layers: Layer) -> Iterator[Repair]:
    """Layers before one that takes a single input, where that helps."""
    after = shape_after(layers, shape)
    if after is not None and fits(layer, (after,)):
        yield Repair(text, before(name, *layers))


def removal(analysis: Analysis, name: str) -> Iterator[Repair]:
    """Without the layer, where all that follows takes what it was given."""
    graph, shapes = analysis.graph, analysis.nodes[name].input_shapes
    if not shapes or not graph.outputs[name]:
        return
    if all(takes(analysis, edge.target, name, shapes[0]) for edge in graph.outputs[name]):
        yield Repair(say("Remove {name}", name=name), without(name))


def takes(analysis: Analysis, target: str, instead_of: str, shape: Shape) -> bool:
    """Whether a layer takes such an output of one that it reads, beside what else it is given."""
    edges = analysis.graph.inputs[target]
    shapes = [shape if e.source == instead_of else analysis.nodes[e.source].output_shape for e in edges]
    return None not in shapes and fits(analysis.graph.nodes[target].layer, [s for s in shapes if s is not None])

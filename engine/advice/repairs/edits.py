"""Edits that buttons make when they are pressed: functions Graph → Graph."""

from __future__ import annotations

from collections.abc import Callable

from engine.graph.edits import appended, inserted, with_layers
from engine.graph.graph import Edge, Graph
from engine.layers.base import Layer

Edit = Callable[[Graph], Graph]


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
    return lambda graph: with_layers(graph, {name: layer})


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

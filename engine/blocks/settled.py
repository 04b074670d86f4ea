"""A network that was read from code, on its place: what its code says of shapes that are so is said no longer.

Inputs are inferred here: a later edit further up must not turn an old declaration into an error.
"""

from __future__ import annotations

from dataclasses import replace

from engine.analysis.analysis import analyze
from engine.analysis.declared import contradiction
from engine.blocks.custom import Custom
from engine.graph.graph import Graph, Node
from engine.layers.base import Layer, Shape
from engine.messages import LayerloomError


def settled(graph: Graph, input_shape: Shape | None = None) -> Graph:
    """The same without declarations that agree with the shapes that arrive; the graph itself where there are none."""
    if not has_declared(graph):
        return graph
    analysis, nodes = analyze(graph, input_shape), dict(graph.nodes)
    for name, node in graph.nodes.items():
        report = analysis.nodes[node.shares or name]
        if report.input_shapes is not None and report.facts is not None:  # where it fails, what is said stays
            nodes[name] = _settled(node, report.input_shapes)
    return replace(graph, nodes=nodes)


def has_declared(graph: Graph) -> bool:
    """Whether something is declared in it or in its blocks."""
    return any(node.declared or (isinstance(node.layer, Custom) and has_declared(node.layer.graph))
               for node in graph.nodes.values())


def _settled(node: Node, shapes: tuple[Shape, ...]) -> Node:
    layer: Layer = node.layer
    if isinstance(layer, Custom) and has_declared(layer.graph):
        layer = layer.model_copy(update={"graph": settled(layer.graph, shapes[0])})
    try:
        declared = node.declared if contradiction(node, shapes) is not None else ()
    except LayerloomError:
        declared = node.declared
    return node if layer is node.layer and declared == node.declared else replace(
        node, layer=layer, declared=declared)

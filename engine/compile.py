"""Graph → torch module: the same walk and the same arguments as the analysis, with real layers."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any, cast

import torch
from torch import fx, nn

from engine.advice import first_error
from engine.analysis import Analysis, analyze
from engine.blocks.base import Block
from engine.graph import Graph
from engine.layers.base import Layer, Shape
from engine.layers.inputs import Input
from engine.layers.merge import Add


def build_module(graph: Graph, input_shape: Shape | None = None) -> fx.GraphModule:
    """The network as an ``fx.GraphModule`` with torch's own initial weights (seed torch beforehand).

    Takes B×*input_shape*; keys of its state dict are the nodes' names. Raises LayerloomError when ``analyze`` finds
    something wrong.
    """
    analysis = analyze(graph, input_shape)
    error = first_error(analysis)
    if error is not None:
        raise error
    return _module(analysis)


def _module(analysis: Analysis) -> fx.GraphModule:
    graph, program = analysis.graph, fx.Graph()
    modules: dict[str, nn.Module] = {}
    values: dict[str, fx.Node] = {}
    for name in graph.order:
        if name not in analysis.members:
            continue
        layer, shapes = graph.nodes[name].layer, analysis.nodes[name].input_shapes
        assert shapes is not None
        inputs = [values[edge.source] for edge in graph.inputs[name]]
        if isinstance(layer, Input):
            values[name] = program.placeholder(name)
        elif layer.torch.startswith("nn.") or isinstance(layer, Block):
            modules[name] = _layer(layer, shapes)
            values[name] = program.call_module(name, tuple(inputs))
        elif isinstance(layer, Add):
            values[name] = reduce(lambda a, b: program.call_function(operator.add, (a, b)), inputs)
        else:
            function = getattr(torch, layer.torch.removeprefix("torch."))
            values[name] = program.call_function(function, (inputs,), layer.arguments(shapes))
    assert analysis.output is not None
    program.output(values[analysis.output])
    return fx.GraphModule(cast(dict[str, Any], modules), program, class_name="Network")


def _layer(layer: Layer, shapes: tuple[Shape, ...]) -> nn.Module:
    if isinstance(layer, Block):
        return _module(layer.inside(shapes))
    made: nn.Module = getattr(nn, layer.torch.removeprefix("nn."))(**layer.arguments(shapes))
    return made

"""Graph → torch module: the same walk and the same arguments as the analysis, with real layers."""

from __future__ import annotations

import inspect
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
from engine.messages import LayerloomError, say


class OldTorchError(LayerloomError):
    """The installed PyTorch does not know an option."""


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
    make, arguments = getattr(nn, layer.torch.removeprefix("nn.")), layer.arguments(shapes)
    try:
        made: nn.Module = make(**arguments)
    except TypeError as error:
        new = next((name for name in arguments if name not in inspect.signature(make).parameters), None)
        field = type(layer).model_fields.get(new or "")
        if new is None or field is None:
            raise
        raise OldTorchError("{layer}: the installed PyTorch {version} is too old for its option “{option}”",
                            layer=layer.title, version=torch.__version__, option=say(field.title or new)) from error
    return made

"""Graph → torch module: the same walk and the same arguments as the analysis, with real layers."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from itertools import takewhile
from typing import Any, NamedTuple

import torch
from torch import Tensor, fx, nn

from engine.analysis.analysis import Analysis, analyze, first_error
from engine.blocks.base import Block
from engine.graph.graph import Graph
from engine.layers.base import Layer, Shape
from engine.layers.code import Code
from engine.layers.code.running import instantiate
from engine.layers.inputs import Input
from engine.messages import LayerloomError, Message, say
from engine.network.guards import guarded


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
    return _module(analysis.active)


class Part(NamedTuple):
    """As much of a network as can run. ``faults``: by node what is wrong; ``ends``: whether it comes to its end."""

    module: fx.GraphModule
    faults: Mapping[str, Message]
    ends: bool


def build_part(graph: Graph, input_shape: Shape | None = None) -> Part:
    """The layers before those that are wrong, and beside them, as ``build_module`` makes them.

    Raises LayerloomError where nothing can run: the network has no input, or nothing says what comes in.
    """
    analysis = analyze(graph, input_shape)
    if analysis.active.input is None or analysis.nodes[analysis.active.input].output_shape is None:
        raise first_error(analysis) or LayerloomError("The network has no input")
    faults = {fault.node: fault.error.message for fault in reversed(analysis.faults)
              if fault.node is not None and fault.node in analysis.members}
    module = _module(analysis.active, faults)
    return Part(module, faults, module.meta["ends"])


def _module(analysis: Analysis, faults: dict[str, Message] | None = None) -> fx.GraphModule:
    """``faults``: of layers that are left out, with all that needs them; what cannot be made is added."""
    graph, program = analysis.graph, fx.Graph()
    tracer = fx.proxy.GraphAppendingTracer(program)
    parts: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for name in graph.order:
        if name not in analysis.members:
            continue
        node, shapes = graph.nodes[name], analysis.nodes[name].input_shapes
        if faults is not None and (name in faults or shapes is None or analysis.nodes[name].facts is None
                                   or any(source not in values for source in analysis.sources(name))
                                   or (node.shares or name) in faults):
            continue
        assert shapes is not None
        if isinstance(node.layer, Input):
            values[name] = fx.Proxy(program.placeholder(name), tracer)
            values[name].node.meta["layer"] = name
            continue
        owner = graph.nodes[node.shares or name].kept_as
        if node.listed and owner in parts:  # one object under both names
            parts[name] = parts[owner]
            owner = name
        if owner not in parts:
            try:
                part = _part(node.layer, shapes, node.shares or name)
            except LayerloomError as error:
                if faults is None:
                    raise
                faults[name] = error.message
                continue
            if part is not None:
                parts[owner] = part
        inputs = [values[source] for source in analysis.sources(name)]
        values[name] = _called(tracer, node.layer, owner, inputs, shapes)
        for call in takewhile(lambda call: "layer" not in call.meta, reversed(program.nodes)):
            call.meta["layer"] = name  # whose it is: a layer may take several calls
    end = analysis.output if faults is None or analysis.output in values else next(reversed(values))
    assert end is not None
    program.output(values[end].node)
    module = fx.GraphModule(parts, program, class_name="Network")
    module.meta["ends"] = end == analysis.output
    return module


def _called(tracer: fx.proxy.GraphAppendingTracer, layer: Layer, owner: str, inputs: list[Any],
            shapes: tuple[Shape, ...]) -> Any:
    """The layer's expression, recorded: evaluated with stand-ins for the module and its inputs."""

    def module(*args: Any, **options: Any) -> Any:
        return tracer.create_proxy("call_module", owner, args, options)

    names = [f"x{index}" for index in range(len(inputs))]
    scope: dict[str, Any] = {"torch": torch, "nn": nn, **dict(zip(names, inputs, strict=True))}
    holds_tensor = bool(layer.tensor_source(shapes))
    scope["module"] = tracer.create_proxy("get_attr", owner, (), {}) if holds_tensor else module
    return eval(layer.expression("module", names, shapes), scope)


def _part(layer: Layer, shapes: tuple[Shape, ...], name: str) -> nn.Module | Tensor | None:
    """What the layer keeps under its name: a module, a buffer, or nothing."""
    if source := layer.tensor_source(shapes):
        made: Tensor = eval(source, {"torch": torch, "nn": nn})
        return made
    if isinstance(layer, Code):
        return guarded(instantiate(layer.source, layer.construction(shapes)), name, layer.source)
    if layer.torch.startswith("nn.") or isinstance(layer, Block):
        return guarded(_layer(layer, shapes), name)
    return None


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

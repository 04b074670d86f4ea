"""One more layer in a trained network that computes the same (Net2DeeperNet: Chen, Goodfellow and Shlens 2016)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from engine.experiment.experiment import Experiment
from engine.graph.edits import appended, inserted
from engine.graph.graph import Edge, Graph
from engine.layers.base import LAYERS, Layer, Shape
from engine.layers.linear import Linear
from engine.messages import LayerloomError, Message, say
from engine.network.growing.spreading import CONVOLUTIONS
from engine.network.growing.steps import Program, Step, program_of
from engine.network.growing.widening import Grown
from engine.network.growing.within import GrowthError, own_graph_around, with_graph_around
from engine.network.weights import check_weights, empty_module

# What comes out of them once comes out of them again: only behind these may another stand in the same place.
IDEMPOTENT = frozenset({"ReLU", "ReLU6", "Hardtanh"})
PASSING = frozenset({"Flatten", "Identity"})  # beside dropout and pooling: what they let through stays in its range
WEIGHTED = (Linear, *CONVOLUTIONS)


def deeper(experiment: Experiment, after: str, weights: Mapping[str, Tensor], *, kernel_size: int = 3,
           norm: bool = False) -> Grown:
    """The network with one more Linear or convolution behind the layer at this place, the identity to begin with.

    A place before an activation means behind that. The activation comes once more behind the new layer, so it must be
    one that changes nothing a second time, as ReLU. ``norm``: a batch norm between them that passes its input on while
    it predicts; learning, it normalises. Raises GrowthError or WeightsError.
    """
    check_weights(experiment, weights)
    place, layers = _planned(experiment, after, kernel_size, norm)
    names = list[str]()

    def edit(graph: Graph) -> Graph:
        name = place.place.rpartition(".")[2]
        for layer in layers:
            graph, name = _behind(graph, name, layer)
            names.append(name)
        return graph

    new = with_graph_around(experiment, place.place, edit)
    prefix = f"{place.around}." if place.around else ""
    return Grown(new, _with_identities(new, weights, {prefix + name for name in names}))


def why_not_deeper(experiment: Experiment, after: str) -> Message | None:
    """Why nothing can be put behind the layer at this place without changing what the network answers; None: it can."""
    try:
        _planned(experiment, after, 1, False)
    except LayerloomError as error:
        return error.message
    return None


def _planned(experiment: Experiment, after: str, kernel_size: int, norm: bool) -> tuple[Step, Sequence[Layer]]:
    """Behind which layer, and what. Raises GrowthError."""
    own_graph_around(experiment.graph, after)
    program = program_of(experiment)
    if after not in program.steps:
        raise GrowthError("{name} is no part of the network", name=after)
    place = _behind_activation(program, program.steps[after])
    return place, _layers(program, place, _activation_before(program, place), kernel_size, norm)


# -- where -------------------------------------------------------------------------------------------------------------


def _behind_activation(program: Program, step: Step) -> Step:
    """The step itself where an activation is above it; else the one that follows. Raises GrowthError."""
    first = step
    while _above(program, step) is None:
        readers = program.readers[step.place]
        alone = readers[0] if len(readers) == 1 and readers[0].around == first.around else None
        if alone is None or alone.layer.category not in {"normalization", "regularization", "activation"}:
            raise GrowthError("Nothing can be put behind {name} that computes the same and would learn more: it needs "
                              "an activation such as ReLU in between, and none follows {last}", name=first.place,
                              last=step.place)
        step = alone
    return step


def _above(program: Program, step: Step) -> Step | None:
    """The activation whose values come out here, whatever only passes them on."""
    while step.layer.category in {"regularization", "pooling"} or step.layer.kind() in PASSING:
        source = program.steps.get(step.sources[0])
        if source is None:
            return None
        step = source
    return step if step.layer.category == "activation" else None


def _activation_before(program: Program, step: Step) -> Layer:
    """Raises GrowthError where a second one would change what comes out."""
    above = _above(program, step)
    assert above is not None
    is_alone = all(other.layer.category != "pooling" for other in _passing(program, step, above))
    if above.layer.kind() == "ReLU" or (above.layer.kind() in IDEMPOTENT and is_alone):
        return above.layer
    raise GrowthError("Nothing can be put behind {name} that computes the same: a second {layer} would change what "
                      "comes out of {activation}. Behind a ReLU it can", name=step.place, layer=say(above.layer.title),
                      activation=above.place)


def _passing(program: Program, step: Step, above: Step) -> Iterator[Step]:
    while step is not above:
        yield step
        step = program.steps[step.sources[0]]


# -- what --------------------------------------------------------------------------------------------------------------


def _layers(program: Program, step: Step, activation: Layer, kernel_size: int, norm: bool) -> Sequence[Layer]:
    shape = step.output
    layer = _weighted(_kind(program, step), shape, kernel_size, step.place)
    made = [layer]
    if norm:
        made.append(LAYERS[f"BatchNorm{max(1, len(shape) - 1)}d"]())
    return [*made, activation]


def _kind(program: Program, step: Step) -> str:
    """A convolution where channels have places; of two dimensions what the layer above it is."""
    rank = len(step.output)
    if rank == 2:
        while not isinstance(step.layer, WEIGHTED) and step.sources and step.sources[0] in program.steps:
            step = program.steps[step.sources[0]]
        return "Conv1d" if step.layer.kind() == "Conv1d" else "Linear"
    return {1: "Linear", 3: "Conv2d", 4: "Conv3d"}.get(rank, "")


def _weighted(kind: str, shape: Shape, kernel_size: int, place: str) -> Layer:
    if not kind:
        raise GrowthError("Nothing can be put behind {name} that computes the same: each example is one number",
                          name=place)
    if kind == "Linear":
        return Linear(out_features=shape[-1])
    if kernel_size % 2 == 0:
        raise GrowthError("A convolution that computes the same needs a middle: choose an odd kernel size, not {size}",
                          size=kernel_size)
    return LAYERS[kind]().with_options(out_channels=shape[0], kernel_size=kernel_size, padding=kernel_size // 2)


def _behind(graph: Graph, name: str, layer: Layer) -> tuple[Graph, str]:
    """The layer behind this one, in the way of all that it feeds; also its name."""
    first, *others = graph.outputs[name] or (None,)
    if first is None:
        return appended(graph, layer, [name])
    graph, new = inserted(graph, layer, first)
    return graph.without_edges(others).with_edges(Edge(new, wire.target, wire.port) for wire in others), new


# -- weights -----------------------------------------------------------------------------------------------------------


def _with_identities(new: Experiment, weights: Mapping[str, Tensor], added: set[str]) -> dict[str, Tensor]:
    module = empty_module(new)
    made = dict[str, Tensor]()
    for key, wanted in module.state_dict().items():
        place, _, leaf = key.rpartition(".")
        made[key] = _identity(module.get_submodule(place), leaf, wanted) if place in added else weights[key].clone()
    return made


def _identity(module: nn.Module, leaf: str, wanted: Tensor) -> Tensor:
    """Of a batch norm one whose statistics are those of nothing: mean 0, deviation 1."""
    made = torch.zeros(wanted.shape, dtype=wanted.dtype)
    options: Any = module
    if isinstance(module, nn.modules.batchnorm._BatchNorm):
        fill = {"weight": math.sqrt(1 + options.eps), "running_var": 1.0}.get(leaf, 0.0)
        return made.fill_(fill)
    if leaf == "bias":
        return made
    return nn.init.eye_(made) if made.dim() == 2 else nn.init.dirac_(made)



"""What runs but learns badly: layers in a row without an activation, many sigmoids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.advice.problem import Problem, Rule
from engine.advice.repairs.edits import Edit, before
from engine.advice.repairs.repair import Repair
from engine.analysis.analysis import Analysis
from engine.blocks.replacing import replaced
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph
from engine.layers.activation import ReLU, Sigmoid
from engine.layers.base import Layer
from engine.layers.convolution import Conv1d, Conv2d, Conv3d
from engine.layers.linear import Flatten, Identity, Linear
from engine.layers.normalization import BatchNorm
from engine.layers.pooling import AvgPool2d
from engine.messages import Message, say

MANY_SIGMOIDS = 5  # LeNet has four, and learns
_CONVOLUTIONS = (Conv1d, Conv2d, Conv3d)
_STRAIGHT = (BatchNorm, AvgPool2d, Flatten, Identity)  # nothing bends between: still one linear map


def _nothing_between(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    """Two linear maps one after the other can do no more than one."""
    nodes = analysis.graph.nodes
    for name in analysis.graph.order:
        layer = nodes[name].layer
        if not isinstance(layer, (Linear, *_CONVOLUTIONS)) or name not in analysis.members:
            continue
        first = _linear_above(analysis, name)
        if first is None:
            continue
        kind = type(nodes[first].layer)
        if isinstance(layer, Linear) and kind is Linear:
            yield _unbent(analysis, first, name, say(
                "Nothing bends between {first} and {name}: two linear layers in a row are no more than one",
                first=first, name=name), squeezes=_squeezes(analysis, first, name))
        elif kind is type(layer) and _mixes(nodes[first].layer) and _mixes(layer):
            yield _unbent(analysis, first, name, say(
                "No activation between {first} and {name}: two convolutions in a row are no more than a larger one",
                first=first, name=name), squeezes=True)


def _unbent(analysis: Analysis, first: str, name: str, message: Message, *, squeezes: bool) -> Problem:
    layer = _usual_activation(analysis)
    repair = Repair(say("Insert {layer}", layer=say(layer.title)), _bent(analysis.graph, first, name, layer))
    return Problem("hint" if squeezes else "warning", name, message, (repair,))


def _linear_above(analysis: Analysis, name: str) -> str | None:
    """The layer with weights above, when nothing else reads it and only straight layers lie between."""
    graph = analysis.graph
    while graph.inputs[name]:
        name = graph.inputs[name][0].source
        layer = graph.nodes[name].layer
        if len(graph.outputs[name]) > 1:
            return None
        if isinstance(layer, (Linear, *_CONVOLUTIONS)):
            return name
        if not isinstance(layer, _STRAIGHT) and layer.category != "regularization":
            return None
    return None


def _squeezes(analysis: Analysis, first: str, name: str) -> bool:
    """Whether the first makes it narrower than both ends: that saves weights, and may be meant."""
    ends = [report.output_shape for report in (analysis.nodes[first], analysis.nodes[name])]
    given = analysis.nodes[first].input_shapes
    if not given or None in ends:
        return True
    inner, outer = ends[0], ends[1]
    assert inner is not None and outer is not None
    return inner[-1] < min(given[0][-1], outer[-1])


def _mixes(layer: Layer) -> bool:
    """A square filter over all channels: 1×1, grouped and long thin ones are put in a row on purpose."""
    return getattr(layer, "groups", 1) == 1 and isinstance(size := getattr(layer, "kernel_size", 1), int) and size > 1


def _usual_activation(analysis: Analysis) -> Layer:
    """The activation that the network has most of; ReLU where it has none."""
    found = Counter(node.layer for node in analysis.graph.nodes.values()
                    if node.layer.category == "activation" and node.layer.kind() in _INNER)
    return found.most_common(1)[0][0] if found else ReLU()


_INNER = {"ReLU", "LeakyReLU", "ELU", "SELU", "GELU", "SiLU", "Mish", "Tanh", "Sigmoid", "Hardswish", "ReLU6"}


def _bent(graph: Graph, first: str, name: str, layer: Layer) -> Edit:
    """The edit that puts the activation behind the first layer and what normalizes it."""
    edge: Edge = graph.outputs[first][0]
    while isinstance(graph.nodes[edge.target].layer, BatchNorm) and edge.target != name:
        edge = graph.outputs[edge.target][0]
    return before(edge.target, layer, port=edge.port)


# -- sigmoids ---------------------------------------------------------------------------------------------------------


def _many_sigmoids(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    """Each sigmoid makes the gradient at least four times smaller; gates and ends are left aside."""
    graph = analysis.graph
    found = {name for name, node in graph.nodes.items() if isinstance(node.layer, Sigmoid)}
    if len(found) < MANY_SIGMOIDS:
        return
    hidden = [name for name in graph.order if name in found and name in analysis.members and graph.outputs[name]
              and all(graph.nodes[edge.target].layer.kind() != "Multiply" for edge in graph.outputs[name])]
    if len(hidden) >= MANY_SIGMOIDS and not _normalized(analysis):
        message = say("{count} sigmoids one after the other make gradients vanish: ReLU learns faster",
                      count=len(hidden))
        repair = Repair(say("Replace every sigmoid by ReLU"), lambda graph: replaced(graph, hidden, ReLU())[0])
        yield Problem("hint", hidden[0], message, (repair,))


def _normalized(analysis: Analysis) -> bool:
    return any(node.layer.category == "normalization" for node in analysis.graph.nodes.values())


RULES: tuple[Rule, ...] = (_nothing_between, _many_sigmoids)

"""What is wrong or unwise in an experiment, in words, and the repairs: each a pure edit Graph → Graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from engine.analysis import Analysis, Fault, analyze
from engine.experiment import Experiment
from engine.graph import Edge, Graph, Node
from engine.layers.activation import ReLU, Sigmoid, Softmax, Tanh
from engine.layers.base import (
    KernelTooLargeError,
    MismatchError,
    NotFlatError,
    RankError,
    Shape,
    shape_text,
)
from engine.layers.convolution import Conv2d
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from engine.layers.normalization import BatchNorm1d, BatchNorm2d
from engine.messages import LayerloomError, Message, say
from engine.names import fresh_name

Severity = Literal["error", "warning", "hint"]


@dataclass(frozen=True)
class Repair:
    """What a button says and the edit it makes."""

    text: Message
    apply: Callable[[Graph], Graph]


@dataclass(frozen=True)
class Problem:
    """Something to tell the person, at a node or (None) about the whole."""

    severity: Severity
    node: str | None
    message: Message
    repairs: tuple[Repair, ...] = ()


class AdviceError(LayerloomError):
    """A problem that forbids training, as an error to raise."""


def first_error(analysis: Analysis) -> LayerloomError | None:
    """The first fault of the network itself (loose layers do not count), naming its layer, or None."""
    for fault in analysis.faults:
        if fault.node is None:
            return fault.error
        if fault.node in analysis.members:
            return AdviceError("{name}: {reason}", name=fault.node, reason=fault.error.message)
    return None


def advise(experiment: Experiment, analysis: Analysis | None = None) -> tuple[Problem, ...]:
    """Every problem, errors first; with none of severity “error” the experiment can be trained."""
    analysis = analysis or analyze(experiment.graph, experiment.data.sample_shape)
    problems = [_of_fault(analysis, fault) for fault in analysis.faults]
    for rule in _RULES:
        problems.extend(rule(experiment, analysis))
    rank = {"error": 0, "warning": 1, "hint": 2}
    return tuple(sorted(problems, key=lambda problem: rank[problem.severity]))


# -- faults and what mends them -----------------------------------------------------------------------------------


def _of_fault(analysis: Analysis, fault: Fault) -> Problem:
    loose = fault.node is not None and fault.node not in analysis.members
    repairs = () if fault.node is None else tuple(_repairs(analysis, fault.node, fault.error))
    return Problem("warning" if loose else "error", fault.node, fault.error.message, repairs)


def _repairs(analysis: Analysis, name: str, error: LayerloomError) -> Iterator[Repair]:
    layer = analysis.graph.nodes[name].layer
    shapes = analysis.nodes[name].input_shapes or ()
    if isinstance(error, NotFlatError) or (isinstance(layer, BatchNorm1d) and len(shapes[0]) == 3):
        if isinstance(layer, BatchNorm1d):
            yield Repair(say("Use Batch norm 2d"), lambda graph: graph.with_layer(name, BatchNorm2d(**dict(layer))))
        yield Repair(say("Insert Flatten"), lambda graph: insert_before(graph, name, Flatten()))
    elif isinstance(layer, BatchNorm2d) and isinstance(error, RankError) and len(shapes[0]) in (1, 2):
        yield Repair(say("Use Batch norm 1d"), lambda graph: graph.with_layer(name, BatchNorm1d(**dict(layer))))
    elif isinstance(error, KernelTooLargeError) and isinstance(layer, Conv2d):
        yield Repair(say("Set padding to “same”"),
                     lambda graph: graph.with_layer(name, layer.with_options(padding="same", stride=1)))
    elif isinstance(error, MismatchError) and isinstance(layer, Add):
        yield from _matched_shortcut(analysis, name, shapes)


def insert_before(graph: Graph, name: str, layer: Flatten | Conv2d, port: int = 0) -> Graph:
    """Put a layer into the wire that comes in at ``port``, making room below the card above."""
    edge = next(edge for edge in graph.inputs[name] if edge.port == port)
    x, y = graph.nodes[name].position
    step = 76.0
    room = {
        other: (node.position[0], node.position[1] + step)
        for other in graph.downstream(name)
        if (node := graph.nodes[other]).position[1] >= y
    }
    node = Node(fresh_name(layer.stem, graph.nodes), layer, (x, y))
    return graph.moved(room).inserted(node, edge)


def _matched_shortcut(analysis: Analysis, name: str, shapes: tuple[Shape, ...]) -> Iterator[Repair]:
    """A 1×1 convolution on the shorter way into an Add, when it can give the other way's shape."""
    if len(shapes) != 2 or any(len(shape) != 3 for shape in shapes):
        return
    depth = {node: index for index, node in enumerate(analysis.graph.order)}
    edges = analysis.graph.inputs[name]
    short = min((0, 1), key=lambda index: depth[edges[index].source])
    have, want = shapes[short], shapes[1 - short]
    stride = tuple(-(-a // b) for a, b in zip(have[1:], want[1:], strict=True))
    if any(-(-a // s) != b for a, b, s in zip(have[1:], want[1:], stride, strict=True)):
        return
    conv = Conv2d(out_channels=want[0], kernel_size=1, stride=(stride[0], stride[1]))
    port = edges[short].port
    yield Repair(say("Match with a 1×1 convolution"), lambda graph: insert_before(graph, name, conv, port))


# -- rules about the whole ----------------------------------------------------------------------------------------

Rule = Callable[[Experiment, Analysis], Iterator[Problem]]


def _output_matches_classes(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    shape, classes, name = analysis.output_shape, experiment.data.num_classes, analysis.output
    if shape is None or name is None or shape == (classes,):
        return
    repairs: list[Repair] = []
    layer = analysis.graph.nodes[name].layer
    if len(shape) == 1 and isinstance(layer, Linear):
        repairs.append(Repair(say("Set outputs to {count}", count=classes),
                              lambda graph: graph.with_layer(name, layer.with_options(out_features=classes))))
    else:
        repairs.append(Repair(say("Add Linear {count}", count=classes),
                              lambda graph: _with_head(graph, name, shape, classes)))
    yield Problem("error", name, say("{data} has {classes} classes, but the network ends in {shape}",
                                     data=experiment.data.info.title, classes=classes, shape=shape_text(shape)),
                  tuple(repairs))


def _with_head(graph: Graph, end: str, shape: Shape, classes: int) -> Graph:
    """Flatten where needed, then Linear to the classes, below the end."""
    for layer in (*((Flatten(),) if len(shape) > 1 else ()), Linear(out_features=classes)):
        x, y = graph.nodes[end].position
        name = fresh_name(layer.stem, graph.nodes)
        graph = graph.with_node(Node(name, layer, (x, y + 76.0))).with_edge(Edge(end, name))
        end = name
    return graph


def _softmax_is_in_the_loss(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    name = analysis.output
    if name and experiment.recipe.loss == "cross_entropy" and isinstance(analysis.graph.nodes[name].layer, Softmax):
        yield Problem("warning", name, say("Cross-entropy already contains softmax: a second one slows learning"),
                      (Repair(say("Remove {name}", name=name), lambda graph: graph.healed(name)),))


def _inplace_is_safe(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    """An in-place layer may not overwrite what another layer still reads, or what its maker needs for gradients."""
    graph = analysis.graph
    for name in graph.order:
        layer = graph.nodes[name].layer
        if not getattr(layer, "inplace", False) or not graph.inputs[name]:
            continue
        source = graph.inputs[name][0].source
        shared = len(graph.outputs[source]) > 1 or isinstance(graph.nodes[source].layer, (Sigmoid, Tanh, Softmax, ReLU))
        if shared or graph.nodes[source].layer.max_inputs == 0:
            yield Problem("error", name, say("In place, {name} would overwrite what {source} or another layer still needs",
                                             name=name, source=source),
                          (Repair(say("Turn “in place” off"), _turn_off_inplace(name)),))


def _turn_off_inplace(name: str) -> Callable[[Graph], Graph]:
    return lambda graph: graph.with_layer(name, graph.nodes[name].layer.with_options(inplace=False))


def _batch_norm_needs_a_batch(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    if experiment.recipe.batch_size > 1:
        return
    for name in analysis.graph.order:
        if isinstance(analysis.graph.nodes[name].layer, (BatchNorm1d, BatchNorm2d)) and name in analysis.members:
            yield Problem("error", name, say("Batch norm learns nothing from a batch of 1: raise the batch size"))


def _loose_layers(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    if analysis.input is None:
        return
    for name in analysis.graph.order:
        if name not in analysis.members and not analysis.graph.inputs[name]:
            yield Problem("hint", name, say("{name} is not connected: it is left out of the network", name=name))


_RULES: tuple[Rule, ...] = (
    _output_matches_classes, _softmax_is_in_the_loss, _inplace_is_safe, _batch_norm_needs_a_batch, _loose_layers,
)  # fmt: skip


def without_repairs(problem: Problem) -> Problem:
    """The problem alone, to compare or store."""
    return replace(problem, repairs=())

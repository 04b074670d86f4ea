"""What mends a fault: pure edits Graph → Graph, each behind a few words for a button."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pydantic import ValidationError

from engine.analysis import Analysis, Fault, MissingInputError, NoInputError
from engine.blocks.residual import Residual
from engine.edits import STEP, appended, inserted
from engine.experiment import Experiment
from engine.graph import Edge, Graph, Node
from engine.layers.base import (
    LAYERS,
    DivisibilityError,
    KernelTooLargeError,
    Layer,
    MismatchError,
    NotFlatError,
    OptionError,
    RankError,
    Shape,
    ShapeError,
    shape_text,
)
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from engine.layers.normalization import BatchNorm1d
from engine.layers.pooling import AvgPool2d, MaxPool2d
from engine.messages import Message, say


@dataclass(frozen=True)
class Repair:
    """What a button says and the edit it makes: of the network, or by ``change`` of data and recipe too."""

    text: Message
    apply: Callable[[Graph], Graph] = lambda graph: graph
    change: Callable[[Experiment], Experiment] | None = None

    def of(self, experiment: Experiment) -> Experiment:
        """The mended experiment."""
        return self.change(experiment) if self.change else replace(experiment, graph=self.apply(experiment.graph))


def behind(name: str, layer: Layer) -> Callable[[Graph], Graph]:
    """The edit that puts a layer behind a node."""
    return lambda graph: appended(graph, layer, [name])[0]


def repairs(analysis: Analysis, fault: Fault) -> tuple[Repair, ...]:
    """Every edit that makes this fault go away."""
    if fault.node is None:
        return tuple(_an_input(analysis.graph)) if isinstance(fault.error, NoInputError) else ()
    name, error = fault.node, fault.error
    if isinstance(error, MissingInputError):
        return tuple(_without(analysis.graph, name))
    shapes = analysis.nodes[name].input_shapes
    if shapes is None or not isinstance(error, ShapeError):
        return ()
    return tuple(_of_shape_error(analysis, name, shapes, error))


def _of_shape_error(analysis: Analysis, name: str, shapes: tuple[Shape, ...], error: ShapeError) -> Iterator[Repair]:
    layer = analysis.graph.nodes[name].layer
    if isinstance(error, RankError):
        yield from _of_rank(analysis, name, layer, shapes[0])
    elif isinstance(error, NotFlatError):
        yield _flatten(name)
    elif isinstance(error, KernelTooLargeError):
        yield from _smaller_window(name, layer, shapes)
    elif isinstance(error, DivisibilityError):
        yield from _other_options(say("Set groups to 1"), name, layer, shapes, groups=1)
    elif isinstance(error, MismatchError) and isinstance(layer, Add):
        yield from _matched_shortcut(analysis, name, shapes)
    elif isinstance(layer, Residual):
        yield from _other_options(say("Set the shortcut to “auto”"), name, layer, shapes, shortcut="auto")


def _of_rank(analysis: Analysis, name: str, layer: Layer, shape: Shape) -> Iterator[Repair]:
    yield from _of_other_rank(name, layer, shape)
    if isinstance(layer, BatchNorm1d) and len(shape) > 2:
        yield _flatten(name)
    source = analysis.graph.inputs[name][0].source
    before = analysis.nodes[source].input_shapes
    alone = len(analysis.graph.outputs[source]) == 1
    if isinstance(analysis.graph.nodes[source].layer, Flatten) and alone and before and _fits(layer, before):
        yield Repair(say("Remove {name}", name=source), lambda graph: graph.healed(source))


def _of_other_rank(name: str, layer: Layer, shape: Shape) -> Iterator[Repair]:
    """The same kind of layer for so many dimensions, with the same options."""
    kind = layer.kind()
    other = LAYERS.get(f"{kind[:-2]}{max(1, len(shape) - 1)}d") if kind.endswith(("1d", "2d", "3d")) else None
    if other is None:
        return
    try:
        better = other.model_validate(dict(layer))
    except ValidationError:  # options for each dimension
        return
    if _fits(better, (shape,)):
        yield Repair(say("Use {layer}", layer=say(other.title)), lambda graph: graph.with_layer(name, better))


def _fits(layer: Layer, shapes: tuple[Shape, ...]) -> bool:
    try:
        layer.output_shape(shapes)
    except ShapeError:
        return False
    return True


def _flatten(name: str) -> Repair:
    return Repair(say("Insert Flatten"), lambda graph: inserted(graph, Flatten(), graph.inputs[name][0])[0])


def _other_options(text: Message, name: str, layer: Layer, shapes: tuple[Shape, ...], **options: object
                   ) -> Iterator[Repair]:
    """The layer with other options, where that helps."""
    try:
        better = layer.with_options(**options)
    except OptionError:
        return
    if _fits(better, shapes):
        yield Repair(text, lambda graph: graph.with_layer(name, better))


def _smaller_window(name: str, layer: Layer, shapes: tuple[Shape, ...]) -> Iterator[Repair]:
    if isinstance(layer, Conv2d):
        yield from _other_options(say("Set padding to “same”"), name, layer, shapes, padding="same", stride=1)
    elif isinstance(layer, (MaxPool2d, AvgPool2d)):
        size = shapes[0][1:]
        dilation = {"dilation": 1} if isinstance(layer, MaxPool2d) else {}
        yield from _other_options(say("Set the window to {size}", size=shape_text(size)), name, layer, shapes,
                                  kernel_size=size, stride=None, padding=0, **dilation)


def _without(graph: Graph, name: str) -> Iterator[Repair]:
    if graph.inputs[name]:
        yield Repair(say("Remove {name}", name=name), lambda graph: graph.healed(name))


def _an_input(graph: Graph) -> Iterator[Repair]:
    """An Input above the first layer that has no wire."""
    roots = [node for node in graph.nodes.values() if not graph.inputs[node.name] and node.layer.max_inputs != 0]
    is_there = any(isinstance(node.layer, Input) for node in graph.nodes.values())
    if roots and "input" not in graph.nodes and not is_there:
        x, y = roots[0].position
        new, wire = Node("input", Input(), (x, y - STEP)), Edge("input", roots[0].name)
        yield Repair(say("Add an Input"), lambda graph: graph.with_node(new).with_edge(wire))


def _matched_shortcut(analysis: Analysis, name: str, shapes: tuple[Shape, ...]) -> Iterator[Repair]:
    """A 1×1 convolution on one of the two ways into an Add, better the shorter, when it gives the other's shape."""
    if len(shapes) != 2 or any(len(shape) != 3 for shape in shapes):
        return
    edges = analysis.graph.inputs[name]
    depth = {node: index for index, node in enumerate(analysis.graph.order)}
    for way in sorted((0, 1), key=lambda way: depth[edges[way].source]):
        conv = _matching(shapes[way], shapes[1 - way])
        if conv is not None:
            yield Repair(say("Match with a 1×1 convolution"), _insertion(conv, edges[way]))
            return


def _insertion(layer: Layer, edge: Edge) -> Callable[[Graph], Graph]:
    return lambda graph: inserted(graph, layer, edge)[0]


def _matching(have: Shape, want: Shape) -> Conv2d | None:
    stride = (-(-have[1] // want[1]), -(-have[2] // want[2]))
    conv = Conv2d(out_channels=want[0], kernel_size=1, stride=stride)
    return conv if conv.output_shape([have]) == want else None


# -- repairs of the whole, for the rules ----------------------------------------------------------------------------


def with_outputs(analysis: Analysis, count: int) -> Repair:
    """Let the network end in ``count`` numbers: by its last Linear where only activations follow, else by a new one."""
    end = analysis.output
    assert end is not None
    last = _last_linear(analysis, end)
    if last is not None:
        layer = analysis.graph.nodes[last].layer.with_options(out_features=count)
        return Repair(say("Set outputs to {count}", count=count), lambda graph: graph.with_layer(last, layer))
    flat = len(analysis.output_shape or ()) == 1
    head = (Linear(out_features=count),) if flat else (Flatten(), Linear(out_features=count))
    return Repair(say("Add Linear {count}", count=count), lambda graph: _with_head(graph, end, head))


def _last_linear(analysis: Analysis, name: str) -> str | None:
    graph = analysis.graph
    while graph.nodes[name].layer.category in ("activation", "regularization") and len(graph.outputs[name]) < 2:
        name = graph.inputs[name][0].source
    alone = len(graph.outputs[name]) < 2 and len(analysis.nodes[name].output_shape or ()) == 1
    return name if alone and isinstance(graph.nodes[name].layer, Linear) else None


def _with_head(graph: Graph, end: str, layers: tuple[Layer, ...]) -> Graph:
    for layer in layers:
        graph, end = appended(graph, layer, [end])
    return graph

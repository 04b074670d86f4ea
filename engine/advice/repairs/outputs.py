"""What lets a network end in as many numbers as the data ask for."""

from __future__ import annotations

from collections.abc import Iterator

from engine.advice.repairs.edits import behind, with_layer
from engine.advice.repairs.repair import Case, Repair, mends
from engine.analysis.analysis import Analysis
from engine.analysis.faults import NoOutputError
from engine.layers.adaptive import AdaptiveAvgPool2d
from engine.layers.base import Layer, numel
from engine.layers.linear import Flatten, Linear
from engine.messages import say


@mends(NoOutputError)
def a_first_layer(case: Case) -> Iterator[Repair]:
    """What a network that has only its Input can begin with: a linear layer with the right number of outputs."""
    if case.experiment is None or case.analysis.input is None or len(case.analysis.members) > 1:
        return
    shape, wanted = case.experiment.data.sample_shape, case.experiment.data.output_shape
    if len(wanted) == 1:
        flat: tuple[Layer, ...] = (Flatten(),) if len(shape) > 1 else ()
        text = say("Add Linear {count}", count=wanted[0])
        yield Repair(text, behind(case.analysis.input, *flat, Linear(out_features=wanted[0])))


def with_outputs(analysis: Analysis, count: int) -> tuple[Repair, ...]:
    """Let the network end in ``count`` numbers: by its last Linear where only activations follow, else by a new one."""
    end, shape = analysis.output, analysis.output_shape
    assert end is not None and shape is not None
    last = _last_linear(analysis, end)
    if last is not None:
        layer = analysis.graph.nodes[last].layer.with_options(out_features=count)
        return (Repair(say("Set outputs to {count}", count=count), with_layer(last, layer)),)
    linear, pool = Linear(out_features=count), AdaptiveAvgPool2d()
    found = []
    if len(shape) == 3 and shape[0] == count and numel(shape[1:]) > 1:
        found.append(Repair(say("Add global average pooling"), behind(end, pool, Flatten())))
    if len(shape) == 1:
        found.append(Repair(say("Add Linear {count}", count=count), behind(end, linear)))
    elif shape:
        found.append(Repair(say("Add Linear {count}", count=count), behind(end, Flatten(), linear)))
    if len(shape) == 3 and numel(shape[1:]) > 1:
        text = say("Add global pooling and Linear {count}", count=count)
        found.append(Repair(text, behind(end, pool, Flatten(), linear)))
    return tuple(found)


def _last_linear(analysis: Analysis, name: str) -> str | None:
    graph = analysis.graph
    while graph.nodes[name].layer.category in ("activation", "regularization"):
        name = graph.inputs[name][0].source
    is_row = len(analysis.nodes[name].output_shape or ()) == 1
    return name if is_row and isinstance(graph.nodes[name].layer, Linear) else None

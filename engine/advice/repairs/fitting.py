"""Whether layers fit, and repairs of one layer that are offered only where they make it fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.advice.repairs.edits import before, with_layer, without
from engine.advice.repairs.repair import Case, Repair
from engine.analysis.analysis import Analysis, facts_of
from engine.layers.base import Layer, OptionError, Shape
from engine.messages import LayerloomError, Message, say


def shape_after(layers: Sequence[Layer], shape: Shape) -> Shape | None:
    """What comes out of layers one after the other, or None where one cannot take it."""
    try:
        for layer in layers:
            shape = facts_of(layer, (shape,)).output_shape
    except LayerloomError:
        return None
    return shape


def fits(layer: Layer, shapes: Sequence[Shape]) -> bool:
    """Whether the layer takes these inputs."""
    if not layer.min_inputs <= len(shapes) <= (layer.max_inputs or len(shapes)):
        return False
    try:
        layer.output_shape(tuple(shapes))
    except LayerloomError:
        return False
    return True


def takes(analysis: Analysis, target: str, instead_of: str, shape: Shape) -> bool:
    """Whether a layer takes such an output of one that it reads, beside what else it is given."""
    edges = analysis.graph.inputs[target]
    shapes = [shape if e.source == instead_of else analysis.nodes[e.source].output_shape for e in edges]
    return None not in shapes and fits(analysis.graph.nodes[target].layer, [s for s in shapes if s is not None])


# -- repairs of one layer ---------------------------------------------------------------------------------------------


def other_options(text: Message, case: Case, **options: object) -> Iterator[Repair]:
    """The layer with other options, where that helps."""
    try:
        better = case.layer.with_options(**options)
    except OptionError:
        return
    if fits(better, case.shapes):
        yield Repair(text, with_layer(case.name, better))


def inserted_before(text: Message, case: Case, *layers: Layer) -> Iterator[Repair]:
    """Layers before one that takes a single input, where that helps."""
    after = shape_after(layers, case.shapes[0])
    if after is not None and fits(case.layer, (after,)):
        yield Repair(text, before(case.name, *layers))


def removal(case: Case) -> Iterator[Repair]:
    """Without the layer, where all that follows takes what it was given."""
    after = case.graph.outputs[case.name]
    if case.shapes and after and all(takes(case.analysis, edge.target, case.name, case.shapes[0]) for edge in after):
        yield Repair(say("Remove {name}", name=case.name), without(case.name))

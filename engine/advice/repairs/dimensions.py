"""What mends the wrong number of dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt

from pydantic import ValidationError

from engine.advice.repairs.edits import before, with_layer, without
from engine.advice.repairs.fitting import fits, inserted_before, shape_after
from engine.advice.repairs.repair import Case, Repair, mends
from engine.layers.adaptive import AdaptiveAvgPool2d, AdaptiveAvgPool3d
from engine.layers.base import LAYERS, Layer, NotFlatError, RankError, Shape, numel
from engine.layers.linear import Flatten
from engine.layers.shape import Permute, Unflatten, Unsqueeze
from engine.messages import say
from engine.units import shape_text


@mends(NotFlatError, several=False)
def flat(case: Case) -> Iterator[Repair]:
    """All numbers of the input in a row, or one for each channel."""
    shape = case.shapes[0]
    yield from inserted_before(say("Insert Flatten"), case, Flatten())
    pool: Layer = AdaptiveAvgPool2d() if len(shape) == 3 else AdaptiveAvgPool3d()
    if len(shape) in (3, 4) and numel(shape[1:]) > 1:
        text = say("Insert global average pooling")
        yield from inserted_before(text, case, pool, Flatten())


@mends(RankError, several=False)
def other_rank(case: Case) -> Iterator[Repair]:
    """Another layer for so many dimensions, or as many dimensions as it takes."""
    exchanged = tuple(_exchanged(case))
    yield from exchanged
    source = case.graph.inputs[case.name][0].source
    given, alone = case.analysis.nodes[source].input_shapes, len(case.graph.outputs[source]) == 1
    if isinstance(case.graph.nodes[source].layer, Flatten) and alone and given and fits(case.layer, given):
        yield Repair(say("Remove {name}", name=source), without(source))
    yield from inserted_before(say("Insert Flatten"), case, Flatten())
    if not exchanged:
        yield from _reshaped(case)


def _exchanged(case: Case) -> Iterator[Repair]:
    """The same kind of layer for so many dimensions, with the same options."""
    kind = case.layer.kind()
    other = LAYERS.get(f"{kind[:-2]}{max(1, len(case.shapes[0]) - 1)}d") if kind.endswith(("1d", "2d", "3d")) else None
    if other is None:
        return
    try:
        better = other.model_validate(dict(case.layer))
    except ValidationError:  # options for each dimension
        return
    if fits(better, case.shapes):
        yield Repair(say("Use {layer}", layer=say(other.title)), with_layer(case.name, better))


def _reshaped(case: Case) -> Iterator[Repair]:
    """The numbers arranged as an image or a sequence, whichever the layer takes."""
    shape = case.shapes[0]
    ways: list[tuple[Layer, ...]] = []
    if len(shape) == 1:
        ways += [(Unflatten(unflattened_size=sizes),) for sizes in (*_images(shape[0]), (1, shape[0]), (shape[0], 1))]
    elif len(shape) == 2:
        ways.append((Unsqueeze(dim=1),))
    elif len(shape) == 3:
        ways.append((Flatten(start_dim=2), Permute(dims=(2, 1))))
    for layers in ways:
        after = shape_after(layers, shape)
        if after is not None and fits(case.layer, (after,)):
            yield Repair(say("Reshape to {shape}", shape=shape_text(after)), before(case.name, *layers))
            return


def _images(count: int) -> Iterator[Shape]:
    """Square images that so many numbers may be: grey, or in colour. Whether they are is seen when they are tried."""
    for channels in (1, 3):
        side = isqrt(count // channels)
        if side > 1:
            yield channels, side, side

"""What mends a fault: pure edits Graph → Graph, each behind a few words for a button."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd, isqrt

from pydantic import ValidationError

from engine.advice.repairs.edits import (
    Repair,
    before,
    behind,
    fits,
    inserted_before,
    other_options,
    removal,
    shape_after,
    with_layer,
    without,
)
from engine.advice.repairs.merging import matched
from engine.advice.repairs.wires import an_input, missing_wire, one_end, one_input
from engine.analysis.analysis import Analysis, analyze
from engine.analysis.faults import Fault, MissingInputError, NoInputError, NoOutputError
from engine.blocks.custom import Custom
from engine.blocks.residual import Residual
from engine.graph.graph import SharingError
from engine.layers.adaptive import AdaptiveAvgPool2d, AdaptiveAvgPool3d
from engine.layers.base import (
    LAYERS,
    DivisibilityError,
    KernelTooLargeError,
    Layer,
    MismatchError,
    NotFlatError,
    RankError,
    Shape,
    ShapeError,
    numel,
    shape_text,
)
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.resampling import PixelShuffle
from engine.layers.shape import Permute, Unflatten, Unsqueeze
from engine.layers.spatial import Size, spread
from engine.messages import say

__all__ = ["Repair", "behind", "repairs", "with_outputs"]

MOST = 4  # more buttons are no help
MOST_NODES = 150  # beyond, trying each repair would be felt while typing


def repairs(analysis: Analysis, fault: Fault) -> tuple[Repair, ...]:
    """Every edit that makes this fault go away, the best first; none that breaks more than another."""
    found = tuple(_repairs(analysis, fault))[:MOST]
    if len(found) < 2 or fault.node not in analysis.members or len(analysis.graph.nodes) > MOST_NODES:
        return found
    left = [_faults_after(analysis, repair) for repair in found]
    return tuple(repair for repair, count in zip(found, left, strict=True) if count == min(left))


def _faults_after(analysis: Analysis, repair: Repair) -> int:
    shape = analysis.nodes[analysis.input].output_shape if analysis.input else None
    return len(analyze(repair.apply(analysis.graph), shape).faults)


def _repairs(analysis: Analysis, fault: Fault) -> Iterator[Repair]:
    name, error = fault.node, fault.error
    if name is None:
        yield from _of_the_whole(analysis, error)
    elif isinstance(error, MissingInputError):
        yield from missing_wire(analysis, name)
    elif isinstance(error, SharingError):
        yield Repair(say("Give {name} weights of its own", name=name), lambda graph: graph.with_shares(name, None))
    elif isinstance(error, ShapeError) and (shapes := analysis.nodes[name].input_shapes) is not None:
        found = tuple(_of_shape_error(analysis, name, shapes, error))
        yield from found or removal(analysis, name)


def _of_the_whole(analysis: Analysis, error: Exception) -> Iterator[Repair]:
    if isinstance(error, NoInputError):
        yield from an_input(analysis.graph) if analysis.input is None else one_input(analysis)
    elif isinstance(error, NoOutputError):
        yield from one_end(analysis)


def _of_shape_error(analysis: Analysis, name: str, shapes: tuple[Shape, ...], error: ShapeError) -> Iterator[Repair]:
    layer = analysis.graph.nodes[name].layer
    if isinstance(error, KernelTooLargeError):
        yield from _smaller_window(name, layer, shapes)
        yield from removal(analysis, name)
    elif isinstance(error, DivisibilityError):
        yield from _divided(name, layer, shapes)
    elif len(shapes) > 1:
        yield from matched(analysis, name, shapes)
    elif isinstance(error, NotFlatError):
        yield from _flat(name, layer, shapes[0])
    elif isinstance(error, RankError):
        yield from _of_rank(analysis, name, layer, shapes[0])
    elif isinstance(error, MismatchError):
        yield from _sizes_that_follow(name, layer, shapes)
    else:
        yield from _of_block(name, layer, shapes)
        yield from _other_options(name, layer, shapes)


# -- dimensions -------------------------------------------------------------------------------------------------------


def _flat(name: str, layer: Layer, shape: Shape) -> Iterator[Repair]:
    yield from inserted_before(say("Insert Flatten"), name, layer, shape, Flatten())
    pool: Layer = AdaptiveAvgPool2d() if len(shape) == 3 else AdaptiveAvgPool3d()
    if len(shape) in (3, 4) and numel(shape[1:]) > 1:
        text = say("Insert global average pooling")
        yield from inserted_before(text, name, layer, shape, pool, Flatten())


def _of_rank(analysis: Analysis, name: str, layer: Layer, shape: Shape) -> Iterator[Repair]:
    exchanged = tuple(_of_other_rank(name, layer, shape))
    yield from exchanged
    source = analysis.graph.inputs[name][0].source
    given, alone = analysis.nodes[source].input_shapes, len(analysis.graph.outputs[source]) == 1
    if isinstance(analysis.graph.nodes[source].layer, Flatten) and alone and given and fits(layer, given):
        yield Repair(say("Remove {name}", name=source), without(source))
    yield from inserted_before(say("Insert Flatten"), name, layer, shape, Flatten())
    if not exchanged:
        yield from _reshaped(name, layer, shape)
    yield from _other_options(name, layer, (shape,))


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
    if fits(better, (shape,)):
        yield Repair(say("Use {layer}", layer=say(other.title)), with_layer(name, better))


def _reshaped(name: str, layer: Layer, shape: Shape) -> Iterator[Repair]:
    """The numbers arranged as an image or a sequence, whichever the layer takes."""
    ways: list[tuple[Layer, ...]] = []
    if len(shape) == 1:
        ways += [(Unflatten(unflattened_size=sizes),) for sizes in (*_images(shape[0]), (1, shape[0]), (shape[0], 1))]
    elif len(shape) == 2:
        ways.append((Unsqueeze(dim=1),))
    elif len(shape) == 3:
        ways.append((Flatten(start_dim=2), Permute(dims=(2, 1))))
    for layers in ways:
        after = shape_after(layers, shape)
        if after is not None and fits(layer, (after,)):
            yield Repair(say("Reshape to {shape}", shape=shape_text(after)), before(name, *layers))
            return


def _images(count: int) -> Iterator[Shape]:
    """Square images of so many numbers: grey, or in colour."""
    for channels in (1, 3):
        side = isqrt(count // channels)
        if side > 1 and channels * side * side == count:
            yield channels, side, side


# -- options ----------------------------------------------------------------------------------------------------------


def _smaller_window(name: str, layer: Layer, shapes: tuple[Shape, ...]) -> Iterator[Repair]:
    if layer.category == "convolution":
        yield from other_options(say("Set padding to “same”"), name, layer, shapes, padding="same", stride=1)
    kernel: Size | None = getattr(layer, "kernel_size", None)
    if kernel is None:
        return
    sizes, rank = shapes[0][1:], len(shapes[0]) - 1
    once = {"dilation": 1} if "dilation" in type(layer).model_fields else {}
    if layer.category == "convolution":
        margin = 0 if isinstance(getattr(layer, "padding", 0), str) else getattr(layer, "padding", 0)
        room = [size + 2 * border for size, border in zip(sizes, spread(margin, rank), strict=True)]
        smaller = tuple(map(min, spread(kernel, rank), room))
        text = say("Shrink the kernel to {size}", size=shape_text(smaller))
        yield from other_options(text, name, layer, shapes, kernel_size=smaller if rank > 1 else smaller[0], **once)
    else:
        text = say("Set the window to {size}", size=shape_text(sizes))
        rest = {option: value for option, value in (("stride", None), ("padding", 0))
                if option in type(layer).model_fields}  # fmt: skip
        yield from other_options(text, name, layer, shapes, kernel_size=sizes if rank > 1 else sizes[0], **rest, **once)


def _divided(name: str, layer: Layer, shapes: tuple[Shape, ...]) -> Iterator[Repair]:
    """The largest number of parts that divides what comes in."""
    fields = type(layer).model_fields
    for option in ("groups", "num_groups", "num_heads", "nhead", "downscale_factor"):
        if option not in fields:
            continue
        whole = gcd(*shapes[0][1:]) if option == "downscale_factor" else shapes[0][option in ("num_heads", "nhead")]
        whole = gcd(whole, getattr(layer, "out_channels", 0)) if option == "groups" else whole
        count = max(part for part in range(1, min(whole, getattr(layer, option)) + 1) if whole % part == 0)
        words = say((fields[option].title or option).lower())
        yield from other_options(say("Set {option} to {count}", option=words, count=count), name, layer, shapes,
                                 **{option: count})
    if isinstance(layer, PixelShuffle):
        area = layer.upscale_factor**2
        conv = Conv2d(out_channels=-(-shapes[0][0] // area) * area, kernel_size=1)
        yield from inserted_before(say("Insert a 1×1 convolution"), name, layer, shapes[0], conv)


def _sizes_that_follow(name: str, layer: Layer, shapes: tuple[Shape, ...]) -> Iterator[Repair]:
    """Of typed sizes one that takes what is left, so that all numbers fit."""
    for option in ("shape", "unflattened_size"):
        sizes: Shape = getattr(layer, option, None) or ()
        for place in range(len(sizes)):
            open_ = [1 if size == -1 else size for size in sizes]
            open_[place] = -1
            text = say("Set the sizes to {sizes}", sizes=shape_text(["–" if n == -1 else n for n in open_]))  # type: ignore[misc]
            found = tuple(other_options(text, name, layer, shapes, **{option: tuple(open_)}))
            if found:
                yield from found
                return


def _of_block(name: str, layer: Layer, shapes: tuple[Shape, ...]) -> Iterator[Repair]:
    if isinstance(layer, Residual):
        yield from other_options(say("Set the shortcut to “auto”"), name, layer, shapes, shortcut="auto")
    if isinstance(layer, Custom):
        inner = [node.name for node in layer.graph.nodes.values() if getattr(node.layer, "shape", None) is not None
                 and isinstance(node.layer, Input)]
        graph = layer.graph
        for inside in inner:
            graph = graph.with_layer(inside, Input())
        better = layer.model_copy(update={"graph": graph})
        if inner and fits(better, shapes):
            yield Repair(say("Clear the shape inside"), with_layer(name, better))


def _other_options(name: str, layer: Layer, shapes: tuple[Shape, ...]) -> Iterator[Repair]:
    """Options that most often help: of borders, of dimensions that are not there, of modes."""
    fields, rank = type(layer).model_fields, len(shapes[0])
    if "padding_mode" in fields:
        yield from other_options(say("Fill the border with zeros"), name, layer, shapes, padding_mode="zeros")
    if isinstance(layer, Flatten):
        yield from other_options(say("Flatten everything"), name, layer, shapes, start_dim=1, end_dim=-1)
    if "dims" in fields and layer.category == "normalization":
        yield from other_options(say("Set dimensions to {count}", count=rank), name, layer, shapes, dims=rank)
    if "dim" in fields:
        yield from other_options(say("Set dim to {dim}", dim=1), name, layer, shapes, dim=1)
    if "keepdim" in fields:
        yield from other_options(say("Turn “Keep dimension” on"), name, layer, shapes, keepdim=True)
    if "mode" in fields and layer.kind() == "Upsample":
        yield from other_options(say("Set the mode to “nearest”"), name, layer, shapes, mode="nearest",
                                 align_corners=None)
    if layer.kind().startswith(("ReflectionPad", "ReplicationPad", "CircularPad")):
        zeros = LAYERS[f"ZeroPad{layer.kind()[-2:]}"]
        better = zeros.model_validate({"padding": getattr(layer, "padding", 1)})
        if fits(better, shapes):
            yield Repair(say("Use {layer}", layer=say(zeros.title)), with_layer(name, better))


# -- repairs of the whole, for the rules ------------------------------------------------------------------------------


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
    while graph.nodes[name].layer.category in ("activation", "regularization") and len(graph.outputs[name]) < 2:
        name = graph.inputs[name][0].source
    alone = len(graph.outputs[name]) < 2 and len(analysis.nodes[name].output_shape or ()) == 1
    return name if alone and isinstance(graph.nodes[name].layer, Linear) else None

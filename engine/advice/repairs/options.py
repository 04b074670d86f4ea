"""What mends a layer by other options of its own."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from engine.advice.repairs.edits import with_layer
from engine.advice.repairs.fitting import fits, inserted_before, other_options, removal
from engine.advice.repairs.repair import Case, Repair, mends
from engine.blocks.custom import Custom
from engine.blocks.residual import Residual
from engine.graph.graph import SharingError
from engine.layers.base import (
    LAYERS,
    DivisibilityError,
    KernelTooLargeError,
    MismatchError,
    RankError,
    Shape,
    ShapeError,
)
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten
from engine.layers.resampling import PixelShuffle
from engine.layers.spatial import Size, spread
from engine.messages import say
from engine.units import shape_text


@mends(KernelTooLargeError)
def smaller_window(case: Case) -> Iterator[Repair]:
    """A kernel that its input has room for, or padding."""
    layer, shapes = case.layer, case.shapes
    if layer.category == "convolution":
        yield from other_options(say("Set padding to “same”"), case, padding="same", stride=1)
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
        yield from other_options(text, case, kernel_size=smaller if rank > 1 else smaller[0], **once)
    else:
        text = say("Set the window to {size}", size=shape_text(sizes))
        rest = {option: value for option, value in (("stride", None), ("padding", 0))
                if option in type(layer).model_fields}  # fmt: skip
        yield from other_options(text, case, kernel_size=sizes if rank > 1 else sizes[0], **rest, **once)


@mends(KernelTooLargeError)
def without_it(case: Case) -> Iterator[Repair]:
    """A small image has had enough of windows."""
    yield from removal(case)


@mends(DivisibilityError)
def divided(case: Case) -> Iterator[Repair]:
    """The largest number of parts that divides what comes in."""
    layer, shapes = case.layer, case.shapes
    fields = type(layer).model_fields
    for option in ("groups", "num_groups", "num_heads", "nhead", "downscale_factor"):
        if option not in fields:
            continue
        whole = gcd(*shapes[0][1:]) if option == "downscale_factor" else shapes[0][option in ("num_heads", "nhead")]
        whole = gcd(whole, getattr(layer, "out_channels", 0)) if option == "groups" else whole
        count = max(part for part in range(1, min(whole, getattr(layer, option)) + 1) if whole % part == 0)
        words = say((fields[option].title or option).lower())
        yield from other_options(say("Set {option} to {count}", option=words, count=count), case,
                                 **{option: count})
    if isinstance(layer, PixelShuffle):
        area = layer.upscale_factor**2
        conv = Conv2d(out_channels=-(-shapes[0][0] // area) * area, kernel_size=1)
        yield from inserted_before(say("Insert a 1×1 convolution"), case, conv)


@mends(MismatchError, several=False)
def sizes_that_follow(case: Case) -> Iterator[Repair]:
    """Of typed sizes one that takes what is left, so that all numbers fit."""
    for option in ("shape", "unflattened_size"):
        sizes: Shape = getattr(case.layer, option, None) or ()
        for place in range(len(sizes)):
            open_ = [1 if size == -1 else size for size in sizes]
            open_[place] = -1
            text = say("Set the sizes to {sizes}", sizes=shape_text(["–" if n == -1 else n for n in open_]))
            found = tuple(other_options(text, case, **{option: tuple(open_)}))
            if found:
                yield from found
                return


@mends(ShapeError, several=False)
def block_options(case: Case) -> Iterator[Repair]:
    """What a block takes any input with."""
    layer = case.layer
    if isinstance(layer, Residual):
        yield from other_options(say("Set the shortcut to “auto”"), case, shortcut="auto")
    if isinstance(layer, Custom):
        inner = [node.name for node in layer.graph.nodes.values() if getattr(node.layer, "shape", None) is not None
                 and isinstance(node.layer, Input)]
        graph = layer.graph
        for inside in inner:
            graph = graph.with_layer(inside, Input())
        better = layer.model_copy(update={"graph": graph})
        if inner and fits(better, case.shapes):
            yield Repair(say("Clear the shape inside"), with_layer(case.name, better))


@mends(ShapeError, RankError, several=False)
def usual_options(case: Case) -> Iterator[Repair]:
    """Options that most often help: of borders, of dimensions that are not there, of modes."""
    layer = case.layer
    fields, rank = type(layer).model_fields, len(case.shapes[0])
    if "padding_mode" in fields:
        yield from other_options(say("Fill the border with zeros"), case, padding_mode="zeros")
    if isinstance(layer, Flatten):
        yield from other_options(say("Flatten everything"), case, start_dim=1, end_dim=-1)
    if "dims" in fields and layer.category == "normalization":
        yield from other_options(say("Set dimensions to {count}", count=rank), case, dims=rank)
    if "dim" in fields:
        yield from other_options(say("Set dim to {dim}", dim=1), case, dim=1)
    if "keepdim" in fields:
        yield from other_options(say("Turn “Keep dimension” on"), case, keepdim=True)
    if "mode" in fields and layer.kind() == "Upsample":
        yield from other_options(say("Set the mode to “nearest”"), case, mode="nearest",
                                 align_corners=None)
    if layer.kind().startswith(("ReflectionPad", "ReplicationPad", "CircularPad")):
        zeros = LAYERS[f"ZeroPad{layer.kind()[-2:]}"]
        better = zeros.model_validate({"padding": dict(layer)["padding"]})
        if fits(better, case.shapes):
            yield Repair(say("Use {layer}", layer=say(zeros.title)), with_layer(case.name, better))


@mends(SharingError)
def weights_of_its_own(case: Case) -> Iterator[Repair]:
    """Weights that cannot be shared are not."""
    name = case.name
    yield Repair(say("Give {name} weights of its own", name=name), lambda graph: graph.with_shares(name, None))

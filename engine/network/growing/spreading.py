"""How copies of a layer's outputs travel on: through which layers they pass, and which weights must follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor

from engine.layers.activation import Elementwise, PReLU
from engine.layers.base import Layer, Shape, batch_free_dim
from engine.layers.convolution import Conv1d, Conv2d, Conv3d, DepthwiseConv2d
from engine.layers.linear import Flatten, Identity, Linear
from engine.layers.merge import Concatenate
from engine.layers.normalization import BatchNorm, LayerNorm, RMSNorm
from engine.layers.resampling import Upsample
from engine.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from engine.messages import Message, say
from engine.network.growing.steps import Step

CONVOLUTIONS = (Conv1d, Conv2d, Conv3d)
TRANSPOSED = (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)


class Spread(NamedTuple):
    """Along ``axis`` of an example (without batch) value i is now a copy of value ``takes[i]`` of before."""

    axis: int
    takes: Tensor

    def along(self, axis: int) -> Spread:
        """The same values along another dimension."""
        return Spread(axis, self.takes)


class Change(NamedTuple):
    """A tensor of a layer taken anew along one dimension; ``leaf`` empty: all that the layer has.

    ``is_divided``: what copies are multiplied by adds up to what the one value was multiplied by.
    """

    leaf: str
    axis: int
    takes: Tensor
    is_divided: bool

    def of(self, tensor: Tensor) -> Tensor:
        """The tensor as it is now; a count of batches stays."""
        if tensor.dim() == 0:
            return tensor
        taken = tensor.index_select(self.axis, self.takes)
        if not self.is_divided:
            return taken
        counts = torch.bincount(self.takes, minlength=tensor.shape[self.axis])[self.takes]
        return taken / counts.view(-1, *[1] * (tensor.dim() - self.axis - 1))


class Effect(NamedTuple):
    """What becomes of a layer: its output's spread (None: as before), and its tensors."""

    output: Spread | None = None
    changes: tuple[Change, ...] = ()


class NoWayError(Exception):
    """Behind this layer nothing would be the same; ``reason`` completes “… cannot be wider: …”."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


Rule = Callable[[Step, Spread, Sequence[Spread | None]], Effect]


def effect_of(step: Step, spreads: Sequence[Spread | None]) -> Effect:
    """What a layer does with inputs of which some are spread. Raises NoWayError."""
    first = next((spread for spread in spreads if spread is not None), None)
    if first is None:
        return Effect()
    effect = _rule_of(step.layer)(step, first, spreads)
    if effect.changes and step.is_shared:
        raise NoWayError(say("other layers share the weights of {name}", name=step.place))
    return effect


def _rule_of(layer: Layer) -> Rule:
    """By kind; of what is of no kind here copies may mean something else."""
    kinds: tuple[tuple[type[Layer] | tuple[type[Layer], ...], Rule], ...] = (
        (Linear, _into_linear), (CONVOLUTIONS, _into_convolution), (TRANSPOSED, _into_transposed),
        (DepthwiseConv2d, _through_depthwise), (BatchNorm, _by_channel), (PReLU, _through_slopes),
        ((LayerNorm, RMSNorm), _through_last_dimensions), (Flatten, _flattened), (Concatenate, _side_by_side),
        (Identity, _as_it_is), (Upsample, _by_place),
    )  # fmt: skip
    for kind, rule in kinds:
        if isinstance(layer, kind):
            return rule
    return _rule_of_category(layer)


def _rule_of_category(layer: Layer) -> Rule:
    keeps_shape = type(layer).output_shape is Layer.output_shape
    if layer.category == "regularization" or (layer.category == "math" and keeps_shape):
        return _as_it_is
    if isinstance(layer, Elementwise):
        return _as_it_is if keeps_shape else _no_way  # Softmax mixes what it reads
    if layer.category == "merge" and layer.kind() in {"Add", "Multiply", "Subtract", "Divide", "Maximum", "Minimum"}:
        return _together
    if (layer.category == "pooling" and not layer.kind().startswith("Fractional")) or layer.stem == "pad":
        return _by_place
    return _by_channel if layer.kind().startswith("InstanceNorm") else _no_way


# -- rules -------------------------------------------------------------------------------------------------------------


def _no_way(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    raise NoWayError(say("{name} ({layer}) would make something else of copies", name=step.place,
                         layer=say(step.layer.title)))


def _as_it_is(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    return Effect(spread)


def _by_place(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    """Windows over places treat each channel by itself."""
    return Effect(spread) if spread.axis == 0 else _no_way(step, spread, spreads)


def _by_channel(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    if spread.axis != 0:
        return _no_way(step, spread, spreads)
    return Effect(spread, (Change("", 0, spread.takes, is_divided=False),))


def _through_slopes(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    is_each = isinstance(step.layer, PReLU) and step.layer.per_channel
    return _by_channel(step, spread, spreads) if is_each and spread.axis == 0 else Effect(spread)


def _through_last_dimensions(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    """A mean over the copies would be another mean."""
    assert isinstance(step.layer, (LayerNorm, RMSNorm))
    first = len(step.shapes[0]) - step.layer.dims
    return Effect(spread) if spread.axis < first else _no_way(step, spread, spreads)


def _into_linear(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    if spread.axis != len(step.shapes[0]) - 1:
        return Effect(spread)
    return Effect(None, (Change("weight", 1, spread.takes, is_divided=True),))


def _into_convolution(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    _expect_one_group(step)
    if spread.axis != 0:
        return _no_way(step, spread, spreads)
    return Effect(None, (Change("weight", 1, spread.takes, is_divided=True),))


def _into_transposed(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    _expect_one_group(step)
    if spread.axis != 0:
        return _no_way(step, spread, spreads)
    return Effect(None, (Change("weight", 0, spread.takes, is_divided=True),))


def _expect_one_group(step: Step) -> None:
    groups = getattr(step.layer, "groups", 1)
    if groups != 1:
        raise NoWayError(say("{name} splits its channels into {groups} groups", name=step.place, groups=groups))


def _through_depthwise(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    """Each channel has filters of its own, which are copied with it."""
    assert isinstance(step.layer, DepthwiseConv2d)
    if spread.axis != 0:
        return _no_way(step, spread, spreads)
    takes = _within(spread.takes, step.layer.multiplier)
    return Effect(Spread(0, takes), (Change("", 0, takes, is_divided=False),))


def _within(takes: Tensor, count: int) -> Tensor:
    """Where every value has become ``count`` in a row."""
    return (takes[:, None] * count + torch.arange(count)).flatten()


def _flattened(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    assert isinstance(step.layer, Flatten)
    shape, layer = step.shapes[0], step.layer
    start, end = (batch_free_dim(layer.title, dim, shape) for dim in (layer.start_dim, layer.end_dim))
    if spread.axis < start:
        return Effect(spread)
    if spread.axis > end:
        return Effect(spread.along(spread.axis - (end - start)))
    return Effect(Spread(start, _in_a_row(shape[start : end + 1], spread.along(spread.axis - start))))


def _in_a_row(shape: Shape, spread: Spread) -> Tensor:
    return torch.arange(prod(shape)).view(shape).index_select(spread.axis, spread.takes).flatten()


def _side_by_side(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    """Along the same dimension the copies move on by what stands before them."""
    assert isinstance(step.layer, Concatenate)
    axis = batch_free_dim(step.layer.title, step.layer.dim, step.shapes[0])
    if spread.axis != axis or any(other is not None and other.axis != axis for other in spreads):
        return _together(step, spread, spreads)
    parts, before = list[Tensor](), 0
    for shape, other in zip(step.shapes, spreads, strict=True):
        parts.append(before + (torch.arange(shape[axis]) if other is None else other.takes))
        before += shape[axis]
    return Effect(Spread(axis, torch.cat(parts)))


def _together(step: Step, spread: Spread, spreads: Sequence[Spread | None]) -> Effect:
    """Value by value: only where all inputs have become wider alike."""
    for other in spreads:
        if other is None or other.axis != spread.axis or not torch.equal(other.takes, spread.takes):
            raise NoWayError(say("{name} ({layer}) brings it together with others, which must be as many",
                                 name=step.place, layer=say(step.layer.title)))
    return Effect(spread)

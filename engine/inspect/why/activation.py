"""An activation function: its curve and derivative, where a layer's values lie on it, what is saturated or dead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from engine.inspect.lens import Lens, Look, NoAnswerError
from engine.inspect.why.histogram import Histogram, histogram
from engine.inspect.why.places import axis_at

SQUASHING = (nn.Sigmoid, nn.Tanh, nn.Hardsigmoid, nn.Hardtanh, nn.Softsign, nn.ReLU6, nn.Softmax)
CUTTING = (nn.ReLU, nn.ReLU6)
ALONG = (nn.Softmax, nn.LogSoftmax, nn.Softmin)
CURVED = (*SQUASHING, *CUTTING, *ALONG, nn.LeakyReLU, nn.PReLU, nn.RReLU, nn.ELU, nn.CELU, nn.SELU, nn.GELU, nn.SiLU,
          nn.Mish, nn.Softplus, nn.LogSigmoid, nn.Hardswish, nn.Threshold, nn.Hardshrink, nn.Softshrink, nn.Tanhshrink)
FLAT = 0.05  # of the steepest slope
USUAL = 6.0  # the curve is shown from −6 to 6 at least
POINTS = 241  # 0 is one of them


@dataclass(frozen=True, eq=False)
class Curve:
    """y = f(x) and its derivative at so many points."""

    x: Tensor
    y: Tensor
    slope: Tensor


@dataclass(frozen=True, eq=False)
class Activation:
    """Of a layer and what comes into it.

    ``saturated``: the share of values where the slope is below ``FLAT`` of the steepest (sigmoid, tanh and their
    kind). ``negative``: the share that ReLU makes 0; ``dead``: the channels that it made 0 in every example, of
    ``channels``. None where that means nothing.
    """

    curve: Curve
    inputs: Histogram
    saturated: float | None
    negative: float | None
    dead: tuple[int, ...] | None
    channels: int


def curve(module: nn.Module, low: float = -USUAL, high: float = USUAL, points: int = POINTS) -> Curve:
    """Of a function that works number by number, as it predicts; of a PReLU with many slopes that of the first."""
    return _traced(lambda x: _plain(module, x), _line(low, high, points))


def curve_of_one(module: nn.Module, logits: Tensor, unit: int, low: float = -USUAL, high: float = USUAL,
                 points: int = POINTS) -> Curve:
    """Of a softmax over ``logits`` (one dimension): what one gives while it moves and the others stay."""
    x = _line(low, high, points)

    def given(x: Tensor) -> Tensor:
        rows = logits.detach().repeat(points, 1)
        rows = torch.where(torch.arange(len(logits)) == unit, x[:, None], rows)
        kind = type(module)
        return cast(Tensor, kind(dim=1)(rows))[:, unit]

    return _traced(given, x)


def is_activation(lens: Lens, place: str) -> bool:
    """Whether the layer is a function whose curve can be drawn."""
    return isinstance(lens.modules.get(place), CURVED)


def activation(lens: Lens, place: str, look: Look, unit: int = 0) -> Activation:
    """Of the layer at ``place`` with what came into it in ``look``, several examples together.

    Of a softmax the curve is that of ``unit`` in the first example. Raises NoAnswerError where there is nothing to see.
    """
    module, source = lens.modules.get(place), next(iter(lens.sources.get(place, ())), None)
    if not isinstance(module, CURVED):
        raise NoAnswerError("{place} is no activation function", place=place)
    if source is None or source not in look.outputs:
        raise NoAnswerError("Nothing comes into {place}", place=place)
    values = look.outputs[source].detach()
    low, high = _range(values)
    if isinstance(module, ALONG):
        line = values.movedim(_dim(module, values), -1)
        line = line.reshape(-1, line.shape[-1])[0]
        if not 0 <= unit < len(line):
            raise NoAnswerError("{place} has no unit {unit}", place=place, unit=unit)
        drawn = curve_of_one(module, line, unit, low, high)
    else:
        drawn = curve(module, low, high)
    axis = axis_at(lens, place, values)
    cuts = isinstance(module, CUTTING)
    return Activation(drawn, histogram(values), _saturated(module, values) if isinstance(module, SQUASHING) else None,
                      float((values <= 0).float().mean()) if cuts else None, _dead(values, axis) if cuts else None,
                      values.shape[axis])


def _dead(values: Tensor, axis: int) -> tuple[int, ...]:
    alive = (values > 0).movedim(axis, 0).flatten(1).any(1)
    return tuple((~alive).nonzero().flatten().tolist())


def _range(values: Tensor) -> tuple[float, float]:
    """Where the values lie, and the usual part; as far to both sides, so that 0 is in the middle."""
    finite = values[values.isfinite()]
    most = max(USUAL, float(finite.abs().max()) if finite.numel() else 0.0)
    return -most, most


def _line(low: float, high: float, points: int) -> Tensor:
    """From one to the other; in the middle of −a … a it is 0 exactly."""
    steps = torch.arange(points, dtype=torch.float64)
    return ((low + high) / 2 + (high - low) / 2 * (2 * steps / (points - 1) - 1)).float()


def _saturated(module: nn.Module, values: Tensor) -> float:
    """The share of values at which the function hardly answers."""
    if isinstance(module, nn.Softmax):
        p = values.softmax(_dim(module, values))
        slopes, steepest = p * (1 - p), 0.25
    else:
        slopes = _traced(lambda x: cast(Tensor, module(x)), values.float()).slope
        steepest = float(curve(module).slope.abs().max())
    return float((slopes.abs() < FLAT * steepest).float().mean())


def _dim(module: nn.Module, values: Tensor) -> int:
    return cast(int, getattr(module, "dim", 1)) % values.dim()


def _plain(module: nn.Module, x: Tensor) -> Tensor:
    if isinstance(module, nn.PReLU):
        return nn.functional.prelu(x, module.weight[:1].detach())
    if isinstance(module, nn.RReLU):
        return nn.functional.leaky_relu(x, (module.lower + module.upper) / 2)
    return cast(Tensor, module(x))


def _traced(function: Callable[[Tensor], Tensor], x: Tensor) -> Curve:
    x = x.clone().requires_grad_()
    with torch.enable_grad():
        y = function(x)
        slope = torch.autograd.grad(y.sum(), x)[0]
    return Curve(x.detach(), y.detach(), slope)

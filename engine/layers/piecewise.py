"""Activations made of straight pieces, and those that shrink towards 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from engine.layers.activation import INPLACE, Elementwise
from engine.layers.base import FLOAT_BYTES, Shape, numel, register
from engine.messages import ImpossibleError


@register
class ReLU6(Elementwise):
    """min(max(x, 0), 6) (torch.nn.ReLU6; MobileNet)."""

    inplace_copies = True
    title = "ReLU6"
    torch = "nn.ReLU6"
    meaning = "A ReLU that stops at 6: values stay small enough for low precision."

    inplace: bool = Field(False, title="In place", description=INPLACE)


@register
class Hardtanh(Elementwise):
    """x, cut off below and above (torch.nn.Hardtanh)."""

    inplace_copies = True
    title = "Hardtanh"
    torch = "nn.Hardtanh"
    meaning = "Cuts values off at −1 and 1: a tanh of straight lines."
    synonyms = ("clip", "clamp")

    min_val: float = Field(-1.0, ge=-1000, le=1000, title="Lowest", description="Values below become this.")
    max_val: float = Field(1.0, ge=-1000, le=1000, title="Highest", description="Values above become this.")
    inplace: bool = Field(False, title="In place", description=INPLACE)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_val >= self.max_val:
            raise ImpossibleError("the lowest value must be below the highest")
        return self


@register
class Hardsigmoid(Elementwise):
    """min(max(x/6 + 1/2, 0), 1) (torch.nn.Hardsigmoid)."""

    title = "Hardsigmoid"
    torch = "nn.Hardsigmoid"
    meaning = "A sigmoid of straight lines: 0 below −3, 1 above 3."
    inplace_copies = True

    inplace: bool = Field(False, title="In place", description=INPLACE)


@register
class Hardswish(Elementwise):
    """x·min(max(x + 3, 0), 6)/6 (torch.nn.Hardswish; MobileNetV3)."""

    title = "Hardswish"
    torch = "nn.Hardswish"
    meaning = "A SiLU of simple pieces: cheap to compute."
    inplace_copies = True

    inplace: bool = Field(False, title="In place", description=INPLACE)


@register
class Threshold(Elementwise):
    """x where it is above the threshold, else a value (torch.nn.Threshold)."""

    inplace_copies = True
    title = "Threshold"
    torch = "nn.Threshold"
    meaning = "Keeps what is above a threshold and puts a fixed value for the rest."
    positional = ("threshold", "value")
    required = ("threshold", "value")

    threshold: float = Field(0.0, ge=-1e6, le=1e6, title="Threshold", description="What is above it stays.")
    value: float = Field(0.0, ge=-1e6, le=1e6, title="Value", description="What the rest becomes.")
    inplace: bool = Field(False, title="In place", description=INPLACE)


@register
class Hardshrink(Elementwise):
    """x where |x| > λ, else 0 (torch.nn.Hardshrink)."""

    title = "Hardshrink"
    torch = "nn.Hardshrink"
    meaning = "Small values become 0, larger ones stay."

    lambd: float = Field(0.5, ge=0, le=1000, title="λ", description="Values between −λ and λ become 0.")


@register
class Softshrink(Elementwise):
    """x moved towards 0 by λ (torch.nn.Softshrink)."""

    title = "Softshrink"
    torch = "nn.Softshrink"
    meaning = "Moves every value towards 0 by λ; small ones become 0."

    lambd: float = Field(0.5, ge=0, le=1000, title="λ", description="How far values move; at most to 0.")


@register
class Tanhshrink(Elementwise):
    """x − tanh(x) (torch.nn.Tanhshrink)."""

    title = "Tanhshrink"
    torch = "nn.Tanhshrink"
    meaning = "x − tanh(x): small values nearly vanish."
    saves = frozenset()

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * FLOAT_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * FLOAT_BYTES

"""Linear layers and the reshaping before them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from engine.layers.base import (
    FLOAT_BYTES,
    Count,
    Layer,
    MismatchError,
    NotFlatError,
    Shape,
    ShapeError,
    batch_free_dim,
    expect_channels,
    numel,
    register,
)
from engine.units import shape_text


@register
class Linear(Layer):
    """y = xWᵀ + b (torch.nn.Linear; section 3.1). Takes features, or a sequence of them."""

    title = "Linear"
    category = "linear"
    torch = "nn.Linear"
    stem = "fc"
    meaning = "Every output is a weighted sum of every input (“fully connected”, “dense”)."
    rule = "the last dimension becomes the number of outputs"
    synonyms = ("dense", "fully connected", "perceptron", "fc")
    example = (8,)
    positional = ("in_features", "out_features")
    required = ("out_features",)
    saves = frozenset({"input"})

    out_features: Count = Field(64, title="Outputs", description="How many numbers come out.")
    bias: bool = Field(True, title="Bias", description="Adds one learned number to each output.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        if len(shapes[0]) > 2 or not shapes[0]:
            raise NotFlatError("{layer} expects a flat input, got {shape}", layer=self.title,
                               shape=shape_text(shapes[0]))
        return (*shapes[0][:-1], self.out_features)

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"in_features": shapes[0][-1]}

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return self.out_features * (shapes[0][-1] + self.bias)

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(shapes[0]) * self.out_features

    def details(self) -> tuple[str, ...]:
        return str(self.out_features), "" if self.bias else "no bias"

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{shapes[0][-1]} → {self.out_features}",)


@register
class Flatten(Layer):
    """Several dimensions into one (torch.nn.Flatten)."""

    title = "Flatten"
    category = "shape"
    torch = "nn.Flatten"
    stem = "flatten"
    meaning = "Lays an image out as one long row of numbers, as linear layers want it."
    rule = "the dimensions from start to end are multiplied into one"
    synonyms = ("reshape", "view", "vector")
    is_view = True

    start_dim: int = Field(1, ge=-8, le=8, title="From dim", description="First dimension to flatten; 0 is the batch.")
    end_dim: int = Field(-1, ge=-8, le=8, title="To dim", description="Last dimension to flatten; −1 is the last.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        start, end = (batch_free_dim(self.title, dim, shape) for dim in (self.start_dim, self.end_dim))
        if start > end:
            raise ShapeError("{layer}: it would start at dim {start} and end before it", layer=self.title,
                             start=self.start_dim)
        return (*shape[:start], numel(shape[start : end + 1]), *shape[end + 1 :])

    def details(self) -> tuple[str, ...]:
        return ("" if (self.start_dim, self.end_dim) == (1, -1) else f"dims {self.start_dim} … {self.end_dim}",)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        output = self.output_shape(shapes)
        if len(output) > 1:
            return (f"{shape_text(shapes[0])} → {shape_text(output)}",)
        return (f"{'·'.join(map(str, shapes[0]))} = {output[0]}",)


@register
class Bilinear(Layer):
    """y = x₁ᵀAx₂ + b (torch.nn.Bilinear). Takes two inputs, equal in all but the last dimension."""

    title = "Bilinear"
    category = "linear"
    torch = "nn.Bilinear"
    stem = "bilinear"
    meaning = "Every output is a weighted sum of all products of two numbers, one of each input."
    rule = "the last dimension becomes the number of outputs; all others must agree"
    synonyms = ("two inputs", "interaction")
    example = (8,)
    positional = ("in1_features", "in2_features", "out_features")
    required = ("out_features",)
    saves = frozenset({"input"})
    min_inputs = 2
    max_inputs = 2

    out_features: Count = Field(64, title="Outputs", description="How many numbers come out.")
    bias: bool = Field(True, title="Bias", description="Adds one learned number to each output.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        one, two = shapes
        for each in shapes:
            expect_channels(self.title, each)
        if one[:-1] != two[:-1]:
            raise MismatchError("{layer}: {first} and {second} differ in more than the last dimension",
                                layer=self.title, first=shape_text(one), second=shape_text(two))
        return (*one[:-1], self.out_features)

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"in1_features": shapes[0][-1], "in2_features": shapes[1][-1]}

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return self.out_features * (shapes[0][-1] * shapes[1][-1] + self.bias)

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * shapes[0][-1] * shapes[1][-1]

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * FLOAT_BYTES if self.bias else 0

    def details(self) -> tuple[str, ...]:
        return str(self.out_features), "" if self.bias else "no bias"

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{shapes[0][-1]} · {shapes[1][-1]} → {self.out_features}",)


@register
class Identity(Layer):
    """x (torch.nn.Identity)."""

    title = "Identity"
    category = "linear"
    torch = "nn.Identity"
    stem = "identity"
    meaning = "Passes its input on unchanged: a place to come back to, or an empty branch."
    synonyms = ("nothing", "pass", "skip", "placeholder")
    is_view = True

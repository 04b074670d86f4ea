"""Linear layers and the reshaping before them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from engine.layers.base import (
    Category,
    Count,
    Layer,
    NotFlatError,
    Shape,
    ShapeError,
    batch_free_dim,
    numel,
    register,
    shape_text,
)


@register
class Linear(Layer):
    """y = xWᵀ + b (torch.nn.Linear; section 3.1). Takes features, or a sequence of them."""

    title: ClassVar[str] = "Linear"
    category: ClassVar[Category] = "linear"
    torch: ClassVar[str] = "nn.Linear"
    stem: ClassVar[str] = "fc"
    meaning: ClassVar[str] = "Every output is a weighted sum of every input (“fully connected”, “dense”)."
    rule: ClassVar[str] = "the last dimension becomes the number of outputs"
    positional: ClassVar[tuple[str, ...]] = ("in_features", "out_features")
    required: ClassVar[tuple[str, ...]] = ("out_features",)
    saves: ClassVar[frozenset[str]] = frozenset({"input"})

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

    def summary(self) -> str:
        return f"{self.out_features}" if self.bias else f"{self.out_features} · no bias"

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{shapes[0][-1]} → {self.out_features}",)


@register
class Flatten(Layer):
    """Several dimensions into one (torch.nn.Flatten)."""

    title: ClassVar[str] = "Flatten"
    category: ClassVar[Category] = "linear"
    torch: ClassVar[str] = "nn.Flatten"
    stem: ClassVar[str] = "flatten"
    meaning: ClassVar[str] = "Lays an image out as one long row of numbers, as linear layers want it."
    rule: ClassVar[str] = "the dimensions from start to end are multiplied into one"
    is_view: ClassVar[bool] = True

    start_dim: int = Field(1, ge=-8, le=8, title="From dim", description="First dimension to flatten; 0 is the batch.")
    end_dim: int = Field(-1, ge=-8, le=8, title="To dim", description="Last dimension to flatten; −1 is the last.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        start, end = (batch_free_dim(self.title, dim, shape) for dim in (self.start_dim, self.end_dim))
        if start > end:
            raise ShapeError("{layer}: it would start at dim {start} and end before it", layer=self.title,
                             start=self.start_dim)
        return (*shape[:start], numel(shape[start : end + 1]), *shape[end + 1 :])

    def summary(self) -> str:
        return "" if (self.start_dim, self.end_dim) == (1, -1) else f"dims {self.start_dim} … {self.end_dim}"

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{'·'.join(map(str, shapes[0]))} = {numel(shapes[0])}",)

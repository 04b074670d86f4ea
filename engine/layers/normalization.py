"""Normalization over the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from engine.layers.base import Category, Layer, RankError, Shape, expect_rank, register, shape_text


class _BatchNorm(Layer):
    """What the two forms share (Ioffe and Szegedy 2015; section 8.5)."""

    category: ClassVar[Category] = "normalization"
    stem: ClassVar[str] = "bn"
    meaning: ClassVar[str] = (
        "Rescales each channel to mean 0 and deviation 1 over the batch while training, and by running averages after."
    )
    positional: ClassVar[tuple[str, ...]] = ("num_features",)
    saves: ClassVar[frozenset[str]] = frozenset({"input"})

    eps: float = Field(
        1e-5, ge=1e-12, le=1, title="Epsilon", description="Added to the variance so that nothing divides by 0."
    )
    momentum: Annotated[float, Field(ge=0, le=1)] | None = Field(
        0.1, title="Momentum",
        description="How fast the running averages follow. Empty: a plain average over all batches.",
    )
    affine: bool = Field(True, title="Learned scale", description="Learn a scale and a shift for each channel.")
    track_running_stats: bool = Field(
        True, title="Running averages", description="Keep averages for prediction; off: always use the batch's own."
    )
    bias: bool = Field(True, title="Bias", description="Learn the shift; off: only the scale. Needs PyTorch ≥ 2.13.")

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"num_features": shapes[0][0]}

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return shapes[0][0] * (1 + self.bias) if self.affine else 0


@register
class BatchNorm1d(_BatchNorm):
    """Batch normalization of features, or of channels×length (torch.nn.BatchNorm1d)."""

    title: ClassVar[str] = "Batch norm 1d"
    torch: ClassVar[str] = "nn.BatchNorm1d"

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        if len(shapes[0]) not in (1, 2):
            raise RankError("{layer} expects a flat input or channels×length, got {shape}", layer=self.title,
                            shape=shape_text(shapes[0]))
        return shapes[0]


@register
class BatchNorm2d(_BatchNorm):
    """Batch normalization of images, per channel (torch.nn.BatchNorm2d)."""

    title: ClassVar[str] = "Batch norm 2d"
    torch: ClassVar[str] = "nn.BatchNorm2d"

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], 3)
        return shapes[0]

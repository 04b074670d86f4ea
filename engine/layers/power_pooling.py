"""Pooling by a norm: between the mean and the largest value of each window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from engine.layers.base import Category, Layer, Shape, expect_rank, numel, register
from engine.layers.pooling import AS_KERNEL, CEIL, STRIDE
from engine.layers.spatial import (
    Extent,
    Extent1,
    Extent3,
    Size,
    Windows,
    expect_whole,
    formulas,
    size_text,
    slide,
    windows,
)
from engine.units import setting_text

NORM = "1: the sum of the window's values; 2: its length; larger: closer to the largest."


class _LPPool(Layer):
    """(Σ xᵖ)^(1/p) over each window."""

    needs_whole: ClassVar[bool] = False  # torch refuses an input that is smaller than the window

    if TYPE_CHECKING:
        kernel_size: Size
        stride: Size | None
        ceil_mode: bool

    rank: ClassVar[int] = 2
    category: ClassVar[Category] = "pooling"
    stem: ClassVar[str] = "pool"
    rule: ClassVar[str] = "size = ⌊(size − kernel) / stride⌋ + 1, for each channel"
    synonyms: ClassVar[tuple[str, ...]] = ("power average", "norm")
    positional: ClassVar[tuple[str, ...]] = ("norm_type", "kernel_size")
    required: ClassVar[tuple[str, ...]] = ("norm_type", "kernel_size")
    apart: ClassVar[frozenset[str]] = frozenset({"norm_type"})
    saves: ClassVar[frozenset[str]] = frozenset({"input"})
    estimates: ClassVar[bool] = True  # torch computes it in many small steps

    norm_type: float = Field(2.0, ge=1, le=100, title="p", description=NORM)

    def windows(self) -> Windows:
        """One for each dimension."""
        stride = self.kernel_size if self.stride is None else self.stride
        return windows(self.rank, self.kernel_size, stride, 0, 1, self.ceil_mode)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], self.rank + 1)
        if self.needs_whole:
            expect_whole(self.title, shapes[0], self.windows())
        return (shapes[0][0], *slide(self.title, shapes[0], self.windows()))

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return 4 * (numel(shapes[0]) + 6 * numel(output))  # the powers; sums, signs and products

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return 4 * (numel(shapes[0]) + 3 * numel(output))

    def details(self) -> tuple[str, ...]:
        return size_text(self.kernel_size, self.rank), f"p {setting_text(self.norm_type)}"

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return formulas(shapes[0], self.windows())


@register
class LPPool1d(_LPPool):
    """Power-average pooling of sequences (torch.nn.LPPool1d)."""

    title = "LP pool 1d"
    torch = "nn.LPPool1d"
    meaning = "Takes the p-norm of each stretch of a sequence."
    rank = 1
    example = (4, 16)

    kernel_size: Extent1 = Field(2, title="Kernel size", description="Length of the window.")
    stride: Extent1 | None = Field(None, title="Stride", description=STRIDE, json_schema_extra=AS_KERNEL)
    ceil_mode: bool = Field(False, title="Ceil mode", description=CEIL)


@register
class LPPool2d(_LPPool):
    """Power-average pooling of images (torch.nn.LPPool2d)."""

    title = "LP pool"
    torch = "nn.LPPool2d"
    meaning = "Takes the p-norm of each window: between the mean and the largest value."

    kernel_size: Extent = Field(2, title="Kernel size", description="Height and width of the window: 2 or 3×2.")
    stride: Extent | None = Field(None, title="Stride", description=STRIDE, json_schema_extra=AS_KERNEL)
    ceil_mode: bool = Field(False, title="Ceil mode", description=CEIL)


@register
class LPPool3d(_LPPool):
    """Power-average pooling of volumes (torch.nn.LPPool3d)."""

    title = "LP pool 3d"
    needs_whole = True
    torch = "nn.LPPool3d"
    meaning = "Takes the p-norm of each box of a volume."
    rank = 3
    example = (2, 6, 8, 8)

    kernel_size: Extent3 = Field(2, title="Kernel size", description="Depth, height and width: 2 or 1×2×2.")
    stride: Extent3 | None = Field(None, title="Stride", description=STRIDE, json_schema_extra=AS_KERNEL)
    ceil_mode: bool = Field(False, title="Ceil mode", description=CEIL)

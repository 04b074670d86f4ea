"""Pooling: summarise a neighbourhood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator
from pydantic.config import JsonDict

from engine.layers.base import Category, Layer, Shape, expect_rank, numel, register
from engine.layers.spatial import (
    Extent,
    Extent1,
    Extent3,
    Margin,
    Margin1,
    Margin3,
    Size,
    Windows,
    expect_whole,
    formulas,
    option_text,
    size_text,
    slide,
    spread,
    windows,
)
from engine.messages import ImpossibleError

INDEX_BYTES = 8
STRIDE = "How far the window moves."
AS_KERNEL: JsonDict = {"empty": "as the kernel"}
PADDING = "Border added to the input; at most half the kernel."
CEIL = "Round the size up: keep a last, partial window."
DILATION = "Distance between the window's points."
COUNT = "Whether the zeros of the border count in the mean."
Divisor = Annotated[int, Field(ge=1, le=1_000_000)]


class _Pool(Layer):
    """What max and average pooling share; each names its own window options."""

    if TYPE_CHECKING:
        kernel_size: Size
        stride: Size | None
        padding: Size
        ceil_mode: bool

    rank: ClassVar[int] = 2
    needs_whole: ClassVar[bool] = False  # torch refuses an input that is smaller than the window, border or not
    category: ClassVar[Category] = "pooling"
    stem: ClassVar[str] = "pool"
    rule: ClassVar[str] = "size = ⌊(size + 2·padding − kernel) / stride⌋ + 1, for each channel"
    synonyms: ClassVar[tuple[str, ...]] = ("downsample", "subsampling")
    required: ClassVar[tuple[str, ...]] = ("kernel_size",)
    saves: ClassVar[frozenset[str]] = frozenset({"input"})

    @model_validator(mode="after")
    def _half_padded(self) -> Self:
        kernels, borders = spread(self.kernel_size, self.rank), spread(self.padding, self.rank)
        if any(2 * border > kernel for border, kernel in zip(borders, kernels, strict=True)):
            raise ImpossibleError("padding can be at most half the kernel")
        return self

    def windows(self) -> Windows:
        """One for each dimension."""
        stride = self.kernel_size if self.stride is None else self.stride
        return windows(self.rank, self.kernel_size, stride, self.padding, getattr(self, "dilation", 1), self.ceil_mode)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], self.rank + 1)
        if self.needs_whole:
            expect_whole(self.title, shapes[0], self.windows())
        return (shapes[0][0], *slide(self.title, shapes[0], self.windows()))

    def details(self) -> tuple[str, ...]:
        parts = [size_text(self.kernel_size, self.rank)]
        if self.stride is not None and self.stride != self.kernel_size:
            parts.append(f"stride {option_text(self.stride)}")
        if self.padding:
            parts.append(f"pad {option_text(self.padding)}")
        return tuple(parts)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return formulas(shapes[0], self.windows())


class _MaxPool(_Pool):
    """The largest value in each window; where it was is kept for the gradient."""

    synonyms: ClassVar[tuple[str, ...]] = ("maximum", "downsample", "subsampling")

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * INDEX_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * INDEX_BYTES


@register
class MaxPool2d(_MaxPool):
    """The largest value in each window (torch.nn.MaxPool2d; section 7.5)."""

    title = "Max pool"
    torch = "nn.MaxPool2d"
    meaning = "Keeps the largest value in each window: smaller images, less sensitive to position."

    kernel_size: Extent = Field(2, title="Kernel size", description="Height and width of the window: 2 or 3×2.")
    stride: Extent | None = Field(None, title="Stride", description=STRIDE, json_schema_extra=AS_KERNEL)
    padding: Margin = Field(0, title="Padding", description=PADDING)
    ceil_mode: bool = Field(False, title="Ceil mode", description=CEIL)
    dilation: Extent = Field(1, title="Dilation", description=DILATION)


@register
class AvgPool2d(_Pool):
    """The mean of each window (torch.nn.AvgPool2d; section 7.5)."""

    title = "Average pool"
    torch = "nn.AvgPool2d"
    meaning = "Takes the mean of each window: smaller, smoother images."
    synonyms = ("mean", "downsample", "subsampling")

    kernel_size: Extent = Field(2, title="Kernel size", description="Height and width of the window: 2 or 3×2.")
    stride: Extent | None = Field(None, title="Stride", description=STRIDE, json_schema_extra=AS_KERNEL)
    padding: Margin = Field(0, title="Padding", description=PADDING)
    ceil_mode: bool = Field(False, title="Ceil mode", description=CEIL)
    count_include_pad: bool = Field(True, title="Count padding", description=COUNT)
    divisor_override: Divisor | None = Field(
        None, title="Divisor", description="Divide the sum by this number instead of the window's size.",
        json_schema_extra={"empty": "the window's size"},
    )


@register
class MaxPool1d(_MaxPool):
    """The largest value in each stretch (torch.nn.MaxPool1d)."""

    title = "Max pool 1d"
    torch = "nn.MaxPool1d"
    meaning = "Keeps the largest value in each stretch of a sequence: shorter sequences."
    rank = 1
    example = (4, 16)

    kernel_size: Extent1 = Field(2, title="Kernel size", description="Length of the window.")
    stride: Extent1 | None = Field(None, title="Stride", description=STRIDE, json_schema_extra=AS_KERNEL)
    padding: Margin1 = Field(0, title="Padding", description=PADDING)
    ceil_mode: bool = Field(False, title="Ceil mode", description=CEIL)
    dilation: Extent1 = Field(1, title="Dilation", description=DILATION)


@register
class AvgPool1d(_Pool):
    """The mean of each stretch (torch.nn.AvgPool1d)."""

    title = "Average pool 1d"
    torch = "nn.AvgPool1d"
    meaning = "Takes the mean of each stretch of a sequence: shorter, smoother sequences."
    synonyms = ("mean", "downsample", "subsampling")
    rank = 1
    example = (4, 16)

    kernel_size: Extent1 = Field(2, title="Kernel size", description="Length of the window.")
    stride: Extent1 | None = Field(None, title="Stride", description=STRIDE, json_schema_extra=AS_KERNEL)
    padding: Margin1 = Field(0, title="Padding", description=PADDING)
    ceil_mode: bool = Field(False, title="Ceil mode", description=CEIL)
    count_include_pad: bool = Field(True, title="Count padding", description=COUNT)


@register
class MaxPool3d(_MaxPool):
    """The largest value in each box (torch.nn.MaxPool3d)."""

    title = "Max pool 3d"
    torch = "nn.MaxPool3d"
    meaning = "Keeps the largest value in each box of a volume: smaller volumes."
    rank = 3
    example = (2, 6, 8, 8)

    kernel_size: Extent3 = Field(2, title="Kernel size", description="Depth, height and width: 2 or 1×2×2.")
    stride: Extent3 | None = Field(None, title="Stride", description=STRIDE, json_schema_extra=AS_KERNEL)
    padding: Margin3 = Field(0, title="Padding", description=PADDING)
    ceil_mode: bool = Field(False, title="Ceil mode", description=CEIL)
    dilation: Extent3 = Field(1, title="Dilation", description=DILATION)


@register
class AvgPool3d(_Pool):
    """The mean of each box (torch.nn.AvgPool3d)."""

    title = "Average pool 3d"
    needs_whole = True
    torch = "nn.AvgPool3d"
    meaning = "Takes the mean of each box of a volume: smaller, smoother volumes."
    synonyms = ("mean", "downsample", "subsampling")
    rank = 3
    example = (2, 6, 8, 8)

    kernel_size: Extent3 = Field(2, title="Kernel size", description="Depth, height and width: 2 or 1×2×2.")
    stride: Extent3 | None = Field(None, title="Stride", description=STRIDE, json_schema_extra=AS_KERNEL)
    padding: Margin3 = Field(0, title="Padding", description=PADDING)
    ceil_mode: bool = Field(False, title="Ceil mode", description=CEIL)
    count_include_pad: bool = Field(True, title="Count padding", description=COUNT)
    divisor_override: Divisor | None = Field(
        None, title="Divisor", description="Divide the sum by this number instead of the window's size.",
        json_schema_extra={"empty": "the window's size"},
    )

"""Pooling: summarise a neighbourhood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from engine.layers.base import (
    Category,
    Extent,
    Facts,
    Layer,
    Margin,
    Shape,
    Windows,
    _collapsed,
    _Extent,
    expect_rank,
    formulas,
    numel,
    pair,
    register,
    shape_text,
    size_text,
    slide,
    windows,
)

INDEX_BYTES = 8


class _Pool2d(Layer):
    """What max and average pooling share."""

    category: ClassVar[Category] = "pooling"
    stem: ClassVar[str] = "pool"
    rule: ClassVar[str] = "size = ⌊(size + 2·padding − kernel) / stride⌋ + 1, for each channel"
    required: ClassVar[tuple[str, ...]] = ("kernel_size",)
    saves: ClassVar[frozenset[str]] = frozenset({"input"})

    kernel_size: Extent = Field(2, title="Kernel size", description="Height and width of the window: 2 or 3×2.")
    stride: Extent | None = Field(
        None, title="Stride", description="How far the window moves. Empty: as the kernel."
    )
    padding: Margin = Field(0, title="Padding", description="Border added to the input; at most half the kernel.")
    ceil_mode: bool = Field(False, title="Ceil mode", description="Round the size up: keep a last, partial window.")

    @model_validator(mode="after")
    def _half_padded(self) -> Self:
        if any(2 * p > k for p, k in zip(pair(self.padding), pair(self.kernel_size), strict=True)):
            raise ValueError("padding can be at most half the kernel")
        return self

    def windows(self) -> Windows:
        """Vertical and horizontal."""
        stride = self.kernel_size if self.stride is None else self.stride
        return windows(self.kernel_size, stride, self.padding, getattr(self, "dilation", 1), self.ceil_mode)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], 3)
        return (shapes[0][0], *slide(self.title, shapes[0], self.windows()))

    def summary(self) -> str:
        parts = [size_text(self.kernel_size)]
        if self.stride is not None and self.stride != self.kernel_size:
            parts.append(f"stride {shape_text(self.stride) if isinstance(self.stride, tuple) else self.stride}")
        if self.padding:
            parts.append(f"pad {shape_text(self.padding) if isinstance(self.padding, tuple) else self.padding}")
        return " · ".join(parts)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return formulas(shapes[0], self.windows())


@register
class MaxPool2d(_Pool2d):
    """The largest value in each window (torch.nn.MaxPool2d; section 7.5)."""

    title: ClassVar[str] = "Max pool"
    torch: ClassVar[str] = "nn.MaxPool2d"
    meaning: ClassVar[str] = "Keeps the largest value in each window: smaller images, less sensitive to position."

    dilation: Extent = Field(1, title="Dilation", description="Distance between the window's points.")

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * INDEX_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * INDEX_BYTES


@register
class AvgPool2d(_Pool2d):
    """The mean of each window (torch.nn.AvgPool2d; section 7.5)."""

    title: ClassVar[str] = "Average pool"
    torch: ClassVar[str] = "nn.AvgPool2d"
    meaning: ClassVar[str] = "Takes the mean of each window: smaller, smoother images."

    count_include_pad: bool = Field(
        True, title="Count padding", description="Whether the zeros of the border count in the mean."
    )
    divisor_override: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        None, title="Divisor", description="Divide the sum by this number instead of the window's size."
    )


@register
class AdaptiveAvgPool2d(Layer):
    """The mean over a grid of a fixed size (torch.nn.AdaptiveAvgPool2d; Network in Network, section 8.3)."""

    title: ClassVar[str] = "Adaptive average pool"
    category: ClassVar[Category] = "pooling"
    torch: ClassVar[str] = "nn.AdaptiveAvgPool2d"
    stem: ClassVar[str] = "pool"
    meaning: ClassVar[str] = "Averages into a grid of the size you choose; 1 averages each channel (global pooling)."
    rule: ClassVar[str] = "channels stay; height and width become the output size"
    positional: ClassVar[tuple[str, ...]] = ("output_size",)
    required: ClassVar[tuple[str, ...]] = ("output_size",)

    output_size: Annotated[_Extent | tuple[_Extent | None, _Extent | None], BeforeValidator(_collapsed)] | None = Field(
        1, title="Output size", description="Height and width that come out: 1, 7×7; “–” keeps that size as it is."
    )

    def _sizes(self) -> tuple[int | None, int | None]:
        return self.output_size if isinstance(self.output_size, tuple) else (self.output_size, self.output_size)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], 3)
        channels, *sizes = shapes[0]
        return (channels, *(size if want is None else want for want, size in zip(self._sizes(), sizes, strict=True)))

    def arguments(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        # torch takes None for one of the two, but not instead of both.
        return {"output_size": self._sizes() if self.output_size is None else self.output_size}

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        # Down to 1×1 torch takes a plain mean, which keeps nothing.
        facts = super().facts(shapes)
        return facts._replace(saves_input=facts.output_shape[1:] != (1, 1))

    def summary(self) -> str:
        return shape_text(["–" if size is None else size for size in self._sizes()])  # type: ignore[misc]

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{shape_text(shapes[0][1:])} → {shape_text(self.output_shape(shapes)[1:])}",)

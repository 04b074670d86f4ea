"""Transposed convolutions: from small to large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field, model_validator

from engine.layers.base import (
    Category,
    Count,
    DivisibilityError,
    Layer,
    Shape,
    ShapeError,
    expect_rank,
    numel,
    register,
)
from engine.layers.convolution import BIAS, DILATION, GROUPS, OUT
from engine.layers.spatial import (
    Extent,
    Extent1,
    Extent3,
    Margin,
    Margin1,
    Margin3,
    Size,
    Window,
    Windows,
    option_text,
    size_text,
    spread,
    windows,
)
from engine.messages import ImpossibleError
from engine.units import shape_text

STRIDE = "How far apart the patches are laid; 2 doubles the size."
PADDING = "Border cut off from the output."
EXTRA = "Added to the size at one side, where several sizes are possible; less than the stride."


class _Transposed(Layer):
    """Each input value lays a filter's patch into the output; overlaps add up (section 14.10)."""

    if TYPE_CHECKING:
        kernel_size: Size
        stride: Size
        padding: Size
        output_padding: Size
        groups: int
        bias: bool
        dilation: Size

    rank: ClassVar[int] = 2
    category: ClassVar[Category] = "convolution"
    stem: ClassVar[str] = "deconv"
    rule: ClassVar[str] = "size = (size − 1)·stride − 2·padding + dilation·(kernel − 1) + output padding + 1"
    synonyms: ClassVar[tuple[str, ...]] = ("deconvolution", "upsample", "upconvolution", "decoder", "generator")
    positional: ClassVar[tuple[str, ...]] = ("in_channels", "out_channels")
    required: ClassVar[tuple[str, ...]] = ("out_channels", "kernel_size")
    saves: ClassVar[frozenset[str]] = frozenset({"input"})

    out_channels: Count = Field(16, title="Output channels", description=OUT)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.out_channels % self.groups:
            raise ImpossibleError("output channels ({channels}) must be divisible by groups ({groups})",
                                  channels=self.out_channels, groups=self.groups)
        extra = spread(self.output_padding, self.rank)
        if any(more >= max(window.stride, window.dilation) for more, window in zip(extra, self.windows(), strict=True)):
            raise ImpossibleError("output padding must be smaller than the stride or the dilation")
        return self

    def windows(self) -> Windows:
        """One for each dimension."""
        return windows(self.rank, self.kernel_size, self.stride, self.padding, self.dilation)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        expect_rank(self.title, shape, self.rank + 1)
        if shape[0] % self.groups:
            raise DivisibilityError("{layer}: {channels} input channels cannot be split into {groups} groups",
                                    layer=self.title, channels=shape[0], groups=self.groups)
        extra = spread(self.output_padding, self.rank)
        sizes = [_grown(w, size, more) for w, size, more in zip(self.windows(), shape[1:], extra, strict=True)]
        if min(sizes) < 1:
            raise ShapeError("{layer}: the padding cuts away all of the {size} input", layer=self.title,
                             size=shape_text(shape[1:]))
        return (self.out_channels, *sizes)

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"in_channels": shapes[0][0]}

    def _weights_per_input(self) -> int:
        return self.out_channels // self.groups * numel(spread(self.kernel_size, self.rank))

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return shapes[0][0] * self._weights_per_input() + self.out_channels * self.bias

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(shapes[0]) * self._weights_per_input()

    def details(self) -> tuple[str, ...]:
        parts = [str(self.out_channels), size_text(self.kernel_size, self.rank)]
        if self.stride != 1:
            parts.append(f"stride {option_text(self.stride)}")
        if self.padding != 0:
            parts.append(f"pad {option_text(self.padding)}")
        return tuple(parts)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        extra = spread(self.output_padding, self.rank)
        lines = [_formula(w, size, more) for w, size, more in zip(self.windows(), shapes[0][1:], extra, strict=True)]
        return (lines[0],) if len(set(lines)) == 1 else tuple(lines)


def _grown(window: Window, size: int, more: int) -> int:
    return (size - 1) * window.stride - 2 * window.padding + window.dilation * (window.kernel - 1) + more + 1


def _formula(window: Window, size: int, more: int) -> str:
    cut = f" − 2·{window.padding}" if window.padding else ""
    reach = f"{window.kernel - 1}" if window.dilation == 1 else f"{window.dilation}·({window.kernel} − 1)"
    extra = f" + {more}" if more else ""
    return f"({size} − 1)·{window.stride}{cut} + {reach}{extra} + 1 = {_grown(window, size, more)}"


@register
class ConvTranspose2d(_Transposed):
    """Transposed 2-d convolution (torch.nn.ConvTranspose2d; section 14.10)."""

    title = "Transposed conv 2d"
    torch = "nn.ConvTranspose2d"
    meaning = "A convolution backwards: makes images larger, as decoders and generators do."

    kernel_size: Extent = Field(3, title="Kernel size", description="Height and width of each filter: 4 or 4×2.")
    stride: Extent = Field(1, title="Stride", description=STRIDE)
    padding: Margin = Field(0, title="Padding", description=PADDING)
    output_padding: Margin = Field(0, title="Output padding", description=EXTRA)
    groups: Count = Field(1, title="Groups", description=GROUPS)
    bias: bool = Field(True, title="Bias", description=BIAS)
    dilation: Extent = Field(1, title="Dilation", description=DILATION)


@register
class ConvTranspose1d(_Transposed):
    """Transposed 1-d convolution (torch.nn.ConvTranspose1d)."""

    title = "Transposed conv 1d"
    torch = "nn.ConvTranspose1d"
    meaning = "A convolution backwards: makes sequences longer."
    rank = 1
    example = (4, 16)

    kernel_size: Extent1 = Field(3, title="Kernel size", description="Length of each filter.")
    stride: Extent1 = Field(1, title="Stride", description=STRIDE)
    padding: Margin1 = Field(0, title="Padding", description=PADDING)
    output_padding: Margin1 = Field(0, title="Output padding", description=EXTRA)
    groups: Count = Field(1, title="Groups", description=GROUPS)
    bias: bool = Field(True, title="Bias", description=BIAS)
    dilation: Extent1 = Field(1, title="Dilation", description=DILATION)


@register
class ConvTranspose3d(_Transposed):
    """Transposed 3-d convolution (torch.nn.ConvTranspose3d)."""

    title = "Transposed conv 3d"
    torch = "nn.ConvTranspose3d"
    meaning = "A convolution backwards: makes volumes larger."
    rank = 3
    example = (2, 6, 8, 8)

    kernel_size: Extent3 = Field(3, title="Kernel size", description="Depth, height and width: 3 or 3×5×5.")
    stride: Extent3 = Field(1, title="Stride", description=STRIDE)
    padding: Margin3 = Field(0, title="Padding", description=PADDING)
    output_padding: Margin3 = Field(0, title="Output padding", description=EXTRA)
    groups: Count = Field(1, title="Groups", description=GROUPS)
    bias: bool = Field(True, title="Bias", description=BIAS)
    dilation: Extent3 = Field(1, title="Dilation", description=DILATION)

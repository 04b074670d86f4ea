"""Convolutions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from engine.layers.base import (
    FLOAT_BYTES,
    Category,
    Count,
    DivisibilityError,
    Facts,
    Layer,
    Shape,
    ShapeError,
    expect_rank,
    numel,
    register,
)
from engine.layers.spatial import (
    Extent,
    Extent1,
    Extent3,
    Margin,
    Margin1,
    Margin3,
    Size,
    Windows,
    formulas,
    option_text,
    size_text,
    slide,
    windows,
)
from engine.messages import ImpossibleError
from engine.units import shape_text

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
OUT = "How many filters, and so how many channels come out."
STRIDE = "How far the filter moves at each step; 2 halves the size."
DILATION = "Distance between the filter's points; 1 is a solid filter."
GROUPS = "Channels are split into this many parts that do not mix; = channels: depthwise."
BIAS = "Adds one learned number to each output channel."
BORDER = "What the added border is filled with."


class _Convolution(Layer):
    """What all forms share; each names its own window options, so that their order is torch's."""

    if TYPE_CHECKING:
        kernel_size: Size
        stride: Size
        padding: Size | str
        dilation: Size
        bias: bool
        padding_mode: PaddingMode

    rank: ClassVar[int] = 2
    category: ClassVar[Category] = "convolution"
    stem: ClassVar[str] = "conv"
    rule: ClassVar[str] = "size = ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1"
    synonyms: ClassVar[tuple[str, ...]] = ("convolution", "filter", "kernel")
    positional: ClassVar[tuple[str, ...]] = ("in_channels", "out_channels")
    required: ClassVar[tuple[str, ...]] = ("out_channels", "kernel_size")

    @abstractmethod
    def _plan(self, shape: Shape) -> tuple[int, int]:
        """How many channels come out, and in how many groups."""

    @model_validator(mode="after")
    def _same_size(self) -> Self:
        if self.padding == "same" and self.stride != 1:
            raise ImpossibleError("padding “same” needs stride 1")
        return self

    def windows(self) -> Windows:
        """One for each dimension, “same” left aside."""
        padding = 0 if isinstance(self.padding, str) else self.padding
        return windows(self.rank, self.kernel_size, self.stride, padding, self.dilation)

    def _added(self) -> tuple[int, ...]:
        """Rows and columns added in all, both sides together."""
        if self.padding == "same":
            return tuple(w.dilation * (w.kernel - 1) for w in self.windows())
        return tuple(2 * window.padding for window in self.windows())

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        if len(shape) != self.rank + 1:
            expect_rank(self.title, shape, self.rank + 1)
        channels, groups = self._plan(shape)
        if shape[0] % groups:
            raise DivisibilityError("{layer}: {channels} input channels cannot be split into {groups} groups",
                                    layer=self.title, channels=shape[0], groups=groups)
        if self.padding_mode != "zeros":
            self._check_border(shape)
        if self.padding == "same":
            return (channels, *shape[1:])
        return channels, *slide(self.title, shape, self.windows())

    def _check_border(self, shape: Shape) -> None:
        spare = {"reflect": 1, "circular": 0}.get(self.padding_mode)
        larger = [-(-added // 2) for added in self._added()]
        if spare is not None and any(border > size - spare for border, size in zip(larger, shape[1:], strict=True)):
            raise ShapeError("{layer}: {mode} padding needs a border smaller than the {size} input", layer=self.title,
                             mode=self.padding_mode, size=shape_text(shape[1:]))

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"in_channels": shapes[0][0]}

    def _area(self) -> int:
        kernel = self.kernel_size
        return numel(kernel) if isinstance(kernel, tuple) else kernel**self.rank

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return self.facts(shapes).params

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        return self.facts(shapes).mult_adds

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return self.workspace_bytes(shapes, output)

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        # What torch copies the input into, where the convolution cannot add the border itself.
        if self.padding_mode != "zeros":
            added = self._added()
        elif self.padding != "same":
            return 0
        else:
            # Only the odd row or column needs a copy.
            added = tuple(total % 2 for total in self._added())
            if not any(added):
                return 0
        channels, *sizes = shapes[0]
        return numel((channels, *(size + more for size, more in zip(sizes, added, strict=True)))) * FLOAT_BYTES

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        output = self.output_shape(shapes)
        count, size = numel(output), numel(output) * FLOAT_BYTES
        weights = shapes[0][0] // self._plan(shapes[0])[1] * self._area()  # for each output channel
        params = output[0] * (weights + self.bias)
        copied = self.workspace_bytes(shapes, output)
        # A copy is kept in the input's place, except that these two modes keep both.
        saves_input = not copied or self.padding_mode in ("reflect", "replicate")
        return Facts(output, params, params, count * weights, saves_input, False, copied, False, False, size,
                     size + copied)

    def details(self) -> tuple[str, ...]:
        parts = [size_text(self.kernel_size, self.rank)]
        if self.stride != 1:
            parts.append(f"stride {option_text(self.stride)}")
        if self.padding != 0:
            parts.append(f"pad {option_text(self.padding)}")
        if self.dilation != 1:
            parts.append(f"dilation {option_text(self.dilation)}")
        return tuple(parts)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        if self.padding == "same":
            return (f"same: {shape_text(shapes[0][1:])} stays",)
        return formulas(shapes[0], self.windows())


class _Conv(_Convolution):
    """Any number of filters, each over all channels or over its group's."""

    if TYPE_CHECKING:
        groups: int

    out_channels: Count = Field(16, title="Output channels", description=OUT)

    @model_validator(mode="after")
    def _divisible(self) -> Self:
        if self.out_channels % self.groups:
            raise ImpossibleError("output channels ({channels}) must be divisible by groups ({groups})",
                                  channels=self.out_channels, groups=self.groups)
        return self

    def _plan(self, shape: Shape) -> tuple[int, int]:
        return self.out_channels, self.groups

    def details(self) -> tuple[str, ...]:
        return str(self.out_channels), *super().details(), f"groups {self.groups}" if self.groups != 1 else ""


@register
class Conv2d(_Conv):
    """2-d convolution (torch.nn.Conv2d; Dive into Deep Learning, section 7.2)."""

    title = "Conv 2d"
    torch = "nn.Conv2d"
    meaning = "Slides small filters over the image: each output channel is one learned pattern detector."

    kernel_size: Extent = Field(3, title="Kernel size", description="Height and width of each filter: 5 or 5×3.")
    stride: Extent = Field(1, title="Stride", description=STRIDE)
    padding: Margin | Literal["same", "valid"] = Field(
        0, title="Padding",
        description="Rows and columns added around the input: 2, 2×1 or “same” (keeps the size; stride 1).",
    )
    dilation: Extent = Field(1, title="Dilation", description=DILATION)
    groups: Count = Field(1, title="Groups", description=GROUPS)
    bias: bool = Field(True, title="Bias", description=BIAS)
    padding_mode: PaddingMode = Field("zeros", title="Padding mode", description=BORDER)


@register
class Conv1d(_Conv):
    """1-d convolution over a sequence or a signal (torch.nn.Conv1d)."""

    title = "Conv 1d"
    torch = "nn.Conv1d"
    meaning = "Slides small filters along a sequence: words, sound, measurements over time."
    rank = 1
    example = (4, 16)

    kernel_size: Extent1 = Field(3, title="Kernel size", description="Length of each filter.")
    stride: Extent1 = Field(1, title="Stride", description=STRIDE)
    padding: Margin1 | Literal["same", "valid"] = Field(
        0, title="Padding", description="Places added at each end: 2, or “same” (keeps the length; stride 1)."
    )
    dilation: Extent1 = Field(1, title="Dilation", description=DILATION)
    groups: Count = Field(1, title="Groups", description=GROUPS)
    bias: bool = Field(True, title="Bias", description=BIAS)
    padding_mode: PaddingMode = Field("zeros", title="Padding mode", description=BORDER)


@register
class Conv3d(_Conv):
    """3-d convolution over a volume or a video (torch.nn.Conv3d)."""

    title = "Conv 3d"
    torch = "nn.Conv3d"
    meaning = "Slides small filters through a volume: a scan, or a video over time."
    rank = 3
    example = (2, 6, 8, 8)

    kernel_size: Extent3 = Field(3, title="Kernel size", description="Depth, height and width: 3 or 3×5×5.")
    stride: Extent3 = Field(1, title="Stride", description=STRIDE)
    padding: Margin3 | Literal["same", "valid"] = Field(
        0, title="Padding", description="Border added around the input: 1, 1×2×2 or “same” (stride 1)."
    )
    dilation: Extent3 = Field(1, title="Dilation", description=DILATION)
    groups: Count = Field(1, title="Groups", description=GROUPS)
    bias: bool = Field(True, title="Bias", description=BIAS)
    padding_mode: PaddingMode = Field("zeros", title="Padding mode", description=BORDER)


@register
class DepthwiseConv2d(_Convolution):
    """One filter, or a few, for each channel by itself (torch.nn.Conv2d with groups = channels; MobileNet)."""

    title = "Depthwise conv 2d"
    torch = "nn.Conv2d"
    meaning = "Filters each channel by itself: far fewer weights. A 1×1 convolution after it mixes them."
    synonyms = ("separable", "mobilenet", "convolution", "groups")
    ours = frozenset({"multiplier"})

    multiplier: Annotated[int, Field(ge=1, le=1024)] = Field(
        1, title="Multiplier", description="How many filters, and so output channels, for each input channel."
    )
    kernel_size: Extent = Field(3, title="Kernel size", description="Height and width of each filter: 5 or 5×3.")
    stride: Extent = Field(1, title="Stride", description=STRIDE)
    padding: Margin | Literal["same", "valid"] = Field(
        0, title="Padding",
        description="Rows and columns added around the input: 2, 2×1 or “same” (keeps the size; stride 1).",
    )
    dilation: Extent = Field(1, title="Dilation", description=DILATION)
    bias: bool = Field(True, title="Bias", description=BIAS)
    padding_mode: PaddingMode = Field("zeros", title="Padding mode", description=BORDER)

    def _plan(self, shape: Shape) -> tuple[int, int]:
        return shape[0] * self.multiplier, shape[0]

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        channels = shapes[0][0]
        return {"in_channels": channels, "out_channels": channels * self.multiplier, "groups": channels}

    def details(self) -> tuple[str, ...]:
        return f"×{self.multiplier}" if self.multiplier != 1 else "", *super().details()

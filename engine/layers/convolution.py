"""Convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from engine.layers.base import (
    FLOAT_BYTES,
    Category,
    Count,
    DivisibilityError,
    Extent,
    Facts,
    Layer,
    Margin,
    Shape,
    ShapeError,
    Windows,
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


@register
class Conv2d(Layer):
    """2-d convolution (torch.nn.Conv2d; Dive into Deep Learning, section 7.2)."""

    title: ClassVar[str] = "Conv 2d"
    category: ClassVar[Category] = "convolution"
    torch: ClassVar[str] = "nn.Conv2d"
    stem: ClassVar[str] = "conv"
    meaning: ClassVar[str] = "Slides small filters over the image: each output channel is one learned pattern detector."
    rule: ClassVar[str] = "size = ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1"
    positional: ClassVar[tuple[str, ...]] = ("in_channels", "out_channels")
    required: ClassVar[tuple[str, ...]] = ("out_channels", "kernel_size")
    saves: ClassVar[frozenset[str]] = frozenset({"input"})

    out_channels: Count = Field(
        16, title="Output channels", description="How many filters, and so how many channels come out."
    )
    kernel_size: Extent = Field(3, title="Kernel size", description="Height and width of each filter: 5 or 5×3.")
    stride: Extent = Field(1, title="Stride", description="How far the filter moves at each step; 2 halves the size.")
    padding: Margin | Literal["same", "valid"] = Field(
        0, title="Padding",
        description="Rows and columns added around the input: 2, 2×1 or “same” (keeps the size; stride 1).",
    )
    dilation: Extent = Field(
        1, title="Dilation", description="Distance between the filter's points; 1 is a solid filter."
    )
    groups: Count = Field(
        1, title="Groups", description="Channels are split into this many parts that do not mix; = channels: depthwise."
    )
    bias: bool = Field(True, title="Bias", description="Adds one learned number to each output channel.")
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = Field(
        "zeros", title="Padding mode", description="What the added border is filled with."
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.padding == "same" and self.stride != 1:
            raise ValueError("padding “same” needs stride 1")
        if self.out_channels % self.groups:
            raise ValueError(f"output channels ({self.out_channels}) must be divisible by groups ({self.groups})")
        return self

    def windows(self) -> Windows:
        """Vertical and horizontal, “same” left aside."""
        padding = 0 if isinstance(self.padding, str) else self.padding
        return windows(self.kernel_size, self.stride, padding, self.dilation)

    def _added(self) -> tuple[int, ...]:
        """Rows and columns added in all, both sides together."""
        if self.padding == "same":
            return tuple(w.dilation * (w.kernel - 1) for w in self.windows())
        return (0, 0) if isinstance(self.padding, str) else tuple(2 * border for border in pair(self.padding))

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        expect_rank(self.title, shape, 3)
        if shape[0] % self.groups:
            raise DivisibilityError("{layer}: {channels} input channels cannot be split into {groups} groups",
                                    layer=self.title, channels=shape[0], groups=self.groups)
        if self.padding_mode != "zeros":
            self._check_border(shape)
        if self.padding == "same":
            return (self.out_channels, *shape[1:])
        return (self.out_channels, *slide(self.title, shape, self.windows()))

    def _check_border(self, shape: Shape) -> None:
        spare = {"reflect": 1, "circular": 0}.get(self.padding_mode)
        larger = [-(-added // 2) for added in self._added()]
        if spare is not None and any(border > size - spare for border, size in zip(larger, shape[1:], strict=True)):
            raise ShapeError("{layer}: {mode} padding needs a border smaller than the {size} input", layer=self.title,
                             mode=self.padding_mode, size=shape_text(shape[1:]))

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"in_channels": shapes[0][0]}

    def _weights_per_output(self, shapes: Sequence[Shape]) -> int:
        return shapes[0][0] // self.groups * numel(pair(self.kernel_size))

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return self.out_channels * (self._weights_per_output(shapes) + self.bias)

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * self._weights_per_output(shapes)

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
        channels, height, width = shapes[0]
        return channels * (height + added[0]) * (width + added[1]) * FLOAT_BYTES

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        facts = super().facts(shapes)
        if not facts.saves_bytes:
            return facts
        # The copy is kept in the input's place, except that these two modes keep both.
        return facts._replace(saves_input=self.padding_mode in ("reflect", "replicate"))

    def summary(self) -> str:
        parts = [str(self.out_channels), size_text(self.kernel_size)]
        if self.stride != 1:
            parts.append(f"stride {_short(self.stride)}")
        if self.padding != 0:
            parts.append(f"pad {_short(self.padding)}")
        if self.dilation != 1:
            parts.append(f"dilation {_short(self.dilation)}")
        if self.groups != 1:
            parts.append(f"groups {self.groups}")
        return " · ".join(parts)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        if self.padding == "same":
            return (f"same: {shape_text(shapes[0][1:])} stays",)
        return formulas(shapes[0], self.windows())


def _short(value: object) -> str:
    return shape_text(value) if isinstance(value, tuple) else str(value)

"""Blocks of convolutions in a row: conv–BN–ReLU, VGG and NiN (Dive into Deep Learning, sections 8.2 and 8.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from engine.blocks.base import Block, Drawing
from engine.graph.graph import Graph
from engine.layers.activation import ReLU
from engine.layers.base import Count, Shape, expect_rank, register
from engine.layers.convolution import Conv2d
from engine.layers.normalization import BatchNorm2d
from engine.layers.pooling import MaxPool2d
from engine.layers.spatial import Extent, Margin, size_text
from engine.messages import ImpossibleError


@register
class ConvBNReLU(Block):
    """Convolution, batch norm, ReLU."""

    title = "Conv–BN–ReLU"
    stem = "cbr"
    meaning = "The usual three together: a convolution, batch normalization and ReLU."
    example = (16, 14, 14)

    out_channels: Count = Field(64, title="Output channels", description="How many channels come out.")
    kernel_size: Extent = Field(3, title="Kernel size", description="Height and width of the filters.")
    stride: Extent = Field(1, title="Stride", description="2 halves height and width.")
    padding: Margin | Literal["same"] = Field(1, title="Padding", description="Rows and columns added around.")
    bias: bool = Field(False, title="Bias", description="Of the convolution; batch norm makes it superfluous.")

    @model_validator(mode="after")
    def _same_size(self) -> Self:
        if self.padding == "same" and self.stride != 1:
            raise ImpossibleError("padding “same” needs stride 1")
        return self

    def expand(self, shapes: Sequence[Shape]) -> Graph:
        expect_rank(self.title, shapes[0], 3)
        conv = Conv2d(out_channels=self.out_channels, kernel_size=self.kernel_size, stride=self.stride,
                      padding=self.padding, bias=self.bias)
        d = Drawing()
        d.add("conv", conv, "input")
        d.add("bn", BatchNorm2d(), "conv")
        d.add("act", ReLU(), "bn")
        return d.graph()

    def details(self) -> tuple[str, ...]:
        stride = f"stride {size_text(self.stride)}" if self.stride != 1 else ""
        return self.repeated(str(self.out_channels), size_text(self.kernel_size), stride)


@register
class VGG(Block):
    """Convolutions 3×3 with ReLU, then pooling that halves the size (Simonyan and Zisserman 2014)."""

    title = "VGG"
    stem = "vgg"
    meaning = "Small convolutions in a row see as far as a large one and need fewer weights."
    example = (16, 14, 14)

    num_convs: int = Field(2, ge=1, le=64, title="Convolutions", description="How many before the pooling.")
    out_channels: Count = Field(64, title="Output channels", description="Channels of every convolution.")

    def expand(self, shapes: Sequence[Shape]) -> Graph:
        expect_rank(self.title, shapes[0], 3)
        d, last = Drawing(), "input"
        for number in range(1, self.num_convs + 1):
            conv = Conv2d(out_channels=self.out_channels, kernel_size=3, padding=1)
            d.add(f"conv{number}", conv, last, key=f"net.{2 * number - 2}")
            last = d.add(f"act{number}", ReLU(), f"conv{number}", key=f"net.{2 * number - 1}")
        pool = MaxPool2d(kernel_size=2, stride=2)
        d.add("pool", pool, last, key=f"net.{2 * self.num_convs}")
        return d.graph()

    def details(self) -> tuple[str, ...]:
        return self.repeated(f"{self.num_convs} × {self.out_channels}")


@register
class NiN(Block):
    """A convolution, then two 1×1 convolutions, each with ReLU (Lin et al. 2013)."""

    title = "NiN"
    stem = "nin"
    meaning = "A small network at every pixel: 1×1 convolutions mix the channels a convolution found."
    example = (16, 14, 14)

    out_channels: Count = Field(96, title="Output channels", description="Channels of all three convolutions.")
    kernel_size: Extent = Field(3, title="Kernel size", description="Of the first convolution.")
    stride: Extent = Field(1, title="Stride", description="Of the first convolution.")
    padding: Margin = Field(1, title="Padding", description="Of the first convolution.")

    def expand(self, shapes: Sequence[Shape]) -> Graph:
        expect_rank(self.title, shapes[0], 3)
        first = Conv2d(out_channels=self.out_channels, kernel_size=self.kernel_size, stride=self.stride,
                       padding=self.padding)
        d, last = Drawing(), "input"
        for number, conv in enumerate([first, *[Conv2d(out_channels=self.out_channels, kernel_size=1)] * 2], 1):
            d.add(f"conv{number}", conv, last)
            last = d.add(f"act{number}", ReLU(), f"conv{number}")
        return d.graph()

    def details(self) -> tuple[str, ...]:
        stride = f"stride {size_text(self.stride)}" if self.stride != 1 else ""
        return self.repeated(str(self.out_channels), size_text(self.kernel_size), stride)

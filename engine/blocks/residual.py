"""The residual block (He et al. 2016; Dive into Deep Learning, section 8.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field

from engine.blocks.base import Block, Drawing
from engine.graph.graph import Graph
from engine.layers.activation import ReLU
from engine.layers.base import Count, Shape, expect_rank, register
from engine.layers.convolution import Conv2d
from engine.layers.merge import Add
from engine.layers.normalization import BatchNorm2d


@register
class Residual(Block):
    """Convolutions whose output is added to what came in (He et al. 2016)."""

    title = "Residual"
    stem = "residual"
    meaning = "Convolutions learn what to add to the input, so that deep networks stay trainable."
    example = (64, 14, 14)

    num_channels: Count = Field(64, title="Channels", description="Channels that come out.")
    stride: int = Field(
        1, ge=1, le=16, title="Stride", description="2 halves height and width; repeated, only the first does."
    )
    shortcut: Literal["auto", "identity", "convolution"] = Field(
        "auto", title="Shortcut",
        description="Auto: a 1×1 convolution where channels or stride change, the input itself elsewhere.",
    )
    bottleneck: bool = Field(
        False, title="Bottleneck", description="1×1 to a quarter of the channels, 3×3, 1×1 back, instead of two 3×3."
    )
    bias: bool = Field(True, title="Bias", description="Of the convolutions; batch norm makes it superfluous.")

    @property
    def class_name(self) -> str:
        return "Bottleneck" if self.bottleneck else "Residual"

    def copy_number(self, index: int) -> Self:
        return self.model_copy(update={"repeat": 1, "stride": self.stride if index == 0 else 1})

    def expand(self, shapes: Sequence[Shape]) -> Graph:
        expect_rank(self.title, shapes[0], 3)
        width, stride = self.num_channels, self.stride
        inner = max(1, width // 4)
        steps = [(width, 3, stride), (width, 3, 1)]
        if self.bottleneck:
            steps = [(inner, 1, 1), (inner, 3, stride), (width, 1, 1)]
        d, last = Drawing(), "input"
        for number, (channels, kernel, step) in enumerate(steps, 1):
            conv = Conv2d(out_channels=channels, kernel_size=kernel, stride=step, padding=kernel // 2, bias=self.bias)
            d.add(f"conv{number}", conv, last)
            last = d.add(f"bn{number}", BatchNorm2d(), f"conv{number}")
            if number < len(steps):
                last = d.add(f"act{number}", ReLU(), last)
        changes = stride != 1 or shapes[0][0] != width
        skip = "input"
        if self.shortcut == "convolution" or (self.shortcut == "auto" and changes):
            conv = Conv2d(out_channels=width, kernel_size=1, stride=stride, bias=self.bias)
            skip = d.add("shortcut", conv, "input")
        d.add("add", Add(), last, skip)
        d.add(f"act{len(steps)}", ReLU(), "add")
        return d.graph()

    def details(self) -> tuple[str, ...]:
        parts = [str(self.num_channels)]
        parts += [f"stride {self.stride}"] * (self.stride != 1) + ["bottleneck"] * self.bottleneck
        return self.repeated(*parts)

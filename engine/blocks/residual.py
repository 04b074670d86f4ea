"""The residual block (He et al. 2016; Dive into Deep Learning, section 8.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from engine.blocks.base import Block, Drawing
from engine.graph import Graph
from engine.layers.activation import ReLU
from engine.layers.base import Count, Shape, expect_rank, register
from engine.layers.convolution import Conv2d
from engine.layers.merge import Add
from engine.layers.normalization import BatchNorm2d


@register
class Residual(Block):
    """Conv 3×3, BN, ReLU, Conv 3×3, BN, plus a shortcut, ReLU."""

    title: ClassVar[str] = "Residual"
    stem: ClassVar[str] = "residual"
    meaning: ClassVar[str] = "Two convolutions learn what to add to the input, so that deep networks stay trainable."

    num_channels: Count = Field(64, title="Channels", description="Channels that come out.")
    stride: int = Field(1, ge=1, le=16, title="Stride", description="2 halves height and width.")
    shortcut: Literal["auto", "identity", "convolution"] = Field(
        "auto", title="Shortcut",
        description="Auto: a 1×1 convolution where channels or stride change, the input itself elsewhere.",
    )

    def expand(self, shapes: Sequence[Shape]) -> Graph:
        expect_rank(self.title, shapes[0], 3)
        width, stride = self.num_channels, self.stride
        d = Drawing()
        d.add("conv1", Conv2d(out_channels=width, kernel_size=3, stride=stride, padding=1), "input", at=(0, 1))
        d.add("bn1", BatchNorm2d(), "conv1", at=(0, 2))
        d.add("act1", ReLU(), "bn1", at=(0, 3))
        d.add("conv2", Conv2d(out_channels=width, kernel_size=3, padding=1), "act1", at=(0, 4))
        d.add("bn2", BatchNorm2d(), "conv2", at=(0, 5))
        changes = stride != 1 or shapes[0][0] != width
        skip = "input"
        if self.shortcut == "convolution" or (self.shortcut == "auto" and changes):
            skip = d.add("shortcut", Conv2d(out_channels=width, kernel_size=1, stride=stride), "input", at=(1, 2))
        d.add("add", Add(), "bn2", skip, at=(0, 6))
        d.add("act2", ReLU(), "add", at=(0, 7))
        return d.graph()

    def summary(self) -> str:
        return f"{self.num_channels}" if self.stride == 1 else f"{self.num_channels} · stride {self.stride}"

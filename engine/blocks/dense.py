"""Dense block and transition (Huang et al. 2017; Dive into Deep Learning, section 8.7)."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from engine.blocks.base import Block, Drawing
from engine.graph.graph import Graph
from engine.layers.activation import ReLU
from engine.layers.base import Count, Shape, expect_rank, register
from engine.layers.convolution import Conv2d
from engine.layers.merge import Concatenate
from engine.layers.normalization import BatchNorm2d
from engine.layers.pooling import AvgPool2d


@register
class Dense(Block):
    """Each BN, ReLU, Conv 3×3 adds its channels to all that came before."""

    title = "Dense block"
    stem = "dense"
    meaning = "Every convolution sees the outputs of all before it, and adds a few channels of its own."
    example = (16, 8, 8)

    @property
    def class_name(self) -> str:
        return "DenseBlock"

    num_convs: int = Field(4, ge=1, le=64, title="Convolutions", description="How many follow each other.")
    growth_rate: Count = Field(32, title="Growth rate", description="Channels that each convolution adds.")

    def expand(self, shapes: Sequence[Shape]) -> Graph:
        expect_rank(self.title, shapes[0], 3)
        d, last = Drawing(), "input"
        for number in range(1, self.num_convs + 1):
            part = f"net.{number - 1}"
            d.add(f"bn{number}", BatchNorm2d(), last, key=f"{part}.0")
            d.add(f"act{number}", ReLU(), f"bn{number}", key=f"{part}.1")
            conv = Conv2d(out_channels=self.growth_rate, kernel_size=3, padding=1)
            d.add(f"conv{number}", conv, f"act{number}", key=f"{part}.2")
            last = d.add(f"cat{number}", Concatenate(), last, f"conv{number}")
        return d.graph()

    def details(self) -> tuple[str, ...]:
        return self.repeated(str(self.num_convs), f"growth {self.growth_rate}")


@register
class Transition(Block):
    """BN, ReLU, Conv 1×1, average pooling that halves the size."""

    title = "Transition"
    stem = "transition"
    meaning = "Between dense blocks: fewer channels, half the height and width."
    example = (16, 8, 8)

    out_channels: Count | None = Field(
        None, title="Output channels", description="Channels that come out.",
        json_schema_extra={"empty": "half of those that come in"},
    )

    def expand(self, shapes: Sequence[Shape]) -> Graph:
        expect_rank(self.title, shapes[0], 3)
        channels = self.out_channels or max(1, shapes[0][0] // 2)
        d = Drawing()
        d.add("bn", BatchNorm2d(), "input")
        d.add("act", ReLU(), "bn")
        d.add("conv", Conv2d(out_channels=channels, kernel_size=1), "act")
        d.add("pool", AvgPool2d(kernel_size=2, stride=2), "conv")
        return d.graph()

    def details(self) -> tuple[str, ...]:
        return self.repeated(str(self.out_channels or "half the channels"))

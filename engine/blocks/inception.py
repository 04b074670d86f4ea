"""The inception block (Szegedy et al. 2015; Dive into Deep Learning, section 8.4)."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from engine.blocks.base import Block, Drawing
from engine.graph.graph import Graph
from engine.layers.activation import ReLU
from engine.layers.base import Count, Shape, expect_rank, register
from engine.layers.convolution import Conv2d
from engine.layers.merge import Concatenate
from engine.layers.pooling import MaxPool2d


@register
class Inception(Block):
    """Four branches side by side, joined along the channels; ReLU after every convolution."""

    title = "Inception"
    stem = "inception"
    meaning = "Looks at the image through windows of several sizes at once and keeps all the answers."

    example = (192, 14, 14)

    c1: Count = Field(64, title="1×1", description="Channels of the 1×1 branch.")
    c2a: Count = Field(96, title="3×3, reduced", description="Channels of the 1×1 convolution before the 3×3.")
    c2b: Count = Field(128, title="3×3", description="Channels of the 3×3 branch.")
    c3a: Count = Field(16, title="5×5, reduced", description="Channels of the 1×1 convolution before the 5×5.")
    c3b: Count = Field(32, title="5×5", description="Channels of the 5×5 branch.")
    c4: Count = Field(32, title="Pooled", description="Channels of the 1×1 convolution after the pooling.")

    def expand(self, shapes: Sequence[Shape]) -> Graph:
        expect_rank(self.title, shapes[0], 3)
        d = Drawing()

        def conv(branch: str, channels: int, kernel: int, after: str) -> str:
            layer = Conv2d(out_channels=channels, kernel_size=kernel, padding=kernel // 2)
            d.add(f"conv{branch}", layer, after)
            return d.add(f"act{branch}", ReLU(), f"conv{branch}")

        ends = [
            conv("1", self.c1, 1, "input"),
            conv("2b", self.c2b, 3, conv("2a", self.c2a, 1, "input")),
            conv("3b", self.c3b, 5, conv("3a", self.c3a, 1, "input")),
            conv("4", self.c4, 1, d.add("pool", MaxPool2d(kernel_size=3, stride=1, padding=1), "input")),
        ]
        d.add("cat", Concatenate(), *ends)
        return d.graph()

    def details(self) -> tuple[str, ...]:
        return self.repeated(f"{self.c1} ‖ {self.c2b} ‖ {self.c3b} ‖ {self.c4}")

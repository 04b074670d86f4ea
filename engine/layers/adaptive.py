"""Pooling whose output size is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from engine.layers.base import Category, Facts, Layer, Shape, expect_rank, numel, register
from engine.layers.pooling import INDEX_BYTES
from engine.layers.spatial import Extent1, one_number
from engine.units import UNKNOWN, shape_text

Kept = Extent1 | None  # a size, or “as it is”
Sizes1 = Extent1
Sizes2 = Annotated[Extent1 | tuple[Kept, Kept], one_number(2)] | None
Sizes3 = Annotated[Extent1 | tuple[Kept, Kept, Kept], one_number(3)] | None


class _Adaptive(Layer):
    """A grid of a fixed size over whatever comes in."""

    if TYPE_CHECKING:
        output_size: int | tuple[int | None, ...] | None

    rank: ClassVar[int] = 2
    category: ClassVar[Category] = "pooling"
    stem: ClassVar[str] = "pool"
    rule: ClassVar[str] = "channels stay; every other size becomes the output size"
    positional: ClassVar[tuple[str, ...]] = ("output_size",)
    required: ClassVar[tuple[str, ...]] = ("output_size",)

    def _sizes(self) -> tuple[int | None, ...]:
        return self.output_size if isinstance(self.output_size, tuple) else (self.output_size,) * self.rank

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], self.rank + 1)
        channels, *sizes = shapes[0]
        return (channels, *(size if want is None else want for want, size in zip(self._sizes(), sizes, strict=True)))

    def arguments(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        # torch takes None for one of them, but not instead of all.
        return {"output_size": self._sizes() if self.output_size is None else self.output_size}

    def details(self) -> tuple[str, ...]:
        return (shape_text([UNKNOWN if size is None else size for size in self._sizes()]),)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{shape_text(shapes[0][1:])} → {shape_text(self.output_shape(shapes)[1:])}",)


class _AdaptiveAvg(_Adaptive):
    synonyms: ClassVar[tuple[str, ...]] = ("global average pooling", "mean", "GAP")
    saves: ClassVar[frozenset[str]] = frozenset({"input"})

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        # Down to 1×1 torch takes a plain mean, which keeps nothing.
        facts = super().facts(shapes)
        return facts._replace(saves_input=any(size != 1 for size in facts.output_shape[1:]))


class _AdaptiveMax(_Adaptive):
    synonyms: ClassVar[tuple[str, ...]] = ("global max pooling", "maximum")
    saves: ClassVar[frozenset[str]] = frozenset({"input"})

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * INDEX_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * INDEX_BYTES


@register
class AdaptiveAvgPool2d(_AdaptiveAvg):
    """The mean over a grid of a fixed size (torch.nn.AdaptiveAvgPool2d; Network in Network, section 8.3)."""

    title = "Adaptive average pool"
    torch = "nn.AdaptiveAvgPool2d"
    meaning = "Averages into a grid of the size you choose; 1 averages each channel (global pooling)."

    output_size: Sizes2 = Field(
        1, title="Output size", description="Height and width that come out: 1, 7×7; “–” keeps that size as it is.",
        json_schema_extra={"empty": "as they are"},
    )


@register
class AdaptiveAvgPool1d(_AdaptiveAvg):
    """The mean over a fixed number of stretches (torch.nn.AdaptiveAvgPool1d)."""

    title = "Adaptive average pool 1d"
    torch = "nn.AdaptiveAvgPool1d"
    meaning = "Averages a sequence into the length you choose; 1 averages each channel over all of it."
    rank = 1
    example = (4, 16)

    output_size: Sizes1 = Field(1, title="Output size", description="Length that comes out.")


@register
class AdaptiveAvgPool3d(_AdaptiveAvg):
    """The mean over a grid of a fixed size (torch.nn.AdaptiveAvgPool3d)."""

    title = "Adaptive average pool 3d"
    torch = "nn.AdaptiveAvgPool3d"
    meaning = "Averages a volume into a grid of the size you choose; 1 averages each channel."
    rank = 3
    example = (2, 6, 8, 8)

    output_size: Sizes3 = Field(
        1, title="Output size", description="Depth, height and width that come out; “–” keeps that size as it is.",
        json_schema_extra={"empty": "as they are"},
    )


@register
class AdaptiveMaxPool1d(_AdaptiveMax):
    """The largest value in each of a fixed number of stretches (torch.nn.AdaptiveMaxPool1d)."""

    title = "Adaptive max pool 1d"
    torch = "nn.AdaptiveMaxPool1d"
    meaning = "Keeps the largest values of a sequence, as many as you choose for each channel."
    rank = 1
    example = (4, 16)

    output_size: Sizes1 = Field(1, title="Output size", description="Length that comes out.")


@register
class AdaptiveMaxPool2d(_AdaptiveMax):
    """The largest value in each cell of a grid of a fixed size (torch.nn.AdaptiveMaxPool2d)."""

    title = "Adaptive max pool"
    torch = "nn.AdaptiveMaxPool2d"
    meaning = "Keeps the largest value in each cell of a grid; 1 keeps one for each channel."

    output_size: Sizes2 = Field(
        1, title="Output size", description="Height and width that come out: 1, 7×7; “–” keeps that size as it is.",
        json_schema_extra={"empty": "as they are"},
    )


@register
class AdaptiveMaxPool3d(_AdaptiveMax):
    """The largest value in each cell of a grid of a fixed size (torch.nn.AdaptiveMaxPool3d)."""

    title = "Adaptive max pool 3d"
    torch = "nn.AdaptiveMaxPool3d"
    meaning = "Keeps the largest value in each cell of a grid over a volume."
    rank = 3
    example = (2, 6, 8, 8)

    output_size: Sizes3 = Field(
        1, title="Output size", description="Depth, height and width that come out; “–” keeps that size as it is.",
        json_schema_extra={"empty": "as they are"},
    )

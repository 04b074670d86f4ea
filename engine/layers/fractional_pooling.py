"""Pooling over windows of random place, so that an image can shrink by any ratio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator

from engine.layers.base import Category, KernelTooLargeError, Layer, Shape, expect_rank, numel, register
from engine.layers.pooling import INDEX_BYTES
from engine.layers.spatial import Extent, Extent3, Size, one_number, size_text, spread
from engine.messages import ImpossibleError
from engine.units import shape_text

Ratio = Annotated[float, Field(gt=0, lt=1)]


class _Fractional(Layer):
    """The largest value in windows of random place (Graham 2014)."""

    if TYPE_CHECKING:
        kernel_size: Size
        output_size: Size | None
        output_ratio: float | tuple[float, ...] | None

    rank: ClassVar[int] = 2
    category: ClassVar[Category] = "pooling"
    stem: ClassVar[str] = "pool"
    rule: ClassVar[str] = "size = the output size, or ⌊size · output ratio⌋, for each channel"
    synonyms: ClassVar[tuple[str, ...]] = ("random", "maximum")
    required: ClassVar[tuple[str, ...]] = ("kernel_size", "output_ratio")
    saves: ClassVar[frozenset[str]] = frozenset({"input"})

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.output_size is None) == (self.output_ratio is None):
            raise ImpossibleError("give either an output size or an output ratio")
        return self

    def _sizes(self, shape: Shape) -> tuple[int, ...]:
        if self.output_size is not None:
            return spread(self.output_size, self.rank)
        assert self.output_ratio is not None
        ratios = self.output_ratio if isinstance(self.output_ratio, tuple) else (self.output_ratio,) * self.rank
        return tuple(int(size * ratio) for size, ratio in zip(shape[1:], ratios, strict=True))

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        expect_rank(self.title, shape, self.rank + 1)
        sizes, kernels = self._sizes(shape), spread(self.kernel_size, self.rank)
        spare = self.rank == 3  # torch.nn.FractionalMaxPool3d wants one more place than it uses
        if any(out < 1 or out + kernel - 1 > size - spare
               for out, kernel, size in zip(sizes, kernels, shape[1:], strict=True)):
            raise KernelTooLargeError("{layer}: the {size} input has no {count} places for a {kernel} window",
                                      layer=self.title, size=shape_text(shape[1:]), count=shape_text(sizes),
                                      kernel=shape_text(kernels))
        return (shape[0], *sizes)

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * INDEX_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        # Where the windows lie is drawn for every example and channel.
        return numel(output) * INDEX_BYTES + output[0] * self.rank * 4

    def details(self) -> tuple[str, ...]:
        size = self.output_size if self.output_size is not None else self.output_ratio
        comes_out = size if not isinstance(size, tuple) else shape_text(size)
        return (f"{size_text(self.kernel_size, self.rank)} → {comes_out}",)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{shape_text(shapes[0][1:])} → {shape_text(self._sizes(shapes[0]))}",)


@register
class FractionalMaxPool2d(_Fractional):
    """Max pooling over windows of random place (torch.nn.FractionalMaxPool2d)."""

    title = "Fractional max pool"
    torch = "nn.FractionalMaxPool2d"
    meaning = "Max pooling whose windows lie at random, so that an image can shrink by any ratio."

    kernel_size: Extent = Field(2, title="Kernel size", description="Height and width of the window: 2 or 3×2.")
    output_size: Extent | None = Field(
        None, title="Output size", description="Height and width that come out.",
        json_schema_extra={"empty": "by the ratio"},
    )
    output_ratio: Annotated[Ratio | tuple[Ratio, Ratio], one_number(2)] | None = Field(
        0.5, title="Output ratio", description="Share of the size that stays.",
        json_schema_extra={"empty": "by the output size"},
    )


@register
class FractionalMaxPool3d(_Fractional):
    """Max pooling of volumes over windows of random place (torch.nn.FractionalMaxPool3d)."""

    title = "Fractional max pool 3d"
    torch = "nn.FractionalMaxPool3d"
    meaning = "Max pooling of a volume whose windows lie at random: it can shrink by any ratio."
    rank = 3
    example = (2, 6, 8, 8)

    kernel_size: Extent3 = Field(2, title="Kernel size", description="Depth, height and width: 2 or 1×2×2.")
    output_size: Extent3 | None = Field(
        None, title="Output size", description="Depth, height and width that come out.",
        json_schema_extra={"empty": "by the ratio"},
    )
    output_ratio: Annotated[Ratio | tuple[Ratio, Ratio, Ratio], one_number(3)] | None = Field(
        0.5, title="Output ratio", description="Share of the size that stays.",
        json_schema_extra={"empty": "by the output size"},
    )

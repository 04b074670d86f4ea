"""Borders around the input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from engine.layers.base import Category, Layer, Shape, ShapeError, expect_rank, register
from engine.layers.spatial import Margin1, one_number
from engine.units import shape_text

Sides1 = Annotated[Margin1 | tuple[Margin1, Margin1], one_number(2)]
Sides2 = Annotated[Margin1 | tuple[Margin1, Margin1, Margin1, Margin1], one_number(4)]
Sides3 = Annotated[Margin1 | tuple[Margin1, Margin1, Margin1, Margin1, Margin1, Margin1], one_number(6)]
ENDS = "How many values at each end: 2, or 2×0 for the start and the end."
SIDES = "How many rows and columns: 2, or four numbers for left, right, top and bottom."
FACES = "How many values: 2, or six numbers for left, right, top, bottom, front and back."


class _Pad(Layer):
    """What all borders share."""

    if TYPE_CHECKING:
        padding: int | tuple[int, ...]

    rank: ClassVar[int] = 2
    category: ClassVar[Category] = "shape"
    stem: ClassVar[str] = "pad"
    apart: ClassVar[frozenset[str]] = frozenset({"padding"})
    rule: ClassVar[str] = "size = size + what is added at both sides; channels stay"
    synonyms: ClassVar[tuple[str, ...]] = ("padding", "border")
    positional: ClassVar[tuple[str, ...]] = ("padding", "value")
    required: ClassVar[tuple[str, ...]] = ("padding",)
    spare: ClassVar[int | None] = None  # a border must be smaller than the size by this; None: any border

    def _sides(self) -> tuple[tuple[int, int], ...]:
        """Before and after, dimension by dimension; torch names the last dimension first."""
        given = self.padding if isinstance(self.padding, tuple) else (self.padding,) * (2 * self.rank)
        return tuple(zip(given[::2], given[1::2], strict=True))[::-1]

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        expect_rank(self.title, shape, self.rank + 1)
        sides, spare = self._sides(), self.spare
        if spare is not None and any(max(side) > size - spare for side, size in zip(sides, shape[1:], strict=True)):
            raise ShapeError("{layer} needs a border smaller than the {size} input", layer=self.title,
                             size=shape_text(shape[1:]))
        return (shape[0], *(size + sum(side) for size, side in zip(shape[1:], sides, strict=True)))

    def details(self) -> tuple[str, ...]:
        return (str(self.padding) if isinstance(self.padding, int) else ", ".join(map(str, self.padding)),)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{shape_text(shapes[0][1:])} → {shape_text(self.output_shape(shapes)[1:])}",)


@register
class ZeroPad1d(_Pad):
    """Adds zeros around a sequence (torch.nn.ZeroPad1d)."""

    title = "Zero pad 1d"
    torch = "nn.ZeroPad1d"
    meaning = "Adds zeros around a sequence."
    synonyms = ("padding", "border", "zeros")
    rank = 1
    example = (4, 16)

    padding: Sides1 = Field(1, title="Border", description=ENDS)


@register
class ZeroPad2d(_Pad):
    """Adds zeros around an image (torch.nn.ZeroPad2d)."""

    title = "Zero pad 2d"
    torch = "nn.ZeroPad2d"
    meaning = "Adds zeros around an image."
    synonyms = ("padding", "border", "zeros")

    padding: Sides2 = Field(1, title="Border", description=SIDES)


@register
class ZeroPad3d(_Pad):
    """Adds zeros around a volume (torch.nn.ZeroPad3d)."""

    title = "Zero pad 3d"
    torch = "nn.ZeroPad3d"
    meaning = "Adds zeros around a volume."
    synonyms = ("padding", "border", "zeros")
    rank = 3
    example = (2, 6, 8, 8)

    padding: Sides3 = Field(1, title="Border", description=FACES)


@register
class ConstantPad1d(_Pad):
    """Adds a fixed value around a sequence (torch.nn.ConstantPad1d)."""

    title = "Constant pad 1d"
    torch = "nn.ConstantPad1d"
    meaning = "Adds a fixed value around a sequence."
    rank = 1
    example = (4, 16)
    required = ("padding", "value")

    padding: Sides1 = Field(1, title="Border", description=ENDS)
    value: float = Field(0.0, ge=-1e6, le=1e6, title="Value", description="What is added.")


@register
class ConstantPad2d(_Pad):
    """Adds a fixed value around an image (torch.nn.ConstantPad2d)."""

    title = "Constant pad 2d"
    torch = "nn.ConstantPad2d"
    meaning = "Adds a fixed value around an image."
    required = ("padding", "value")

    padding: Sides2 = Field(1, title="Border", description=SIDES)
    value: float = Field(0.0, ge=-1e6, le=1e6, title="Value", description="What is added.")


@register
class ConstantPad3d(_Pad):
    """Adds a fixed value around a volume (torch.nn.ConstantPad3d)."""

    title = "Constant pad 3d"
    torch = "nn.ConstantPad3d"
    meaning = "Adds a fixed value around a volume."
    rank = 3
    example = (2, 6, 8, 8)
    required = ("padding", "value")

    padding: Sides3 = Field(1, title="Border", description=FACES)
    value: float = Field(0.0, ge=-1e6, le=1e6, title="Value", description="What is added.")


@register
class ReflectionPad1d(_Pad):
    """Continues a sequence over its edge as in a mirror (torch.nn.ReflectionPad1d)."""

    title = "Reflection pad 1d"
    torch = "nn.ReflectionPad1d"
    meaning = "Continues a sequence over its edge as in a mirror."
    synonyms = ("padding", "border", "mirror", "reflect")
    rank = 1
    example = (4, 16)
    spare = 1
    saves = frozenset({"input"})

    padding: Sides1 = Field(1, title="Border", description=ENDS)


@register
class ReflectionPad2d(_Pad):
    """Continues an image over its edge as in a mirror (torch.nn.ReflectionPad2d)."""

    title = "Reflection pad 2d"
    torch = "nn.ReflectionPad2d"
    meaning = "Continues an image over its edge as in a mirror."
    synonyms = ("padding", "border", "mirror", "reflect")
    spare = 1
    saves = frozenset({"input"})

    padding: Sides2 = Field(1, title="Border", description=SIDES)


@register
class ReflectionPad3d(_Pad):
    """Continues a volume over its edge as in a mirror (torch.nn.ReflectionPad3d)."""

    title = "Reflection pad 3d"
    torch = "nn.ReflectionPad3d"
    meaning = "Continues a volume over its edge as in a mirror."
    synonyms = ("padding", "border", "mirror", "reflect")
    rank = 3
    example = (2, 6, 8, 8)
    spare = 1
    saves = frozenset({"input"})

    padding: Sides3 = Field(1, title="Border", description=FACES)


@register
class ReplicationPad1d(_Pad):
    """Continues a sequence over its edge with the outermost values (torch.nn.ReplicationPad1d)."""

    title = "Replication pad 1d"
    torch = "nn.ReplicationPad1d"
    meaning = "Continues a sequence over its edge with the outermost values."
    synonyms = ("padding", "border", "replicate", "edge")
    rank = 1
    example = (4, 16)
    saves = frozenset({"input"})

    padding: Sides1 = Field(1, title="Border", description=ENDS)


@register
class ReplicationPad2d(_Pad):
    """Continues an image over its edge with the outermost values (torch.nn.ReplicationPad2d)."""

    title = "Replication pad 2d"
    torch = "nn.ReplicationPad2d"
    meaning = "Continues an image over its edge with the outermost values."
    synonyms = ("padding", "border", "replicate", "edge")
    saves = frozenset({"input"})

    padding: Sides2 = Field(1, title="Border", description=SIDES)


@register
class ReplicationPad3d(_Pad):
    """Continues a volume over its edge with the outermost values (torch.nn.ReplicationPad3d)."""

    title = "Replication pad 3d"
    torch = "nn.ReplicationPad3d"
    meaning = "Continues a volume over its edge with the outermost values."
    synonyms = ("padding", "border", "replicate", "edge")
    rank = 3
    example = (2, 6, 8, 8)
    saves = frozenset({"input"})

    padding: Sides3 = Field(1, title="Border", description=FACES)


@register
class CircularPad1d(_Pad):
    """Continues a sequence over its edge with its other end (torch.nn.CircularPad1d)."""

    title = "Circular pad 1d"
    torch = "nn.CircularPad1d"
    meaning = "Continues a sequence over its edge with its other end."
    synonyms = ("padding", "border", "wrap", "periodic")
    rank = 1
    example = (4, 16)
    spare = 0

    padding: Sides1 = Field(1, title="Border", description=ENDS)


@register
class CircularPad2d(_Pad):
    """Continues an image over its edge with its other end (torch.nn.CircularPad2d)."""

    title = "Circular pad 2d"
    torch = "nn.CircularPad2d"
    meaning = "Continues an image over its edge with its other end."
    synonyms = ("padding", "border", "wrap", "periodic")
    spare = 0

    padding: Sides2 = Field(1, title="Border", description=SIDES)


@register
class CircularPad3d(_Pad):
    """Continues a volume over its edge with its other end (torch.nn.CircularPad3d)."""

    title = "Circular pad 3d"
    torch = "nn.CircularPad3d"
    meaning = "Continues a volume over its edge with its other end."
    synonyms = ("padding", "border", "wrap", "periodic")
    rank = 3
    example = (2, 6, 8, 8)
    spare = 0

    padding: Sides3 = Field(1, title="Border", description=FACES)

"""Images made larger or smaller without weights, and patches taken out and put back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from engine.layers.base import (
    FLOAT_BYTES,
    Category,
    Count,
    DivisibilityError,
    Facts,
    Layer,
    MismatchError,
    RankError,
    Shape,
    ShapeError,
    expect_rank,
    numel,
    register,
)
from engine.layers.spatial import Extent, Extent1, Margin, Windows, size_text, slide, spread, windows
from engine.messages import ImpossibleError
from engine.units import setting_text, shape_text

Scale = Annotated[float, Field(ge=0.01, le=64)]
Factor = Annotated[int, Field(ge=1, le=1024)]
RANKS = {"linear": 2, "bilinear": 3, "bicubic": 3, "trilinear": 4}
WINDOW = "Height and width of each patch: 3 or 3×5."


class _Resampling(Layer):
    category: ClassVar[Category] = "shape"

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{shape_text(shapes[0])} → {shape_text(self.output_shape(shapes))}",)


@register
class Upsample(_Resampling):
    """Sequences, images and volumes resized (torch.nn.Upsample)."""

    title = "Upsample"
    torch = "nn.Upsample"
    stem = "up"
    meaning = "Makes an image larger (or smaller) by repeating or blending its values; learns nothing."
    rule = "size = the size you type, or ⌊size · scale⌋; channels stay"
    synonyms = ("resize", "interpolate", "scale", "enlarge")
    required = ("scale_factor",)

    size: Extent1 | tuple[Extent1, ...] | None = Field(
        None, title="Size", description="What comes out: 28 or 28×14.", json_schema_extra={"empty": "by the scale"}
    )
    scale_factor: Scale | tuple[Scale, ...] | None = Field(
        2.0, title="Scale", description="How many times larger: 2, 0.5 or 2×1.",
        json_schema_extra={"empty": "by the size"},
    )
    mode: Literal["nearest", "linear", "bilinear", "bicubic", "trilinear"] = Field(
        "nearest", title="Mode",
        description="Nearest repeats; linear is for sequences, bilinear and bicubic for images, trilinear for volumes.",
    )
    align_corners: bool | None = Field(
        None, title="Align corners", description="Whether the outermost values stay where they are. Not with nearest.",
        json_schema_extra={"empty": "off"},
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if (self.size is None) == (self.scale_factor is None):
            raise ImpossibleError("give either a size or a scale")
        if self.mode == "nearest" and self.align_corners is not None:
            raise ImpossibleError("“align corners” has no meaning with “nearest”")
        if () in (self.size, self.scale_factor) or len(self._given()) > 3:
            raise ImpossibleError("give one number, or one for each dimension")
        return self

    def _given(self) -> tuple[float, ...]:
        given = self.size if self.size is not None else self.scale_factor
        return given if isinstance(given, tuple) else ()

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        sizes = shapes[0][1:]
        if not 1 <= len(sizes) <= 3:
            raise RankError("{layer} expects channels×length, an image or a volume, got {shape}", layer=self.title,
                            shape=shape_text(shapes[0]))
        if self.mode in RANKS and len(shapes[0]) != RANKS[self.mode]:
            raise RankError("{layer}: “{mode}” does not suit {shape}", layer=self.title, mode=self.mode,
                            shape=shape_text(shapes[0]))
        if self._given() and len(self._given()) != len(sizes):
            raise ShapeError("{layer}: {count} numbers are given for the {rank} dimensions of {shape}",
                             layer=self.title, count=len(self._given()), rank=len(sizes), shape=shape_text(sizes))
        return (shapes[0][0], *self._sizes(sizes))

    def _sizes(self, sizes: Sequence[int]) -> tuple[int, ...]:
        if self.size is not None:
            return spread(self.size, len(sizes))
        scales = self.scale_factor if isinstance(self.scale_factor, tuple) else (self.scale_factor,) * len(sizes)
        made = tuple(int(size * (scale or 1)) for size, scale in zip(sizes, scales, strict=True))
        if 0 in made:
            raise ShapeError("{layer}: nothing is left of {size} at this scale", layer=self.title,
                             size=shape_text(sizes))
        return made

    def details(self) -> tuple[str, ...]:
        if self.size is not None:
            return shape_text(self._given() or (self.size,)), self.mode
        scales = [scale for scale in self._given() or (self.scale_factor,) if isinstance(scale, (int, float))]
        return f"×{'×'.join(map(setting_text, scales))}", self.mode


@register
class PixelShuffle(_Resampling):
    """Channels laid out as pixels (torch.nn.PixelShuffle; Shi et al. 2016)."""

    title = "Pixel shuffle"
    torch = "nn.PixelShuffle"
    stem = "shuffle"
    meaning = "Lays channels out as pixels: r² times fewer channels, an image r times larger."
    rule = "C·r² × H × W → C × H·r × W·r"
    synonyms = ("super-resolution", "depth to space", "subpixel")
    positional = ("upscale_factor",)
    required = ("upscale_factor",)

    upscale_factor: Factor = Field(2, title="Factor", description="How many times larger the image becomes.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], 3)
        (channels, height, width), factor = shapes[0], self.upscale_factor
        if channels % factor**2:
            raise DivisibilityError("{layer}: {channels} channels cannot be divided by {count}", layer=self.title,
                                    channels=channels, count=factor**2)
        return (channels // factor**2, height * factor, width * factor)

    def details(self) -> tuple[str, ...]:
        return (f"×{self.upscale_factor}",)


@register
class PixelUnshuffle(_Resampling):
    """Pixels laid out as channels (torch.nn.PixelUnshuffle)."""

    title = "Pixel unshuffle"
    torch = "nn.PixelUnshuffle"
    stem = "unshuffle"
    meaning = "Lays pixels out as channels: an image r times smaller, r² times more channels."
    rule = "C × H·r × W·r → C·r² × H × W"
    synonyms = ("space to depth", "patches")
    positional = ("downscale_factor",)
    required = ("downscale_factor",)

    downscale_factor: Factor = Field(2, title="Factor", description="How many times smaller the image becomes.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], 3)
        (channels, height, width), factor = shapes[0], self.downscale_factor
        if height % factor or width % factor:
            raise DivisibilityError("{layer}: {size} cannot be divided by {count}", layer=self.title,
                                    size=shape_text((height, width)), count=factor)
        return (channels * factor**2, height // factor, width // factor)

    def details(self) -> tuple[str, ...]:
        return (f"÷{self.downscale_factor}",)


@register
class ChannelShuffle(_Resampling):
    """Channels of several groups mixed like cards (torch.nn.ChannelShuffle; ShuffleNet)."""

    title = "Channel shuffle"
    torch = "nn.ChannelShuffle"
    stem = "shuffle"
    meaning = "Mixes the channels of several groups like cards, so that grouped convolutions exchange."
    rule = "The shape stays as it is; the groups must divide the channels."
    positional = ("groups",)
    required = ("groups",)

    groups: Count = Field(2, title="Groups", description="Into how many groups the channels are split.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        if len(shapes[0]) < 2:
            raise RankError("{layer} expects channels×length or an image, got {shape}", layer=self.title,
                            shape=shape_text(shapes[0]))
        if shapes[0][0] % self.groups:
            raise DivisibilityError("{layer}: {channels} input channels cannot be split into {groups} groups",
                                    layer=self.title, channels=shapes[0][0], groups=self.groups)
        return shapes[0]

    def details(self) -> tuple[str, ...]:
        return (f"{self.groups} groups",)


class _Patches(_Resampling):
    """Torch makes the output where a copy of the input was: it needs as much memory as the larger of the two."""

    rule: ClassVar[str] = "patches = Π (⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1)"

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        facts = super().facts(shapes)
        size = max(facts.output_bytes, numel(shapes[0]) * FLOAT_BYTES)
        return facts._replace(output_bytes=size, peak_bytes=size)


@register
class Unfold(_Patches):
    """Every patch of an image as a column (torch.nn.Unfold; “im2col”)."""

    title = "Unfold"
    torch = "nn.Unfold"
    stem = "unfold"
    meaning = "Cuts an image into patches and makes each a column of numbers."
    synonyms = ("im2col", "patches", "vision transformer")
    required = ("kernel_size",)
    apart = frozenset({"kernel_size"})

    kernel_size: Extent = Field(2, title="Patch size", description=WINDOW)
    dilation: Extent = Field(1, title="Dilation", description="Distance between the patch's points.")
    padding: Margin = Field(0, title="Padding", description="Border of zeros around the image.")
    stride: Extent = Field(1, title="Stride", description="How far the patches are apart.")

    def windows(self) -> Windows:
        """Vertical and horizontal."""
        return windows(2, self.kernel_size, self.stride, self.padding, self.dilation)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], 3)
        places = slide(self.title, shapes[0], self.windows())
        return (shapes[0][0] * numel(spread(self.kernel_size, 2)), numel(places))

    def details(self) -> tuple[str, ...]:
        return (size_text(self.kernel_size),)


@register
class Fold(_Patches):
    """Patches added up into an image (torch.nn.Fold; “col2im”)."""

    title = "Fold"
    torch = "nn.Fold"
    stem = "fold"
    meaning = "Puts columns back as patches of an image; where patches overlap, they add up."
    rule = "C·kernel × patches → C × output size"
    synonyms = ("col2im", "patches")
    required = ("output_size", "kernel_size")
    example = (8, 49)
    apart = frozenset({"kernel_size"})

    output_size: Extent = Field(8, title="Output size", description="Height and width of the image: 28 or 28×14.")
    kernel_size: Extent = Field(2, title="Patch size", description=WINDOW)
    dilation: Extent = Field(1, title="Dilation", description="Distance between the patch's points.")
    padding: Margin = Field(0, title="Padding", description="Border that is cut off.")
    stride: Extent = Field(1, title="Stride", description="How far the patches are apart.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], 2)
        size, area = spread(self.output_size, 2), numel(spread(self.kernel_size, 2))
        made = windows(2, self.kernel_size, self.stride, self.padding, self.dilation)
        places = numel(slide(self.title, (1, *size), made))
        if shapes[0][0] % area or shapes[0][1] != places:
            raise MismatchError("{layer}: an image of {size} has {places} patches of {area} numbers, got {shape}",
                                layer=self.title, size=shape_text(size), places=places, area=area,
                                shape=shape_text(shapes[0]))
        return (shapes[0][0] // area, *size)

    def details(self) -> tuple[str, ...]:
        return size_text(self.output_size), size_text(self.kernel_size)

"""Decoded images as eight bits, grey or colour: deep greys, transparency, orientation; in strips. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
from PIL import Image

STRIP = 2**20  # pixels that are copied at a time
FAR = 3.0  # decimals up to here are no bytes
FAINT = 0.25  # of the range of a transparent image's alpha: a drawing that has less on white is in the alpha alone
ORIENTATION = 0x0112
LYING = (5, 6, 7, 8)
_TURNED = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
           5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
           8: Image.Transpose.ROTATE_90}  # fmt: skip
_BITS = 258  # TIFF's tag for them
Transparency = Literal["on white", "alpha"]
Boundless = Literal["", "I", "F"]  # greys of 32 bits, which no file says the range of


class Extent(NamedTuple):
    """The least and the largest of some numbers."""

    least: float
    most: float


def joint(extents: Iterable[Extent]) -> Extent:
    """Of all of them."""
    least, most = zip(*extents, strict=True)
    return Extent(min(least), max(most))


def boundless(image: Image.Image) -> Boundless:
    """Whether the file does not say which number is white."""
    return image.mode if image.mode in ("I", "F") and _white(image) is None else ""  # type: ignore[return-value]


def _white(image: Image.Image) -> float | None:
    """The largest number that the file can hold, by its depth."""
    if image.mode.startswith("I;16"):
        bits = getattr(image, "tag_v2", {}).get(_BITS, (16,))
        return float(2 ** bits[0] - 1)
    return 65535.0 if image.mode == "I" and image.format in ("PPM", "PNG") else None


def is_deep(image: Image.Image) -> bool:
    """Whether it has grey of 16 bits, of which it may use few."""
    return image.mode[:1] == "I" and _white(image) == 65535


def extent_of(image: Image.Image) -> Extent:
    """Of its numbers, as far as they are finite."""
    return joint(map(_extent, _strips(image)))


def _extent(strip: Image.Image) -> Extent:
    values = np.asarray(strip)
    there = values[np.isfinite(values)]
    return Extent(float(there.min(initial=0)), float(there.max(initial=0)))


def white_of(extent: Extent, kind: Boundless) -> float:
    """Which number is white where none is said: 1, 255, 65535, or the largest that is there."""
    usual = (1.0, 255.0, 65535.0) if kind == "F" else (255.0, 65535.0)
    if kind == "F" and usual[0] < extent.most <= FAR:
        return extent.most
    return next((white for white in usual if extent.most <= white), extent.most)


def flat(image: Image.Image, channels: int, extent: Extent | None) -> tuple[Image.Image, Transparency | None]:
    """Grey or colour of eight bits, upright, and what became of transparency.

    ``extent`` is that of all images whose greys have no range of their own.
    """
    mode = "L" if channels == 1 else "RGB"
    image.load()  # some are turned by that
    turn = _TURNED.get(image.getexif().get(ORIENTATION, 1))
    plain, was = _solid(_in_bytes(image, extent), mode)
    return plain if turn is None else plain.transpose(turn), was


def _in_bytes(image: Image.Image, extent: Extent | None) -> Image.Image:
    """Deep greys, which PIL would cut off at 255, scaled to 0 … 255."""
    if image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        return image
    white = _white(image)
    if white is None:
        white = white_of(extent or extent_of(image), boundless(image))
    made = Image.new("L", image.size)
    for top, strip in _tops(image):
        made.paste(Image.fromarray(_as_bytes(np.asarray(strip), white)), (0, top))
    return made


def _as_bytes(values: Any, white: float) -> Any:
    plain = np.nan_to_num(values.astype(np.float64), posinf=white, neginf=0)
    return np.clip(np.rint(plain * (255 / white)), 0, 255).astype(np.uint8)


# -- transparency ------------------------------------------------------------------------------------------------------


def _solid(image: Image.Image, mode: str) -> tuple[Image.Image, Transparency | None]:
    """The image without transparency: a white drawing on nothing would be lost on white, a black one on black."""
    if not image.has_transparency_data:
        return image.convert(mode), None
    alpha = joint(Extent(*_alpha(strip).getextrema()) for strip in _strips(image))
    if alpha.least == 255:
        return image.convert(mode), None
    is_drawn = _shown(image) >= FAINT * (alpha.most - alpha.least)
    made = Image.new(mode, image.size)
    for top, strip in _tops(image):
        made.paste((_on_white(strip) if is_drawn else _alpha(strip)).convert(mode), (0, top))
    return made, "on white" if is_drawn else "alpha"


def _shown(image: Image.Image) -> float:
    """How much the image differs on white, in the colour where that is most."""
    bands = zip(*(_on_white(strip).convert("RGB").getextrema() for strip in _strips(image)), strict=True)
    extents = [joint(Extent(*each) for each in band) for band in bands]
    return max(each.most - each.least for each in extents)


def _alpha(strip: Image.Image) -> Image.Image:
    return strip.convert("RGBA").getchannel("A")


def _on_white(strip: Image.Image) -> Image.Image:
    made = Image.new("RGBA", strip.size, (255, 255, 255, 255))
    made.alpha_composite(strip.convert("RGBA"))
    return made


# -- strips ------------------------------------------------------------------------------------------------------------


def _strips(image: Image.Image) -> Iterator[Image.Image]:
    return (strip for _, strip in _tops(image))


def _tops(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Some rows at a time, and where they begin."""
    width, height = image.size
    count = max(1, STRIP // max(width, 1))
    for top in range(0, height, count):
        yield top, image.crop((0, top, width, min(height, top + count)))

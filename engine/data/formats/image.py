"""One image file as an array of bytes: any mode, any size, turned upright. No torch."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.data.formats.arrays import Bytes
from engine.files import opened, parsing
from engine.messages import LayerloomError, Message, say
from engine.units import bytes_text

SUFFIXES = frozenset({
    ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp",  # torchvision's own
    ".gif", ".apng", ".avif", ".dib", ".ico", ".jfif", ".jp2", ".pbm", ".pcx", ".pnm", ".tga",
})  # fmt: skip
# PIL tells kinds by what files hold; others, such as PostScript, would be drawn by programs that run them
_KINDS = ("AVIF", "BMP", "DIB", "GIF", "ICO", "JPEG", "JPEG2000", "PCX", "PNG", "PPM", "TGA", "TIFF", "WEBP")
MOST_BYTES = 2**29  # of a file
MOST_PIXELS = 2**26
FREE_PIXELS, PACKED = 2**22, 2000  # more pixels than these are at most so many for each byte of the file
FAINT = 0.25  # of the range of a transparent image's alpha: a drawing that has less on white is in the alpha alone
_GREY = frozenset({"1", "L", "LA", "La", "I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_ORIENTATION = 0x0112
Transparency = Literal["on white", "alpha"]


class ImageError(LayerloomError):
    """The file cannot be read as an image; ``message`` says why, without its name."""


def _refused(reason: Message) -> ImageError:
    return ImageError("{reason}", reason=reason)


class Header(NamedTuple):
    """What the beginning of a file says."""

    height: int
    width: int
    is_grey: bool


class Picture(NamedTuple):
    """The pixels, and what became of transparency where there was any."""

    pixels: Bytes
    was: Transparency | None


def read_header(path: Path) -> Header:
    """Size after turning upright, and whether there is no colour. Raises ImageError."""
    with _opened(path) as image:
        width, height = image.size
        if image.getexif().get(_ORIENTATION) in (5, 6, 7, 8):  # lies on its side
            width, height = height, width
        return Header(height, width, image.mode in _GREY)


def read_picture(path: Path, channels: int, height: int, width: int) -> Picture:
    """uint8 channels×height×width (1 grey, 3 colour), resized by PIL's bilinear rule. Raises ImageError.

    Of an animation it is the first frame. What is transparent is put on white, unless only the alpha has the drawing.
    """
    with _opened(path) as image:
        solid, was = _made_solid(ImageOps.exif_transpose(_in_bytes(image)))
        plain = solid.convert("L" if channels == 1 else "RGB")
        if plain.size != (width, height):
            plain = plain.resize((width, height), Image.Resampling.BILINEAR)
        pixels = np.asarray(plain)
    return Picture(pixels[None] if channels == 1 else np.ascontiguousarray(pixels.transpose(2, 0, 1)), was)


def _made_solid(image: Image.Image) -> tuple[Image.Image, Transparency | None]:
    """The image without transparency: a white drawing on nothing would be lost on white, a black one on black."""
    if not image.has_transparency_data:
        return image, None
    whole = image.convert("RGBA")
    alpha = whole.getchannel("A")
    least, most = alpha.getextrema()
    if least == 255:
        return image, None
    on_white = Image.new("RGBA", whole.size, (255, 255, 255, 255))
    on_white.alpha_composite(whole)
    shown = max(high - low for low, high in on_white.convert("RGB").getextrema())  # type: ignore[misc]
    if shown < FAINT * (most - least):  # type: ignore[operator]
        return alpha, "alpha"
    return on_white, "on white"


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with parsing(_refused, _refused, say("it is damaged or cut short")), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata and large images
        with opened(path, MOST_BYTES) as file:
            try:
                image = Image.open(file, formats=_kinds())
            except UnidentifiedImageError as error:
                raise _refused(say("it is not an image")) from error
            except Image.DecompressionBombError as error:
                raise _refused(say("it is too large")) from error
            with image:
                _expect_size(image, os.fstat(file.fileno()).st_size)
                yield image


@lru_cache(maxsize=1)
def _kinds() -> tuple[str, ...]:
    """Those of our kinds that the installed PIL can read."""
    Image.init()
    return tuple(kind for kind in _KINDS if kind in Image.OPEN)


def _expect_size(image: Image.Image, size: int) -> None:
    """Before anything is decoded. Raises ImageError."""
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _refused(say("it is too large: {height}×{width} pixels", height=height, width=width))
    if width * height > max(FREE_PIXELS, PACKED * size):
        raise _refused(say("it says to have {height}×{width} pixels, which cannot be in {size}", height=height,
                           width=width, size=bytes_text(size)))


def _in_bytes(image: Image.Image) -> Image.Image:
    """16-bit and decimal greys, which PIL would cut off at 255, scaled to 0 … 255."""
    if image.mode not in _GREY - {"1", "L", "LA", "La"}:
        return image
    values: Any = np.asarray(image).astype(np.float64)
    values = np.nan_to_num(values)
    most = values.max(initial=0)
    if image.mode.startswith("I;16") or 255 < most <= 65535:
        values = values / 257
    elif image.mode == "F" and most <= 1:
        values = values * 255
    elif most > 65535:
        values = values * (255 / most)
    made = Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))
    made.info.update(image.info)
    if _ORIENTATION in image.getexif():
        made.getexif()[_ORIENTATION] = image.getexif()[_ORIENTATION]
    return made

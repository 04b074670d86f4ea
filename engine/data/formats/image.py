"""One image file as an array of bytes: any mode, any size, turned upright. No torch."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from engine.data.formats.arrays import Bytes
from engine.data.formats.image_kinds import HEAD, instead_of_image
from engine.data.formats.pixels import (
    LYING,
    ORIENTATION,
    Boundless,
    Extent,
    Transparency,
    boundless,
    extent_of,
    flat,
    is_deep,
)
from engine.files import opened, parsing
from engine.messages import LayerloomError, Message, say
from engine.units import bytes_text

# PIL tells kinds by what files hold; others, such as PostScript, would be drawn by programs that run them
_KINDS = ("AVIF", "BMP", "DIB", "GIF", "ICO", "JPEG", "JPEG2000", "PCX", "PNG", "PPM", "TGA", "TIFF", "WEBP")
MOST_BYTES = 2**29  # of a file
MOST_PIXELS = 2**26
FREE_PIXELS, PACKED = 2**22, 2000  # more pixels than these are at most so many for each byte of the file
_GREY = frozenset({"1", "L", "LA", "La", "I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_WIDTH, _HEIGHT = 256, 257  # tags of TIFF


class ImageError(LayerloomError):
    """The file cannot be read as an image; ``message`` says why, without its name."""


def _refused(reason: Message) -> ImageError:
    return ImageError("{reason}", reason=reason)


class Header(NamedTuple):
    """What the beginning of a file says."""

    height: int
    width: int
    is_grey: bool
    boundless: Boundless = ""
    has_more: bool = False  # pictures than the first: pages, frames


class Picture(NamedTuple):
    """The pixels, and what became of transparency where there was any."""

    pixels: Bytes
    was: Transparency | None
    most: float | None = None  # the largest number of 16 bits


def read_header(path: Path) -> Header:
    """Size after turning upright, and whether there is no colour. Raises ImageError."""
    with _opened(path) as image:
        width, height = _size(image)
        if image.getexif().get(ORIENTATION) in LYING:
            width, height = height, width
        return Header(height, width, image.mode in _GREY, boundless(image), _has_more(image))


def _has_more(image: Image.Image) -> bool:
    """Whether there is a second picture: it is looked for, not decoded; a damaged one is there too."""
    try:
        with parsing(_refused, _refused, say("it is damaged or cut short")):
            return bool(getattr(image, "is_animated", False))
    except ImageError:
        return True


def _size(image: Image.Image) -> tuple[int, int]:
    """As it is stored: of TIFF some versions of PIL say it upright, some do not."""
    tags = getattr(image, "tag_v2", {})
    return (tags[_WIDTH], tags[_HEIGHT]) if _WIDTH in tags and _HEIGHT in tags else image.size


def read_extent(path: Path) -> Extent:
    """The least and the largest number of an image whose greys have no range of their own. Raises ImageError."""
    with _opened(path) as image:
        return extent_of(image)


def read_picture(path: Path, channels: int, height: int, width: int, extent: Extent | None = None) -> Picture:
    """uint8 channels×height×width (1 grey, 3 colour), resized by PIL's bilinear rule. Raises ImageError.

    Of an animation it is the first frame. What is transparent is put on white, unless only the alpha has the drawing.
    ``extent`` is that of all images like it, where greys have no range of their own.
    """
    with _opened(path) as image:
        most = extent_of(image).most if is_deep(image) else None
        plain, was = flat(image, channels, extent)
        if plain.size != (width, height):
            plain = plain.resize((width, height), Image.Resampling.BILINEAR)
        pixels = np.asarray(plain)
    return Picture(pixels[None] if channels == 1 else np.ascontiguousarray(pixels.transpose(2, 0, 1)), was, most)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with parsing(_refused, _refused, say("it is damaged or cut short")), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata and large images
        with opened(path, MOST_BYTES) as file:
            try:
                image = Image.open(file, formats=_kinds())
            except UnidentifiedImageError as error:
                file.seek(0)
                raise _refused(instead_of_image(file.read(HEAD))) from error
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

"""One image file as an array of bytes: any mode, any size, turned upright. No torch."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.data.formats.arrays import Bytes
from engine.files import reason_of_os_error
from engine.messages import Message, say

SUFFIXES = frozenset({
    ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp",  # torchvision's own
    ".gif", ".apng", ".avif", ".dib", ".ico", ".jfif", ".jp2", ".pbm", ".pcx", ".pnm", ".tga",
})  # fmt: skip
_GREY = frozenset({"1", "L", "LA", "La", "I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_ORIENTATION = 0x0112


class ImageError(Exception):
    """The file cannot be read as an image; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class Header(NamedTuple):
    """What the beginning of a file says."""

    height: int
    width: int
    is_grey: bool


def read_header(path: Path) -> Header:
    """Size after turning upright, and whether there is no colour. Raises ImageError."""
    with _opened(path) as image:
        width, height = image.size
        if image.getexif().get(_ORIENTATION) in (5, 6, 7, 8):  # lies on its side
            width, height = height, width
        return Header(height, width, image.mode in _GREY)


def read_image(path: Path, channels: int, height: int, width: int) -> Bytes:
    """uint8 channels×height×width (1 grey, 3 colour), resized by PIL's bilinear rule. Raises ImageError.

    Of an animation it is the first frame; transparency is dropped, as torchvision does it.
    """
    with _opened(path) as image:
        upright = ImageOps.exif_transpose(_in_bytes(image))
        plain = upright.convert("L" if channels == 1 else "RGB")
        if plain.size != (width, height):
            plain = plain.resize((width, height), Image.Resampling.BILINEAR)
        pixels = np.asarray(plain)
    return pixels[None] if channels == 1 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata and large images
            with Image.open(path) as image:
                yield image
    except UnidentifiedImageError as error:
        raise ImageError(say("it is not an image")) from error
    except Image.DecompressionBombError as error:
        raise ImageError(say("it is too large")) from error
    except OSError as error:
        reason = reason_of_os_error(error) if error.errno else "it is damaged or cut short"
        raise ImageError(say("{reason}", reason=reason)) from error
    except Exception as error:  # PIL's readers raise nearly anything for a damaged file
        raise ImageError(say("it is damaged")) from error


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

"""A layer's output as pictures or bars: a plain value, made in any thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from PySide6.QtGui import QImage

from engine.units import value_text
from widgets.look.shades import Shade, picture, shade_of

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MOST_TILES = 36  # maps of one layer; the others are counted
LARGEST = 48  # pixels of a map's side: larger ones are made smaller
FEW = 24  # numbers that are drawn as bars
CELLS = 1600  # numbers drawn one by one; of more several stand in a cell, the largest of them
FLATTEST = 4  # how much wider than high a map is drawn at most


class Shown(NamedTuple):
    """``maps`` and ``cells`` have a picture; of maps it is one strip of tiles, in pixels h×w each, ``total`` in all."""

    kind: Literal["maps", "cells", "bars", "number", "fault"]
    picture: QImage | None = None
    tile: tuple[int, int] = (1, 1)
    tiles: int = 0
    total: int = 0
    values: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    text: str = ""
    most: float = 0.0

    @property
    def aspect(self) -> float:
        """Width over height of a tile as it is drawn."""
        height, width = self.tile
        return min(max(width / height, 1 / FLATTEST), float(FLATTEST))


def fault(text: str) -> Shown:
    """Why there is nothing to see."""
    return Shown("fault", text=text)


def shown(array: Array, labels: Sequence[str] = (), shade: Shade | None = None) -> Shown:
    """One example's output, without batch: C×H×W as maps, T×F as one picture, N as bars or cells, a number."""
    import numpy as np  # the window begins without it

    values = np.asarray(array, dtype=np.float32)
    if values.ndim >= 3 and values.shape[-2:] != (1, 1):
        return _maps(values.reshape(-1, *values.shape[-2:]), shade)
    if values.ndim == 2 and min(values.shape) > 1:
        return _maps(values[None], shade)
    return _flat(values.reshape(-1), labels)


def photo(pixels: Array) -> Shown:
    """An example as people see it: uint8 C×H×W, grey or in colours."""
    import numpy as np  # the window begins without it

    if len(pixels) not in (1, 3):
        return _maps(pixels.astype(np.float32) / 255, "grey")
    small = np.ascontiguousarray(_smaller(pixels[:, :, :], 4 * LARGEST).transpose(1, 2, 0))
    height, width, channels = small.shape
    form = QImage.Format.Format_RGB888 if channels == 3 else QImage.Format.Format_Grayscale8
    image = QImage(small.data, width, height, channels * width, form).convertToFormat(QImage.Format.Format_RGB32)
    return Shown("maps", image, (height, width), 1, 1, most=255.0)


def _maps(maps: Array, shade: Shade | None) -> Shown:
    import numpy as np  # loaded by now

    count, some = len(maps), _smaller(maps[:MOST_TILES], LARGEST)
    finite = some[np.isfinite(some)]
    least, most = (float(finite.min()), float(np.abs(finite).max())) if finite.size else (0.0, 0.0)
    tiles, height, width = some.shape
    strip = some.transpose(1, 0, 2).reshape(height, tiles * width)
    return Shown("maps", picture(strip, most, shade or shade_of(least)), (height, width), tiles, count, most=most,
                 text=f"{value_text(least)} … {value_text(float(finite.max()) if finite.size else 0.0)}")


def _smaller(maps: Array, largest: int) -> Array:
    """Every k-th row and column: a strongly reduced map is looked at in the panel."""
    step = max(1, -(-max(maps.shape[-2:]) // largest))
    return maps[..., ::step, ::step]


def _flat(values: Array, labels: Sequence[str]) -> Shown:
    import numpy as np  # loaded by now

    finite = values[np.isfinite(values)]
    most = float(np.abs(finite).max()) if finite.size else 0.0
    if len(values) == 1:
        return Shown("number", total=1, text=value_text(float(values[0])), values=(float(values[0]),), most=most)
    if len(values) <= FEW:
        names = tuple(labels) if len(labels) == len(values) else ()
        return Shown("bars", total=len(values), values=tuple(map(float, values)), labels=names, most=most)
    return _cells(values, most)


def _cells(values: Array, most: float) -> Shown:
    import numpy as np  # loaded by now

    count, together = len(values), -(-len(values) // CELLS)
    if together > 1:  # of each few the one that is largest in size
        padded = np.zeros(-(-count // together) * together, dtype=np.float32)
        padded[:count] = values
        groups = padded.reshape(-1, together)
        values = groups[np.arange(len(groups)), np.abs(np.nan_to_num(groups)).argmax(1)]
    rows = 2 if len(values) <= 160 else 4 if len(values) <= 480 else 8
    columns = -(-len(values) // rows)
    grid = np.zeros(rows * columns, dtype=np.float32)
    grid[: len(values)] = values
    least = float(np.nanmin(values)) if np.isfinite(values).any() else 0.0
    return Shown("cells", picture(grid.reshape(rows, columns), most, shade_of(least)), (rows, columns), 1, count,
                 most=most)

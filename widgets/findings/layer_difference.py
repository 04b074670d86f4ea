"""How far two samples are apart at one layer, and its small pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtGui import QImage

from widgets.look.shades import picture, shade_of

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MOST = 4  # maps of a layer that are drawn, beside and below each other
LARGEST = 64  # pixels of a map's side
CELLS = 256  # numbers of a layer without maps that are drawn


class LayerDifference(NamedTuple):
    """``relative``: ‖a − b‖ over the mean of ‖a‖ and ‖b‖; a picture is ready made or an array: H×W, C×H×W or N."""

    name: str
    first: QImage | Array | None
    second: QImage | Array | None
    difference: QImage | Array | None
    relative: float
    cosine: float


def images(row: LayerDifference) -> tuple[QImage | None, QImage | None, QImage | None]:
    """Its three pictures in the colours of now. Arrays share one scale: a faint difference is a small one."""
    import numpy as np  # the window begins without it

    arrays = [np.asarray(each, dtype=np.float32) for each in row[1:4]
              if each is not None and not isinstance(each, QImage)]
    numbers = [each[np.isfinite(each)] for each in arrays]
    most = max((float(np.abs(each).max()) for each in numbers if each.size), default=0.0)
    first, second, difference = (_image(each, most) for each in row[1:4])
    return first, second, difference


def _image(small: QImage | Array | None, most: float) -> QImage | None:
    if small is None or isinstance(small, QImage):
        return small
    import numpy as np  # loaded by now

    laid = _laid(np.asarray(small, dtype=np.float32))
    if not laid.size:
        return None
    finite = laid[np.isfinite(laid)]
    return picture(laid, most, shade_of(float(finite.min()) if finite.size else 0.0))


def _laid(values: Array) -> Array:
    """As rows and columns: one map, the first four of several, numbers in a square."""
    import numpy as np  # loaded by now

    if values.ndim >= 3 and values.shape[-2:] != (1, 1):
        maps = _fewer(values.reshape(-1, *values.shape[-2:]))[:MOST]
        if len(maps) < MOST:
            return np.concatenate(list(maps), axis=1)
        return np.concatenate([np.concatenate(list(maps[:2]), axis=1), np.concatenate(list(maps[2:]), axis=1)])
    if values.ndim == 2 and min(values.shape) > 1:
        return _fewer(values)
    flat = values.reshape(-1)[:CELLS]
    side = int(np.ceil(np.sqrt(len(flat))))
    padded = np.zeros(-(-len(flat) // side) * side if side else 0, dtype=np.float32)
    padded[: len(flat)] = flat
    return padded.reshape(-1, side) if side else padded.reshape(0, 0)


def _fewer(maps: Array) -> Array:
    """Every k-th row and column of what is large."""
    step = max(1, -(-max(maps.shape[-2:]) // LARGEST))
    return maps[..., ::step, ::step]

"""Numbers as colours: signed ones blue above 0 and red below, others from the ground to amber. Any thread."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtGui import QColor, QImage

from widgets.look import theme
from widgets.look.contrast import mixed

if TYPE_CHECKING:
    import numpy as np

Shade = Literal["signed", "positive", "grey"]
STEPS = 255  # on each side of 0


def shade_of(least: float) -> Shade:
    """Which colours suit values of which this is the least."""
    return "signed" if least < 0 else "positive"


def picture(values: np.ndarray[Any, Any], most: float, shade: Shade) -> QImage:
    """H×W numbers as H×W pixels; ``most`` in size has the full colour. What is no number is the error's colour, for
    ``grey`` (0 black, ``most`` white) as well."""
    import numpy as np  # the first picture of the window does without it

    table, finite = _array(shade, theme.current().name), np.isfinite(values)
    known = finite.all()
    plain = values if known else np.where(finite, values, 0)
    with np.errstate(over="ignore"):
        share = np.clip(plain * np.float32(STEPS / (most or 1.0)), -STEPS, STEPS)
    pixels = table[np.rint(share).astype(np.int32) + STEPS]
    if not known:
        pixels = np.where(finite, pixels, np.uint32(theme.color("warn").rgb()))
    height, width = pixels.shape
    pixels = np.ascontiguousarray(pixels)
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


@lru_cache(maxsize=8)
def _array(shade: Shade, name: str) -> np.ndarray[Any, Any]:
    import numpy as np  # loaded by now

    return np.asarray(_table(shade, name), dtype=np.uint32)


@lru_cache(maxsize=8)
def _table(shade: Shade, _theme: str) -> tuple[int, ...]:
    """Colours of −1 … 1."""
    ground = theme.color("raised")
    if shade == "grey":
        below, above, ground = QColor("black"), QColor("white"), QColor("black")
    elif shade == "positive":
        below, above, ground = theme.color("error"), theme.color("validation"), theme.color("panel")
    else:
        below, above = theme.color("error"), theme.color("accent")
    return tuple([mixed(ground, below, step / STEPS).rgb() for step in range(STEPS, 0, -1)]
                 + [mixed(ground, above, step / STEPS).rgb() for step in range(STEPS + 1)])


def shade_color(value: float, most: float, shade: Shade) -> QColor:
    """The colour of one number."""
    share = min(1.0, max(-1.0, value / (most or 1.0))) if value == value else 0.0
    return QColor(_table(shade, theme.current().name)[round(share * STEPS) + STEPS])

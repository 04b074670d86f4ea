"""The colour of a result: from a quiet one for the worst to one that stands out for the best."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor

from widgets.look import theme
from widgets.look.contrast import mixed

# Each step is also lighter (on dark) or darker (on light) than the one before, for those who see no hue.
_ON_DARK = ("#75688f", "#5b8be0", "#6fe3bd")
_ON_LIGHT = ("#b0a4c4", "#3f7fd0", "#0b5a41")
STEPS = 24


def tone(share: float | None, strength: float = 1.0) -> QColor:
    """The colour of a place between 0, the worst, and 1; None: of what has no result. A weak one is near the ground."""
    return _tone(None if share is None else round(share * STEPS), theme.current().name, strength)


@lru_cache(maxsize=512)
def _tone(step: int | None, look: str, strength: float) -> QColor:
    """Two hundred lines ask at every redraw; the colour is not to be changed."""
    full = theme.color("wire") if step is None else _of_step(step)
    return mixed(theme.color("panel"), full, strength)


def _of_step(step: int) -> QColor:
    stops = _ON_DARK if theme.current().dark else _ON_LIGHT
    at = step / STEPS * (len(stops) - 1)
    first = min(int(at), len(stops) - 2)
    return mixed(QColor(stops[first]), QColor(stops[first + 1]), at - first)

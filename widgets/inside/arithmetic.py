"""The real arithmetic of one number of a layer, as plain values: what is looked at, what is added up, term by term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from widgets.inside.shown import Array


class Window(NamedTuple):
    """A picture with what one number sees of it, and what that is multiplied by (H×W and h×w numbers).

    The window's corner and size are in pixels of the source; it may reach beyond it, as with padding.
    """

    source: Array
    row: float
    column: float
    height: float
    width: float
    kernel: Array | None = None  # None: nothing is multiplied, as in pooling
    part: float | None = None  # what this window alone adds to the result


class Line(NamedTuple):
    """``+ bias −0.113 = 1.761``: what stands out comes last."""

    text: str
    strong: str = ""


class Steps(NamedTuple):
    """One direction: windows (one for each channel that goes in), lines of arithmetic, and all terms as a table."""

    title: str = ""  # Channel 6, row 4, column 3
    windows: Sequence[Window] = ()
    result: float | None = None
    lines: Sequence[Line] = ()
    heading: Sequence[str] = ()
    terms: Sequence[Sequence[str | float]] = ()
    note: str = ""  # why there is nothing, or what is to be known

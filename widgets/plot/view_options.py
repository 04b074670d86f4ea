"""How curves are looked at: small values that the program may remember."""

from __future__ import annotations

from typing import Literal, NamedTuple

from widgets.plot.ways import AxisKind

What = Literal["validation", "training", "both"]  # of the other runs
WHATS: tuple[What, ...] = ("validation", "training", "both")
MOST_SMOOTH = 0.99


class ViewOptions(NamedTuple):
    """The axis below, how much is smoothed, the axis beside, and which curves of other runs."""

    axis: AxisKind = "epochs"
    smoothing: float = 0.0  # 0 … 0.99
    log: bool = False
    what: What = "validation"

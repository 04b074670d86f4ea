"""When a run was where, so that its curves can be drawn over time. No torch."""

from __future__ import annotations

from typing import NamedTuple

from engine.training.events import Point

APART = 0.5  # seconds: between two of them a run learns evenly


class Time(NamedTuple):
    """So many seconds after it began, without pauses, a run had learned so many epochs."""

    position: float
    seconds: float


def is_due(point: Point, last: Time | None) -> bool:
    """Whether the time of this point is to be kept; nan is no time."""
    return point.seconds == point.seconds if last is None else point.seconds - last.seconds >= APART

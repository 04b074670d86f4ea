"""What a sweep says while it goes on: light frozen values. No torch."""

from __future__ import annotations

from dataclasses import dataclass

from engine.messages import Message
from engine.runs.sweeping.opened import Member, Sweep


@dataclass(frozen=True, slots=True)
class SweepBegan:
    """It begins, or goes on, from how it is now."""

    sweep: Sweep


@dataclass(frozen=True, slots=True)
class RunBegan:
    """A run begins, or goes on after so many whole epochs."""

    member: Member
    after: int = 0


@dataclass(frozen=True, slots=True)
class RunAdvanced:
    """How far a run is, in epochs, and the measure of its last whole one and of the best."""

    index: int
    position: float
    epochs: int
    last: float
    best: float


@dataclass(frozen=True, slots=True)
class RunHeld:
    """A run waits at a rung for the others, or was left by hand or because the time was over; it can go on."""

    member: Member


@dataclass(frozen=True, slots=True)
class RunEnded:
    """A run is over: it came to its end, or to nothing, or halving has stopped it, as its state and reason say."""

    member: Member


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How many runs are trained at once from here on, and why."""

    count: int
    reason: Message


@dataclass(frozen=True, slots=True)
class SweepEnded:
    """The last event; ``stopped``: by hand."""

    sweep: Sweep
    stopped: bool = False


SweepEvent = SweepBegan | RunBegan | RunAdvanced | RunHeld | RunEnded | AtOnce | SweepEnded

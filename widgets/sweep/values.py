"""What a sweep is asked for and shown as: plain values, of which no widget asks where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Value = str | float | bool | None  # None: this member has no such field
Kind = Literal["words", "linear", "log", "result"]  # result: linear, outliers at its ends
State = Literal["waiting", "running", "done", "stopped", "failed"]  # stopped: by the sweep, which says why
Curve = tuple[tuple[float, float], ...]  # epoch, value


LARGEST = 1e100  # what has run away further is compared with nothing


def is_plain(number: float) -> bool:
    """Whether it can be drawn and compared: finite, and so can be what is between two of them."""
    return abs(number) <= LARGEST


@dataclass(frozen=True)
class FieldChoice:
    """A field that a sweep may try values of: “Learning rate”, “conv2: channels”."""

    id: str
    title: str
    group: str = ""  # what it is part of: “Recipe”, “Layers”
    hint: str = ""  # values as one types them, for this field: “0.01, 0.1, 1 or 0.001 .. 1”
    now: str = ""  # what it is without a sweep


@dataclass(frozen=True)
class SweepWish:
    """What a person wants tried. Without axes the program chooses them; None: it decides that too."""

    axes: tuple[tuple[str, str], ...] = ()  # id of a field, its values as they were typed
    minutes: float | None = None
    runs: int | None = None
    seeds: int = 1
    halving: bool = False
    processes: int | None = None


@dataclass(frozen=True)
class FieldAxis:
    """A field that was tried. ``words``: in this order where it is no number; others follow as they come."""

    title: str
    kind: Kind = "words"
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Member:
    """One run of a sweep. ``reason``: why it is in its state, in words; without one the state speaks for itself."""

    key: str
    title: str  # its setting in words
    values: tuple[Value, ...] = ()  # one a field
    state: State = "waiting"
    reason: str = ""
    best: float | None = None
    last: float | None = None
    curve: Curve = ()
    epochs: int = 0  # that are done
    planned: int = 0

    @property
    def result(self) -> float | None:
        """Its best, where that is a number to be compared."""
        return self.best if self.best is not None and is_plain(self.best) else None


@dataclass(frozen=True)
class SweepShown:
    """A sweep as it is now."""

    fields: tuple[FieldAxis, ...] = ()
    members: tuple[Member, ...] = ()
    measure: str = ""  # its title
    larger_is_better: bool = True
    head: str = ""  # how far it is, in one line
    importance: tuple[tuple[str, float], ...] | None = None  # title of a field, its share of 1; None: not known
    said: tuple[str, ...] = ()  # sentences about the whole
    unsure: str = ""  # why the importance is not known, or how far to trust it


@dataclass(frozen=True)
class Waiting:
    """A row of the queue: something that trains, or waits until it may."""

    key: str
    network: str
    what: str  # in words: “trains”, “sweep of 12 runs”, “goes on at epoch 5”
    estimate: str = ""
    running: bool = False
    progress: float | None = None  # 0 … 1, of one that runs
    can_meanwhile: bool = False  # it could train beside what trains now
    meanwhile: bool = False
    hint: str = ""  # what training meanwhile would come to, or why it cannot

"""A line of the book: a run, a series or a sweep, with all that a table of runs shows of it. No torch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.messages import Message

if TYPE_CHECKING:
    from engine.runs.opened import Run

State = Literal["running", "ended", "stopped", "left", "damaged"]
Kind = Literal["run", "series", "sweep"]
Part = Literal["best", "last", "train", "test"]
PARTS: tuple[Part, ...] = ("best", "last", "train", "test")


@dataclass(frozen=True)
class Entry:
    """What is known of a run without opening it.

    ``numbers`` are metrics by part: validation in the best and in the last epoch, training and test in the best; where
    there is no validation, ``best`` and ``last`` are of training. ``changed`` is what it has otherwise than ``base``,
    None while nobody has looked yet. Runs with one ``course`` differ in nothing but their seed.
    """

    folder: Path
    network: str
    begun: datetime
    number: str = ""  # of the runs of this network: “7”; of a series' members “7.2”
    kind: Kind = "run"
    state: State = "ended"
    title: str = ""  # of a series' member
    numbers: Mapping[Part, Mapping[str, float]] = field(default_factory=dict)
    measure: str = ""  # the metric that chose the best epoch; “”: the last one counts
    is_larger_better: bool = False
    best_epoch: int = 0
    epochs: int = 0  # that were learned
    planned: int = 0
    params: int = 0
    seconds: float = math.nan  # without pauses
    seed: int | None = None
    device: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    size: int = 0  # bytes on the disk, of a series with its members
    star: bool = False
    note: str = ""
    base: Path | None = None
    goes_on: bool = False  # with what its base had learned
    changed: tuple[Message, ...] | None = None
    course: str = ""
    facts: Mapping[str, float | str] = field(default_factory=dict)  # of its recipe and data, to be found by
    trouble: Message | None = None  # why it cannot be read
    reason: Message | None = None  # why a sweep's run came no further
    members: tuple[Entry, ...] = ()

    def value(self, part: Part, name: str) -> float:
        """A number, nan where there is none."""
        return self.numbers.get(part, {}).get(name, math.nan)

    @cached_property
    def runs(self) -> tuple[Entry, ...]:
        """Itself, or the runs of a series."""
        return tuple(run for member in self.members for run in member.runs) if self.members else (self,)

    @property
    def is_member(self) -> bool:
        """Whether it is one of a series or a sweep, as its number says."""
        return "." in self.number.rpartition("/")[2]

    @property
    def best_run(self) -> Entry:
        """Itself, or of a series or a sweep the run that came to most."""
        known = [run for run in self.runs if math.isfinite(run.value("best", run.measure))]
        if not self.members or not known:
            return self
        return (max if self.is_larger_better else min)(known, key=lambda run: run.value("best", run.measure))

    def open(self) -> Run:
        """All that is known of it, curves and weights too. Raises RunError, FileError."""
        from engine.runs.opened import open_run  # a table is shown without it

        return open_run(self.folder)

    def __iter__(self) -> Iterator[Entry]:
        """Its members."""
        return iter(self.members)

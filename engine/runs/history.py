"""What runs have shown so far: points within the epochs, epochs, remarks; of one run or of a series. No torch."""

from __future__ import annotations

from typing import NamedTuple

from engine.training.events import (
    EpochEnded,
    Event,
    Finished,
    MemberEnded,
    MemberStarted,
    Metrics,
    Point,
    RateChanged,
    Remark,
    SeriesFinished,
    Summary,
)


class EpochRow(NamedTuple):
    """One judged epoch; ``position`` is ``epoch`` unless the run was stopped within it."""

    epoch: int
    train: Metrics
    validation: Metrics
    position: float


class History:
    """Grows with the events of one run; curves, tables and pictures read it."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.epochs: list[EpochRow] = []
        self.best_epoch: int | None = None
        self.remarks: list[Remark] = []
        self.changes: list[RateChanged] = []

    def add(self, event: Event) -> None:
        """Take in any event; those that carry no numbers change nothing."""
        if isinstance(event, Point):
            self.points.append(event)
        elif isinstance(event, EpochEnded):
            self.epochs.append(EpochRow(event.epoch, event.train, event.validation, event.position))
            if event.is_best:
                self.best_epoch = event.epoch
        elif isinstance(event, Remark):
            self.remarks.append(event)
        elif isinstance(event, RateChanged):
            self.changes.append(event)


class Member:
    """One run of a series, or the only run (its title is empty then)."""

    def __init__(self, title: str = "", is_fold: bool = False) -> None:
        self.title, self.is_fold, self.history = title, is_fold, History()
        self.summary: Summary | None = None


class Histories:
    """Grows with the events of a run or of a series; ``members`` are its runs in order."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.series: SeriesFinished | None = None
        self.count = 1  # of runs that there will be

    @property
    def current(self) -> Member:
        """The run that is going on, or the last one."""
        if not self.members:
            self.members.append(Member())
        return self.members[-1]

    def add(self, event: Event) -> None:
        """Take in any event."""
        if isinstance(event, MemberStarted):
            self.members = [member for member in self.members if member.title]
            self.members.append(Member(event.title, event.is_fold))
            self.count = event.count
        elif isinstance(event, SeriesFinished):
            self.series = event
        elif isinstance(event, (Finished, MemberEnded)):
            self.current.summary = event.summary
        else:
            self.current.history.add(event)

"""What is known of a run, from its events: the one place where they are collected. No torch."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from engine.experiment.experiment import Experiment
from engine.layers.base import OptionError
from engine.messages import Message
from engine.training.events import (
    DataRead,
    EpochEnded,
    Event,
    Examined,
    Finished,
    MemberEnded,
    MemberStarted,
    NumbersEnded,
    Paused,
    Point,
    Preparing,
    Progress,
    Resumed,
    RunNotSaved,
    SeriesFinished,
    Started,
    Steered,
    ThreadsChanged,
)
from engine.training.listening import Listener
from engine.training.steering import steered
from engine.training.times import Time, is_due
from engine.training.values import Metrics, Remark, Summary, Weights


class EpochRow(NamedTuple):
    """One judged epoch; ``position`` is ``epoch`` unless the run was stopped within it.

    ``train`` is the mean while learning, everything else is judged after it; None: nobody asked for that.
    """

    epoch: int
    train: Metrics
    validation: Metrics
    position: float
    after: Metrics | None = None  # of the training examples
    test: Metrics | None = None

    @property
    def parts(self) -> dict[str, Metrics]:
        """Its metrics by what they are of, in the order of tables."""
        asked = {"after_train": self.after, "test": self.test}
        return {"train": self.train, "validation": self.validation,
                **{part: metrics for part, metrics in asked.items() if metrics is not None}}


def row_of(event: EpochEnded) -> EpochRow:
    """What is kept of an epoch."""
    return EpochRow(event.epoch, event.train, event.validation, event.position, event.after, event.test)


class RunState(Listener):
    """One run, as far as it has come; of a series it has a title. Whatever shows, writes or compares runs reads it."""

    def __init__(self, experiment: Experiment | None = None, title: str = "", *, is_fold: bool = False) -> None:
        self.experiment = experiment  # as it was steered
        self.title, self.is_fold = title, is_fold
        self.preparing: Preparing | None = None  # until it has started
        self.data_read: DataRead | None = None  # what reading its data noticed
        self.started: Started | None = None
        self.progress: Progress | None = None
        self.is_paused = False
        self.points: list[Point] = []
        self.times: list[Time] = []  # when it was where
        self.epochs: list[EpochRow] = []
        self.best_epoch: int | None = None  # 0: stopped before one was whole; None: nothing was judged yet
        self.remarks: list[Remark] = []
        self.examined: list[Examined] = []
        self.numbers_ended: NumbersEnded | None = None
        self.changes: list[Steered] = []
        self.threads: list[ThreadsChanged] = []
        self.latest: Weights | None = None
        self.best: Weights | None = None
        self.summary: Summary | None = None  # once it has ended
        self.was_stopped = False
        self.not_saved: Message | None = None  # why its folder is incomplete

    def go_on(self, best_epoch: int, best: Weights, latest: Weights) -> None:
        """It was read back from its folder, and is about to go on with these weights."""
        self.best_epoch, self.best, self.latest = best_epoch, best, latest
        self.summary, self.was_stopped = None, False

    def on_preparing(self, event: Preparing) -> None:
        self.preparing = event

    def on_data_read(self, event: DataRead) -> None:
        self.data_read = event

    def on_started(self, event: Started) -> None:
        self.preparing, self.started = None, event

    def on_point(self, event: Point) -> None:
        self.points.append(event)
        if is_due(event, self.times[-1] if self.times else None):
            self.times.append(Time(event.position, event.seconds))

    def on_progress(self, event: Progress) -> None:
        self.progress = event

    def on_epoch_ended(self, event: EpochEnded) -> None:
        self.epochs.append(row_of(event))
        self.latest = event.weights
        if event.is_best:
            self.best_epoch, self.best = event.epoch if event.complete else 0, event.weights
        elif self.best is None:  # a run that goes on, whose best epoch was before: as good as is known here
            self.best = event.weights

    @property
    def last(self) -> EpochRow | None:
        """The last whole epoch; of a run that was stopped within its first that one."""
        whole = (row for row in reversed(self.epochs) if row.position == row.epoch)
        return next(whole, self.epochs[-1] if self.epochs else None)

    def on_paused(self, event: Paused) -> None:
        self.is_paused = True

    def on_resumed(self, event: Resumed) -> None:
        self.is_paused = False

    def on_remark(self, event: Remark) -> None:
        self.remarks.append(event)

    def on_examined(self, event: Examined) -> None:
        self.examined.append(event)

    def on_numbers_ended(self, event: NumbersEnded) -> None:
        self.numbers_ended = event

    def on_steered(self, event: Steered) -> None:
        self.changes.append(event)
        self.experiment = _followed(self.experiment, event)

    def on_threads_changed(self, event: ThreadsChanged) -> None:
        self.threads.append(event)

    def on_run_not_saved(self, event: RunNotSaved) -> None:
        self.not_saved = event.message

    def on_finished(self, event: Finished) -> None:
        self.summary, self.was_stopped = event.summary, event.stopped

    def on_member_ended(self, event: MemberEnded) -> None:
        self.summary = event.summary


def _followed(experiment: Experiment | None, event: Steered) -> Experiment | None:
    with suppress(OptionError):  # of a damaged file
        return steered(experiment, event.changes) if experiment is not None else None
    return experiment


class SeriesState(Listener):
    """A run, or several one after the other: ``members`` are its runs in order, each hearing its own events."""

    def __init__(self, experiment: Experiment | None = None) -> None:
        self.experiment = experiment  # of a single run as it was steered
        self.members: list[RunState] = []
        self.series: SeriesFinished | None = None
        self.count = 1  # of runs that there will be
        self.left: RunState | None = None  # the run in whose middle a series goes on

    @property
    def current(self) -> RunState:
        """The run that is going on, or the last one."""
        if not self.members:
            self.members.append(RunState(self.experiment))
        return self.members[-1]

    @property
    def is_series(self) -> bool:
        """Whether its runs have titles of their own."""
        return bool(self.members) and bool(self.members[0].title)

    @property
    def was_stopped(self) -> bool:
        """Whether it ended before its time."""
        return self.series.stopped if self.series is not None else self.current.was_stopped

    @property
    def not_saved(self) -> Message | None:
        """Why its folder is incomplete."""
        return next((member.not_saved for member in self.members if member.not_saved is not None), None)

    def hear(self, event: Event) -> None:
        """Its own events, and those of the run that is going on."""
        super().hear(event)
        if not isinstance(event, (MemberStarted, SeriesFinished)):
            self.current.hear(event)

    def on_member_started(self, event: MemberStarted) -> None:
        self.members = [member for member in self.members if member.title]
        for member in self.members:
            member.latest = None  # its best are what is left of it
        left, self.left = self.left, None
        self.members.append(left or RunState(event.experiment, event.title, is_fold=event.is_fold))
        self.count = event.count

    def on_steered(self, event: Steered) -> None:
        if not self.is_series:
            self.experiment = _followed(self.experiment, event)

    def on_series_finished(self, event: SeriesFinished) -> None:
        self.series = event

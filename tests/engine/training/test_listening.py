"""Every kind of event has one place where it is heard, and one where it is kept."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any, get_args

import pytest
import torch

from engine.messages import say
from engine.training import events, fit
from engine.training.best import Best
from engine.training.checkpoint import Checkpoint
from engine.training.course import Course
from engine.training.doctor.born import Born
from engine.training.doctor.values import LayerHealth
from engine.training.events import (
    CheckpointReached,
    DataRead,
    EpochEnded,
    Event,
    Examined,
    Finished,
    MemberEnded,
    MemberStarted,
    MomentReached,
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
from engine.training.judge.health import HealthState
from engine.training.listening import Listener
from engine.training.state import EpochRow, RunState, SeriesState
from engine.training.values import Metrics, Remark, Summary
from tests.engine.cases import experiment, of_type

KINDS: tuple[type, ...] = get_args(Event)
TRAIN, VALIDATION = Metrics(0.5, 0.8), Metrics(0.6, 0.7)
WEIGHTS, BEST = {"fc1.weight": torch.ones(1)}, {"fc1.weight": torch.zeros(1)}
SUMMARY = Summary(2, 1, TRAIN, VALIDATION, Metrics(0.7, 0.6), 1000.0, "cpu", 1210, 0)
CHECKPOINT = Checkpoint(Course(3, 1, 3, 60, 0.1, (TRAIN, VALIDATION)), WEIGHTS, {}, Best(), HealthState())
ONE_OF_EACH: tuple[Event, ...] = (
    Preparing(say("Reading {data}", data="Digits"), 1, 2),
    DataRead((say("A row is left out"),)),
    MemberStarted(1, 2, "wide", experiment(), is_fold=True),
    Started("cpu", 1210, 60, 2, 1, 4),
    Point(0.5, 0.4, 0.9),
    Progress(1, 2, 0.25, 900.0, 3.0),
    Steered(1, 3, 0.5, {"lr": 0.01}),
    ThreadsChanged(0.5, 1),
    Paused(),
    Resumed(),
    MomentReached(0.5, WEIGHTS),
    EpochEnded(1, TRAIN, VALIDATION, True, BEST),
    CheckpointReached(CHECKPOINT),
    Remark("rising", say("The loss rises"), ("lr", 0.01)),
    EpochEnded(2, TRAIN, VALIDATION, False, WEIGHTS, fraction=0.5),
    RunNotSaved(say("The disk is full")),
    Examined(2, 1, 1.5, {"fc1": LayerHealth(0.1, 1.0, math.nan, math.nan, 0.5, 0.001)}),
    NumbersEnded(Born("fc1", "forward", 2, 1, say("fc1 gave nan"), torch.zeros(1), torch.zeros(1))),
    Finished(SUMMARY, True),
    MemberEnded(1, "wide", SUMMARY, BEST),
    SeriesFinished((), {}, {}, stopped=True),
)


def method_of(kind: type) -> str:
    return "on_" + re.sub(r"(?<=[a-z])([A-Z])", r"_\1", kind.__name__).lower()


class Hearing(Listener):
    """Writes down which of its methods is called with what."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Event]] = []


def _writing(name: str) -> Callable[[Hearing, Event], None]:
    return lambda self, event: self.heard.append((name, event))


for _kind in KINDS:
    setattr(Hearing, method_of(_kind), _writing(method_of(_kind)))


def test_there_is_one_of_each_here() -> None:
    assert {type(event) for event in ONE_OF_EACH} == set(KINDS)
    made = {kind for _, kind in inspect.getmembers(events, inspect.isclass)
            if is_dataclass(kind) and kind.__module__ == events.__name__}
    assert made - set(KINDS) == {events.SeriesRow, events.Stop}  # parts of one


def test_every_kind_has_a_method_and_every_method_a_kind() -> None:
    methods = {name for name in vars(Listener) if name.startswith("on_")}
    assert methods == {method_of(kind) for kind in KINDS} and len(methods) == len(KINDS)


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: type(event).__name__)
def test_it_is_heard_by_exactly_its_own(event: Event) -> None:
    hearing = Hearing()
    hearing.hear(event)
    [(name, heard)] = hearing.heard
    assert name == method_of(type(event)) and heard is event
    assert Listener().hear(event) is None  # who overrides nothing lets it pass


def test_a_method_of_the_object_itself_or_of_a_heirs_class_is_called() -> None:
    class Heir(Hearing):
        def on_point(self, event: Point) -> None:
            super().on_point(event)
            self.heard.append(("heir", event))

    heir, point = Heir(), Point(0.5, 0.4, 0.9)
    heir.hear(point)
    assert heir.heard == [("on_point", point), ("heir", point)]


# -- what is kept -----------------------------------------------------------------------------------------------------

KEPT: dict[type, Callable[[RunState], Any]] = {
    Preparing: lambda run: run.preparing, Started: lambda run: run.started, Point: lambda run: run.points,
    Progress: lambda run: run.progress, Steered: lambda run: run.changes, ThreadsChanged: lambda run: run.threads,
    Remark: lambda run: run.remarks, Examined: lambda run: run.examined, DataRead: lambda run: run.data_read,
}  # fmt: skip


@pytest.mark.parametrize("kind", KEPT)
def test_a_run_keeps_it(kind: type) -> None:
    run, [event] = RunState(), of_type(ONE_OF_EACH, kind)
    empty = KEPT[kind](run)
    assert not empty
    run.hear(event)
    assert KEPT[kind](run) == ([event] if isinstance(empty, list) else event)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_changes_what_is_known_but_for_those_of_others(kind: type) -> None:
    before, run = vars(RunState()), RunState()
    run.is_paused = kind is Resumed
    for event in of_type(ONE_OF_EACH, kind):
        run.hear(event)
    others = {CheckpointReached, MomentReached, MemberStarted, SeriesFinished}  # of the run's folder, and of a series
    assert (vars(run) == before) is (kind in others | {Resumed})


def test_a_run_from_its_first_to_its_last_event() -> None:
    run = RunState()
    for event in ONE_OF_EACH:
        run.hear(event)
    assert run.preparing is None and run.started == of_type(ONE_OF_EACH, Started)[0]
    assert run.epochs == [EpochRow(1, TRAIN, VALIDATION, 1.0), EpochRow(2, TRAIN, VALIDATION, 1.5)]
    assert run.best_epoch == 1 and run.best is BEST and run.latest is WEIGHTS
    assert run.summary is SUMMARY and run.was_stopped and not run.is_paused
    assert str(run.not_saved) == "The disk is full"


def test_a_series_keeps_its_members_and_its_end() -> None:
    series = SeriesState()
    for event in ONE_OF_EACH[1:]:
        series.hear(event)
    [member] = series.members
    assert (member.title, member.is_fold, series.count, series.is_series) == ("wide", True, 2, True)
    assert series.current is member and member.points == of_type(ONE_OF_EACH, Point) and len(member.epochs) == 2
    assert series.series is ONE_OF_EACH[-1] and series.was_stopped and series.not_saved is member.not_saved
    series.hear(MemberStarted(2, 2, "narrow", experiment()))
    assert [each.title for each in series.members] == ["wide", "narrow"] and series.current.points == []
    assert member.latest is None and member.best is BEST


def test_a_single_run_is_a_series_of_one() -> None:
    base = experiment(epochs=1)
    series, run = SeriesState(base), RunState(base)
    told = list(fit(base))
    for event in told:
        series.hear(event)
        run.hear(event)
    assert not series.is_series and vars(series.current) == vars(run) and series.series is None
    assert run.points == of_type(told, Point) and run.summary == told[-1].summary

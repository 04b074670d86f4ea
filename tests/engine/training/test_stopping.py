"""A stop ends a run within a moment whatever it is doing; abandoning says nothing more."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable

import pytest
from torch import Tensor

from engine.runs.texts import summary_json
from engine.training import Control, fit, run
from engine.training.events import (
    CheckpointReached,
    EpochEnded,
    Event,
    Finished,
    Paused,
    Point,
    Progress,
    Resumed,
    Started,
)
from engine.training.learner import Learner
from engine.training.meters import Reading, Totals
from engine.training.values import Metrics, Summary
from tests.engine.cases import experiment, of_type

BASE = experiment(batch_size=64, epochs=2)  # validated in 3 batches, tested in 5


def judging(monkeypatch: pytest.MonkeyPatch, at: int, act: Callable[[], None]) -> list[int]:
    """Act within judged batch number ``at``; how many examples each had."""
    sizes: list[int] = []
    judge = Learner.judge

    def counting(self: Learner, x: Tensor, targets: Tensor, number: int, totals: Totals) -> None:
        sizes.append(len(targets))
        if len(sizes) == at:
            act()
        judge(self, x, targets, number, totals)

    monkeypatch.setattr(Learner, "judge", counting)
    monkeypatch.setattr(run, "AFTER_STOP", 0.0)
    return sizes


def test_a_stop_while_judging_ends_it_there(monkeypatch: pytest.MonkeyPatch) -> None:
    control = Control()
    sizes = judging(monkeypatch, 1, control.stop)
    events = list(fit(BASE, control))
    epoch, end = of_type(events, EpochEnded)[0], events[-1]
    assert sizes == [64] and epoch.judged < 1 == epoch.fraction
    assert epoch.is_best and not epoch.complete
    [kept] = of_type(events, CheckpointReached)  # a resumed run judges it all
    rest = of_type(list(fit(BASE, resume=kept.checkpoint)), EpochEnded)
    whole = of_type(list(fit(BASE)), EpochEnded)
    assert [(one.epoch, one.train, one.validation, one.complete) for one in rest] == [
        (one.epoch, one.train, one.validation, True) for one in whole]
    assert isinstance(end, Finished) and end.stopped and math.isnan(end.summary.test.loss)


def test_an_epoch_judged_by_a_part_displaces_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    control = Control()
    whole = len(judging(monkeypatch, 0, control.stop))
    first = of_type(list(fit(BASE)), EpochEnded)[0]
    assert first.judged == 1 and first.complete
    monkeypatch.undo()
    per_epoch = -(-int(1527 * 0.1) // 64) + whole
    judging(monkeypatch, per_epoch + 1, control.stop)
    epochs = of_type(list(fit(BASE, control)), EpochEnded)
    assert [epoch.is_best for epoch in epochs] == [True, False]


def test_a_stop_while_testing_gives_no_test(monkeypatch: pytest.MonkeyPatch) -> None:
    control = Control()
    batches: list[int] = judging(monkeypatch, 0, control.stop)
    list(fit(BASE))
    total = len(batches)
    monkeypatch.undo()
    sizes = judging(monkeypatch, total - 2, control.stop)
    end = list(fit(BASE, control))[-1]
    assert isinstance(end, Finished) and end.summary.epochs == 2 and math.isnan(end.summary.test.accuracy)
    assert len(sizes) < total


def test_a_stop_gives_validation_a_moment() -> None:
    control = Control()
    events = []
    for event in fit(BASE, control):
        events.append(event)
        if isinstance(event, Started):
            control.stop()
    assert of_type(events, EpochEnded)[0].judged == 1  # far less than a second


def test_the_moment_after_a_stop_is_one_of_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is only asked of a device takes no time; to wait for it does: here a second for each batch."""
    control, now = Control(), [1.0]
    sizes = judging(monkeypatch, 1, control.stop)
    read = Totals.read

    def slow(totals: Totals) -> Reading:
        now[0] += 1
        return read(totals)

    monkeypatch.setattr(run, "AFTER_STOP", 0.5)
    monkeypatch.setattr(run, "perf_counter", lambda: now[0])
    monkeypatch.setattr(Totals, "read", slow)
    epoch = of_type(list(fit(BASE, control)), EpochEnded)[0]
    assert len(sizes) == 2 and 0 < epoch.judged < 1


def test_a_pause_while_judging_holds_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)
    control, events = Control(), list[Event]()
    for event in fit(BASE, control):
        events.append(event)
        if isinstance(event, Progress) and isinstance(events[-2], Progress) and not of_type(events, Paused):
            control.pause()  # judging makes no points
        if isinstance(event, Paused):
            control.resume()
    at = events.index(Paused())
    assert [type(event) for event in events[at - 2:at + 3]] == [Progress, Progress, Paused, Resumed, Progress]
    assert not of_type(events[:at], EpochEnded)


@pytest.mark.parametrize("kind", [Started, Point, Progress, EpochEnded])
def test_abandoning_says_nothing_more(kind: type[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)
    control, after = Control(), 0
    events = []
    for event in fit(BASE, control):
        events.append(event)
        after += control.stopped
        if isinstance(event, kind):
            control.abandon()
    assert not of_type(events, Finished) and after <= 2
    assert not of_type(events[-1:], EpochEnded) or kind is EpochEnded


def test_abandoning_ends_a_pause_and_a_run_that_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    control = Control()
    control.abandon()
    assert not of_type(list(fit(BASE, control)), Started)
    control = Control()
    control.pause()
    threading.Timer(0.2, control.abandon).start()
    assert not of_type(list(fit(BASE, control)), Finished)
    control = Control()
    judging(monkeypatch, 2, control.abandon)
    assert not of_type(list(fit(BASE, control)), EpochEnded)


def test_a_summary_is_json_without_nan() -> None:
    nan = Metrics(math.nan)
    text = summary_json(Summary(1, 1, Metrics(0.5, 0.5), nan, nan, 10.0, "cpu", 1, 0))
    assert json.loads(text, parse_constant=pytest.fail)["validation"] == {"loss": None, "accuracy": None}

"""How far a run came, how long it took and where: what the summary says is true also of runs in several parts."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from engine.runs.folder import record
from engine.runs.names import METRICS, RUN, SUMMARY
from engine.runs.opened import open_run
from engine.runs.resuming import load_checkpoint
from engine.runs.texts import summary_json, summary_read
from engine.training import Control, fit, run
from engine.training.events import EpochEnded, Finished, Point
from engine.training.processor import named_in, processor_name
from engine.training.telling import about, chosen
from engine.training.values import Metrics, Summary
from tests.engine.cases import experiment, of_type

BASE = experiment(epochs=4)


@pytest.mark.parametrize("at", [0.1, 0.6, 1.0, 1.4, 2.0, 2.7, 3.3, 3.96])
def test_the_best_epoch_is_never_beyond_those_that_were_done(at: float, tmp_path: Path,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)
    control, events = Control(), []
    for event in record(fit(BASE, control), BASE, tmp_path):
        events.append(event)
        if isinstance(event, Point) and event.position > at:
            control.stop()
    summary = json.loads((tmp_path / SUMMARY).read_text())
    assert summary["best_epoch"] <= summary["epochs"] <= summary["position"] <= summary["planned_epochs"] == 4
    done = (tmp_path / METRICS).read_text().splitlines()[1:] if (tmp_path / METRICS).exists() else []
    assert len(done) == summary["epochs"], "one meaning of an epoch that was done"
    assert open_run(tmp_path).state.best_epoch == summary["best_epoch"]
    end = events[-1]
    assert isinstance(end, Finished) and f"of {summary['planned_epochs']}" in str(end.summary.line)
    if summary["best_epoch"]:
        best = of_type(events, EpochEnded)[summary["best_epoch"] - 1]
        assert best.complete and (end.summary.train, end.summary.validation) == (best.train, best.validation)


def test_a_run_in_two_parts_took_the_time_of_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)
    control = Control()
    for event in record(fit(BASE, control), BASE, tmp_path):
        if isinstance(event, Point) and event.position > 2.5:
            control.stop()
    first = open_run(tmp_path).state.summary
    list(record(fit(BASE, resume=(kept := load_checkpoint(tmp_path, BASE))), BASE, tmp_path, kept))
    whole = open_run(tmp_path).state.summary
    assert first is not None and whole is not None and (first.epochs, whole.epochs) == (2, 4)
    assert whole.training_seconds > first.training_seconds > 0
    assert whole.total_seconds > whole.training_seconds and whole.total_seconds > first.training_seconds
    assert whole.epoch_seconds == pytest.approx(whole.training_seconds / 4)


def test_the_device_is_called_as_its_maker_calls_it(tmp_path: Path) -> None:
    list(record(fit(BASE), BASE, tmp_path))
    for name in (RUN, SUMMARY):
        assert json.loads((tmp_path / name).read_text())["device_name"] == processor_name()
    opened = open_run(tmp_path).state
    assert opened.started is not None and opened.started.device_name == processor_name() and processor_name()


@pytest.mark.parametrize(("text", "name"), [
    ("processor\t: 0\nmodel name\t: Intel(R) Xeon(R) CPU @ 2.20GHz\n", "Intel(R) Xeon(R) CPU @ 2.20GHz"),
    ("cpu\t\t: POWER9, altivec supported\n", "POWER9, altivec supported"),
    ("processor\t: 0\nBogoMIPS\t: 48.00\nCPU implementer : 0x41\n", ""), ("model name\t:\n", ""), ("", "")])
def test_a_processors_name_is_found(text: str, name: str) -> None:
    assert named_in(text) == name


SOME = Metrics(0.4731, 0.8229)
WHOLE = Summary(10, 7, SOME, SOME, SOME, 35726.4, "cuda:0", 1, 0, None, 10, 10.0, 100.0, 125.0, "NVIDIA H200")


@pytest.mark.parametrize(("changes", "words"), [
    ({}, "Best epoch 7 of 10, by validation accuracy"),
    ({"validation": Metrics(0.5)}, "Best epoch 7 of 10, by validation loss"),
    ({"validation": Metrics(math.nan), "best_epoch": 10},
     "Epoch 10 of 10, the last one: there are no validation data to choose by"),
    ({"epochs": 7, "position": 7.4}, "Best epoch 7 of 7, by validation accuracy; stopped in epoch 8 of 10"),
    ({"epochs": 0, "best_epoch": 0, "position": 0.4},
     "Stopped within the first epoch: these are the numbers of that moment")])
def test_the_best_epoch_is_named_with_its_measure(changes: dict[str, object], words: str) -> None:
    from dataclasses import replace

    assert str(chosen(replace(WHOLE, **changes))) == words


def test_times_and_device_in_words_and_in_the_file() -> None:
    assert [str(line).replace("\u00a0", " ") for line in about(WHOLE)][1:] == [
        "1:40 min of training, 10 s an epoch; 2:05 min with judging", "NVIDIA H200 (cuda:0)"]
    assert summary_read(summary_json(WHOLE)) == (WHOLE, False)


def test_of_a_run_that_was_stopped_early_nobody_knows_how_long_an_epoch_takes() -> None:
    from dataclasses import replace

    begun = replace(WHOLE, epochs=0, best_epoch=0, position=0.02, training_seconds=0.3, total_seconds=1.5)
    assert "300 ms of training; 1.5 s with judging" in [str(line).replace("\u00a0", " ") for line in about(begun)]

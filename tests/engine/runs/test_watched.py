"""What is judged beside the validation examples: shown when asked for, and nothing else is changed by it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from engine.data.tensors.loading import load_data
from engine.network.ready import ready
from engine.runs.folder import record
from engine.runs.names import BEST, LAST, METRICS, SUMMARY
from engine.runs.opened import open_run
from engine.runs.resuming import load_checkpoint
from engine.training import Control, fit, run
from engine.training.events import EpochEnded, Event, Point
from engine.training.values import Remark
from tests.engine.cases import MLP, experiment, of_type, with_recipe

BASE = experiment(*MLP[:-1], ("norm", "BatchNorm1d", {}), ("drop1", "Dropout", {"p": 0.2}), MLP[-1], epochs=3)
USUAL = ["epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy"]
WATCHED = [{"train_curve": True}, {"test_curve": True}, {"train_curve": True, "test_curve": True}]


def recorded(folder: Path, base: Any = BASE, **options: Any) -> list[Event]:
    return list(record(fit(base, **options), base, folder, options.get("resume")))


@pytest.mark.parametrize("watched", WATCHED, ids=["train", "test", "both"])
def test_watching_changes_no_weight_and_no_other_number(watched: dict[str, bool], tmp_path: Path) -> None:
    recorded(tmp_path / "plain")
    recorded(tmp_path / "watched", with_recipe(BASE, **watched))
    for name in (LAST, BEST):
        assert (tmp_path / "plain" / name).read_bytes() == (tmp_path / "watched" / name).read_bytes()
    plain, more = (pd.read_csv(tmp_path / name / METRICS) for name in ("plain", "watched"))
    assert list(plain.columns[:5]) == USUAL and not [name for name in plain if name.startswith(("test", "after"))]
    pd.testing.assert_frame_equal(plain, more[plain.columns])
    assert ("test_accuracy" in more) == ("test_curve" in watched)
    assert ("after_train_loss" in more) == ("train_curve" in watched)


def test_the_numbers_are_those_of_the_epochs_weights(tmp_path: Path) -> None:
    base = with_recipe(BASE, train_curve=True, test_curve=True)
    events, data = recorded(tmp_path, base), load_data(base.data)
    rows = pd.read_csv(tmp_path / METRICS)
    for epoch, (_, row) in zip(of_type(events, EpochEnded), rows.iterrows(), strict=True):
        module = ready(base, epoch.weights, torch.device("cpu")).module.eval()
        for part, split in (("after_train", data.train), ("test", data.test)):
            with torch.no_grad():
                outputs = module(split.inputs.float() / 255)
            loss = torch.nn.functional.cross_entropy(outputs, split.targets)
            accuracy = (outputs.argmax(1) == split.targets).double().mean()
            assert row[f"{part}_loss"] == pytest.approx(float(loss), abs=2e-6)
            assert row[f"{part}_accuracy"] == pytest.approx(float(accuracy), abs=2e-6)
    best, end = rows.iloc[events[-1].summary.best_epoch - 1], json.loads((tmp_path / SUMMARY).read_text())
    assert end["test"]["accuracy"] == pytest.approx(best["test_accuracy"], abs=2e-6)
    assert end["after_train"]["loss"] == pytest.approx(best["after_train_loss"], abs=2e-6)


@pytest.mark.parametrize("at", [0.4, 1.2, 1.99])
def test_a_stopped_run_goes_on_to_the_same_numbers(at: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)
    base, control = with_recipe(BASE, train_curve=True, test_curve=True), Control()
    recorded(tmp_path / "whole", base)
    for event in record(fit(base, control), base, tmp_path / "parts"):
        if isinstance(event, Point) and event.position > at:
            control.stop()
    recorded(tmp_path / "parts", base, resume=load_checkpoint(tmp_path / "parts", base))
    for name in (METRICS, LAST, BEST):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()


def test_a_stop_while_the_test_examples_are_watched_judges_the_epoch_again(tmp_path: Path,
                                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its row would lack them."""
    from engine.training.learner import Learner

    base, control, judge, sizes = with_recipe(BASE, test_curve=True), Control(), Learner.judge, list[int]()
    recorded(tmp_path / "whole", base)

    def stopping(self: Learner, x: Any, targets: Any, *rest: Any) -> None:
        sizes.append(len(targets))
        if len(sizes) == 4:  # of the test examples: validation takes three batches
            control.stop()
        judge(self, x, targets, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(Learner, "judge", stopping)
        patch.setattr(run, "AFTER_STOP", 0.0)
        events = list(record(fit(base, control), base, tmp_path / "parts"))
    assert not of_type(events, EpochEnded)[0].complete and not (tmp_path / "parts" / METRICS).exists()
    recorded(tmp_path / "parts", base, resume=load_checkpoint(tmp_path / "parts", base))
    assert (tmp_path / "whole" / METRICS).read_bytes() == (tmp_path / "parts" / METRICS).read_bytes()


def test_a_run_that_is_opened_again_has_them(tmp_path: Path) -> None:
    base = with_recipe(BASE, train_curve=True, test_curve=True)
    epochs = of_type(recorded(tmp_path, base), EpochEnded)
    for row, epoch in zip(open_run(tmp_path).state.epochs, epochs, strict=True):
        assert row.test.accuracy == pytest.approx(epoch.test.accuracy, abs=1e-6)
        assert row.after.loss == pytest.approx(epoch.after.loss, abs=1e-6)


def test_it_is_said_that_one_looks_at_the_test_set() -> None:
    assert [remark.kind for remark in of_type(list(fit(BASE)), Remark)] == []
    said = of_type(list(fit(with_recipe(BASE, test_curve=True))), Remark)
    assert [remark.kind for remark in said] == ["test watched"] and "worthless" in str(said[0].message)


def test_without_validation_one_learns_from_all_and_the_last_epoch_counts(tmp_path: Path) -> None:
    base = replace(BASE, data=BASE.data.with_options(validation=0))
    events = recorded(tmp_path, base)
    assert events[1].train_examples == 1527, "all but the test examples"
    rows, end = pd.read_csv(tmp_path / METRICS), json.loads((tmp_path / SUMMARY).read_text())
    assert rows["validation_loss"].isna().all() and rows["train_loss"].notna().all()
    assert (end["best_epoch"], end["chosen_by"]) == (3, "last epoch")
    assert (tmp_path / LAST).read_bytes() == (tmp_path / BEST).read_bytes()
    (tmp_path / SUMMARY).unlink()
    assert open_run(tmp_path).state.best_epoch == 3

"""Runs of earlier versions (tests/engine/runs/earlier) are opened, and go on."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.experiment.experiment import Experiment, load_experiment
from engine.runs.folder import record
from engine.runs.names import CHANGES, EXPERIMENT, METRICS, OLD_CHANGES, POINTS, RUN, SUMMARY
from engine.runs.opened import open_run
from engine.runs.resuming import load_checkpoint, resumed
from engine.runs.texts import UNKNOWN_BATCH
from engine.training import fit, run
from engine.training.events import Event, Finished, Point, Started, Steered
from tests.engine.cases import of_type

EARLIER = Path(__file__).parent / "earlier"
CHANGE = Steered(2, UNKNOWN_BATCH, 1.818182, {"lr": 0.01})


@pytest.fixture(autouse=True)
def a_point_for_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)


def numbers(path: Path) -> list[list[float]]:
    with path.open(newline="") as file:
        return [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]


def rows(name: str) -> list[list[float]]:
    return numbers(EARLIER / name / METRICS)


def network_of(name: str, epochs: int = 4) -> Experiment:
    """What was trained, perhaps for longer."""
    base = load_experiment(EARLIER / name / EXPERIMENT)
    return replace(base, recipe=base.recipe.with_options(epochs=epochs))


def gone_on(name: str, folder: Path, epochs: int = 4) -> list[Event]:
    """A copy of the earlier run goes on in ``folder``."""
    shutil.copytree(EARLIER / name, folder, dirs_exist_ok=True)
    base = network_of(name, epochs)
    checkpoint = load_checkpoint(folder, base)
    return list(record(fit(base, resume=checkpoint), base, folder, checkpoint))


# -- opened -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "epochs", "best"), [("finished", 4, 4), ("killed", 2, 2), ("momentum", 2, 2)])
def test_its_epochs_and_changes_are_there(name: str, epochs: int, best: int) -> None:
    found = open_run(EARLIER / name)
    state = found.state
    assert [row.epoch for row in state.epochs] == list(range(1, epochs + 1)) and state.best_epoch == best
    assert [[row.epoch, row.train.loss, row.train.accuracy, row.validation.loss, row.validation.accuracy,
             *(value for _, value in row.validation.others)] for row in state.epochs] == rows(name)
    assert [key for key, _ in state.epochs[0].validation.others] == ["top5", "precision", "recall", "f1"]
    assert state.changes == [CHANGE] and not state.points and not state.remarks and not state.threads
    assert state.started is None and found.versions == {} and found.begun == ""
    assert found.has_ended == (name == "finished") and not found.members


def test_its_summary_is_there() -> None:
    summary = open_run(EARLIER / "finished").state.summary
    assert summary is not None and (summary.epochs, summary.best_epoch, summary.device) == (4, 4, "cpu")
    assert summary.params == 310 and summary.seed == 0 and summary.examples_per_second > 0
    assert summary.validation.accuracy == pytest.approx(0.477124, abs=1e-6)
    assert list(summary.test.named) == ["loss", "accuracy", "top5", "precision", "recall", "f1"]
    assert open_run(EARLIER / "killed").state.summary is None


@pytest.mark.parametrize("name", ["finished", "killed"])
def test_its_weights_are_there(name: str) -> None:
    found = open_run(EARLIER / name)
    best, last, checkpoint = found.best_weights(), found.last_weights(), found.checkpoint()
    assert checkpoint is not None
    assert {key: tuple(value.shape) for key, value in best.items()} == {
        "fc1.weight": (4, 64), "fc1.bias": (4,), "fc2.weight": (10, 4), "fc2.bias": (10,)}
    assert all(torch.equal(value, checkpoint.best.weights[key]) for key, value in best.items())
    assert all(torch.equal(value, checkpoint.weights[key]) for key, value in last.items())


@pytest.mark.parametrize(("name", "folders"), [("variants", ["1-slow", "2-fast"]),
                                               ("folds", ["1-fold 1 of 2", "2-fold 2 of 2"])])
def test_the_members_of_a_series_are_there(name: str, folders: list[str]) -> None:
    found = open_run(EARLIER / name)
    assert [member.folder.name for member in found.members] == folders and found.has_ended
    assert found.series is not None and found.states.count == 2
    for member, row in zip(found.members, found.series.rows, strict=True):
        assert member.has_ended and member.state.summary is not None
        assert member.state.epochs[-1].validation.loss == pytest.approx(row.values["validation loss"], abs=1e-6)
    assert bool(found.series.mean) == bool(found.series.std) == (name == "folds")
    assert not found.states.was_stopped


def test_members_have_what_they_were_trained_with() -> None:
    slow, fast = open_run(EARLIER / "variants").members
    assert (slow.experiment.recipe.lr, fast.experiment.recipe.lr) == (0.001, 0.05)
    assert set(slow.best_weights()) == {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}


@pytest.mark.parametrize("name", ["variants", "folds"])
def test_members_have_their_titles(name: str) -> None:
    found = open_run(EARLIER / name)
    assert found.series is not None and found.states.is_series
    assert [member.state.title for member in found.members] == [row.title for row in found.series.rows]


# -- going on ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "epoch"), [("finished", 4), ("killed", 2), ("momentum", 2)])
def test_its_checkpoint_is_read(name: str, epoch: int) -> None:
    checkpoint = load_checkpoint(EARLIER / name, network_of(name))
    assert checkpoint is not None and (checkpoint.epoch, checkpoint.position) == (epoch, epoch)
    assert checkpoint.sums is None and checkpoint.numerics is None
    assert checkpoint.course.last[1].loss == pytest.approx(rows(name)[-1][3], abs=1e-6)
    assert checkpoint.best.validation.accuracy == pytest.approx(rows(name)[-1][4], abs=1e-6)
    assert len(checkpoint.health.trend) == epoch
    assert checkpoint.health.lowest == min(loss for loss, _ in checkpoint.health.trend)


@pytest.mark.parametrize(("name", "epochs", "first"), [("killed", 4, 3), ("momentum", 4, 3), ("finished", 6, 5)])
def test_it_goes_on_as_the_earlier_version_would_have(name: str, epochs: int, first: int, tmp_path: Path) -> None:
    """From the right epoch, with the same examples in the same order at the rate that was chosen last."""
    events = gone_on(name, tmp_path, epochs)
    assert of_type(events, Started)[0].first_epoch == first and isinstance(events[-1], Finished)
    points = [point.position for point in of_type(events, Point)]
    assert points[0] == pytest.approx(first - 1 + 64 / 1374) and points[-1] == epochs and len(points) == 44
    found = numbers(tmp_path / METRICS)
    assert len(found) == epochs and found == [pytest.approx(row, abs=1e-4) for row in numbers(
        EARLIER / name / "resumed.csv")]
    assert found[: first - 1] == rows(name)


def test_it_is_a_run_of_this_version_then(tmp_path: Path) -> None:
    gone_on("killed", tmp_path)
    assert {RUN, SUMMARY, POINTS} <= {path.name for path in tmp_path.iterdir()}
    found = open_run(tmp_path)
    checkpoint = found.checkpoint()
    assert found.has_ended and checkpoint is not None and checkpoint.numerics is not None
    assert found.state.started is not None and found.state.started.first_epoch == 3 and found.versions
    assert [row.epoch for row in found.state.epochs] == [1, 2, 3, 4] and found.state.best_epoch == 4
    again = network_of("killed", 5)
    list(record(fit(again, resume=checkpoint), again, tmp_path, checkpoint))
    assert len(numbers(tmp_path / METRICS)) == 5


def test_a_finished_one_has_nothing_left_to_do(tmp_path: Path) -> None:
    events = gone_on("finished", tmp_path)
    assert not of_type(events, Point) and isinstance(events[-1], Finished)
    assert numbers(tmp_path / METRICS) == rows("finished")


def test_whoever_shows_it_knows_what_was_there() -> None:
    checkpoint = load_checkpoint(EARLIER / "killed", network_of("killed"))
    assert checkpoint is not None
    states = resumed(EARLIER / "killed", checkpoint)
    assert [row.epoch for row in states.current.epochs] == [1, 2] and states.current.best_epoch == 2
    assert states.current.changes == [CHANGE] and states.current.latest is checkpoint.weights


@pytest.mark.parametrize("name", ["killed", "momentum"])
def test_a_change_of_rate_before_the_checkpoint_is_kept(name: str, tmp_path: Path) -> None:
    gone_on(name, tmp_path)
    assert (tmp_path / CHANGES).exists() and not (tmp_path / OLD_CHANGES).exists()
    assert open_run(tmp_path).state.changes == [CHANGE]

"""Run folders: what is in them, that they can be continued, and that a full disk does not end a run."""

from __future__ import annotations

import errno
import json
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.experiment.experiment import Experiment, load_experiment, save_experiment
from engine.export.weight_files import load_weights
from engine.graph.parameters import NodeParameters
from engine.runs.folder import record
from engine.runs.names import (
    BEST,
    CHANGES,
    CHECKPOINT,
    EXPERIMENT,
    HEALTH,
    LAST,
    METRICS,
    MOMENTS,
    POINTS,
    RUN,
    SUMMARY,
    TIMES,
)
from engine.runs.opened import RunError, open_run
from engine.runs.resuming import load_checkpoint
from engine.training import Control, fit, run
from engine.training.events import (
    CheckpointReached,
    EpochEnded,
    Event,
    Finished,
    Paused,
    Point,
    Progress,
    RunNotSaved,
    Started,
    Steered,
)
from tests.engine.cases import MLP, experiment, of_type, with_recipe

DROPOUT = experiment(*MLP[:-1], ("drop1", "Dropout", {"p": 0.2}), MLP[-1], epochs=4)


def recorded(base: Experiment, folder: Path, **options: Any) -> list[Event]:
    """The events of a run written to ``folder``."""
    resume = options.get("resume")
    return list(record(fit(base, **options), base, folder, resume))


def stopped(base: Experiment, folder: Path, at: float, monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """The same, stopped once a point is beyond ``at`` epochs."""
    monkeypatch.setattr(run, "READ_EVERY", 0.0)
    control, events = Control(), []
    for event in record(fit(base, control), base, folder):
        events.append(event)
        if isinstance(event, Point) and event.position > at:
            control.stop()
    return events


def results(folder: Path) -> dict[str, bytes]:
    """What must be equal for equal runs."""
    return {name: (folder / name).read_bytes() for name in (METRICS, LAST, BEST, EXPERIMENT)}


def test_everything_is_in_the_folder(tmp_path: Path) -> None:
    base = experiment(epochs=3, seed=4)
    events = recorded(base, tmp_path / "runs" / "one")
    folder, epochs, end = tmp_path / "runs" / "one", of_type(events, EpochEnded), events[-1]
    assert {path.name for path in folder.iterdir()} == {
        METRICS, LAST, BEST, EXPERIMENT, CHECKPOINT, SUMMARY, RUN, POINTS, TIMES, HEALTH, MOMENTS}
    assert load_experiment(folder / EXPERIMENT) == base
    rows = (folder / METRICS).read_text().splitlines()
    assert rows[0] == ("epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,validation_top5,"
                       "validation_precision,validation_recall,validation_f1")
    values = [3, *epochs[2].train.named.values(), *epochs[2].validation.named.values()]
    assert [float(value) for value in rows[3].split(",")] == pytest.approx(values, abs=1e-6) and len(values) == 9
    assert len(rows) == 4 and isinstance(end, Finished)
    best = next(epoch for epoch in epochs if epoch.epoch == end.summary.best_epoch)
    for name, epoch in ((LAST, epochs[-1]), (BEST, best)):
        assert all(torch.equal(tensor, epoch.weights[key]) for key, tensor in load_weights(folder / name).items())
    summary = json.loads((folder / SUMMARY).read_text())
    assert list(summary) == ["epochs", "best_epoch", "train", "validation", "test", "examples_per_second", "device",
                             "params", "seed", "stopped", "chosen_by", "planned_epochs", "position", "training_seconds",
                             "total_seconds", "epoch_seconds", "device_name"]
    assert summary["train"] == best.train.named and summary["validation"] == best.validation.named
    assert summary["test"] == end.summary.test.named
    assert list(summary["test"]) == ["loss", "accuracy", "top5", "precision", "recall", "f1"]
    assert (summary["epochs"], summary["device"], summary["params"], summary["seed"]) == (3, "cpu", 1210, 4)
    torch.load(folder / CHECKPOINT, weights_only=True)


def test_files_of_an_epoch_are_there_when_its_checkpoint_passes(tmp_path: Path) -> None:
    found = []
    for event in record(fit(experiment()), experiment(), tmp_path):
        if isinstance(event, CheckpointReached):
            checkpoint = load_checkpoint(tmp_path, experiment())
            lines = len((tmp_path / METRICS).read_text().splitlines())
            found.append((event.checkpoint.epoch, lines, checkpoint and checkpoint.epoch))
    assert found == [(1, 2, 1), (2, 3, 2)]


def test_one_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        recorded(DROPOUT, tmp_path / name)
    assert results(tmp_path / "one") == results(tmp_path / "two")


@pytest.mark.parametrize("by", ["pause", "batch"])
def test_held_after_every_batch_it_says_where_it_is_and_writes_the_same_bytes(by: str, tmp_path: Path,
                                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)
    base = with_recipe(DROPOUT, epochs=2)
    recorded(base, tmp_path / "one")
    monkeypatch.setattr(run, "READ_EVERY", 0.0 if by == "pause" else 1e9)
    control, events = Control(), list[Event]()
    control.pause() if by == "pause" else control.go_on_for("batch")
    for event in record(fit(base, control), base, tmp_path / "two"):
        events.append(event)
        if isinstance(event, Paused):
            control.resume() if by == "pause" else control.go_on_for("batch")
        elif isinstance(event, Point) and by == "pause":
            control.pause()
    told = [before for before, event in pairwise(events) if isinstance(event, Paused)]
    places = [(each.epoch, each.batch, each.batches) for each in of_type(told, Progress)]
    batches = places[0][2]
    assert len(told) == len(places) and batches > 3
    assert list(dict.fromkeys(places)) == [(epoch, batch + 1, batches) for epoch in (1, 2) for batch in range(batches)]
    assert results(tmp_path / "one") == results(tmp_path / "two")
    if by == "pause":  # else points come once an epoch
        assert (tmp_path / "one" / POINTS).read_bytes() == (tmp_path / "two" / POINTS).read_bytes()
    assert {path.name for path in (tmp_path / "one").iterdir()} == {path.name for path in (tmp_path / "two").iterdir()}


# what the optimizer keeps of a convolution lies in another order in memory
CONVOLUTIONS = experiment(("conv1", "Conv2d", {"out_channels": 4}), ("bn1", "BatchNorm2d", {}),
                          ("conv2", "Conv2d", {"out_channels": 6}), *MLP, epochs=4)


@pytest.mark.parametrize("at", [0.3, 2.0, 2.4])
@pytest.mark.parametrize("optimizer", ["adam", "adamw", "momentum"])
@pytest.mark.parametrize("network", [DROPOUT, CONVOLUTIONS], ids=["dropout", "convolutions"])
def test_a_continued_run_ends_as_an_uninterrupted_one(network: Experiment, at: float, optimizer: str, tmp_path: Path,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    base = with_recipe(network, optimizer=optimizer, lr=0.02)
    recorded(base, tmp_path / "whole")
    events = stopped(base, tmp_path / "parts", at, monkeypatch)
    assert isinstance(events[-1], Finished) and events[-1].stopped
    checkpoint = load_checkpoint(tmp_path / "parts", base)
    assert checkpoint is not None and checkpoint.position >= at  # it goes on inside the epoch
    rest = recorded(base, tmp_path / "parts", resume=checkpoint)
    assert of_type(rest, Started)[0].first_epoch == int(at) + 1
    assert results(tmp_path / "parts") == results(tmp_path / "whole")


def test_a_run_with_settings_of_its_own_goes_on_exactly(tmp_path: Path) -> None:
    graph = DROPOUT.graph.with_parameters("fc1", NodeParameters(lr_multiplier=0.3, decay_multiplier=2))
    base = replace(DROPOUT, graph=graph.with_parameters("fc2", NodeParameters(lr_multiplier=2)))
    base = with_recipe(base, optimizer="momentum", lr=0.1, weight_decay=0.01, decay_biases=False)
    for name, last in (("whole", 4), ("parts", 2)):
        control = Control()
        for event in record(fit(base, control), base, tmp_path / name):
            if isinstance(event, EpochEnded) and event.epoch == 1:
                control.steer({"lr": 0.03})  # goes on with it, too
            if isinstance(event, CheckpointReached) and event.checkpoint.epoch == last:
                control.stop()
    checkpoint = load_checkpoint(tmp_path / "parts", base)
    recorded(base, tmp_path / "parts", resume=checkpoint)
    assert results(tmp_path / "parts") == results(tmp_path / "whole")
    [change] = open_run(tmp_path / "parts").state.changes
    assert (change.epoch, change.position, change.changes, change.before) == (1, 1.0, {"lr": 0.03}, {"lr": 0.1})
    recorded(base, tmp_path / "parts")
    assert not (tmp_path / "parts" / CHANGES).exists()


def test_a_change_beyond_the_checkpoint_is_made_again(tmp_path: Path) -> None:
    control = Control()
    for event in record(fit(DROPOUT, control), DROPOUT, tmp_path / "whole"):
        if isinstance(event, CheckpointReached) and event.checkpoint.epoch == 2:
            control.steer({"lr": 0.03})
    control, parts = Control(), tmp_path / "parts"
    for event in record(fit(DROPOUT, control), DROPOUT, parts):
        if isinstance(event, CheckpointReached) and event.checkpoint.epoch == 2:
            control.steer({"lr": 0.03})  # asked for at the very end of the second epoch: the third begins with it
        if isinstance(event, Steered):
            written = (parts / CHANGES).read_text()
            control.abandon()  # as if it were killed
    assert '"set": {"lr": 0.03}' in written
    recorded(DROPOUT, parts, resume=load_checkpoint(parts, DROPOUT))
    assert (parts / CHANGES).read_text() == written
    assert results(parts) == results(tmp_path / "whole")


def test_weights_stopped_within_an_epoch_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = stopped(DROPOUT, tmp_path, 0.3, monkeypatch)
    partial = of_type(events, EpochEnded)[0]
    assert all(torch.equal(tensor, partial.weights[key]) for key, tensor in load_weights(tmp_path / BEST).items())
    assert not (tmp_path / METRICS).exists()


def test_a_finished_run_can_be_given_more_epochs(tmp_path: Path) -> None:
    recorded(with_recipe(DROPOUT, epochs=2), tmp_path / "parts")
    recorded(DROPOUT, tmp_path / "parts", resume=load_checkpoint(tmp_path / "parts", DROPOUT))
    recorded(DROPOUT, tmp_path / "whole")
    assert results(tmp_path / "parts") == results(tmp_path / "whole")
    again = recorded(DROPOUT, tmp_path / "parts", resume=load_checkpoint(tmp_path / "parts", DROPOUT))
    assert not of_type(again, Point) and again[-1].summary.epochs == 4  # type: ignore[union-attr]


def test_a_new_run_replaces_an_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(DROPOUT, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    next(record(fit(DROPOUT), DROPOUT, tmp_path))
    list(stopped(DROPOUT, tmp_path, 0.3, monkeypatch))
    assert load_checkpoint(tmp_path, DROPOUT).epoch == 1 and (tmp_path / "notes.txt").read_text() == "mine"


def test_what_cannot_be_continued_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"is not a run: there is no experiment.loom in it"):
        load_checkpoint(tmp_path, DROPOUT)
    save_experiment(DROPOUT, tmp_path / EXPERIMENT)
    assert load_checkpoint(tmp_path, DROPOUT) is None
    for content, reason in ((b"", "is damaged"), (b"garbage" * 99, "is damaged")):
        (tmp_path / CHECKPOINT).write_bytes(content)
        with pytest.raises(RunError, match=reason):
            load_checkpoint(tmp_path, DROPOUT)
    torch.save({"weights": {}}, tmp_path / CHECKPOINT)
    with pytest.raises(RunError, match="cannot be continued: it is no checkpoint"):
        load_checkpoint(tmp_path, DROPOUT)
    frozen = DROPOUT.graph.with_parameters("fc1", NodeParameters(trainable=False))
    for other, part in ((with_recipe(DROPOUT, lr=0.1), "recipe"), (experiment(epochs=4), "network"),
                        (replace(DROPOUT, graph=frozen), "network"),
                        (Experiment(DROPOUT.graph, DROPOUT.data.with_options(seed=8), DROPOUT.recipe), "data")):
        with pytest.raises(RunError, match=f"was made with another {part}"):
            load_checkpoint(tmp_path, other)


def test_training_goes_on_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, events = tempfile.mkstemp, []

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for event in record(fit(DROPOUT), DROPOUT, tmp_path):
        events.append(event)
        if isinstance(event, EpochEnded):
            monkeypatch.setattr(tempfile, "mkstemp", full if event.epoch < 3 else make)
    said = of_type(events, RunNotSaved)
    assert len(said) == 1 and "no space left on device" in str(said[0].message)
    assert isinstance(events[events.index(said[0]) - 1], CheckpointReached)
    monkeypatch.undo()
    recorded(DROPOUT, tmp_path / "undisturbed")
    assert results(tmp_path)[METRICS] == results(tmp_path / "undisturbed")[METRICS]  # there was room again at the end


@pytest.mark.parametrize("name", ["file/below", "file"])
def test_training_goes_on_without_a_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    events = recorded(experiment(), tmp_path / name)
    assert [type(event) for event in events if isinstance(event, (RunNotSaved, Finished))] == [RunNotSaved, Finished]
    assert "could not be made" in str(of_type(events, RunNotSaved)[0].message)

"""A run's folder while the events pass: what is there when, what an earlier run left, what is no checkpoint."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import engine.runs.folder as runs
from engine.experiment.experiment import Experiment, Variant, load_experiment, save_experiment
from engine.export.weight_files import load_weights
from engine.files import WriteError
from engine.graph.graph import Edge
from engine.graph.parameters import NodeParameters
from engine.runs.claim import LOCK, OWNER
from engine.runs.folder import record
from engine.runs.names import (
    BEST,
    CHANGES,
    CHECKPOINT,
    EXPERIMENT,
    LAST,
    METRICS,
    MOMENTS,
    POINTS,
    RESULTS,
    RUN,
    SERIES,
    SERIES_TABLE,
    SUMMARY,
)
from engine.runs.opened import RunError
from engine.runs.resuming import load_checkpoint
from engine.runs.texts import metrics_read
from engine.training import Control, fit
from engine.training.best import Best
from engine.training.checkpoint import FORMAT, Checkpoint
from engine.training.course import Course
from engine.training.events import (
    CheckpointReached,
    EpochEnded,
    Event,
    Finished,
    MemberStarted,
    Point,
    RunNotSaved,
    SeriesFinished,
    SeriesRow,
    Started,
    Steered,
)
from engine.training.judge.health import HealthState
from engine.training.meters import Sums
from engine.training.values import Metrics, Remark, Summary
from tests.engine.cases import MLP, experiment, of_type, with_recipe

BASE = experiment(epochs=2)
NUMBERS = Metrics(1.0, 0.5)
END = Finished(Summary(1, 1, NUMBERS, NUMBERS, NUMBERS, 1.0, "cpu", 1, 0), stopped=False)


def weights(value: float) -> dict[str, torch.Tensor]:
    return {"fc1.weight": torch.full((2, 2), value)}


def epoch(number: int, value: float, is_best: bool = True, part: float = 1.0) -> EpochEnded:
    """An epoch's end with these weights; stopped within it where only a part of it was trained."""
    return EpochEnded(number, NUMBERS, NUMBERS, is_best, weights(value), part)


def kept(number: int, value: float, best: float | None = None, **options: Any) -> Checkpoint:
    """A checkpoint after an epoch, or within it."""
    chosen = Best(number, NUMBERS, NUMBERS, weights(value if best is None else best))
    course = Course(4, number, done=1 if "sums" in options else 4)
    return Checkpoint(course, weights(value), {"state": {}}, chosen, HealthState(), **options)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name not in (LOCK, OWNER)}  # while it goes on


def value_of(state: Mapping[str, torch.Tensor]) -> float:
    return float(state["fc1.weight"][0, 0])


def value_in(path: Path) -> float:
    return value_of(load_weights(path))


@pytest.fixture(scope="module")
def begun() -> Started:
    control = Control()
    for event in fit(BASE, control):
        if isinstance(event, Started):
            control.abandon()
            return event
    raise AssertionError


def steps(events: list[Event], folder: Path, resume: Checkpoint | None = None) -> Iterator[Event]:
    return record(events, BASE, folder, resume)


def changed(position: float, lr: float) -> Steered:
    """After a quarter of an epoch's four batches, or a half …"""
    return Steered(int(position) + 1, int(4 * (position % 1)), position, {"lr": lr}, {"lr": 1.0})


def rates(folder: Path) -> list[tuple[float, float]]:
    lines = (folder / CHANGES).read_text().splitlines()
    return [(raw["position"], raw["set"]["lr"]) for raw in map(json.loads, lines)]


def test_a_change_of_rate_is_written_when_it_happens(begun: Started, tmp_path: Path) -> None:
    passing = steps([begun, changed(0.5, 0.1), changed(0.75, 0.2), END], tmp_path)
    next(passing)
    assert names(tmp_path) == {EXPERIMENT, RUN}
    next(passing)
    assert rates(tmp_path) == [(0.5, 0.1)]
    next(passing)
    assert rates(tmp_path) == [(0.5, 0.1), (0.75, 0.2)]


def test_a_change_of_rate_that_could_not_be_written_is_written_at_the_end(begun: Started, tmp_path: Path) -> None:
    (tmp_path / CHANGES).mkdir()
    events = []
    for event in steps([changed(0.5, 0.1), END], tmp_path):
        events.append(event)
        if isinstance(event, RunNotSaved):
            (tmp_path / CHANGES).rmdir()
    assert [type(event) for event in events] == [Steered, RunNotSaved, Finished]
    assert rates(tmp_path) == [(0.5, 0.1)] and (tmp_path / SUMMARY).exists()


def test_that_a_run_is_not_saved_is_said_once(begun: Started, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    passed = list(steps([begun, epoch(1, 1.0), epoch(2, 2.0), END], tmp_path / "file" / "run"))
    assert [type(event) for event in passed] == [Started, RunNotSaved, EpochEnded, EpochEnded, Finished]


def test_a_folder_that_vanishes_is_made_again(begun: Started, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "one"
    passing = [begun, epoch(1, 1.0), epoch(2, 2.0), CheckpointReached(kept(2, 2.0)), END]
    heard = []
    for event in steps(passing, folder):
        if isinstance(event, EpochEnded) and event.epoch == 1:
            shutil.rmtree(tmp_path / "runs")
        heard.append(event)
    assert not any(isinstance(event, RunNotSaved) for event in heard)
    remark, = (event for event in heard if isinstance(event, Remark))
    assert str(remark.message) == (f"{folder} was removed while the run went on: it is written again, with all that is "
                                   "known of the run")
    assert names(folder) == {EXPERIMENT, RUN, METRICS, LAST, BEST, CHECKPOINT, SUMMARY, MOMENTS}
    assert len((folder / METRICS).read_text().splitlines()) == 3 and load_checkpoint(folder, BASE) is not None


def test_weights_of_before_come_back_with_the_folder(begun: Started, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    for event in steps([begun, epoch(1, 1.0), CheckpointReached(kept(1, 1.0)), epoch(2, 2.0, is_best=False),
                        CheckpointReached(kept(2, 2.0)), END], folder):
        if isinstance(event, CheckpointReached) and event.checkpoint.epoch == 1:
            shutil.rmtree(folder)
    assert (value_in(folder / LAST), value_in(folder / BEST)) == (2.0, 1.0)


def test_a_run_stopped_within_an_epoch_keeps_what_whole_epochs_left(begun: Started, tmp_path: Path) -> None:
    inside = CheckpointReached(kept(2, 1.5, best=1.0, sums=Sums(loss=2.0, examples=3)))
    list(steps([begun, epoch(1, 1.0), CheckpointReached(kept(1, 1.0)), inside,
                epoch(2, 2.0, is_best=False, part=0.5), END], tmp_path))
    assert len((tmp_path / METRICS).read_text().splitlines()) == 2
    assert (value_in(tmp_path / LAST), value_in(tmp_path / BEST)) == (2.0, 1.0)
    found = load_checkpoint(tmp_path, BASE)
    assert found is not None and (found.epoch, found.position, found.sums) == (2, 1.25, Sums(loss=2.0, examples=3))


def test_going_on_begins_with_what_was_there_at_the_checkpoint(begun: Started, tmp_path: Path) -> None:
    resume = replace(kept(1, 3.0, best=4.0), noted=(changed(0.5, 0.1),))
    list(steps([begun, Point(0.5, 1.0, 0.5), changed(0.5, 0.1), epoch(1, 3.0), Point(1.5, 1.0, 0.5),
                changed(1.5, 0.3), epoch(2, 9.0), CheckpointReached(kept(2, 9.0)), END], tmp_path))
    passing = steps([begun, changed(1.5, 0.3), epoch(2, 5.0), END], tmp_path, resume)
    next(passing)
    assert (value_in(tmp_path / LAST), value_in(tmp_path / BEST)) == (3.0, 4.0)
    assert rates(tmp_path) == [(0.5, 0.1), (1.5, 0.3)]  # the second will be made again
    assert [line[0] for line in (tmp_path / METRICS).read_text().splitlines()[1:]] == ["1"]
    assert len((tmp_path / POINTS).read_text().splitlines()) == 2 and not (tmp_path / SUMMARY).exists()
    list(passing)
    assert [line[0] for line in (tmp_path / METRICS).read_text().splitlines()[1:]] == ["1", "2"]
    assert rates(tmp_path) == [(0.5, 0.1), (1.5, 0.3)]


def test_a_line_that_was_cut_off_is_no_line(begun: Started, tmp_path: Path) -> None:
    list(steps([begun, epoch(1, 1.0), epoch(2, 2.0)], tmp_path))
    with (tmp_path / METRICS).open("a") as file:
        file.write("3,0.1")
    list(steps([begun, epoch(3, 5.0)], tmp_path, kept(2, 2.0)))
    assert [line[0] for line in (tmp_path / METRICS).read_text().splitlines()[1:]] == ["1", "2", "3"]


def test_an_epoch_with_other_columns_widens_the_table(begun: Started, tmp_path: Path) -> None:
    wide = replace(epoch(2, 2.0), after=NUMBERS, test=NUMBERS)
    list(steps([begun, epoch(1, 1.0), wide, epoch(3, 3.0)], tmp_path))
    list(steps([begun, replace(wide, epoch=3)], tmp_path, kept(2, 2.0)))
    assert [(row.epoch, row.after is None, row.test is None)
            for row in metrics_read((tmp_path / METRICS).read_text())] == [
                (1, True, True), (2, False, False), (3, False, False)]


def test_going_on_without_changes_leaves_none(begun: Started, tmp_path: Path) -> None:
    (tmp_path / CHANGES).write_text("position,lr\n2.5,0.1\n")
    next(steps([begun], tmp_path, kept(1, 3.0)))
    assert not (tmp_path / CHANGES).exists()


def series(*events: Event) -> list[Event]:
    members = [MemberStarted(index, 2, title, with_recipe(BASE, lr=0.1 * index)) for index, title in enumerate("ab", 1)]
    done = SeriesFinished((SeriesRow("a", {"test loss": 1.0}), SeriesRow("b", {"test loss": 2.0})), {}, {})
    return [members[0], *events, members[1], *events, done]


def test_a_series_replaces_what_was_in_its_folder(begun: Started, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "all"
    passing = record(series(begun), BASE, folder)
    next(passing)
    assert load_experiment(folder / EXPERIMENT) == BASE
    passing.close()
    for name in (*RESULTS, SERIES, SERIES_TABLE, "notes.txt"):
        (folder / name).write_text("old")
    list(record(series(begun, epoch(1, 1.0), CheckpointReached(kept(1, 1.0))), BASE, folder))
    assert names(folder) == {EXPERIMENT, RUN, SERIES, SERIES_TABLE, "notes.txt", "1-a", "2-b"}
    assert (folder / SERIES_TABLE).read_text() == "run,test loss\na,1.000000\nb,2.000000\n"
    assert names(folder / "2-b") == {EXPERIMENT, METRICS, LAST, BEST, CHECKPOINT, RUN, MOMENTS}
    assert load_experiment(folder / "2-b" / EXPERIMENT).recipe.lr == 0.2


@pytest.mark.parametrize("is_whole", [True, False])
def test_the_runs_of_an_earlier_series_go_and_what_is_not_its_own_stays(is_whole: bool, begun: Started,
                                                                        tmp_path: Path) -> None:
    list(record(series(begun, epoch(1, 1.0), CheckpointReached(kept(1, 1.0))), BASE, tmp_path))
    if not is_whole:  # it was killed before its end
        (tmp_path / SERIES).unlink()
    (tmp_path / "2-b" / "notes.txt").write_text("mine")
    (tmp_path / "3-c").mkdir()
    save_experiment(BASE, tmp_path / "3-c" / EXPERIMENT)  # of no run that it names
    member = MemberStarted(1, 1, "other", BASE)
    list(record([member, begun, epoch(1, 1.0)], BASE, tmp_path))
    assert names(tmp_path) == {EXPERIMENT, RUN, "1-other", "2-b", "3-c"}
    assert names(tmp_path / "2-b") == {"notes.txt"} and names(tmp_path / "3-c") == {EXPERIMENT}
    list(record([begun, epoch(1, 1.0)], BASE, tmp_path))  # now a single run
    assert names(tmp_path) == {EXPERIMENT, RUN, METRICS, MOMENTS, "2-b", "3-c"}


@pytest.mark.parametrize("named", ["..", "", "../other", "file", "link"])
def test_only_folders_inside_are_of_a_series(named: str, begun: Started, tmp_path: Path) -> None:
    folder, other = tmp_path / "all", tmp_path / "other"
    list(record([begun, epoch(1, 1.0)], BASE, other))
    folder.mkdir()
    (folder / "file").write_text("mine")
    (folder / "link").symlink_to(other)
    (folder / RUN).write_text(json.dumps({"members": [named]}))
    before = names(other)
    list(record([begun, epoch(1, 1.0)], BASE, folder))
    assert names(other) == before and (folder / "file").exists() and (folder / "link").exists()


def test_only_its_first_run_begins_a_series(begun: Started, tmp_path: Path) -> None:
    for event in record(series(begun), BASE, tmp_path):
        if isinstance(event, MemberStarted) and event.index == 1:
            (tmp_path / METRICS).write_text("mine")
    assert (tmp_path / METRICS).read_text() == "mine"


def test_what_cannot_be_removed_is_said(begun: Started, tmp_path: Path) -> None:
    (tmp_path / SUMMARY).mkdir()
    said = of_type(list(steps([begun], tmp_path)), RunNotSaved)
    assert len(said) == 1 and f"{tmp_path / SUMMARY} could not be removed: " in str(said[0].message)


def test_a_folder_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WriteError, match="file could not be made: "):
        runs.make_folder(tmp_path / "file")
    runs.make_folder(tmp_path / "a" / "b")
    runs.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


# -- going on ---------------------------------------------------------------------------------------------------------


def saved(folder: Path, base: Experiment = BASE, content: object = None) -> Path:
    """A folder of this experiment, with a checkpoint that is nothing but its mark unless something else is given."""
    next(record([MemberStarted(1, 1, "a", base)], base, folder))
    torch.save(kept(1, 1.0).stored() if content is None else content, folder / CHECKPOINT)
    return folder


@pytest.mark.parametrize(("content", "reason"), [
    ([FORMAT], "it is no checkpoint"), ({}, "it is no checkpoint"),
    ({"format": FORMAT, "version": 99}, "made by a newer Layerloom"),
    ({"format": FORMAT, "version": 3}, "it is damaged: course cannot be read"),
    ({"format": FORMAT}, "it is damaged: it does not say which version"),
    ({"format": FORMAT, "version": 2, "health": 1}, "health cannot be read"),
    ({"format": FORMAT, "version": Path("a")}, "is damaged"),  # only numbers are taken from a file, never objects
])  # fmt: skip
def test_what_is_no_checkpoint(content: object, reason: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=reason):
        load_checkpoint(saved(tmp_path, content=content), BASE)


@pytest.mark.parametrize("same", [
    with_recipe(BASE, epochs=99), with_recipe(BASE, device="auto"), replace(BASE, title="another"),
    replace(BASE, graph=BASE.graph.moved({"fc1": (500.0, 77.0)})),
    replace(BASE, variants=(Variant(title="a"),)),
])  # fmt: skip
def test_a_run_is_continued_though_this_is_different(same: Experiment, tmp_path: Path) -> None:
    found = load_checkpoint(saved(tmp_path), same)
    assert found is not None and found.epoch == 1 and value_of(found.weights) == 1.0


def _with(**options: Any) -> Experiment:
    return replace(BASE, graph=BASE.graph.with_parameters("fc1", NodeParameters(**options)))


@pytest.mark.parametrize(("other", "part"), [
    (_with(trainable=False), "network"), (_with(lr_multiplier=2.0), "network"),
    (experiment(*MLP[:-1], ("fc2", "Linear", {"out_features": 11}), epochs=2), "network"),
    (replace(BASE, graph=BASE.graph.without_edges([Edge("fc1", "act1")])), "network"),
    (replace(BASE, data=BASE.data.with_options(seed=8)), "data"),
    (with_recipe(BASE, lr=0.1), "recipe"), (with_recipe(BASE, seed=3), "recipe"),
])  # fmt: skip
def test_a_run_is_not_continued_with_something_else(other: Experiment, part: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=f"was made with another {part}: it cannot be continued with this one"):
        load_checkpoint(saved(tmp_path), other)

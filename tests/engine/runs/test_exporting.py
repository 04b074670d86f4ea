"""Runs taken elsewhere, read back by pandas and by TensorBoard's own reader."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from engine.files import WriteError
from engine.runs.book.book import read_book
from engine.runs.book.entry import Entry
from engine.runs.curves import rows_of, seconds_of, steps_of
from engine.runs.exporting import write_csv, write_tensorboard
from engine.runs.folder import record
from engine.runs.opened import RunError, open_run
from engine.training import fit
from engine.training.control import Control
from engine.training.events import EpochEnded, Point
from tests.engine.cases import experiment
from tests.engine.runs.book.kept import kept

BASE = experiment(epochs=3, batch_size=64)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "net-20260301-120000"
    for _ in record(fit(BASE), BASE, folder):
        pass
    return folder


@pytest.fixture
def entry(trained: Path) -> Entry:
    return read_book([trained.parent]).entries[0]


def test_pandas_reads_every_epoch_and_point(entry: Entry, tmp_path: Path) -> None:
    write_csv([entry], tmp_path / "curves.csv")
    table, state = pd.read_csv(tmp_path / "curves.csv"), open_run(entry.folder).state
    assert set(table["run"]) == {entry.folder.name} and table["epoch"].is_monotonic_increasing
    epochs = table.dropna(subset=["validation_loss"])
    assert epochs["epoch"].tolist() == [1, 2, 3]
    assert epochs["validation_accuracy"].tolist() == [row.validation.accuracy for row in state.epochs]
    points = table.dropna(subset=["batch_loss"])
    assert points["batch_loss"].tolist() == [point.loss for point in state.points]
    batches = math.ceil(state.started.train_examples / 64) if state.started else 0
    assert epochs["step"].tolist() == [batches, 2 * batches, 3 * batches]
    assert table["seconds"].is_monotonic_increasing and table["seconds"].notna().all()


def test_tensorboard_reads_the_same_numbers(entry: Entry, tmp_path: Path) -> None:
    (folder,) = write_tensorboard([entry], tmp_path)
    events, state = EventAccumulator(str(folder)), open_run(entry.folder).state
    events.Reload()
    assert {"loss/train", "loss/validation", "accuracy/validation", "loss/batch"} <= set(events.Tags()["scalars"])
    for tag, known in (("loss/validation", [row.validation.loss for row in state.epochs]),
                       ("accuracy/train", [row.train.accuracy for row in state.epochs]),
                       ("loss/batch", [point.loss for point in state.points])):
        assert [event.value for event in events.Scalars(tag)] == np.asarray(known, np.float32).tolist()
    steps = [event.step for event in events.Scalars("loss/validation")]
    walls = [event.wall_time for event in events.Scalars("loss/validation")]
    assert steps == [steps[0], 2 * steps[0], 3 * steps[0]] and walls == sorted(walls)
    assert walls[0] == pytest.approx(entry.begun.timestamp(), abs=60 + 86400 * 400)  # its own time, not that of writing


def test_nothing_is_written_over_other_event_files(entry: Entry, tmp_path: Path) -> None:
    write_tensorboard([entry], tmp_path)
    with pytest.raises(WriteError, match="has event files already"):
        write_tensorboard([entry], tmp_path)


def test_several_runs_in_one_table_and_each_once(tmp_path: Path) -> None:
    for minute in range(3):
        kept(tmp_path, minute)
    book = read_book([tmp_path])
    write_csv([*book.entries, book.entries[0]], tmp_path / "all.csv")
    table = pd.read_csv(tmp_path / "all.csv")
    assert table["run"].nunique() == 3 and len(table) == 3 * (3 + 6)
    with pytest.raises(RunError, match="no run to export"):
        write_csv([], tmp_path / "none.csv")


def test_a_folder_that_cannot_be_written_is_a_sentence(entry: Entry, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(WriteError):
        write_tensorboard([entry], tmp_path / "file")
    with pytest.raises(WriteError):
        write_csv([entry], tmp_path / "file" / "x.csv")


# -- steps and time ----------------------------------------------------------------------------------------------------


def test_times_are_those_of_the_events(tmp_path: Path) -> None:
    control, seen = Control(), list[tuple[float, float]]()
    for event in record(fit(BASE, control), BASE, tmp_path / "run"):
        if isinstance(event, Point):
            seen.append((event.position, event.seconds))
    places, seconds = seconds_of(open_run(tmp_path / "run").state)
    known = dict(seen)
    assert len(places) > 1 and all(known[place] == pytest.approx(at, abs=1e-3)
                                   for place, at in zip(places[1:], seconds[1:], strict=True))


def test_steps_follow_a_batch_size_that_was_changed_on_the_way(tmp_path: Path) -> None:
    control, learned = Control(), 0
    for event in record(fit(BASE, control), BASE, tmp_path / "run"):
        if isinstance(event, EpochEnded) and event.epoch == 1:
            control.steer({"batch_size": 32, "accumulate": 2} if not learned else {})
            learned += 1
    state = open_run(tmp_path / "run").state
    examples = state.started.train_examples if state.started else 0
    first, later = math.ceil(examples / 64), math.ceil(math.ceil(examples / 32) / 2)
    assert state.changes[0].position == 1.0
    assert steps_of(state) == ([0.0, 1.0, 3.0], [0.0, first, first + 2 * later])


def test_a_run_of_an_earlier_version_went_evenly(tmp_path: Path) -> None:
    folder = kept(tmp_path, 0)
    (folder / "times.csv").unlink()
    run = open_run(folder)
    assert seconds_of(run.state) == ([0.0, 3.0], [0.0, 6.0])
    assert [row.seconds for row in rows_of(run) if row.epoch] == [2.0, 4.0, 6.0]
    (folder / "summary.json").unlink()
    (folder / "run.json").unlink()
    rows = rows_of(open_run(folder))
    assert all(math.isnan(row.seconds) and math.isnan(row.step) for row in rows) and len(rows) == 9

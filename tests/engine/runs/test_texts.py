"""Texts of a run's folder, to the letter."""

from __future__ import annotations

import json
import math

import pytest

from engine.messages import say
from engine.runs.texts import (
    POINTS_HEAD,
    UNKNOWN_BATCH,
    change_line,
    changes_read,
    lacks_columns,
    marks_read,
    metrics_head,
    metrics_line,
    metrics_read,
    metrics_widened,
    old_changes_read,
    other_columns,
    point_line,
    points_read,
    remark_line,
    remarks_read,
    series_csv,
    series_json,
    series_read,
    summary_json,
    summary_read,
)
from engine.training.events import (
    EpochEnded,
    Finished,
    MemberEnded,
    MemberStarted,
    Paused,
    Point,
    Progress,
    SeriesFinished,
    SeriesRow,
    Steered,
    Stop,
    ThreadsChanged,
)
from engine.training.state import EpochRow, RunState, SeriesState
from engine.training.values import Metrics, Remark, Summary
from tests.engine.cases import experiment

CLASSES = Metrics(1.5, 0.25, (("top5", 0.5), ("f1", math.nan)))
NUMBERS = Metrics(2.0, others=(("rmse", 1.25),))
SUMMARY = Summary(3, 2, CLASSES, NUMBERS, Metrics(math.nan), 1234.56, "cpu", 1210, 7)
ROWS = (SeriesRow("a", {"train loss": 1.5, "test loss": math.inf}), SeriesRow('b, "c"', {"train loss": 2.0}))
SERIES = SeriesFinished(ROWS, {"train loss": 1.75}, {})


def test_metrics_of_every_part_have_a_column() -> None:
    rows = [EpochRow(1, CLASSES, NUMBERS, 1.0), EpochRow(2, CLASSES, NUMBERS, 2.0)]
    text = metrics_head(rows[0]) + "".join(f"{metrics_line(row, metrics_head(row).strip())}\n" for row in rows)
    assert text == (
        "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,train_top5,train_f1,validation_rmse\n"
        "1,1.500000,0.250000,2.000000,,0.500000,,1.250000\n"
        "2,1.500000,0.250000,2.000000,,0.500000,,1.250000\n")
    read = metrics_read(text)
    assert [(row.epoch, row.train.named, row.validation.named) for row in read] == [
        (row.epoch, row.train.named, row.validation.named) for row in rows]
    assert len(read) == 2 == len(metrics_read(text + "3,0.1")) == len(metrics_read(text + "3,a,b\n"))
    assert metrics_read("") == metrics_read("something else\n1\n") == []


def test_columns_of_a_later_epoch_are_empty_before_it_and_after_it() -> None:
    rows = [EpochRow(1, CLASSES, NUMBERS, 1.0), EpochRow(2, CLASSES, NUMBERS, 2.0, CLASSES, NUMBERS),
            EpochRow(3, CLASSES, NUMBERS, 3.0, test=NUMBERS)]
    text = ""
    for row in rows:
        head = text.split("\n")[0]
        if not text or lacks_columns(head, row):
            text = metrics_widened(text, row)
        text += f"{metrics_line(row, text.split(chr(10))[0])}\n"
    assert [line.count(",") for line in text.split("\n")[:-1]] == [14] * 4
    assert repr(metrics_read(text)) == repr(rows)
    assert other_columns(rows) == text.split("\n")[0].split(",")[5:]


def test_points_are_read_back() -> None:
    points = [Point(0.25, 2.5, 0.125), Point(1.0, 1e-9, math.nan)]
    text = POINTS_HEAD + "".join(f"{point_line(point)}\n" for point in points)
    assert text == "position,loss,accuracy\n0.250000,2.5,0.125\n1.000000,1e-09,\n"
    assert repr(points_read(text)) == repr(points)


def test_changes_on_the_way() -> None:
    changes = [Steered(1, 4, 0.5, {"lr": 0.01, "drop1.p": 0.2}, {"lr": 0.1, "drop1.p": 0.5}),
               ThreadsChanged(0.75, 1, 1, 6), Steered(2, 2, 1.25, {"fc1.trainable": False}, {"fc1.trainable": True}),
               Stop(3, 1, 2.125, True)]
    text = "".join(f"{change_line(change)}\n" for change in changes)
    assert text.splitlines()[0] == ('{"epoch": 1, "batch": 4, "position": 0.5, "set": {"lr": 0.01, "drop1.p": 0.2}, '
                                    '"was": {"lr": 0.1, "drop1.p": 0.5}}')
    assert changes_read(text) == changes
    assert changes_read(f"not JSON\n{{}}\n[]\n{text[:-20]}") == changes[:3]


def test_changes_of_an_earlier_version() -> None:
    rate = Steered(1, UNKNOWN_BATCH, 0.5, {"lr": 0.01})
    assert old_changes_read("position,lr\n0.500000,0.01\n") == [rate]
    assert old_changes_read("position,lr,threads\n0.500000,0.01,\n1.750000,,1\nx,1,\n,,\n") == [
        rate, ThreadsChanged(1.75, 1, 2)]


def test_remarks_are_read_back_in_their_words() -> None:
    remark = Remark("rising", say("{a}, {b}", a=say("{n} epochs", n=3), b=0.5), ("lr", 0.09))
    [(epoch, read)] = remarks_read(remark_line(remark, 4) + "\nnot JSON\n[]\n")
    assert (epoch, read.kind, str(read.message), read.suggestion) == (4, "rising", "3 epochs, 0.5", ("lr", 0.09))
    assert read.message.template == "{a}, {b}"


def test_a_summary_is_json_without_what_is_no_number() -> None:
    text = summary_json(SUMMARY)
    assert repr(summary_read(text)[0].train.named) == repr(SUMMARY.train.named)
    assert text.startswith('{\n  "epochs": 3,') and text.endswith("}\n")
    assert json.loads(text) == {
        "epochs": 3, "best_epoch": 2, "train": {"loss": 1.5, "accuracy": 0.25, "top5": 0.5, "f1": None},
        "validation": {"loss": 2.0, "accuracy": None, "rmse": 1.25}, "test": {"loss": None, "accuracy": None},
        "examples_per_second": 1234.6, "device": "cpu", "params": 1210, "seed": 7,
        "stopped": False, "chosen_by": "validation loss", "planned_epochs": 0, "position": None,
        "training_seconds": None, "total_seconds": None, "epoch_seconds": None, "device_name": ""}


def test_a_series_is_json_with_the_folders() -> None:
    text = series_json(SERIES, ["1-a", "2-b c"], "λ")
    read, folders = series_read(text)
    assert folders == ["1-a", "2-b c"] and [row.title for row in read.rows] == [row.title for row in SERIES.rows]
    assert json.loads(text) == {
        "title": "λ", "stopped": False,
        "members": [{"title": "a", "folder": "1-a", "train loss": 1.5, "test loss": None},
                                  {"title": 'b, "c"', "folder": "2-b c", "train loss": 2.0}],
        "mean": {"train loss": 1.75}, "std": {}}
    assert '"title": "λ"' in text and text.endswith("\n")


def test_a_series_is_a_table() -> None:
    assert series_csv(SERIES) == ('run,train loss,test loss\na,1.500000,inf\n"b, ""c""",2.000000,\n'
                                  "mean,1.750000,\n")


@pytest.mark.parametrize(("title", "cell"), [("a b", "a b"), ("a,b", '"a,b"'), ('"a"', '"""a"""'), ("a\nb", '"a\nb"'),
                                             ("", "")])
def test_titles_in_a_table_are_quoted_where_they_must_be(title: str, cell: str) -> None:
    assert series_csv(SeriesFinished((SeriesRow(title, {}),), {}, {})) == f"run\n{cell}\n"


def test_a_history_keeps_what_carries_numbers() -> None:
    point, change = Point(0.5, 1.0, 0.1), Steered(1, 3, 0.5, {"lr": 0.1})
    remark = Remark("rising", "it rises")  # type: ignore[arg-type]
    epochs = [EpochEnded(1, CLASSES, NUMBERS, True, {}), EpochEnded(2, NUMBERS, CLASSES, False, {}, 0.25)]
    history = RunState()
    assert history.best_epoch is None
    for event in (point, Progress(1, 2, 0.1, 5.0, 3.0), change, epochs[0], Paused(), remark, epochs[1]):
        history.hear(event)
    assert (history.points, history.changes, history.remarks, history.best_epoch) == ([point], [change], [remark], 1)
    assert history.epochs == [EpochRow(1, CLASSES, NUMBERS, 1.0), EpochRow(2, NUMBERS, CLASSES, 1.25)]


def test_histories_tell_the_runs_of_a_series_apart() -> None:
    histories = SeriesState()
    assert (histories.members, histories.count, histories.series) == ([], 1, None)
    point = Point(0.5, 1.0, 0.1)
    histories.hear(point)  # nothing said that it is a series
    assert [member.title for member in histories.members] == [""] and histories.current.points == [point]
    for index, title in enumerate("ab", 1):
        histories.hear(MemberStarted(index, 3, title, experiment(), is_fold=title == "b"))
        histories.hear(point)
        assert histories.current.title == title and histories.current.summary is None
        histories.hear(MemberEnded(index, title, SUMMARY, {}))
    histories.hear(SERIES)
    assert [(member.title, member.is_fold, len(member.points), member.summary is SUMMARY)
            for member in histories.members] == [("a", False, 1, True), ("b", True, 1, True)]
    assert histories.count == 3 and histories.series is SERIES


def test_a_single_run_has_its_summary() -> None:
    histories = SeriesState()
    histories.hear(Finished(SUMMARY, stopped=False))
    assert histories.current.summary is SUMMARY and histories.series is None


@pytest.mark.parametrize("raw", [None, [], 3, {"train": 3}, {"train": [1]}, {"train": ["a", "b"]}, {"train": None}])
def test_marks_that_are_none_are_no_marks(raw: object) -> None:
    assert marks_read(raw) == {}
    assert marks_read({"train": [3, "0f"]}) == {"train": (3, "0f")}

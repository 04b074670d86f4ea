"""Texts of a run's folder, to the letter."""

from __future__ import annotations

import json
import math

import pytest

from engine.runs.history import EpochRow, Histories, History
from engine.runs.texts import changes_csv, metrics_csv, series_csv, series_json, summary_json
from engine.training.events import (
    EpochEnded,
    Finished,
    MemberEnded,
    MemberStarted,
    Metrics,
    Paused,
    Point,
    Progress,
    RateChanged,
    Remark,
    SeriesFinished,
    SeriesRow,
    Summary,
)
from tests.engine.cases import experiment

CLASSES = Metrics(1.5, 0.25, (("top5", 0.5), ("f1", math.nan)))
NUMBERS = Metrics(2.0, others=(("rmse", 1.25),))
SUMMARY = Summary(3, 2, CLASSES, NUMBERS, Metrics(math.nan), 1234.56, "cpu", 1210, 7)
ROWS = (SeriesRow("a", {"train loss": 1.5, "test loss": math.inf}), SeriesRow('b, "c"', {"train loss": 2.0}))
SERIES = SeriesFinished(ROWS, {"train loss": 1.75}, {})


def test_metrics_of_every_part_have_a_column() -> None:
    rows = [EpochRow(1, CLASSES, NUMBERS, 1.0), EpochRow(2, NUMBERS, NUMBERS, 2.0)]
    assert metrics_csv(rows) == (
        "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,train_top5,train_f1,validation_rmse\n"
        "1,1.500000,0.250000,2.000000,,0.500000,,1.250000\n"
        "2,2.000000,,2.000000,,,,1.250000\n")
    assert metrics_csv([]) == "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy\n"


def test_changes_of_the_rate() -> None:
    assert changes_csv([RateChanged(0.5, 0.01), RateChanged(1.25, 1e-5)]) == (
        "position,lr\n0.500000,0.01\n1.250000,1e-05\n")


def test_a_summary_is_json_without_what_is_no_number() -> None:
    text = summary_json(SUMMARY)
    assert text.startswith('{\n  "epochs": 3,') and text.endswith("}\n")
    assert json.loads(text) == {
        "epochs": 3, "best_epoch": 2, "train": {"loss": 1.5, "accuracy": 0.25, "top5": 0.5, "f1": None},
        "validation": {"loss": 2.0, "accuracy": None, "rmse": 1.25}, "test": {"loss": None, "accuracy": None},
        "examples_per_second": 1234.6, "device": "cpu", "params": 1210, "seed": 7}


def test_a_series_is_json_with_the_folders() -> None:
    text = series_json(SERIES, ["1-a", "2-b c"], "λ")
    assert json.loads(text) == {
        "title": "λ", "members": [{"title": "a", "folder": "1-a", "train loss": 1.5, "test loss": None},
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
    point, change = Point(0.5, 1.0, 0.1), RateChanged(0.5, 0.1)
    remark = Remark("rising", "it rises")  # type: ignore[arg-type]
    epochs = [EpochEnded(1, CLASSES, NUMBERS, True, {}), EpochEnded(2, NUMBERS, CLASSES, False, {}, 0.25)]
    history = History()
    assert history.best_epoch is None
    for event in (point, Progress(1, 2, 0.1, 5.0, 3.0), change, epochs[0], Paused(), remark, epochs[1]):
        history.add(event)
    assert (history.points, history.changes, history.remarks, history.best_epoch) == ([point], [change], [remark], 1)
    assert history.epochs == [EpochRow(1, CLASSES, NUMBERS, 1.0), EpochRow(2, NUMBERS, CLASSES, 1.25)]


def test_histories_tell_the_runs_of_a_series_apart() -> None:
    histories = Histories()
    assert (histories.members, histories.count, histories.series) == ([], 1, None)
    point = Point(0.5, 1.0, 0.1)
    histories.add(point)  # nothing said that it is a series
    assert [member.title for member in histories.members] == [""] and histories.current.history.points == [point]
    for index, title in enumerate("ab", 1):
        histories.add(MemberStarted(index, 3, title, experiment(), is_fold=title == "b"))
        histories.add(point)
        assert histories.current.title == title and histories.current.summary is None
        histories.add(MemberEnded(index, title, SUMMARY, {}))
    histories.add(SERIES)
    assert [(member.title, member.is_fold, len(member.history.points), member.summary is SUMMARY)
            for member in histories.members] == [("a", False, 1, True), ("b", True, 1, True)]
    assert histories.count == 3 and histories.series is SERIES


def test_a_single_run_has_its_summary() -> None:
    histories = Histories()
    histories.add(Finished(SUMMARY, stopped=False))
    assert histories.current.summary is SUMMARY and histories.series is None

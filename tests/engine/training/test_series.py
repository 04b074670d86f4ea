"""Series: variants and folds, one run after the other, with their folders, and their mean and deviation."""

from __future__ import annotations

import csv
import json
import math
import statistics
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.tensors.loading import load_data
from engine.data.tensors.splitting import folded
from engine.experiment.experiment import Experiment, Variant, load_experiment
from engine.network.weights import initial_module
from engine.runs.folder import record
from engine.runs.names import EXPERIMENT, METRICS, RUN, SERIES, SERIES_ROWS, SERIES_TABLE, SUMMARY, member_folder
from engine.runs.pictures import COLORS, PictureError, series_picture
from engine.training import Control, fit
from engine.training.events import (
    EpochEnded,
    Event,
    Finished,
    MemberEnded,
    MemberStarted,
    Paused,
    Resumed,
    SeriesFinished,
    Started,
)
from engine.training.series import Begun, SeriesError, fit_series, plans
from engine.training.state import SeriesState
from engine.training.values import Remark
from tests.engine.cases import experiment, made_data, of_type, trained, with_recipe

BASE = experiment(epochs=2)
RATES = replace(BASE, title="Two rates", variants=(
    Variant(title="lr 0.005"), Variant(title="decay 3 / λ", recipe={"lr": 0.01, "weight_decay": 3.0})))
FOLDS = with_recipe(BASE, folds=3)


def test_variants_are_the_runs_they_stand_for() -> None:
    events = list(fit_series(RATES))
    started, ended = of_type(events, MemberStarted), of_type(events, MemberEnded)
    assert [(member.index, member.count, member.title) for member in started] == [(1, 2, "lr 0.005"),
                                                                                (2, 2, "decay 3 / λ")]
    assert [type(event) for event in events if isinstance(event, (MemberStarted, Finished, MemberEnded))] == [
        MemberStarted, Finished, MemberEnded] * 2
    alone = [trained(BASE), trained(with_recipe(BASE, lr=0.01, weight_decay=3.0))]
    for member, (_, epochs, end) in zip(ended, alone, strict=True):
        assert (member.summary.train, member.summary.test) == (end.summary.train, end.summary.test)
        best = next(epoch for epoch in epochs if epoch.epoch == end.summary.best_epoch)
        assert all(torch.equal(tensor, best.weights[key]) for key, tensor in member.weights.items())
    end = events[-1]
    assert isinstance(end, SeriesFinished) and [row.title for row in end.rows] == ["lr 0.005", "decay 3 / λ"]
    assert end.mean == {} == end.std and not end.stopped  # they differ on purpose
    last = alone[1][1][-1]
    assert end.rows[1].values["train loss"] == last.train.loss
    assert end.rows[1].values["validation accuracy"] == last.validation.accuracy
    assert end.rows[1].values["test accuracy"] == alone[1][2].summary.test.accuracy


def test_folds_are_the_runs_they_stand_for() -> None:
    events = list(fit_series(FOLDS))
    end, data = events[-1], load_data(FOLDS.data)
    assert isinstance(end, SeriesFinished)
    assert [row.title for row in end.rows] == ["fold 1 of 3", "fold 2 of 3", "fold 3 of 3"]
    assert [event.is_fold for event in events if isinstance(event, MemberStarted)] == [True] * 3
    losses = []
    for index, row in enumerate(end.rows):
        last = trained(BASE, data=folded(data, 3, index))[1][-1]
        assert row.values["validation loss"] == last.validation.loss
        losses.append(last.validation.loss)
    assert len(set(losses)) == 3
    assert end.mean["validation loss"] == pytest.approx(np.mean(losses))
    assert end.std["validation loss"] == pytest.approx(np.std(losses, ddof=1))
    assert set(end.mean) == set(end.rows[0].values)


def test_folds_take_data_that_are_given() -> None:
    events = list(fit_series(FOLDS, data=made_data(60)))
    assert [member.train_examples for member in of_type(events, Started)] == [34, 34, 34]  # of 51 without the test


def test_the_data_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import engine.training.series as series

    prepare, read = series.prepare, []

    def counting(spec, root, control):  # type: ignore[no-untyped-def]
        read.append(spec)
        return (yield from prepare(spec, root, control))

    monkeypatch.setattr(series, "prepare", counting)
    list(fit_series(FOLDS))
    assert read == [BASE.data]
    list(fit_series(replace(RATES, variants=(*RATES.variants, Variant(title="split", data={"seed": 5})))))
    assert read[1:] == [BASE.data, BASE.data.with_options(seed=5)]


def test_each_run_has_a_folder(tmp_path: Path) -> None:
    events = list(record(fit_series(RATES), RATES, tmp_path))
    end, titles = events[-1], ["1-lr 0.005", "2-decay 3 λ"]
    assert isinstance(end, SeriesFinished)
    assert {path.name for path in tmp_path.iterdir()} == {*titles, EXPERIMENT, RUN, SERIES, SERIES_ROWS, SERIES_TABLE}
    assert load_experiment(tmp_path / EXPERIMENT) == RATES
    inside = load_experiment(tmp_path / titles[1] / EXPERIMENT)
    assert inside.recipe.lr == 0.01 and inside.variants == ()
    list(record(fit(inside), inside, tmp_path / "alone"))
    assert (tmp_path / "alone" / METRICS).read_bytes() == (tmp_path / titles[1] / METRICS).read_bytes()
    table = json.loads((tmp_path / SERIES).read_text())
    assert table["title"] == "Two rates" and [row["folder"] for row in table["members"]] == titles
    assert table["members"][0]["test loss"] == end.rows[0].values["test loss"] and table["mean"] == {}
    with (tmp_path / SERIES_TABLE).open() as file:
        rows = list(csv.DictReader(file))
    assert [row["run"] for row in rows] == ["lr 0.005", "decay 3 / λ"]
    assert float(rows[1]["train loss"]) == pytest.approx(end.rows[1].values["train loss"], abs=1e-6)
    assert json.loads((tmp_path / titles[0] / SUMMARY).read_text())["epochs"] == 2


def test_folds_end_with_mean_and_deviation_in_the_table(tmp_path: Path) -> None:
    end = list(record(fit_series(FOLDS), FOLDS, tmp_path))[-1]
    assert isinstance(end, SeriesFinished)
    lines = (tmp_path / SERIES_TABLE).read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["run", *(row.title for row in end.rows), "mean", "std"]
    column = lines[0].split(",").index("validation accuracy")
    values = [float(line.split(",")[column]) for line in lines[1:4]]
    assert float(lines[4].split(",")[column]) == pytest.approx(statistics.fmean(values), abs=2e-6)
    assert float(lines[5].split(",")[column]) == pytest.approx(statistics.stdev(values), abs=2e-6)


def test_a_single_run_replaces_a_series(tmp_path: Path) -> None:
    list(record(fit_series(FOLDS), FOLDS, tmp_path))
    list(record(fit(BASE), BASE, tmp_path))
    assert not (tmp_path / SERIES).exists() and (tmp_path / METRICS).exists()


@pytest.mark.parametrize(("index", "title", "name"), [
    (1, "degree 3", "1-degree 3"), (2, "λ = 3.", "2-λ = 3"), (3, 'a/b\\c:*?"<>|', "3-a b c"), (4, "../..", "4"),
    (5, "x" * 300, "5-" + "x" * 60),
])  # fmt: skip
def test_names_of_folders(index: int, title: str, name: str) -> None:
    assert member_folder(index, title) == name


def test_advice_names_its_run() -> None:
    poor = experiment(epochs=3, optimizer="sgd", lr=1e-9)
    alone = of_type(list(fit(poor)), Remark)
    assert [remark.kind for remark in alone] == ["small steps"]
    both = replace(poor, variants=(Variant(title="λ = 3"), Variant(title="good", recipe={"optimizer": "adam",
                                                                                        "lr": 0.02})))
    said = of_type(list(fit_series(both)), Remark)
    assert [str(remark.message) for remark in said] == [f"Run “λ = 3”. {alone[0].message}"]
    assert (said[0].kind, said[0].suggestion) == (alone[0].kind, alone[0].suggestion)


# -- control ----------------------------------------------------------------------------------------------------------


def test_a_stop_ends_the_run_and_begins_no_other() -> None:
    control, events = Control(), list[Event]()
    for event in fit_series(FOLDS, control):
        events.append(event)
        if isinstance(event, EpochEnded):
            control.stop()
    end = events[-1]
    assert isinstance(end, SeriesFinished) and end.stopped and len(end.rows) == 1 == len(of_type(events, MemberStarted))
    assert not end.mean and not end.std  # a fold that was cut short says nothing about them


def test_a_stop_after_the_last_epoch_of_a_run_begins_no_other() -> None:
    control, events = Control(), list[Event]()
    for event in fit_series(RATES, control):
        events.append(event)
        if isinstance(event, EpochEnded) and event.epoch == 2:
            control.stop_after_epoch()
    [row], [end] = of_type(events, SeriesFinished)[0].rows, of_type(events, Finished)
    assert row.values and end.summary.epochs == 2 and not end.stopped and of_type(events, SeriesFinished)[0].stopped


@pytest.mark.parametrize("base", [RATES, FOLDS], ids=["variants", "folds"])
def test_asked_to_stop_after_the_last_epoch_of_the_last_run_it_is_finished(base: Experiment) -> None:
    control, events = Control(), list[Event]()
    for event in fit_series(base, control):
        events.append(event)
        last = of_type(events, MemberStarted)[-1:]
        if isinstance(event, EpochEnded) and event.epoch == 2 and last[0].index == last[0].count:
            control.stop_after_epoch()
    [end] = of_type(events, SeriesFinished)
    assert len(end.rows) == last[0].count and not end.stopped
    assert end == of_type(list(fit_series(base)), SeriesFinished)[0]


def test_the_mean_is_that_of_whole_folds() -> None:
    control, events = Control(), list[Event]()
    for event in fit_series(FOLDS, control):
        events.append(event)
        if isinstance(event, EpochEnded) and len(of_type(events, MemberStarted)) == 2:
            control.stop()
    end = events[-1]
    assert isinstance(end, SeriesFinished) and end.stopped and len(end.rows) == 2
    assert math.isnan(end.std["train loss"]) and end.mean == end.rows[0].values


def test_abandoning_says_nothing_more() -> None:
    control, events = Control(), list[Event]()
    for event in fit_series(FOLDS, control):
        events.append(event)
        if isinstance(event, EpochEnded):
            control.abandon()
    assert isinstance(events[-1], EpochEnded)


def test_a_pause_holds_a_series() -> None:
    control, events = Control(), list[Event]()
    for event in fit_series(FOLDS, control):
        events.append(event)
        if isinstance(event, MemberEnded) and event.index == 1:
            control.pause()
        if isinstance(event, Paused):
            control.resume()
    assert len(of_type(events, Paused)) == len(of_type(events, Resumed)) == 1
    assert isinstance(events[-1], SeriesFinished) and len(events[-1].rows) == 3


def test_a_live_rate_is_that_of_one_run() -> None:
    control = Control()
    losses = []
    for event in fit_series(replace(BASE, variants=(Variant(title="a"), Variant(title="b"))), control):
        if isinstance(event, Started) and not losses:
            control.steer({"lr": 1e-9})
        if isinstance(event, MemberEnded):
            losses.append(event.summary.train.loss)
    assert losses[1] < losses[0] / 1.2


def test_every_run_begins_with_the_weights_that_are_given() -> None:
    still = with_recipe(BASE, lr=1e-12, epochs=1)
    weights = initial_module(with_recipe(BASE, seed=9)).state_dict()
    for several in (replace(still, variants=(Variant(title="a"), Variant(title="b"))), with_recipe(still, folds=2)):
        ended = of_type(list(fit_series(several, weights=weights)), MemberEnded)
        assert len(ended) == 2
        assert all(torch.allclose(end.weights["fc1.weight"], weights["fc1.weight"], atol=1e-6) for end in ended)


def test_what_has_no_series_says_so() -> None:
    assert plans(BASE) == [] == plans(with_recipe(BASE, folds=1))
    with pytest.raises(SeriesError, match="no variants, and its recipe asks for no folds"):
        next(fit_series(BASE))


def test_histories_keep_every_run() -> None:
    histories = SeriesState()
    for event in fit_series(RATES):
        histories.hear(event)
    assert [(member.title, len(member.epochs)) for member in histories.members] == [("lr 0.005", 2),
                                                                                         ("decay 3 / λ", 2)]
    assert not any(member.is_fold for member in histories.members)
    assert all(member.summary is not None for member in histories.members) and histories.series is not None
    alone = SeriesState()
    for event in fit(BASE):
        alone.hear(event)
    assert [member.title for member in alone.members] == [""] and alone.current.summary is not None


def test_a_picture_shows_every_run(tmp_path: Path) -> None:
    histories = SeriesState()
    for event in fit_series(RATES):
        histories.hear(event)
    series_picture(histories.members, tmp_path / "curves.svg")
    drawn = (tmp_path / "curves.svg").read_text()
    assert all(drawn.count(f"stroke: {color}") >= 4 for color in COLORS[:2])  # two metrics, two parts
    assert not any(color in drawn for color in COLORS[2:4])
    with pytest.raises(PictureError):
        series_picture(histories.members, tmp_path / "curves.gif")


@pytest.mark.parametrize("value", [math.inf, math.nan, 1.7e308], ids=str)
def test_the_mean_of_what_is_no_number_is_none(value: float) -> None:
    """As a damaged file may say."""
    [end] = of_type(list(fit_series(FOLDS)), SeriesFinished)
    rows = tuple(replace(row, values={**row.values, "train loss": value}) for row in end.rows)
    [again] = fit_series(FOLDS, resume=Begun(rows))
    assert isinstance(again, SeriesFinished) and math.isnan(again.mean["train loss"])
    assert again.mean["train accuracy"] == end.mean["train accuracy"]

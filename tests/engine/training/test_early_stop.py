"""Which epoch is the best by the recipe's measure, and a run that waits no longer for a better one."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data
from engine.experiment.choices.measures import MEASURES, MeasureRow
from engine.experiment.experiment import Experiment
from engine.runs.folder import record
from engine.runs.opened import best_of, open_run
from engine.runs.resuming import load_checkpoint
from engine.runs.texts import summary_json, summary_read
from engine.training import fit
from engine.training.events import CheckpointReached, EpochEnded, Event, Finished
from engine.training.state import row_of
from engine.training.stopping import MeasureError, expect_measures, value_of
from engine.training.telling import chosen
from engine.training.values import Metrics, Remark
from tests.engine.cases import experiment, of_type, with_recipe
from tests.engine.training.by_hand import data, small

LINEAR = (("fc1", "Linear", {"out_features": 1}),)


def run_of(base: Experiment, **options: Any) -> list[Event]:
    return list(fit(base, **{"data": data(), **options}))


def by_hand(values: list[float], patience: int, *, larger: bool) -> tuple[int, int]:
    """The last epoch and the best one."""
    best, waited = 0, 0
    for epoch, value in enumerate(values):
        if epoch and (value > values[best] if larger else value < values[best]):
            best, waited = epoch, 0
        elif epoch:
            waited += 1
        if waited == patience:
            return epoch + 1, best + 1
    return len(values), best + 1


@pytest.mark.parametrize("measure", [row for row in MEASURES.values() if row.of != "numbers"], ids=lambda row: row.id)
@pytest.mark.parametrize("patience", [1, 3])
def test_it_ends_after_so_many_epochs_without_a_better_one(measure: MeasureRow, patience: int) -> None:
    base = small(lr=0.5, epochs=14, best_by=measure.id)
    whole = of_type(run_of(base), EpochEnded)
    larger = measure.is_larger_better or not measure.part
    values = [value_of(measure, epoch.train, epoch.validation) if measure.part else (
        epoch.validation.accuracy - 1e-6 * epoch.validation.loss) for epoch in whole]
    last, best = by_hand(values, patience, larger=larger)
    events = run_of(with_recipe(base, early_stop=patience))
    summary = of_type(events, Finished)[0].summary
    assert [epoch.epoch for epoch in of_type(events, EpochEnded)] == list(range(1, last + 1))
    assert (summary.epochs, summary.best_epoch, summary.ended_early) == (last, best, last < 14)
    assert not of_type(events, Finished)[0].stopped and not math.isnan(summary.test.loss)
    remarks = [str(remark.message) for remark in of_type(events, Remark) if remark.kind == "early stop"]
    words = measure.words or "validation"
    assert remarks == [f"The run ended early, after epoch {last}: {words} was best in epoch {best}, and nothing better "
                       f"came in {patience} more"][:last < 14]
    assert best_of([row_of(epoch) for epoch in whole[:last]], measure).epoch == best


def test_its_summary_says_so_in_words_and_in_its_file() -> None:
    end = of_type(run_of(small(lr=0.5, epochs=14, early_stop=1, best_by="validation_f1")), Finished)[0]
    summary = end.summary
    said = f"est epoch {summary.best_epoch} of {summary.epochs}"
    assert str(summary.line).startswith(f"b{said}, ended early; 14 were planned: ")
    assert str(chosen(summary)) == f"B{said}, by validation f1; ended early, and 14 were planned"
    assert summary.chosen_by == "validation f1"
    assert summary_read(summary_json(summary))[0] == replace(
        summary, examples_per_second=round(summary.examples_per_second, 1),
        training_seconds=round(summary.training_seconds, 3), total_seconds=round(summary.total_seconds, 3))


def test_going_on_after_it_ends_at_once_and_with_more_patience_it_goes_on_as_if_it_had_had_it() -> None:
    base = small(lr=0.5, epochs=14, early_stop=1, best_by="train_loss")
    patient = with_recipe(base, early_stop=14)
    first, whole = run_of(base), run_of(patient)
    kept = of_type(first, CheckpointReached)[-1].checkpoint
    again = run_of(base, resume=kept)
    assert not of_type(again, EpochEnded)
    ends = [of_type(events, Finished)[0].summary for events in (first, again)]
    assert ends[0].ended_early and ends[1].ended_early
    assert len({(each.best_epoch, each.epochs, each.test) for each in ends}) == 1
    on = run_of(patient, resume=kept)
    assert of_type(on, Finished)[0].summary.epochs == 14 > ends[0].epochs
    assert of_type(on, EpochEnded)[-1].train == of_type(whole, EpochEnded)[-1].train


def test_a_folder_is_continued_with_more_patience_but_not_with_another_measure(tmp_path: Path) -> None:
    base = small(lr=0.5, epochs=14, early_stop=1, best_by="train_loss")
    list(record(fit(base, data=data()), base, tmp_path))
    opened = open_run(tmp_path).state
    assert opened.summary is not None and opened.summary.ended_early and not opened.was_stopped
    assert [remark.kind for remark in opened.remarks if remark.kind == "early stop"] == ["early stop"]
    assert load_checkpoint(tmp_path, with_recipe(base, early_stop=5)) is not None
    with pytest.raises(Exception, match="best epoch by train loss → auto"):
        load_checkpoint(tmp_path, with_recipe(base, best_by="auto"))


def test_the_epochs_may_differ_unless_the_mean_of_the_last_is_kept(tmp_path: Path) -> None:
    for name, refused in (("ema", False), ("swa", True)):
        folder, base = tmp_path / name, small(epochs=2, averaging=name)
        list(record(fit(base, data=data()), base, folder))
        more = with_recipe(base, epochs=4)
        if not refused:
            assert load_checkpoint(folder, more) is not None
            continue
        with pytest.raises(Exception, match="2 → 4 epochs"):
            load_checkpoint(folder, more)


# -- what the data cannot give ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "classes", "validated", "said"), [
    ({"best_by": "validation_f1"}, 0, True, "validation f1, which there is only where classes are predicted"),
    ({"best_by": "validation_r2"}, 10, True, "validation r2, which there is only where numbers are predicted"),
    ({"best_by": "train_accuracy"}, 0, True, "train accuracy, which there is only where classes are predicted"),
    ({"best_by": "validation_loss"}, 10, False, "validation loss, but there are no validation data"),
    ({"best_by": "validation_top5"}, 5, True, "validation top5, but there are only 5 classes"),
    ({"early_stop": 3}, 10, False, "An early stop waits for better validation, but there are no validation data"),
    ({"schedule": "plateau:measure=train_accuracy"}, 0, True, "The schedule follows train accuracy"),
])
def test_it_is_refused_in_words(options: dict[str, object], classes: int, validated: bool, said: str) -> None:
    with pytest.raises(MeasureError) as raised:
        expect_measures(small(**options).recipe, classes, validated=validated)
    assert said in str(raised.value)


@pytest.mark.parametrize(("options", "classes", "validated"), [
    ({}, 10, False), ({"early_stop": 3, "best_by": "train_loss"}, 10, False), ({"early_stop": 3}, 0, True),
    ({"best_by": "validation_r2"}, 0, True), ({"best_by": "validation_top5"}, 6, True),
    ({"schedule": "plateau"}, 0, False),
])
def test_what_can_be_is_not(options: dict[str, object], classes: int, validated: bool) -> None:
    expect_measures(small(**options).recipe, classes, validated=validated)


@pytest.mark.parametrize("measure", [row for row in MEASURES.values() if row.of != "classes"], ids=lambda row: row.id)
def test_every_measure_of_numbers_chooses(measure: MeasureRow) -> None:
    spec = DataSpec(dataset="linear")
    base = experiment(*LINEAR, data=spec, loss="mse", optimizer="sgd", lr=0.03, epochs=4, best_by=measure.id,
                      batch_size=1000)
    events = list(fit(base, data=load_data(spec)))
    assert of_type(events, Finished)[0].summary.best_epoch == 4  # it gets better all the way
    assert of_type(events, Finished)[0].summary.chosen_by == (measure.words or "validation loss")


def test_a_run_refuses_before_it_learns() -> None:
    with pytest.raises(MeasureError):
        run_of(small(best_by="validation_r2"))


def test_of_what_is_no_number_the_last_counts() -> None:
    rows = [row_of(EpochEnded(epoch, Metrics(1.0), Metrics(1.0), False, {})) for epoch in (1, 2, 3)]
    assert best_of(rows, MEASURES["validation_log_rmse"]).epoch == 3


def test_without_validation_a_plateau_follows_the_training_loss() -> None:
    spec = DataSpec(validation=0.0)
    base = experiment(data=spec, optimizer="sgd", lr=0.05, epochs=4, schedule="plateau:patience=0,threshold=1")
    alike = with_recipe(base, schedule="plateau:patience=0,threshold=1,measure=train_loss")
    one, other = (of_type(list(fit(each, data=load_data(spec))), EpochEnded)[-1] for each in (base, alike))
    plain = of_type(list(fit(with_recipe(base, schedule="constant"), data=load_data(spec))), EpochEnded)[-1]
    assert one.train == other.train != plain.train

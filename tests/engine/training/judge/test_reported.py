"""One's own numbers under the names that others reported theirs by."""

from __future__ import annotations

import math

from engine.experiment.notes import Notes, Reported
from engine.training.judge.reported import Own, ReportedRow, own_numbers, reported_rows
from engine.training.values import Metrics, Summary


def summary(loss: float) -> Summary:
    test = Metrics(math.nan)  # stopped before it
    return Summary(3, 3, Metrics(loss, 0.9), Metrics(loss + 1, 0.5, (("top5", 0.75),)), test, 120.0, "cpu", 3, 0)


def test_of_one_run_everything_that_is_a_number() -> None:
    assert own_numbers(Own(summary(1.0), 5.0)) == {
        "train loss": 1.0, "train accuracy": 0.9, "validation loss": 2.0, "validation accuracy": 0.5,
        "validation top5": 0.75, "‖w‖": 5.0, "examples/s": 120.0}
    assert "‖w‖" not in own_numbers(Own(summary(1.0))), "there are several matrices"
    assert own_numbers(Own(None, 5.0)) == {"‖w‖": 5.0}, "while it goes on"


def test_of_variants_those_of_each_under_its_title() -> None:
    variants = [Own(summary(1.0), 4.0, "λ = 0"), Own(summary(2.0), None, "λ = 3")]
    found = own_numbers(variants[-1], variants)
    assert (found["train loss"], found["λ = 0: train loss"], found["λ = 3: train loss"]) == (2.0, 1.0, 2.0)
    assert found["λ = 0: ‖w‖"] == 4.0 and "λ = 3: ‖w‖" not in found and "λ = 0: examples/s" not in found


def test_of_folds_their_mean_and_nothing_of_a_single_one() -> None:
    folds = [Own(summary(1.0), 4.0, "fold 1 of 2"), Own(summary(2.0), 5.0, "fold 2 of 2")]
    assert own_numbers(folds[1], folds, {"train loss": 1.5}) == {"train loss": 1.5, "examples/s": 120.0}
    assert own_numbers(folds[1], folds, {}) == {"examples/s": 120.0}, "some are missing"


def test_each_reported_number_has_its_row() -> None:
    notes = Notes(reported=(Reported("test accuracy", 0.822), Reported("train loss", 0.469), Reported("‖w‖", 13.73)))
    assert reported_rows(notes, own_numbers(Own(summary(0.25), 5.0))) == [
        ReportedRow("test accuracy", 0.822, None), ReportedRow("train loss", 0.469, 0.25),
        ReportedRow("‖w‖", 13.73, 5.0)]
    assert reported_rows(Notes(), {"train loss": 1.0}) == []

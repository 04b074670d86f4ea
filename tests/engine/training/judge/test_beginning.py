"""What is said when a run begins, and which learning rate is suggested where the steps were too large."""

from __future__ import annotations

import math

import pytest

from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.recipe import Recipe
from engine.training import fit
from engine.training.failures import DivergedError, diverged
from engine.training.judge.beginning import first_remarks
from engine.training.judge.rates import lower_rate, usual_rate
from engine.training.values import Remark
from tests.engine.cases import MLP, experiment, of_type


@pytest.mark.parametrize(("size", "count", "smaller"), [
    (256, 100, 8), (101, 100, 8), (2000, 1374, 128), (5, 4, None), (64, 15, None), (64, 16, 2)])
def test_a_batch_larger_than_the_data_is_said(size: int, count: int, smaller: int | None) -> None:
    [remark] = first_remarks(Recipe(batch_size=size), count)
    assert f"({count})".replace("1374", "1\u00a0374") in str(remark.message)
    assert remark.suggestion == (None if smaller is None else ("batch_size", smaller))


@pytest.mark.parametrize(("size", "count"), [(256, 256), (1, 1), (10, 1000)])
def test_a_batch_that_fits_is_not(size: int, count: int) -> None:
    assert list(first_remarks(Recipe(batch_size=size), count)) == []


def test_it_is_said_once_when_the_run_begins() -> None:
    events = list(fit(experiment(batch_size=2000)))
    assert [remark.kind for remark in of_type(events, Remark)][:1] == ["large batch"]
    assert isinstance(events[2], Remark), "before anything is learned"


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("lr", [1000.0, 100.0, 3.0, 0.9, 0.1, 0.02])
def test_a_suggestion_is_lower_and_no_more_than_usual(optimizer: str, lr: float) -> None:
    recipe = Recipe(optimizer=optimizer)
    assert lower_rate(recipe, lr) <= min(lr / 10 * 1.5, OPTIMIZERS[optimizer].usual)


def test_failure_after_failure_leads_down_and_ends_in_another_advice() -> None:
    recipe, lr, tried = Recipe(optimizer="sgd"), 100.0, list[float]()
    while (error := diverged(math.nan, 1, recipe, lr, 2.3, has_learned=False)).suggestion is not None:
        lr = error.suggestion[1]
        tried.append(lr)
    assert tried == [0.1, 0.01, 0.001, 0.0001, 0.00001] and "smaller steps are no way out" in str(error)


def test_what_went_well_for_epochs_needs_only_a_little_less() -> None:
    error = diverged(math.inf, 7, Recipe(optimizer="sgd"), 0.9, 2.3, has_learned=True)
    assert error.suggestion == ("lr", 0.3)


def test_a_sum_over_the_batch_takes_smaller_steps() -> None:
    assert usual_rate(Recipe(optimizer="sgd", reduction="sum", batch_size=100)) == pytest.approx(0.001)


def test_a_loss_that_was_never_a_number_is_not_the_rates_fault() -> None:
    error = diverged(math.nan, 1, Recipe(), 0.1, math.nan, has_learned=False)
    assert error.suggestion is None and "before the first step" in str(error)


def test_in_a_run_the_suggestion_helps() -> None:
    base = experiment(*MLP, optimizer="sgd", loss="mse", lr=100.0, epochs=3)
    for _ in range(5):
        try:
            list(fit(base))
            break
        except DivergedError as error:
            assert error.suggestion is not None and error.suggestion[1] <= 0.1
            base = experiment(*MLP, optimizer="sgd", loss="mse", epochs=3, lr=error.suggestion[1])
    else:
        pytest.fail("it never learned")

"""The learning rate finder: a curve that follows from the seed, and a rate that learns or why there is none."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import chain, pairwise
from typing import Any

import pytest
import torch

from engine.data.progress import result_of
from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment, load_experiment
from engine.training import fit
from engine.training.checks import rates
from engine.training.checks.rates import RateCurve, RatePoint, find_rate
from engine.training.checks.trial import undisturbed
from engine.training.control import Control
from engine.training.events import EpochEnded
from engine.training.failures import DivergedError, NothingToLearnError
from tests.engine.cases import MLP, experiment, of_type, with_recipe

BASE = experiment()
DATA = load_data(BASE.data)
MOVED: list[dict[str, Any]] = [
    {"schedule": "one_cycle"}, {"schedule": "cosine", "schedule_by": "batch"}, {"accumulate": 8},
    {"warmup": 5.0, "averaging": "ema"}, {"schedule": "plateau:measure=validation_loss", "early_stop": 2},
]


def found(base: Experiment = BASE, **options: Any) -> RateCurve:
    return result_of(find_rate(base, DATA, **options))  # type: ignore[arg-type]


def loss_after(base: Experiment, lr: float) -> float:
    """Of the last epoch of a run at this rate; infinite where it diverges."""
    try:
        return of_type(fit(with_recipe(base, lr=lr), data=DATA), EpochEnded)[-1].train.loss
    except DivergedError:
        return math.inf


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
def test_what_is_proposed_learns_better_than_rates_far_away(optimizer: str) -> None:
    base = with_recipe(BASE, optimizer=optimizer, epochs=6)
    lr = found(base).suggestion
    assert lr is not None
    there = loss_after(base, lr)
    assert there < 0.5 * loss_after(base, lr / 100) and there < 0.5 * loss_after(base, 100 * lr)


@pytest.mark.usefixtures("nothing_changes")
def test_one_seed_is_one_curve_and_nothing_outside_changes() -> None:
    base = experiment(("flatten", "Flatten", {}), ("drop", "Dropout", {}), *MLP[1:])
    one, same, other = found(base), found(base), found(with_recipe(base, seed=3))
    assert one.points == same.points != other.points and one.suggestion == same.suggestion


@pytest.mark.parametrize("recipe", MOVED, ids=lambda recipe: ",".join(map(str, recipe.values())))
def test_no_schedule_moves_the_rate_and_each_batch_is_a_step(recipe: dict[str, Any]) -> None:
    assert found(with_recipe(BASE, **recipe), steps=20).points == found(steps=20).points


def test_whoever_draws_between_the_points_changes_nothing_and_is_not_disturbed() -> None:
    torch.manual_seed(5)
    undisturbed = torch.rand(3).tolist()
    torch.manual_seed(5)
    points, drawn = find_rate(BASE, DATA), list[float]()
    seen = []
    for _ in range(3):
        seen.append(next(points))
        drawn.append(float(torch.rand(1)))
    points.close()
    assert drawn == undisturbed and tuple(seen) == found().points[:3]


@pytest.mark.parametrize("held", [True, False])
def test_the_choice_of_kernels_stays_that_of_a_run_which_began_meanwhile(held: bool, monkeypatch: pytest.MonkeyPatch
                                                                         ) -> None:
    cudnn = torch.backends.cudnn
    monkeypatch.setattr(cudnn, "deterministic", not held)
    monkeypatch.setattr(cudnn, "benchmark", held)
    with undisturbed(torch.device("cpu"), 1):
        cudnn.deterministic, cudnn.benchmark = held, not held
        found(steps=3)
    assert (cudnn.deterministic, cudnn.benchmark) == (held, not held)


def test_rates_grow_by_one_factor_until_the_loss_blows_up() -> None:
    curve = found(lowest=1e-4, highest=1.0, steps=60)
    lrs = [point.lr for point in curve.points]
    assert lrs[0] == pytest.approx(1e-4) and len(lrs) <= 60
    assert all(b / a == pytest.approx(1e4 ** (1 / 59)) for a, b in pairwise(lrs))
    wide = found(lowest=1e-4, highest=1000, steps=60)
    assert 3 < len(wide.points) < 60  # it ends there
    assert all(math.isfinite(point.loss) for point in wide.points)


def test_it_is_a_tenth_of_the_rate_with_the_lowest_loss() -> None:
    curve = found()
    lowest = min(curve.points, key=lambda point: point.loss)
    assert curve.suggestion == pytest.approx(lowest.lr / 10, rel=0.05)
    line = str(curve.line)
    assert line.startswith(f"A learning rate of {curve.suggestion:g}, a tenth of that with the lowest loss (")
    assert "batches of 64, " in line


def test_the_first_losses_are_those_of_the_network_as_it_begins() -> None:
    weights = {key: torch.zeros_like(value) for key, value in of_type(fit(BASE, data=DATA), EpochEnded)[0]
               .weights.items()}
    assert found(weights=weights).points[0].loss == pytest.approx(math.log(10), abs=1e-4)
    assert found().points[0].loss != pytest.approx(math.log(10), abs=1e-3)


# -- where there is nothing to say ------------------------------------------------------------------------------------


def test_rates_that_are_all_too_low_or_too_high_have_a_reason() -> None:
    low, high = found(lowest=1e-9, highest=1e-7), found(lowest=50, highest=900)
    assert low.suggestion is None
    assert "the loss does not fall below that of guessing at any rate from 1e-9 to 1e-7" in str(low.line)
    assert high.suggestion is None and high.reason is not None and "No learning rate can be proposed" in str(high.line)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_network_that_cannot_learn_has_none(optimizer: str) -> None:
    """Zeros in front, and frozen: nothing of the input comes through."""
    base = experiment(("flatten", "Flatten", {}), ("gone", "Scale", {"factor": 0.0}), *MLP[1:], optimizer=optimizer)
    curve = found(base)
    assert curve.suggestion is None and curve.bound is None and "guessing" in str(curve.reason)


# -- where the loss rests at that of guessing before it falls ----------------------------------------------------------



def sigmoids(layers: int, width: int, **recipe: Any) -> Experiment:
    """A network that answers everything alike for a while before it learns."""
    hidden = [((f"fc{place}", "Linear", {"out_features": width}), (f"act{place}", "Sigmoid", {}))
              for place in range(layers)]
    return experiment(("flatten", "Flatten", {}), *chain.from_iterable(hidden), ("out", "Linear", {"out_features": 10}),
                      **recipe)


PLATEAU = sigmoids(3, 32, optimizer="sgd")


@pytest.mark.parametrize(("base", "wrong"), [
    (with_recipe(PLATEAU, epochs=65), 0.1), (sigmoids(2, 64, optimizer="rmsprop", batch_size=128, epochs=6), 10)])
def test_on_a_plateau_there_is_no_rate_but_a_bound_below_which_one_learns(base: Experiment, wrong: float) -> None:
    curve = found(base)
    assert curve.suggestion is None and curve.reason is not None and curve.bound is not None
    highest, lr = curve.bound
    assert lr <= highest
    assert (f"steady up to a learning rate of {highest:g}, which is only an upper bound: try {lr:g}, where it is "
            f"lowest below that, and give it some epochs ({len(curve.points)} batches of ") in str(curve.line)
    assert loss_after(base, lr) < 1.6 < 2.2 < loss_after(base, lr * wrong)


def test_the_book_s_lenet_is_told_a_rate_that_is_nearly_the_book_s() -> None:
    base = load_experiment("gallery:lenet-digits")
    base = with_recipe(base, optimizer="sgd", batch_size=128, device="cpu")
    curve = result_of(find_rate(base, load_data(base.data)))  # type: ignore[arg-type]
    assert curve.suggestion is None and curve.bound is not None
    assert 0.9 / 5 < curve.bound.lr <= curve.bound.highest < 2 * 0.9


@pytest.mark.parametrize("options", [{"lowest": 1e-9, "highest": 1e-7}, {"highest": 0.01}, {"steps": 8}])
def test_where_no_rate_disturbs_it_there_is_no_bound(options: dict[str, Any]) -> None:
    assert found(PLATEAU, **options).bound is None


def test_a_rate_that_is_proposed_is_no_bound() -> None:
    assert found().bound is None


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_what_is_there_from_the_beginning_has_no_bound(optimizer: str) -> None:
    """At which rate its loss is lowest is chance: at 1e-5, or where it is about to blow up."""
    assert found(sigmoids(5, 32, optimizer=optimizer)).bound is None


def test_once_the_plateau_is_left_there_is_no_bound_and_nothing_is_said_of_guessing() -> None:
    base = with_recipe(PLATEAU, lr=0.74, epochs=55)
    curve = found(base, weights=of_type(fit(base, data=DATA), EpochEnded)[-1].weights)
    assert curve.bound is None and "the loss hardly falls at any rate" in str(curve.line)


def test_where_it_is_not_known_what_guessing_costs_there_is_no_bound() -> None:
    assert found(with_recipe(PLATEAU, loss="bce"), highest=900).bound is None


def test_all_weights_frozen_is_refused_as_a_run_does() -> None:
    graph = BASE.graph
    for name in ("fc1", "fc2"):
        graph = graph.with_parameters(name, graph.nodes[name].parameters.with_options(trainable=False))
    with pytest.raises(NothingToLearnError, match="all of its weights are frozen"):
        found(replace(BASE, graph=graph))


def test_a_loss_that_is_no_number_from_the_beginning() -> None:
    base = experiment(("flatten", "Flatten", {}), ("log", "Log", {}), *MLP[1:])
    curve = found(base)
    assert curve.points == () and curve.suggestion is None and "no number from the first steps" in str(curve.line)


def test_a_stopped_control_ends_it_after_any_batch() -> None:
    control, points = Control(), list[RatePoint]()
    steps = find_rate(BASE, DATA, control)
    with pytest.raises(StopIteration) as end:
        while True:
            points.append(next(steps))
            if len(points) == 7:
                control.stop()
    curve = end.value.value
    assert curve.points == tuple(points) and len(points) == 7
    assert curve.suggestion is None and str(curve.reason) == "it was stopped"


# -- of all kinds ------------------------------------------------------------------------------------------------------


def test_numbers_are_learned_too() -> None:
    base = load_experiment("gallery:linreg")
    data = load_data(base.data)
    for reduction in ("mean", "sum"):
        curve = result_of(find_rate(with_recipe(base, reduction=reduction), data))  # type: ignore[arg-type]
        assert curve.suggestion is not None and 0.001 < curve.suggestion < 1


@pytest.mark.parametrize("options", [
    {"loss": "mse"}, {"loss": "bce"}, {"class_weights": "balanced"}, {"label_smoothing": 0.1}, {"reduction": "sum"},
    {"schedule": "cosine"}, {"weight_decay": 0.01, "batch_size": 100_000},
])  # fmt: skip
def test_other_recipes_have_a_rate_too(options: dict[str, Any]) -> None:
    curve = found(with_recipe(BASE, **options))
    assert curve.suggestion is not None and math.isfinite(curve.suggestion)


def test_a_large_network_is_shown_fewer_examples_the_same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "WORK", 3 * (64 * 16 + 160) * 40 * 20)
    curve = found()
    assert curve.batch_size == 20 and len(curve.points) <= 40
    monkeypatch.setattr(rates, "WORK", 1)
    assert found().batch_size == 4


def test_images_that_vary_vary_here_too() -> None:
    spec = DataSpec().with_options(augment={"crop": 2})
    varied = replace(BASE, data=spec)
    data = load_data(spec)
    curve = result_of(find_rate(varied, data))  # type: ignore[arg-type]
    assert curve.points != found().points

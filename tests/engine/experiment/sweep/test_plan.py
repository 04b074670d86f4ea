"""Which runs a sweep has, and in which order."""

from __future__ import annotations

from itertools import islice, product

import pytest

from engine.advice.advice import advise
from engine.analysis.analysis import analyze
from engine.experiment.experiment import load_experiment
from engine.experiment.sweep.axes import AxisError, axes_of
from engine.experiment.sweep.plan import Plan, PlanError, checked, drawn, grid, shuffled, usual_axes
from engine.experiment.sweep.setting import applied
from tests.engine.cases import MLP, experiment, with_recipe

BASE = experiment()
GRID = axes_of(BASE, ["lr=0.1,0.2", "batch_size=8,16,32", "seed=0..2"])
RANGE = axes_of(BASE, ["lr=1e-4..0.1", "batch_size=8,16"])


def test_a_grid_is_every_combination_and_the_last_axis_changes_first() -> None:
    found = [tuple(value for _, value in setting.values) for setting in grid(GRID)]
    assert found == list(product((0.1, 0.2), (8, 16, 32), (0, 1, 2)))


def test_a_range_makes_no_grid() -> None:
    with pytest.raises(AxisError):
        grid(RANGE)


def test_every_beginning_of_a_grid_with_a_time_is_useful() -> None:
    found = shuffled(GRID, 3)
    assert set(found) == set(grid(GRID)) and found != grid(GRID) and found == shuffled(GRID, 3)
    assert [setting.value("seed") for setting in found] == [0] * 6 + [1] * 6 + [2] * 6


@pytest.mark.parametrize("axes", [RANGE, GRID[:2], axes_of(BASE, ["lr=1e-4..0.1", "seed=0..2"])])
def test_draws_come_again_with_their_seed_and_none_comes_twice(axes: tuple[object, ...]) -> None:
    found = list(islice(drawn(axes, 5), 60))  # type: ignore[arg-type]
    assert found == list(islice(drawn(axes, 5), 60)) and len(set(found)) == len(found)  # type: ignore[arg-type]
    assert found != list(islice(drawn(axes, 6), 60))  # type: ignore[arg-type]


def test_draws_end_where_there_are_no_others() -> None:
    assert sorted(map(str, drawn(GRID, 0))) == sorted(map(str, grid(GRID)))
    few = axes_of(BASE, ["batch_size=1.0..3.0"])
    assert {setting.value("batch_size") for setting in drawn(few, 0)} == {1, 2, 3}


def test_what_is_drawn_is_tried_with_every_seed() -> None:
    found = list(islice(drawn(axes_of(BASE, ["seed=0..2", "lr=1e-4..0.1"]), 0), 9))
    assert [setting.value("seed") for setting in found] == [0, 1, 2] * 3
    assert len({setting.value("lr") for setting in found}) == 3
    assert [name for name, _ in found[0].values] == ["seed", "lr"]


def test_a_plan_says_how_many_runs_there_are() -> None:
    assert Plan(BASE, GRID).count == len(list(Plan(BASE, GRID).settings())) == 18
    assert Plan(BASE, GRID, runs=5).count == len(list(Plan(BASE, GRID, runs=5).settings())) == 5
    assert Plan(BASE, GRID, runs=50).count == len(list(Plan(BASE, GRID, runs=50).settings())) == 18
    assert Plan(BASE, RANGE, minutes=1).count is None
    longer = list(Plan(BASE, RANGE, runs=7).settings())
    assert longer[:4] == list(Plan(BASE, RANGE, runs=4).settings())  # a sweep may be given more


@pytest.mark.parametrize(("plan", "says"), [
    (Plan(BASE, ()), "--over"), (Plan(BASE, RANGE), "--runs 20"),
    (Plan(BASE, axes_of(BASE, ["seed=0..999", "batch_size=1..200"])), "200000 runs"),
    (Plan(BASE, axes_of(BASE, ["epochs=1,2"]), halving=2), "leave out epochs"),
    (Plan(with_recipe(BASE, folds=3), GRID), "3 folds"),
])  # fmt: skip
def test_what_cannot_be_planned_is_said(plan: Plan, says: str) -> None:
    with pytest.raises(PlanError, match=says):
        checked(plan)


def test_what_pays_can_be_trained() -> None:
    base = experiment(*MLP[:-1], ("drop1", "Dropout", {"p": 0.5}), MLP[-1])
    axes = usual_axes(base)
    assert [axis.field for axis in axes] == ["lr", "optimizer", "batch_size", "weight_decay", "Dropout.p"]
    assert axes[0].is_log and axes[0].low <= base.recipe.lr / 10 and axes[0].high >= 0.1
    for setting in islice(drawn(axes, 0), 30):
        made = applied(base, setting)
        assert not [each for each in advise(made, analyze(made.graph, made.data.sample_shape))
                    if each.severity == "error"]


def test_each_network_of_the_gallery_has_what_pays() -> None:
    for name in ("lenet-digits", "linreg"):
        assert usual_axes(load_experiment(f"gallery:{name}"))

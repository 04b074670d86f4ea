"""Whether an experiment asks for several runs."""

from __future__ import annotations

import pytest

from engine.experiment.experiment import Experiment, Variant
from engine.experiment.recipe import Recipe
from engine.experiment.series import is_series, series_of, without_variants
from engine.training.series import plans


@pytest.mark.parametrize(("folds", "variants", "series", "alone"), [
    (0, 0, ("", 0), ("", 0)), (1, 0, ("", 0), ("", 0)), (2, 0, ("folds", 2), ("folds", 2)),
    (5, 1, ("variants", 1), ("folds", 5)), (0, 3, ("variants", 3), ("", 0)),
])  # fmt: skip
def test_what_is_run_one_after_the_other(folds: int, variants: int, series: tuple[str, int],
                                         alone: tuple[str, int]) -> None:
    several = tuple(Variant(title=f"{index}", recipe={"lr": 0.1}) for index in range(variants))
    asked = Experiment(recipe=Recipe(folds=folds), variants=several)
    assert series_of(asked) == series and series_of(without_variants(asked)) == alone
    for each, (kind, runs) in ((asked, series), (without_variants(asked), alone)):
        assert is_series(each) == bool(kind) and len(plans(each)) == runs
        assert {plan.fold is not None for plan in plans(each)} == ({kind == "folds"} if kind else set())

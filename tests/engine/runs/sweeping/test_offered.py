"""Every field that is offered can be swept over, with the values that stand beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.experiment.experiment import load_experiment
from engine.experiment.recipe import Recipe
from engine.experiment.sweep.axes import axis_of
from engine.experiment.sweep.fields import NOT_SWEPT
from engine.runs.sweeping.offered import LAST, offered


@pytest.mark.parametrize("network", ["lenet", "resnet18", "mlp-dropout", "house-prices", "chimera", "linreg"])
def test_what_is_offered_can_be_read_and_applied(network: str) -> None:
    experiment = load_experiment(f"gallery:{network}")
    fields = offered(experiment)
    assert len({field.name for field in fields}) == len(fields)
    for field in fields:
        assert str(field.title) and "\n" not in str(field.title) and str(field.now)
        if field.hint:
            assert len(axis_of(experiment, f"{field.name}={field.hint}").values) > 1


def test_the_whole_recipe_is_offered_but_for_what_changes_nothing() -> None:
    names = {field.name for field in offered(load_experiment("gallery:lenet"))}
    assert set(Recipe.model_fields) - names == {*LAST, *NOT_SWEPT}


def test_words_are_a_persons_own() -> None:
    found = {field.name: field for field in offered(load_experiment("gallery:mlp-dropout"))}
    assert (str(found["lr"].title), str(found["lr"].now), found["lr"].hint) == ("Learning rate", "0.5", "0.05, 0.5, 5")
    assert str(found["Dropout.p"].title) == "every Dropout: Probability"
    assert str(found["ReLU"].title) == "replace every ReLU by" and "Sigmoid" in found["ReLU"].hint
    assert str(found["fc1.out_features"].title) == "fc1: Outputs" and found["seed"].hint == "0..4"
    assert "ReLU.inplace" not in found


def test_what_is_offered_is_short_where_a_tenth_is_not_exact() -> None:
    lenet = load_experiment("gallery:lenet-digits")
    found = {field.name: field for field in offered(replace(lenet, recipe=lenet.recipe.with_options(lr=0.006)))}
    assert found["lr"].hint == "0.0006, 0.006, 0.06"

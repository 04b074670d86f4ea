"""One batch by heart: whether a network can learn at all, in words with numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from engine.data.progress import result_of
from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment, load_experiment
from engine.training.checks import overfitting
from engine.training.checks.overfitting import Overfit, OverfitStep, overfit_batch
from engine.training.checks.trial import without_dropout
from engine.training.control import Control
from engine.training.failures import NothingToLearnError
from tests.engine.cases import MLP, experiment, with_recipe

BASE = experiment()
DATA = load_data(BASE.data)
MOVED: list[dict[str, Any]] = [
    {"schedule": "one_cycle"}, {"schedule": "cosine", "schedule_by": "batch"}, {"accumulate": 8},
    {"warmup": 5.0, "averaging": "ema"}, {"schedule": "plateau:measure=validation_loss", "early_stop": 2},
]
DROPPING = experiment(("flatten", "Flatten", {}), ("drop", "Dropout", {"p": 0.6}), *MLP[1:])


def course(base: Experiment = BASE, data: Any = DATA, **options: Any) -> tuple[list[OverfitStep], Overfit]:
    steps, seen = overfit_batch(base, data, **options), list[OverfitStep]()
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            return seen, end.value


def test_a_network_that_can_learn_knows_them_by_heart() -> None:
    seen, end = course()
    assert end.verdict == "learned" and end.last == seen[-1] and seen[-1].accuracy == 1
    assert [step.step for step in seen] == list(range(1, len(seen) + 1)) and len(seen) < 300
    assert seen[0].loss > 2 > 0.8 > seen[-1].loss and end.examples == 32
    assert str(end.line).startswith(f"It can learn: 32 examples are known by heart after {len(seen)} steps (")
    assert "Dropout" not in str(end.line)


def test_a_rate_that_is_too_low_or_too_high_does_not_learn() -> None:
    for lr, verdict in ((1e-7, "not"), (900.0, "not")):
        seen, end = course(with_recipe(BASE, lr=lr), steps=60)
        assert end.verdict in (verdict, "diverged") and end.verdict != "learned"
    _, end = course(with_recipe(BASE, lr=1e-7), steps=60)
    assert str(end.line).startswith("It did not learn within 60 steps (") and len(seen) <= 60
    share, chance = (f"{100 * value:.0f}\u00a0%" for value in (end.last.accuracy, end.chance))
    assert f"): {share} of 32 examples right, where guessing has {chance}." in str(end.line)


@pytest.mark.parametrize("recipe", MOVED, ids=lambda recipe: ",".join(map(str, recipe.values())))
def test_no_schedule_moves_the_rate_and_each_batch_is_a_step(recipe: dict[str, Any]) -> None:
    assert course(with_recipe(BASE, **recipe), steps=30)[0] == course(steps=30)[0]


def test_a_low_rate_learns_slowly() -> None:
    _, end = course(with_recipe(BASE, optimizer="sgd", lr=0.05), steps=150)
    assert end.verdict == "slowly" and str(end.line).startswith("It learns slowly: ")
    assert end.last.loss < 0.8 * end.guessed


def test_frozen_weights_that_let_nothing_through_do_not_learn() -> None:
    graph = BASE.graph
    first = graph.nodes["fc1"].parameters.with_options(trainable=False, weight={"kind": "constant", "value": 0.0},
                                                       bias={"kind": "constant", "value": 0.0})
    seen, end = course(replace(BASE, graph=graph.with_parameters("fc1", first)))
    assert end.verdict == "not" and len(seen) == 300 and "frozen layers" in str(end.line)
    assert end.last.accuracy == pytest.approx(end.chance)  # all it can learn is which class is the commonest
    for name in ("fc1", "fc2"):
        graph = graph.with_parameters(name, graph.nodes[name].parameters.with_options(trainable=False))
    with pytest.raises(NothingToLearnError, match="all of its weights are frozen"):
        course(replace(BASE, graph=graph))


def test_a_loss_that_is_no_number_is_said() -> None:
    base = experiment(("flatten", "Flatten", {}), ("log", "Log", {}), *MLP[1:])
    seen, end = course(base)
    assert end.verdict == "diverged" and len(seen) == 1 and "is no number any more after 1 steps" in str(end.line)


@pytest.mark.usefixtures("nothing_changes")
def test_one_seed_is_one_course_and_nothing_outside_changes() -> None:
    one, same, other = course(DROPPING), course(DROPPING), course(with_recipe(DROPPING, seed=4))
    assert one[0] == same[0] != other[0]


def test_dropout_and_augmentation_are_off_and_it_says_so() -> None:
    without = course(replace(DROPPING, graph=DROPPING.graph.healed("drop")))
    seen, end = course(DROPPING)
    assert seen == without[0] and end.was_still and not without[1].was_still
    assert str(end.line).endswith(" Dropout and augmentation were off for it.")
    spec = DataSpec().with_options(augment={"crop": 2})
    varied, end = course(replace(BASE, data=spec), load_data(spec))
    assert varied == course()[0] and end.was_still


def test_every_way_to_drop_is_off() -> None:
    module = nn.Sequential(nn.Dropout(0.5), nn.AlphaDropout(0.2), nn.LSTM(3, 3, 2, dropout=0.3),
                           nn.TransformerEncoderLayer(4, 2, dropout=0.4))
    assert without_dropout(module) and not without_dropout(module)
    rates = [getattr(part, name) for part in module.modules() for name in ("p", "dropout")
             if isinstance(getattr(part, name, None), float)]
    assert len(rates) >= 7 and set(rates) == {0.0}


def test_a_stopped_control_ends_it_after_any_step() -> None:
    control, steps = Control(), None
    steps = overfit_batch(BASE, DATA, control)
    seen = [next(steps) for _ in range(5)]
    control.stop()
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value.verdict == "stopped" and end.value.value.last == seen[-1]
    assert str(end.value.value.line).startswith("It was stopped after 5 steps: ")


def test_whoever_draws_between_the_steps_is_not_disturbed() -> None:
    torch.manual_seed(5)
    undisturbed = torch.rand(3).tolist()
    torch.manual_seed(5)
    steps, drawn = overfit_batch(DROPPING, DATA), list[float]()
    for _ in range(3):
        next(steps)
        drawn.append(float(torch.rand(1)))
    assert drawn == undisturbed


def test_numbers_are_known_when_hardly_anything_is_left_of_the_loss() -> None:
    base = load_experiment("gallery:linreg")
    data = load_data(base.data)
    seen, end = course(base, data)
    assert end.verdict == "learned" and math.isnan(seen[-1].accuracy) and math.isnan(end.chance)
    assert seen[-1].loss <= 0.01 * end.guessed
    targets = data.train.targets
    assert end.guessed == pytest.approx(float(targets.var()), rel=0.8)
    _, slow = course(with_recipe(base, lr=1e-6), data, steps=20)
    assert slow.verdict == "not" and "a loss of " in str(slow.line) and "on 32 examples" in str(slow.line)


@pytest.mark.parametrize("options", [{"loss": "bce"}, {"class_weights": "balanced"}, {"reduction": "sum"}])
def test_other_losses_are_learned_too(options: dict[str, Any]) -> None:
    assert course(with_recipe(BASE, **options))[1].verdict == "learned"


def test_distances_to_classes_are_held_against_the_beginning() -> None:
    seen, end = course(with_recipe(BASE, loss="mse"))
    assert end.guessed == seen[0].loss and end.verdict == "slowly" and 0.8 < seen[-1].accuracy < 1


def test_a_large_network_is_shown_fewer_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overfitting, "WORK", 1)
    seen, end = course(with_recipe(BASE, lr=1e-7))
    assert end.examples == 4 and len(seen) == 30
    assert result_of(overfit_batch(BASE, DATA, examples=2)).examples == 2  # type: ignore[arg-type]

"""The gallery's experiments show what the notes report: true parameters found, overfitting seen, an edge learned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.tensors.loading import load_data
from engine.experiment.experiment import DEFAULT, Experiment, gallery_ids, load_experiment
from engine.experiment.trust import allow
from engine.layers.code import Code
from engine.network.weights import initial_module
from engine.training import fit
from engine.training.events import EpochEnded, MemberStarted, SeriesFinished
from engine.training.series import fit_series
from tests.engine.cases import of_type, with_recipe
from tests.engine.data.houses import house_prices


def opened(name: str, **recipe: object) -> Experiment:
    return with_recipe(load_experiment(f"gallery:{name}"), device="cpu", **recipe)


def last_epoch(experiment: Experiment) -> EpochEnded:
    end: EpochEnded = of_type(fit(experiment), EpochEnded)[-1]
    return end


def members(experiment: Experiment) -> dict[str, EpochEnded]:
    """The last epoch of each variant, by title."""
    ends: dict[str, EpochEnded] = {}
    title = ""
    for event in fit_series(experiment):
        if isinstance(event, MemberStarted):
            title = event.title
        elif isinstance(event, EpochEnded):
            ends[title] = event
    return ends


@pytest.mark.parametrize("seed", range(3))
def test_linear_regression_finds_the_true_parameters(seed: int) -> None:
    experiment = opened("linreg", seed=seed)
    experiment = replace(experiment, data=experiment.data.with_options(seed=seed))
    epochs = of_type(fit(experiment), EpochEnded)
    learned = epochs[-1].weights
    true = load_data(experiment.data).truth
    assert len(epochs) == 3 and (true["weight"], true["bias"]) == ([2.0, -3.4], [4.2])
    for key in ("weight", "bias"):
        error = learned[f"fc1.{key}"].flatten() - torch.tensor(true[key])
        assert float(error.abs().max()) < 0.002
    assert 0.00008 < epochs[-1].validation.loss < 0.00013  # where the noise is: 0.01 squared; reported 0.000103


@pytest.mark.parametrize("seed", range(3))
def test_weight_decay_keeps_the_weights_small(seed: int) -> None:
    experiment = opened("weight-decay", seed=seed)
    assert experiment.recipe.decay_biases is False and experiment.recipe.initialization == "normal_unit"
    ends = members(experiment)
    free, decayed = ends["λ = 0"], ends["λ = 3"]
    assert float(free.weights["fc1.weight"].norm()) > 10
    assert float(decayed.weights["fc1.weight"].norm()) < 0.6
    assert free.train.loss < 1e-6 and free.validation.loss > 50  # learned by heart
    assert decayed.validation.loss < 0.5


def test_the_bias_does_not_decay() -> None:
    """One step by hand: the decay pulls on the weight only."""
    experiment = opened("weight-decay", batch_size=20, epochs=1, weight_decay=3.0)
    data, start = load_data(experiment.data), initial_module(experiment)
    x, y = data.train.inputs, data.train.targets
    torch.nn.functional.mse_loss(start(x), y).backward()
    end = of_type(fit(experiment, data=data), EpochEnded)[-1].weights
    for key, weight in start.named_parameters():
        assert weight.grad is not None
        pull = 3.0 * weight.detach() if key == "fc1.weight" else 0.0
        torch.testing.assert_close(end[key], weight.detach() - 0.003 * (weight.grad + pull))


@pytest.fixture(scope="module")
def polynomials() -> dict[str, EpochEnded]:
    return members(opened("polynomial"))


def test_polynomials_fit_underfit_and_overfit(polynomials: dict[str, EpochEnded]) -> None:
    fits, simple, rich = polynomials.values()
    assert list(polynomials) == ["Degree 3: normal", "Degree 1: underfits", "Degree 19: overfits"]
    assert fits.train.loss < 0.02 and fits.validation.loss < 0.05  # the noise is 0.1 squared
    assert simple.train.loss > 1 and simple.validation.loss > 1
    assert rich.train.loss < 0.05 and rich.validation.loss > 10 * rich.train.loss
    assert [len(end.weights["fc1.weight"][0]) for end in polynomials.values()] == [4, 2, 20]
    torch.testing.assert_close(fits.weights["fc1.weight"], torch.tensor([[5, 1.2, -3.4, 5.6]]), rtol=0, atol=0.3)


def test_polynomials_come_to_the_least_squares_there_is(polynomials: dict[str, EpochEnded]) -> None:
    """A higher degree never fits the training data worse: it could be the lower one."""
    base = opened("polynomial")
    losses, least = {}, {}
    for variant in base.variants:
        data = load_data(variant.of(base).data)
        x, y = data.train.inputs.double(), data.train.targets.double()
        degree, weights = x.shape[1] - 1, polynomials[variant.title].weights["fc1.weight"].double()
        losses[degree] = float((x @ weights.T - y).square().mean())
        solution = np.linalg.lstsq(x.numpy(), y.numpy(), rcond=None)[0]
        least[degree] = float(np.square(x.numpy() @ solution - y.numpy()).mean())
        assert polynomials[variant.title].train.loss == pytest.approx(losses[degree], rel=0.01), "it has come to rest"
    assert least[19] < least[3] < least[1] and losses[19] < 0.95 * losses[3] < losses[1]
    for degree, tolerance in ((1, 1e-3), (3, 1e-3), (19, 0.15)):  # some of the twenty powers are next to nothing
        assert least[degree] <= losses[degree] * (1 + 1e-6) and losses[degree] <= least[degree] * (1 + tolerance)


def test_without_decay_the_training_data_are_fitted_better() -> None:
    free, held = members(opened("weight-decay")).values()
    assert free.train.loss < held.train.loss


def test_five_folds_of_houses_agree(tmp_path: Path) -> None:
    house_prices(tmp_path)
    experiment = opened("house-prices", epochs=50)
    data = load_data(experiment.data, tmp_path)
    assert data.spec.table.log_target and experiment.recipe.folds == 5
    end = list(fit_series(experiment, data=data))[-1]
    assert isinstance(end, SeriesFinished) and len(end.rows) == 5
    assert end.mean["validation log_rmse"] < 0.12 and end.std["validation log_rmse"] < 0.02  # the noise is 0.1
    assert end.mean["train log_rmse"] < 0.12


@pytest.mark.parametrize("seed", range(4))
def test_a_kernel_becomes_an_edge_detector(seed: int) -> None:
    end = last_epoch(opened("edge-kernel", seed=seed))
    assert end.epoch == 10
    torch.testing.assert_close(end.weights["conv1.weight"].flatten(), torch.tensor([1.0, -1.0]), rtol=0, atol=0.15)


def test_own_layers_train_unless_they_use_data() -> None:
    experiment = opened("my-linear", epochs=5)
    source = experiment.graph.nodes["mine1"].layer.source  # type: ignore[attr-defined]
    detached = source.replace("x @ self.weight + self.bias", "x @ self.weight.data + self.bias.data")
    assert detached != source
    allow([detached])
    graph = experiment.graph
    for name in ("mine1", "mine2"):
        layer = graph.nodes[name].layer
        assert isinstance(layer, Code)
        graph = graph.with_layer(name, layer.with_options(source=detached))
    for own, learns in ((experiment, True), (replace(experiment, graph=graph), False)):
        start, end = initial_module(own).state_dict(), last_epoch(own)
        for key in ("mine1.weight", "mine1.bias", "mine2.weight"):
            assert torch.equal(start[key], end.weights[key]) is not learns
        assert not torch.equal(start["fc1.weight"], end.weights["fc1.weight"])
    assert last_epoch(experiment).validation.accuracy > 0.9


def test_equal_neurons_stay_equal() -> None:
    end = last_epoch(opened("scalar-checks"))
    for key, weight in end.weights.items():
        assert not torch.equal(weight, torch.ones(weight.shape)), key  # it has learned
        assert torch.equal(weight, weight[:1].expand(weight.shape)), key


def test_saturated_neurons_hardly_learn() -> None:
    experiment = opened("init-zoo")
    start, end = initial_module(experiment).state_dict(), last_epoch(experiment).weights
    moved = {key: float((end[f"{key}.weight"] - start[f"{key}.weight"]).abs().max()) for key in ("forty_two", "xavier")}
    assert moved["forty_two"] < 0.1 * moved["xavier"]
    assert not torch.equal(end["ones.weight"], end["ones.weight"][:1].expand(8, 4))  # no longer equal


def comes_with_the_program(name: str) -> bool:
    """Small enough to be trained here, by one run."""
    experiment = load_experiment(f"gallery:{name}")
    return experiment.data.dataset in ("digits", "linear") and not experiment.variants


def learns(name: str) -> str:
    """Classes or numbers."""
    return load_experiment(f"gallery:{name}").data.task


# The default network and the small ones of blocks are trained for more in tests/engine/training/test_training.py.
OFFLINE = [name for name in gallery_ids()
           if comes_with_the_program(name) and "small" not in name and f"gallery:{name}" != DEFAULT]


@pytest.mark.parametrize("name", [name for name in OFFLINE if learns(name) == "classification"])
def test_classes_that_come_with_the_program_are_learned_by_their_own_recipe(name: str) -> None:
    assert last_epoch(opened(name)).validation.accuracy > 0.4


@pytest.mark.parametrize("name", [name for name in OFFLINE if learns(name) == "regression"])
def test_numbers_that_come_with_the_program_are_learned_by_their_own_recipe(name: str) -> None:
    """A tenth of what can be explained is the least: more than a bias that has found the mean."""
    experiment = opened(name)
    data = load_data(experiment.data)
    assert last_epoch(experiment).validation.loss < 0.9 * float(data.validation.targets.var())

"""What a run ended with: norms, learned beside true parameters, the kernel."""

from __future__ import annotations

import math

import pytest
import torch

from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.network.weights import initial_module
from engine.training.judge.outcomes import Learned, Norm, Outcome, only_norm, outcome
from tests.engine.cases import chain, experiment

NAN = math.nan


def linear(inputs: int, bias: bool = True) -> Experiment:
    data = DataSpec.model_validate({"dataset": "linear", "synthetic": {"inputs": inputs}})
    return Experiment(chain(("fc1", "Linear", {"out_features": 1, "bias": bias})), data, Recipe(loss="mse"))


def test_norms_of_every_weight() -> None:
    base = experiment()
    weights = initial_module(base).state_dict()
    norms = outcome(base, weights).norms
    assert norms[0] == Norm("fc1.weight", (16, 64), pytest.approx(torch.linalg.norm(weights["fc1.weight"]).item()))
    assert [norm.key for norm in norms] == list(weights)


def test_statistics_are_no_weights() -> None:
    base = experiment(("conv1", "Conv2d", {"out_channels": 2}), ("bn1", "BatchNorm2d", {}), ("flatten", "Flatten", {}),
                      ("fc1", "Linear", {"out_features": 10}))
    found = outcome(base, initial_module(base).state_dict(), {"weight": [1.0]})
    assert {norm.key for norm in found.norms} == {"conv1.weight", "conv1.bias", "bn1.weight", "bn1.bias", "fc1.weight",
                                                  "fc1.bias"}
    assert found.learned == () == found.kernel


def test_learned_beside_true() -> None:
    weights = {"fc1.weight": torch.tensor([[2.001, -3.4]]), "fc1.bias": torch.tensor([4.25])}
    rows = outcome(linear(2), weights, {"weight": [2.0, -3.4], "bias": [4.2]}).learned
    assert [row.name for row in rows] == ["weight 0", "weight 1", "bias"]
    assert [row.error for row in rows] == pytest.approx([0.001, 0.0, 0.05], abs=1e-6)


@pytest.mark.parametrize(("inputs", "expected"), [
    (2, [(0.5, 5.0), (0.5, 1.2), (NAN, -3.4)]), (4, [(0.5, 5.0), (0.5, 1.2), (0.5, -3.4), (0.5, 0.0)]),
])  # fmt: skip
def test_fewer_or_more_weights_than_there_are_true_ones(inputs: int, expected: list[tuple[float, float]]) -> None:
    rows = outcome(linear(inputs, bias=False), {"fc1.weight": torch.full((1, inputs), 0.5)},
                   {"coefficients": [5.0, 1.2, -3.4]}).learned
    assert [repr((round(row.learned, 6), row.true)) for row in rows] == [repr(pair) for pair in expected]
    assert rows[0] == Learned("coefficients 0", 0.5, 5.0)


def test_the_kernel_as_rows() -> None:
    base = Experiment(chain(("conv1", "Conv2d", {"out_channels": 1, "kernel_size": (1, 2), "bias": False})),
                      DataSpec(dataset="edges"), Recipe(loss="mse"))
    found = outcome(base, {"conv1.weight": torch.tensor([[[[0.9895, -0.9873]]]])}, {"kernel": [1.0, -1.0]})
    assert found.kernel == (pytest.approx((0.9895, -0.9873)),)
    assert [row.error for row in found.learned] == pytest.approx([0.0105, 0.0127], abs=1e-6)


def test_the_norm_is_that_of_the_only_matrix() -> None:
    def norm(*shapes: tuple[int, ...]) -> float | None:
        return only_norm(Outcome(tuple(Norm("w", shape, float(index)) for index, shape in enumerate(shapes)), (), ()))

    assert norm() is norm((3,)) is norm((2, 3), (3,), (3, 4)) is None
    assert norm((3,), (2, 3), (1,)) == 1.0 and norm((2, 2, 3, 3)) == 0.0

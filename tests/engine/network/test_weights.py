"""Weights that do not fit are told by name, the first three of each kind."""

from __future__ import annotations

import pytest
import torch

from engine.experiment.experiment import load_experiment
from engine.network.weights import WeightsError, check_weights, initial_module

KEYS = ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]


@pytest.mark.parametrize(("missing", "said"), [
    (1, "missing: fc1.weight"), (2, "missing: fc1.weight, fc1.bias"), (3, "missing: fc1.weight, fc1.bias, fc2.weight"),
    (4, "missing: fc1.weight, fc1.bias, fc2.weight … (4 in all)"),
])
def test_the_first_three_are_named_and_more_are_counted(missing: int, said: str) -> None:
    experiment = load_experiment("gallery:mlp")
    weights = initial_module(experiment).state_dict()
    assert list(weights) == KEYS
    check_weights(experiment, weights)
    fewer = {key: weights[key] for key in KEYS[missing:]}
    with pytest.raises(WeightsError) as raised:
        check_weights(experiment, fewer)
    assert str(raised.value).endswith(f" {said}")
    with pytest.raises(WeightsError, match=r"unexpected: a, b, c … \(5 in all\)$"):
        check_weights(experiment, weights | {name: torch.zeros(1) for name in "abcde"})

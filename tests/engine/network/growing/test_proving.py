"""What a grown network answers is held against what it was grown from."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.experiment.experiment import load_experiment
from engine.graph.edits import with_layers
from engine.layers.activation import ReLU
from engine.layers.regularization import Dropout
from engine.network.growing.proving import difference
from engine.network.growing.widening import Grown, wider
from engine.network.weights import initial_module

X = torch.rand(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def test_the_largest_difference_while_both_predict() -> None:
    base = load_experiment("gallery:lenet-digits")
    graph = with_layers(base.graph, {"act4": Dropout(p=0.9)})  # lets everything through while it predicts
    experiment = replace(base, graph=graph)
    weights = initial_module(experiment).state_dict()
    grown, drawn = wider(experiment, "fc1", 150, weights), torch.get_rng_state()
    assert 0 <= difference(experiment, weights, grown, X) < 1e-5
    assert torch.equal(torch.get_rng_state(), drawn)
    other = {**grown.weights, "fc3.bias": grown.weights["fc3.bias"] + torch.tensor([0.0, 2.0, *[0.0] * 8])}
    assert difference(experiment, weights, Grown(grown.experiment, other), X) == pytest.approx(2.0, abs=1e-5)
    nothing = {**weights, "fc3.bias": torch.full_like(weights["fc3.bias"], float("nan"))}
    assert difference(experiment, nothing, Grown(experiment, nothing), X) == 0.0


def test_a_layer_that_writes_over_its_input_changes_no_other_answer() -> None:
    base = load_experiment("gallery:lenet-digits")
    experiment = replace(base, graph=with_layers(base.graph, {"conv1": ReLU(inplace=True)}))
    weights, x = initial_module(experiment).state_dict(), X - 0.5
    assert difference(experiment, weights, Grown(experiment, weights), x) == 0.0
    assert torch.equal(x, X - 0.5)

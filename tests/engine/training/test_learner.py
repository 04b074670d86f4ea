"""What a learner is asked about its network."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.training.learner import Learner


@pytest.mark.parametrize(("kind", "options", "noisy"), [
    ("Dropout", {"p": 0.5}, True), ("Dropout", {"p": 0.0}, False), ("ReLU", {}, False)])
def test_dropout_makes_learning_harder_than_judging(kind: str, options: dict[str, Any], noisy: bool) -> None:
    graph = Graph.of([Node("input", Input(shape=(2,))), Node("x", LAYERS[kind].model_validate(options)),
                      Node("fc", Linear(out_features=1))], [Edge("input", "x"), Edge("x", "fc")])
    assert Learner(Experiment(graph, DataSpec(dataset="linear")), torch.device("cpu")).is_noisy is noisy

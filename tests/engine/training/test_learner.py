"""What a learner is asked about its network."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from engine.data.spec.spec import DataSpec
from engine.data.tensors.batches import Batches
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.training.learner import Learner
from engine.training.meters import Totals


@pytest.mark.parametrize(("kind", "options", "noisy"), [
    ("Dropout", {"p": 0.5}, True), ("Dropout", {"p": 0.0}, False), ("ReLU", {}, False)])
def test_dropout_makes_learning_harder_than_judging(kind: str, options: dict[str, Any], noisy: bool) -> None:
    graph = Graph.of([Node("input", Input(shape=(2,))), Node("x", LAYERS[kind].model_validate(options)),
                      Node("fc", Linear(out_features=1))], [Edge("input", "x"), Edge("x", "fc")])
    assert Learner(Experiment(graph, DataSpec(dataset="linear")), torch.device("cpu")).is_noisy is noisy


def test_only_while_it_learns_is_anything_left_out() -> None:
    graph = Graph.of([Node("input", Input(shape=(2,))), Node("drop", LAYERS["Dropout"](p=0.9)),
                      Node("fc", Linear(out_features=1))], [Edge("input", "drop"), Edge("drop", "fc")])
    spec, cpu = DataSpec(dataset="linear"), torch.device("cpu")
    learner, data = Learner(Experiment(graph, spec), cpu), load_data(spec)
    batches = Batches(data.train, data, cpu)
    learner.probe(batches)
    assert not learner.model.training
    learner.mode(training=True)
    learner.learn(iter([batches.take(torch.arange(1))]), 1, 1, Totals(cpu, classes=False))
    assert learner.model.training
    assert learner.probe(batches) == learner.probe(batches) and not learner.model.training
    learner.learn(iter([batches.take(torch.arange(1))]), 1, 1, Totals(cpu, classes=False))

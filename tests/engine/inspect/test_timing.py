"""Measured times of layers: there for each of them, and nothing but the clock differs from a real step."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.analysis.analysis import analyze
from engine.blocks.residual import Residual
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.experiment.recipe import Recipe
from engine.graph.graph import Edge, Graph, Node
from engine.inspect.timing import TimingCancelledError, _Run, time_layers
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from engine.network.weights import initial_module
from engine.search.finding import places


def small(**recipe: object) -> Experiment:
    nodes = [Node("input", Input()), Node("conv1", Conv2d(out_channels=8, padding=1)),
             Node("act1", ReLU(inplace=True)), Node("conv2", Conv2d(out_channels=8, padding=1)), Node("add", Add()),
             Node("residual1", Residual(num_channels=8, repeat=2)), Node("flat", Flatten()),
             Node("fc1", Linear(out_features=10))]
    edges = [Edge("input", "conv1"), Edge("conv1", "act1"), Edge("act1", "conv2"), Edge("act1", "add"),
             Edge("conv2", "add", 1), Edge("add", "residual1"), Edge("residual1", "flat"), Edge("flat", "fc1")]
    data = DataSpec(dataset="mnist")
    return Experiment(Graph.of(nodes, edges), data, Recipe(batch_size=4, device="cpu").with_options(**recipe))


def test_every_layer_has_its_time():
    experiment = small()
    timing = time_layers(experiment, longest=0.01)
    shown = {place.path for place in places(analyze(experiment.graph, experiment.data.sample_shape))}
    assert timing.seconds.keys() == shown - {"input"}
    assert all(value > 0 for value in timing.seconds.values())
    inside = sum(value for path, value in timing.seconds.items() if path.startswith("residual1."))
    assert timing.seconds["residual1"] == pytest.approx(inside)
    assert timing.batch_size == 4 and timing.device == "cpu" and timing.runs >= 2


def test_layer_by_layer_computes_the_same_gradients():
    module, x = initial_module(small()), torch.rand(4, 1, 28, 28)
    run = _Run(module, torch.device("cpu"))
    found = {}
    module.zero_grad = lambda set_to_none=True: found.update(  # what is there when a step is over
        {name: weight.grad for name, weight in module.named_parameters()})
    run.step(x)
    other = initial_module(small())
    outputs = other(x)
    (outputs.sum() / outputs.numel()).backward()
    for name, weight in other.named_parameters():
        torch.testing.assert_close(found[name], weight.grad)


def test_frozen_and_bypassed_layers():
    experiment = small()
    graph = experiment.graph.with_marks(["conv2"], bypassed=True)
    node = graph.nodes["conv1"]
    graph = graph.with_parameters("conv1", node.parameters.model_copy(update={"trainable": False}))
    timing = time_layers(replace(experiment, graph=graph), longest=0.01)
    assert "conv2" not in timing.seconds and timing.seconds["conv1"] > 0


def test_it_ends_when_asked_to():
    with pytest.raises(TimingCancelledError):
        time_layers(small(), cancelled=lambda: True)


def test_the_random_numbers_elsewhere_are_not_disturbed():
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    time_layers(small(), longest=0.01)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("id", [id for id in gallery_ids() if "lenet" in id or "mlp" in id][:4])
def test_gallery_networks(id):
    experiment = load_experiment(f"gallery:{id}")
    experiment = replace(experiment, recipe=experiment.recipe.with_options(batch_size=4, device="cpu"))
    assert time_layers(experiment, longest=0.01).seconds

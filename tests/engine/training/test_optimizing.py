"""Nodes' own settings: frozen weights, multiples of learning rate and decay, decay on weights only."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from engine.analysis.analysis import analyze
from engine.blocks.settings import node_settings, settings_at
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph
from engine.graph.parameters import NodeParameters
from engine.network.weights import initial_module
from engine.training import Control, fit
from engine.training.events import CheckpointReached, EpochEnded, Event, Point, Started, Steered
from engine.training.failures import NothingToLearnError
from engine.training.learner import Learner
from tests.engine.cases import MLP, experiment, made_data, of_type, trained

CPU = torch.device("cpu")
NORMED = (("conv1", "Conv2d", {"out_channels": 4}), ("bn1", "BatchNorm2d", {}), ("relu", "ReLU", {}), *MLP)


def having(base: Experiment, **parameters: dict[str, object]) -> Experiment:
    """The experiment with other parameters at some nodes."""
    graph = base.graph
    for name, options in parameters.items():
        graph = graph.with_parameters(name, NodeParameters.model_validate(options))
    return replace(base, graph=graph)


def plain(base: Experiment, groups: list[tuple[str, float, float]], epochs: int = 2) -> dict[str, torch.Tensor]:
    """Plain PyTorch: one parameter group for each (key, lr, decay); what is not named stays."""
    data = load_data(base.data)
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
    start = initial_module(base).state_dict()
    net.load_state_dict(dict(zip(net.state_dict(), start.values(), strict=True)))
    named = dict(zip(start, net.parameters(), strict=True))
    chosen = [{"params": [named[key]], "lr": lr, "weight_decay": decay} for key, lr, decay in groups]
    trainer = torch.optim.SGD(chosen, momentum=base.recipe.momentum)
    for epoch in range(1, epochs + 1):
        order = torch.randperm(len(data.train), generator=torch.Generator().manual_seed(epoch))
        for batch in order.split(64):
            trainer.zero_grad()
            nn.CrossEntropyLoss()(net(data.train.inputs[batch] / 255), data.train.targets[batch]).backward()
            trainer.step()
    return {key: value.detach() for key, value in named.items()}


def test_every_setting_is_that_of_plain_parameter_groups() -> None:
    base = experiment(optimizer="momentum", lr=0.1, weight_decay=0.01, decay_biases=False)
    ours = having(base, fc1={"lr_multiplier": 0.1}, fc2={"decay_multiplier": 5})
    expected = plain(base, [("fc1.weight", 0.01, 0.01), ("fc1.bias", 0.01, 0.0), ("fc2.weight", 0.1, 0.05),
                            ("fc2.bias", 0.1, 0.0)])
    weights = trained(ours)[1][-1].weights
    for key, value in expected.items():
        assert torch.allclose(weights[key], value, atol=1e-5), key


def test_decay_of_biases_can_be_left_out() -> None:
    base = experiment(optimizer="momentum", lr=0.1, weight_decay=0.05)
    for decays in (True, False):
        own = 0.05 if decays else 0.0
        expected = plain(base, [("fc1.weight", 0.1, 0.05), ("fc1.bias", 0.1, own), ("fc2.weight", 0.1, 0.05),
                                ("fc2.bias", 0.1, own)])
        weights = trained(replace(base, recipe=base.recipe.with_options(decay_biases=decays)))[1][-1].weights
        assert torch.allclose(weights["fc1.bias"], expected["fc1.bias"], atol=1e-5)


def test_frozen_weights_stay_and_the_others_learn() -> None:
    base = experiment(optimizer="momentum", lr=0.1, weight_decay=0.01)
    start = initial_module(base).state_dict()
    expected = plain(base, [("fc2.weight", 0.1, 0.01), ("fc2.bias", 0.1, 0.01)])
    points, epochs, end = trained(having(base, fc1={"trainable": False}))
    weights = epochs[-1].weights
    assert all(torch.equal(weights[key], start[key]) for key in ("fc1.weight", "fc1.bias"))
    assert torch.allclose(weights["fc2.weight"], expected["fc2.weight"], atol=1e-5)
    assert end.summary.params == 1210 and points[-1].loss < points[0].loss


def test_everything_frozen_has_nothing_to_learn() -> None:
    base = having(experiment(), fc1={"trainable": False}, fc2={"trainable": False})
    with pytest.raises(NothingToLearnError, match="all of its weights are frozen"):
        next(fit(base))


def test_a_frozen_normalisation_learns_statistics_alone() -> None:
    base = having(experiment(*NORMED), bn1={"trainable": False})
    start = initial_module(base).state_dict()
    weights = trained(base)[1][-1].weights
    still = {key for key, value in weights.items() if torch.equal(value, start[key])}
    assert still == {"bn1.weight", "bn1.bias"}


def test_a_blocks_settings_hold_inside(resnet: Graph) -> None:
    graph = resnet.with_parameters("residual3", NodeParameters(lr_multiplier=0.5))
    graph = graph.with_parameters("fc", NodeParameters(trainable=False))
    analysis = analyze(graph, (1, 28, 28))
    module = initial_module(Experiment(graph, experiment().data.with_options(dataset="mnist")))
    own = node_settings(graph, analysis)
    settings = {key: settings_at(own, key) for key, _ in module.named_parameters()}
    assert {key.split(".")[0] for key, own in settings.items() if own.lr_multiplier == 0.5} == {"residual3"}
    assert [key for key, own in settings.items() if not own.trainable] == ["fc.weight", "fc.bias"]


def test_a_shared_layers_weights_learn_by_their_owners_settings() -> None:
    rows = (MLP[0], ("fc1", "Linear", {"out_features": 64}), ("fc2", "Linear", {"out_features": 64}), MLP[-1])
    base = experiment(*rows[:-1], ("fc3", "Linear", {"out_features": 10}))
    graph = base.graph.with_shares("fc2", "fc1").with_parameters("fc1", NodeParameters(lr_multiplier=0.25))
    learner = Learner(replace(base, graph=graph), CPU)
    groups = learner.optimizer_state()["param_groups"]
    assert [(len(group["params"]), group["lr"]) for group in groups] == [(2, 0.25 * 0.005), (2, 0.005)]


@pytest.mark.parametrize("multiplier", [0.1, 3.0, 0.0])
def test_a_live_rate_keeps_the_multiples(multiplier: float) -> None:
    learner = Learner(having(experiment(lr=0.1), fc1={"lr_multiplier": multiplier}), CPU)
    learner.set_lr(0.5)
    assert learner.lr == 0.5
    assert [group["lr"] for group in learner.optimizer_state()["param_groups"]] == [0.5 * multiplier, 0.5]
    other = Learner(having(experiment(lr=0.1), fc1={"lr_multiplier": multiplier}), CPU)
    other.take_optimizer_state(learner.optimizer_state())
    assert other.lr == 0.5 and other.optimizer_state()["param_groups"][0]["lr"] == 0.5 * multiplier


def test_a_live_rate_is_an_event() -> None:
    control, events = Control(), list[Event]()
    for event in fit(experiment(lr=0.01), control):
        events.append(event)
        if isinstance(event, (Started, EpochEnded)):
            control.steer({"lr": 0.02 if isinstance(event, Started) else 0.05})
    batches = of_type(events, CheckpointReached)[0].checkpoint.course.batches
    assert of_type(events, Steered) == [Steered(0, 0, 0.0, {"lr": 0.02}, {"lr": 0.01}),
                                        Steered(1, batches, 1.0, {"lr": 0.05}, {"lr": 0.02})]
    assert of_type(events, Point)


def test_class_weights_are_those_of_the_training_examples() -> None:
    data = made_data(60)
    labels = torch.tensor([0] * 30 + [1] * 10 + [2] * 6)
    data = replace(data, train=type(data.train)(data.train.inputs[:46], labels))
    base = experiment(class_weights="balanced", lr=1e-12, epochs=1, batch_size=100)
    outputs = initial_module(base)(data.train.inputs / 255)
    weights = torch.zeros(10)
    weights[:3] = 46 / 3 / torch.tensor([30.0, 10.0, 6.0])
    expected = nn.functional.cross_entropy(outputs, labels, weight=weights).item()
    assert trained(base, data=data)[1][0].train.loss == pytest.approx(expected, rel=1e-5)

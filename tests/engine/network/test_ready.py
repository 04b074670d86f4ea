"""A network ready for work: its weights, its device, its memory order and what learns."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, load_experiment
from engine.graph.parameters import NodeParameters
from engine.network.ready import ready
from engine.network.weights import initial_module
from tests.engine.cases import MLP, experiment

NORMED = (("conv1", "Conv2d", {"out_channels": 4}), ("bn1", "BatchNorm2d", {}), ("drop1", "Dropout", {"p": 0.5}), *MLP)
FROZEN = NodeParameters(trainable=False)


def frozen(base: Experiment, *names: str) -> Experiment:
    graph = base.graph
    for name in names:
        graph = graph.with_parameters(name, FROZEN)
    return replace(base, graph=graph)


@pytest.fixture
def small() -> Experiment:
    """Residual blocks, on the digits."""
    return load_experiment("gallery:residual-small")


# -- weights and where they are ---------------------------------------------------------------------------------------


def test_it_begins_with_the_weights_of_its_seed(small: Experiment) -> None:
    module, begun = ready(small).module, initial_module(small)
    assert module.state_dict().keys() == begun.state_dict().keys()
    assert all(torch.equal(value, begun.state_dict()[key]) for key, value in module.state_dict().items())


@pytest.mark.parametrize("channels_last", [False, True])
def test_it_takes_weights_that_are_given_and_leaves_them_alone(small: Experiment, channels_last: bool) -> None:
    given = {key: torch.randn(value.shape).to(value.dtype) for key, value in initial_module(small).state_dict().items()}
    kept = {key: value.clone() for key, value in given.items()}
    module = ready(small, given, channels_last=channels_last).module
    assert all(torch.equal(value, given[key]) for key, value in module.state_dict().items())
    with torch.no_grad():
        for weight in module.parameters():
            weight.add_(1)
    assert all(torch.equal(value, kept[key]) for key, value in given.items())


def test_it_is_on_its_device(small: Experiment) -> None:
    """On one that has no memory behind it, and that every computer has."""
    module = ready(small, device="meta").module
    assert {value.device.type for value in module.state_dict().values()} == {"meta"}
    assert {value.device.type for value in ready(small).module.state_dict().values()} == {"cpu"}


def test_images_lie_channels_last_where_asked_and_compute_the_same(small: Experiment) -> None:
    plain, last = ready(small).module, ready(small, channels_last=True).module
    convolutions = {key for key, weight in plain.named_parameters() if weight.dim() == 4}
    assert len(convolutions) > 4
    for key, weight in last.named_parameters():
        order = weight.stride() if key not in convolutions else weight.permute(0, 2, 3, 1).stride()
        assert order == torch.empty_like(weight.permute(0, 2, 3, 1) if key in convolutions else weight,
                                         memory_format=torch.contiguous_format).stride()
    assert all(weight.is_contiguous() for weight in plain.parameters())
    x = torch.rand(3, 1, 16, 16)
    assert torch.allclose(plain(x), last(x.contiguous(memory_format=torch.channels_last)), atol=1e-5)


def test_random_numbers_elsewhere_are_not_disturbed(small: Experiment) -> None:
    before = torch.get_rng_state()
    ready(small, channels_last=True)
    assert torch.equal(torch.get_rng_state(), before)


# -- as it learns, as it predicts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("training", [True, False])
def test_every_part_learns_or_predicts(small: Experiment, training: bool) -> None:
    network = ready(small, training=training)
    assert {part.training for part in network.module.modules()} == {training}
    for now in (not training, training, training):
        network.train(now)
        assert {part.training for part in network.module.modules()} == {now}


def test_frozen_weights_get_no_gradient() -> None:
    base = frozen(experiment(*NORMED), "conv1", "fc2")
    module = ready(base, training=True).module
    module(torch.rand(4, 1, 8, 8)).sum().backward()
    still = {key for key, weight in module.named_parameters() if weight.grad is None}
    assert still == {"conv1.weight", "conv1.bias", "fc2.weight", "fc2.bias"}
    assert still == {key for key, weight in module.named_parameters() if not weight.requires_grad}


def test_a_frozen_normalisation_measures_on_as_in_torch() -> None:
    network = ready(frozen(experiment(*NORMED), "bn1"), training=True)
    norm: nn.BatchNorm2d = network.module.get_submodule("bn1")  # type: ignore[assignment]
    plain, x = nn.BatchNorm2d(4).requires_grad_(False), torch.rand(4, 1, 8, 8)
    seen = list[tuple[torch.Tensor, torch.Tensor]]()
    norm.register_forward_hook(lambda _, given, output: seen.append((given[0].detach(), output.detach())))
    for training in (True, False, True):
        network.train(training)
        network.module(x)
        given, output = seen.pop()
        assert torch.equal(plain.train(training)(given), output) and norm.training is training
    assert all(torch.equal(value, plain.state_dict()[key]) for key, value in norm.state_dict().items())


def test_in_a_frozen_block_nothing_learns(small: Experiment) -> None:
    module = ready(frozen(small, "residual1"), training=True).module
    assert all(part.training for part in module.modules())
    assert {key.split(".")[0] for key, weight in module.named_parameters() if not weight.requires_grad} == {"residual1"}


def test_it_draws_where_something_is_dropped() -> None:
    assert ready(experiment(*NORMED)).draws and not ready(experiment()).draws
    rows = (MLP[0], ("fc1", "Linear", {"out_features": 4}), ("drop1", "Dropout", {"p": 0.0}), MLP[-1])
    assert not ready(experiment(*rows)).draws


def test_settings_are_those_of_its_nodes_by_place(small: Experiment) -> None:
    settings = ready(frozen(small, "residual1")).settings
    assert not settings["residual1"].trainable and not settings["residual1.conv1"].trainable
    assert settings["residual2.conv1"].trainable and settings["conv1"].trainable


def test_inputs_other_than_images_are_left_as_they_are() -> None:
    base = Experiment(experiment(("fc1", "Linear", {"out_features": 1})).graph, DataSpec(dataset="linear"))
    assert all(weight.is_contiguous() for weight in ready(base, channels_last=True).module.parameters())

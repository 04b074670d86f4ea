"""Tensor statistics against numpy, kinds against torch, the gradient of a batch against a backward pass by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.graph.graph import Graph
from engine.graph.parameters import NodeParameters
from engine.inspect.tensors import BINS, gradients, tensor_infos, tensor_kinds
from engine.layers import LAYERS
from engine.network.weights import initial_module
from engine.training.failures import DataShapeError

VALUES = {
    "normal": torch.randn(40, 30, generator=torch.Generator().manual_seed(1)),
    "far": torch.rand(1000, generator=torch.Generator().manual_seed(2)) * 1e-3 + 1e4,
    "double": torch.randn(7, 5, 3, generator=torch.Generator().manual_seed(3), dtype=torch.float64) * 1e20,
    "half": torch.arange(-50, 50).half(),
    "whole": torch.arange(-10, 500).reshape(51, 10),
    "switches": torch.tensor([True, False, True]),
    "constant": torch.full((9,), -3.25),
    "scalar": torch.tensor(7),
    "huge": torch.tensor([2**62]),
    "wide": torch.tensor([-3.4e38, 0.0, 3.4e38]),
}


@pytest.mark.parametrize("name", VALUES)
def test_statistics_are_numpys(name: str) -> None:
    value = VALUES[name]
    [info] = tensor_infos({f"layer.{name}": value})
    exact = value.numpy().astype(np.float64)
    assert (info.key, info.node) == (f"layer.{name}", "layer")
    assert (info.shape, info.count) == (tuple(value.shape), value.numel())
    assert info.dtype == str(value.dtype).split(".")[1]
    assert (info.minimum, info.maximum) == (exact.min(), exact.max())
    assert info.mean == pytest.approx(exact.mean(), rel=1e-12, abs=1e-12)
    assert info.std == pytest.approx(exact.std(), rel=1e-9, abs=1e-12)
    assert info.not_finite == 0
    assert info.gradient_norm is None


@pytest.mark.parametrize("name", VALUES)
def test_every_value_is_in_one_bin(name: str) -> None:
    [info] = tensor_infos({name: VALUES[name]})
    assert len(info.counts) == BINS == len(info.edges) - 1
    assert sum(info.counts) == VALUES[name].numel()


@pytest.mark.parametrize("name", [name for name in VALUES if name != "huge"])  # numpy has no bins as narrow as that
def test_the_histogram_is_numpys(name: str) -> None:
    value = VALUES[name]
    [info] = tensor_infos({name: value})
    counts, edges = np.histogram(value.numpy().astype(np.float64).ravel(), BINS)
    assert info.edges == pytest.approx(edges.tolist(), rel=1e-9)
    # a value on an edge may fall to either side of it by rounding
    assert np.abs(np.cumsum(info.counts) - np.cumsum(counts)).max() <= (1 if value.numel() < 1000 else 2)


def test_a_tensor_in_several_chunks_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tensor_infos({"w": VALUES["normal"]})
    monkeypatch.setattr("engine.inspect.tensors.CHUNK", 7)
    [parts], [once] = tensor_infos({"w": VALUES["normal"]}), whole
    assert (parts.counts, parts.edges, parts.minimum, parts.maximum) == (
        once.counts, once.edges, once.minimum, once.maximum)
    assert (parts.mean, parts.std) == pytest.approx((once.mean, once.std), rel=1e-12)


def test_what_is_not_finite_is_counted_and_left_out() -> None:
    [some] = tensor_infos({"w": torch.tensor([1.0, math.nan, 3.0, math.inf, -math.inf])})
    assert (some.count, some.not_finite, some.minimum, some.maximum, some.mean, some.std) == (5, 3, 1.0, 3.0, 2.0, 1.0)
    assert sum(some.counts) == 2
    [none] = tensor_infos({"w": torch.full((2, 2), math.nan)})
    assert (none.not_finite, none.minimum, none.mean, none.counts, none.edges) == (4, None, None, (), ())
    [empty] = tensor_infos({"w": torch.zeros(0, 3)})
    assert (empty.shape, empty.count, empty.not_finite, empty.maximum, empty.std) == ((0, 3), 0, 0, None, None)


def test_a_module_knows_what_learns() -> None:
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    module[0].bias.requires_grad_(False)
    kinds = {info.key: info.kind for info in tensor_infos(module)}
    assert list(kinds) == list(module.state_dict())
    assert kinds == {"0.weight": "weight", "0.bias": "frozen", "1.weight": "weight", "1.bias": "weight",
                     "1.running_mean": "buffer", "1.running_var": "buffer", "1.num_batches_tracked": "buffer"}


@pytest.fixture
def experiment(chain: Callable[..., Graph]) -> Experiment:
    graph = chain(("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3}), ("bn1", "BatchNorm2d", {}),
                  ("act1", "ReLU", {}), ("flatten", "Flatten", {}), ("drop", "Dropout", {"p": 0.0}),
                  ("fc", "Linear", {"out_features": 10}))
    return Experiment(graph, DataSpec(), Recipe(seed=4))


def batch(experiment: Experiment) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(5)
    return (torch.randn(6, *experiment.data.sample_shape, generator=generator),
            torch.randint(0, 10, (6,), generator=generator))


def test_kinds_are_known_from_the_network_alone(experiment: Experiment) -> None:
    kinds = tensor_kinds(experiment)
    assert kinds["fc.weight"] == "weight"
    assert kinds["bn1.running_mean"] == "buffer"
    frozen = replace(experiment, graph=experiment.graph.with_parameters("fc", NodeParameters(trainable=False)))
    assert {key for key, kind in tensor_kinds(frozen).items() if kind == "frozen"} == {"fc.weight", "fc.bias"}
    weights = initial_module(frozen).state_dict()
    assert {info.key: info.kind for info in tensor_infos(weights, kinds=tensor_kinds(frozen))} == tensor_kinds(frozen)


def test_the_gradient_is_that_of_a_backward_pass_by_hand(experiment: Experiment) -> None:
    weights = {key: value.clone() for key, value in initial_module(experiment).state_dict().items()}
    kept = {key: value.clone() for key, value in weights.items()}
    x, labels = batch(experiment)
    by_hand = {key: value.clone().requires_grad_() for key, value in weights.items() if value.is_floating_point()}
    out = functional.conv2d(x, by_hand["conv1.weight"], by_hand["conv1.bias"])
    out = functional.relu(functional.batch_norm(out, None, None, by_hand["bn1.weight"], by_hand["bn1.bias"], True))
    out = functional.linear(out.flatten(1), by_hand["fc.weight"], by_hand["fc.bias"])
    functional.cross_entropy(out, labels).backward()
    found = gradients(experiment, weights, (x, labels))
    assert set(found) == {key for key, kind in tensor_kinds(experiment).items() if kind == "weight"}
    for key, value in found.items():
        torch.testing.assert_close(value, by_hand[key].grad, rtol=1e-4, atol=1e-6)
    assert all(torch.equal(weights[key], kept[key]) for key in kept)
    norms = {info.key: info.gradient_norm for info in tensor_infos(weights, found)}
    assert norms["fc.weight"] == pytest.approx(float(by_hand["fc.weight"].grad.norm()), rel=1e-4)
    assert norms["bn1.running_mean"] is None


@pytest.mark.parametrize("outputs", [2, 12])
def test_a_network_that_ends_in_another_number_of_classes_has_no_gradient(experiment: Experiment, outputs: int) -> None:
    graph = experiment.graph.with_layer("fc", LAYERS["Linear"](out_features=outputs))
    other = replace(experiment, graph=graph)
    with pytest.raises(DataShapeError, match=str(outputs)):
        gradients(other, initial_module(other).state_dict(), batch(experiment))


def test_dropout_draws_the_same_each_time_and_disturbs_nothing(experiment: Experiment,
                                                               chain: Callable[..., Graph]) -> None:
    graph = chain(("flatten", "Flatten", {}), ("drop", "Dropout", {"p": 0.5}), ("fc", "Linear", {"out_features": 10}))
    dropping = replace(experiment, graph=graph)
    weights = initial_module(dropping).state_dict()
    torch.manual_seed(0)
    state = torch.get_rng_state()
    first = gradients(dropping, weights, batch(dropping))
    again = gradients(dropping, weights, batch(dropping))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(first[key], again[key]) for key in first)


def test_complex_values_are_looked_at_by_size() -> None:
    [info] = tensor_infos({"w": torch.tensor([3 + 4j, 0j, complex(math.nan, 0)])})
    assert (info.minimum, info.maximum, info.mean, info.not_finite, info.dtype) == (0.0, 5.0, 2.5, 1, "complex64")


@pytest.mark.parametrize(("value", "half"), [(0.0, 0.5), (-3.25, 0.5), (5e5, 0.5), (4e6, 4.0), (-4e6, 4.0)])
def test_equal_values_have_a_histogram_around_them(value: float, half: float) -> None:
    [info] = tensor_infos({"w": torch.full((5,), value, dtype=torch.float64)})
    assert (info.edges[0], info.edges[-1]) == pytest.approx((value - half, value + half), rel=1e-12)
    assert info.counts[BINS // 2] == 5 and info.std == 0.0


def test_parts_without_a_finite_value_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.inspect.tensors.CHUNK", 2)
    [info] = tensor_infos({"w": torch.tensor([math.nan, math.inf, 1.0, 3.0, -math.inf])})
    assert (info.minimum, info.maximum, info.mean, info.std, info.not_finite) == (1.0, 3.0, 2.0, 1.0, 3)


def test_a_frozen_normalisation_goes_by_the_batch_in_the_gradient(experiment: Experiment) -> None:
    graph = experiment.graph.with_parameters("bn1", NodeParameters(trainable=False))
    frozen = replace(experiment, graph=graph)
    weights = {key: value.clone() for key, value in initial_module(frozen).state_dict().items()}
    weights["bn1.running_mean"] += 0.3
    x, labels = batch(frozen)
    by_hand = {key: value.clone().requires_grad_() for key, value in weights.items() if value.is_floating_point()}
    out = functional.conv2d(x, by_hand["conv1.weight"], by_hand["conv1.bias"])
    norm = functional.batch_norm(out, None, None, weights["bn1.weight"], weights["bn1.bias"], training=True)
    out = functional.relu(norm)
    out = functional.linear(out.flatten(1), by_hand["fc.weight"], by_hand["fc.bias"])
    functional.cross_entropy(out, labels).backward()
    found = gradients(frozen, weights, (x, labels))
    assert set(found) == {"conv1.weight", "conv1.bias", "fc.weight", "fc.bias"}
    for key, value in found.items():
        torch.testing.assert_close(value, by_hand[key].grad, rtol=1e-4, atol=1e-6)


def test_the_weights_of_classes_count_in_the_gradient(experiment: Experiment) -> None:
    balanced = replace(experiment, recipe=Recipe(seed=4, class_weights="balanced"))
    weights = initial_module(balanced).state_dict()
    x, labels = batch(balanced)
    only = torch.zeros(10)
    only[labels[0]] = 1.0
    chosen = labels == labels[0]
    plain, weighted = gradients(balanced, weights, (x, labels)), gradients(balanced, weights, (x, labels), only)
    assert not torch.allclose(plain["fc.bias"], weighted["fc.bias"])
    assert chosen.sum() < len(labels) and weighted["fc.bias"][labels[0]] < 0 and bool(
        (weighted["fc.bias"][torch.arange(10) != labels[0]] > 0).all())

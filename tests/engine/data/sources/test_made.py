"""Made data: the rule is the one that is told, the same seed gives the same numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from engine.data.spec.reading import read_arrays
from engine.data.spec.spec import DataSpec
from engine.data.tensors.batches import Batches
from engine.data.tensors.loading import load_data
from engine.data.tensors.splitting import folded

WEIGHT_DECAY = {"inputs": 200, "weight": 0.01, "bias": 0.05, "noise": 0.01, "rows": 20, "validation_rows": 100,
                "test_rows": 100}  # fmt: skip


def linear(**options: object) -> DataSpec:
    return DataSpec(dataset="linear").with_options(synthetic=options)


def test_least_squares_finds_the_true_parameters() -> None:
    data = load_data(DataSpec(dataset="linear"))
    assert data.truth == {"weight": [2.0, -3.4], "bias": [4.2]}
    x, y = data.train.inputs.numpy(), data.train.targets.numpy()[:, 0]
    assert x.shape == (1000, 2) and x.dtype == np.float32 and data.train.targets.shape == (1000, 1)
    design = np.column_stack([x, np.ones(1000)])
    found, squares, _, _ = np.linalg.lstsq(design, y, rcond=None)
    assert found == pytest.approx([2, -3.4, 4.2], abs=0.002)
    assert (squares[0] / 1000) ** 0.5 == pytest.approx(0.01, rel=0.1)
    assert x.mean() == pytest.approx(0, abs=0.1) and x.std() == pytest.approx(1, abs=0.05)


def test_weight_decay_has_more_inputs_than_rows() -> None:
    data = load_data(linear(**WEIGHT_DECAY))
    assert tuple(map(len, (data.train, data.validation, data.test))) == (20, 100, 100)
    assert data.train.inputs.shape == (20, 200) and data.spec.sample_shape == (200,)
    assert data.truth["weight"] == [0.01] * 200
    noise = data.test.targets[:, 0] - (data.test.inputs * 0.01).sum(1) - 0.05
    assert noise.std() == pytest.approx(0.01, rel=0.3)


def test_without_noise_the_rule_holds_exactly() -> None:
    data = load_data(linear(noise=0, weight=[1.5, 0.25], bias=-1))
    for split in (data.train, data.validation, data.test):
        assert torch.allclose(split.targets[:, 0], split.inputs @ torch.tensor([1.5, 0.25]) - 1, atol=1e-6)


def test_parts_differ_and_follow_the_seed() -> None:
    data, again = load_data(linear()), load_data(linear())
    assert torch.equal(data.train.inputs, again.train.inputs)
    assert not torch.equal(data.train.inputs, data.test.inputs)
    assert not torch.equal(data.train.inputs, data.validation.inputs)
    assert not torch.equal(data.train.inputs, load_data(linear().with_options(seed=1)).train.inputs)


@pytest.mark.parametrize("degree", [1, 3, 19])
def test_the_polynomial_is_the_books(degree: int) -> None:
    data = load_data(DataSpec(dataset="polynomial").with_options(synthetic={"degree": degree, "noise": 0}))
    features, y = data.train.inputs.double().numpy(), data.train.targets.double().numpy()[:, 0]
    x = features[:, 1]
    assert features == pytest.approx(
        np.stack([x**power / math.factorial(power) for power in range(degree + 1)], 1), rel=1e-5)
    assert y == pytest.approx(5 + 1.2 * x - 3.4 * x**2 / 2 + 5.6 * x**3 / 6, rel=1e-5, abs=1e-5)
    assert data.truth["weight"] == ([5, 1.2, -3.4, 5.6] + [0] * 16)[: degree + 1]
    assert tuple(map(len, (data.train, data.validation, data.test))) == (100, 100, 100)


def test_all_degrees_see_the_same_points() -> None:
    one, three = (read_arrays(DataSpec(dataset="polynomial").with_options(synthetic={"degree": degree}))
                  for degree in (1, 3))
    assert np.array_equal(one.inputs, three.inputs[:, :2]) and np.array_equal(one.targets, three.targets)


def test_edges_are_one_example_and_its_difference() -> None:
    data = load_data(DataSpec(dataset="edges"))
    assert data.spec.sample_shape == (1, 6, 8) and data.spec.output_shape == (1, 6, 7)
    conv = nn.Conv2d(1, 1, (1, 2), bias=False)
    conv.weight.data = torch.tensor(data.truth["weight"]).view(1, 1, 1, 2)
    for split in (data.train, data.validation, data.test):
        x, y = Batches(split, data, torch.device("cpu")).take(torch.tensor([0]))
        assert x[0, 0, 0].tolist() == [1, 1, 0, 0, 0, 0, 1, 1]
        assert y[0, 0, 0].tolist() == [0, 1, 0, 0, 0, -1, 0]
        assert torch.equal(conv(x), y)


def test_made_data_can_be_folded() -> None:
    data = load_data(linear(**WEIGHT_DECAY))
    fold = folded(data, 5, 0)
    assert (len(fold.train), len(fold.validation)) == (96, 24)

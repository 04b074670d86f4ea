"""Differences, curves of activation functions and histograms against formulas in numpy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.inspect.lens import Lens, NoAnswerError
from engine.inspect.why.activation import activation, curve, curve_of_one, is_activation
from engine.inspect.why.difference import differences
from engine.inspect.why.histogram import histogram
from tests.engine.cases import experiment
from tests.engine.inspect.why.nets import net


@pytest.mark.parametrize("name", ["lenet", "transformer"])
def test_two_samples_differ_at_every_layer(name: str) -> None:
    case = net(name)
    other = torch.rand(case.x.shape, generator=torch.Generator().manual_seed(9))
    looks = case.lens.look(case.x), case.lens.look(other)
    found = {each.place: each for each in differences(*looks)}
    assert list(found) == list(looks[0].outputs)
    for place, number in case.pairs:
        with torch.no_grad():
            a, b = (case.plain[:number + 1](x)[0].double().flatten().numpy() for x in (case.x, other))
        each = found[place]
        np.testing.assert_allclose(each.values.flatten().numpy(), b - a, atol=1e-5)
        assert each.size == pytest.approx(2 * np.linalg.norm(b - a) / (np.linalg.norm(a) + np.linalg.norm(b)), rel=1e-3)
        assert each.cosine == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b), rel=1e-3)


def test_the_same_sample_and_nothing_at_all_do_not_differ() -> None:
    case = net("mlp")
    same = differences(case.lens.look(case.x), case.lens.look(case.x))
    assert all(each.size == 0 and each.cosine == pytest.approx(1) for each in same)
    none = differences(case.lens.look(torch.zeros_like(case.x)), case.lens.look(torch.zeros_like(case.x)))
    assert (none[0].size, none[0].cosine) == (0.0, 1.0)
    half = differences(case.lens.look(torch.zeros_like(case.x)), case.lens.look(case.x))
    assert (half[0].size, half[0].cosine) == (2.0, 0.0)


# -- activation functions -------------------------------------------------------------------------------------------


def sigma(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize(("module", "function", "slope"), [
    (nn.Sigmoid(), sigma, lambda x: sigma(x) * (1 - sigma(x))),
    (nn.Tanh(), np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    (nn.ReLU(), lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
    (nn.PReLU(4, init=0.1), lambda x: np.where(x > 0, x, 0.1 * x), lambda x: np.where(x > 0, 1, 0.1)),
    (nn.RReLU(0.2, 0.4), lambda x: np.where(x > 0, x, 0.3 * x), lambda x: np.where(x > 0, 1, 0.3)),
    (nn.SiLU(), lambda x: x * sigma(x), lambda x: sigma(x) * (1 + x * (1 - sigma(x)))),
])  # fmt: skip
def test_curves_are_those_of_the_formulas(module: nn.Module, function: Any, slope: Any) -> None:
    found = curve(module, -4, 4, 81)
    x = found.x.double().numpy()
    assert x[40] == 0
    np.testing.assert_allclose(found.y.numpy(), function(x), atol=1e-6)
    away = np.abs(x) > 1e-6  # at a corner any slope will do
    np.testing.assert_allclose(found.slope.numpy()[away], slope(x)[away], atol=1e-6)


@pytest.mark.parametrize("kind", [nn.Softmax, nn.LogSoftmax, nn.Softmin])
def test_one_of_a_softmax_moves_and_the_others_stay(kind: type[nn.Module]) -> None:
    logits = torch.tensor([0.5, -1.0, 2.0])
    found = curve_of_one(kind(dim=1), logits, 1, -3, 3, 31)
    sign = -1 if kind is nn.Softmin else 1
    rest = math.exp(sign * 0.5) + math.exp(sign * 2.0)
    p = np.exp(sign * found.x.double().numpy()) / (np.exp(sign * found.x.double().numpy()) + rest)
    np.testing.assert_allclose(found.y.numpy(), np.log(p) if kind is nn.LogSoftmax else p, atol=1e-6)
    wanted = 1 - p if kind is nn.LogSoftmax else sign * p * (1 - p)
    np.testing.assert_allclose(found.slope.numpy(), wanted, atol=1e-6)


def lens_of(*rows: tuple[str, str, dict[str, object]]) -> Lens:
    return Lens(experiment(*rows, ("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10})))


def images(values: Tensor) -> Tensor:
    """Values as examples 1×8×8."""
    return values.reshape(-1, 1, 8, 8)


@pytest.mark.parametrize(("kind", "function"), [("Sigmoid", lambda x: sigma(x) * (1 - sigma(x)) / 0.25),
                                                ("Tanh", lambda x: 1 - np.tanh(x) ** 2)])
def test_saturated_is_where_the_slope_is_small(kind: str, function: Any) -> None:
    lens = lens_of(("act", kind, {}))
    x = images(torch.linspace(-9, 9, 128))
    found = activation(lens, "act", lens.look(x))
    wanted = float((function(x.double().numpy()) < 0.05).mean())
    assert found.saturated == pytest.approx(wanted, abs=1e-6) and 0.2 < wanted < 0.9
    assert (found.negative, found.dead) == (None, None)
    assert (float(found.curve.x[0]), float(found.curve.x[-1])) == (-9, 9)  # as far as the values lie
    assert sum(found.inputs.counts) == 128


def test_dead_channels_are_negative_in_every_example() -> None:
    lens = lens_of(("conv", "Conv2d", {"out_channels": 3, "kernel_size": 1}), ("act", "ReLU", {}))
    conv = lens.module.get_submodule("conv")
    with torch.no_grad():
        conv.weight.copy_(torch.tensor([1.0, -1.0, 1.0]).view(3, 1, 1, 1))
        conv.bias.copy_(torch.tensor([0.0, 0.0, -0.5]))
    dark, bright = torch.full((1, 1, 8, 8), 0.3), torch.full((1, 1, 8, 8), 0.9)
    assert activation(lens, "act", lens.look(dark)).dead == (1, 2)
    both = activation(lens, "act", lens.look(torch.cat([dark, bright])))
    assert (both.dead, both.channels, both.negative) == ((1,), 3, 0.5)
    assert both.saturated is None


def test_a_softmax_at_the_end_is_seen_too() -> None:
    lens = Lens(experiment(("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10}),
                           ("softmax", "Softmax", {"dim": 1})))
    look = lens.look(net("mlp").x)
    found = activation(lens, "softmax", look, unit=4)
    logits = look.outputs["fc"][0].double()
    at = int((found.curve.x - float(logits[4])).abs().argmin())
    assert float(found.curve.y[at]) == pytest.approx(float(logits.softmax(0)[4]), abs=0.01)
    p = logits.softmax(0)
    assert found.saturated == pytest.approx(float((p * (1 - p) < 0.05 / 4).double().mean()))


def test_what_is_no_function_is_said() -> None:
    case = net("mlp")
    assert is_activation(case.lens, "act1") and not is_activation(case.lens, "fc1")
    with pytest.raises(NoAnswerError, match="fc1 is no activation function"):
        activation(case.lens, "fc1", case.lens.look(case.x))


# -- histograms -----------------------------------------------------------------------------------------------------


def test_a_histogram_has_its_ends_and_its_zeros() -> None:
    values = torch.tensor([0.0, 0.0, 1.0, -2.0, math.nan, math.inf, 3.0, 0.5])
    found = histogram(values)
    assert (found.minimum, found.maximum, found.zeros, found.not_finite, found.count) == (-2.0, 3.0, 0.25, 2, 8)
    counts, edges = np.histogram([0, 0, 1, -2, 3, 0.5], bins=64, range=(-2, 3))
    assert list(found.counts) == counts.tolist()
    np.testing.assert_allclose(found.edges, edges)
    empty = histogram(torch.zeros(0))
    assert (empty.counts, empty.minimum, empty.zeros) == ((), None, 0.0)

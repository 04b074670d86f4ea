"""How single nodes' weights begin, against torch.nn.init and plain arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.analysis import analyze
from engine.experiment.experiment import Experiment, from_json, to_json
from engine.formula import check_formula
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import Init, NodeParameters
from engine.layers.base import LAYERS, OptionError
from engine.layers.merge import Add
from engine.network.initialization import InitError
from engine.network.weights import initial_module

Chain = Callable[..., Graph]


def weights(graph: Graph, **parameters: Any) -> dict[str, torch.Tensor]:
    graph = graph.with_parameters("fc1", NodeParameters().with_options(**parameters))
    return initial_module(Experiment(graph)).state_dict()


@pytest.fixture
def net(chain: Chain) -> Graph:
    return chain(("fc1", "Linear", {"out_features": 400}), ("fc2", "Linear", {"out_features": 3}), shape=(300,))


def test_kinds(net: Graph) -> None:
    normal = weights(net, weight={"kind": "normal", "mean": 2, "std": 0.5}, bias={"kind": "constant"})
    assert normal["fc1.weight"].mean() == pytest.approx(2, abs=0.01)
    assert normal["fc1.weight"].std() == pytest.approx(0.5, abs=0.01)
    assert not normal["fc1.bias"].any()
    uniform = weights(net, weight={"kind": "uniform", "low": -3, "high": 5})["fc1.weight"]
    assert -3 <= uniform.min() < -2.9 and 4.9 < uniform.max() <= 5
    assert bool((weights(net, weight={"kind": "constant", "value": 42})["fc1.weight"] == 42).all())
    bound = (6 / 700) ** 0.5
    xavier = weights(net, weight={"kind": "xavier_uniform"})["fc1.weight"]
    assert 0.99 * bound < xavier.abs().max() <= bound
    assert weights(net, weight={"kind": "xavier_normal"})["fc1.weight"].std() == pytest.approx(0.0535, rel=0.02)
    kaiming = weights(net, weight={"kind": "kaiming_uniform"})["fc1.weight"]
    assert 0.99 * (6 / 300) ** 0.5 < kaiming.abs().max() <= (6 / 300) ** 0.5
    assert weights(net, weight={"kind": "kaiming_normal"})["fc1.weight"].std() == pytest.approx(0.0816, rel=0.02)
    square = weights(net, weight={"kind": "orthogonal"})["fc1.weight"]
    assert torch.allclose(square.T @ square, torch.eye(300), atol=1e-4)


def test_a_formula(net: Graph) -> None:
    far = weights(net, weight={"kind": "formula", "formula": "w = uniform(-10, 10); w * (abs(w) >= 5)"})["fc1.weight"]
    kept = far[far != 0]
    assert 0.4 < len(kept) / far.numel() < 0.6 and kept.abs().min() >= 5 and kept.abs().max() <= 10
    grid = weights(net, weight={"kind": "formula", "formula": "i * 1000 + j"})["fc1.weight"]
    assert grid[3, 7] == 3007
    fans = weights(net, weight={"kind": "formula", "formula": "fan_in + fan_out / 1000"})["fc1.weight"]
    assert fans[0, 0] == pytest.approx(300.4)


def test_values_set_by_hand(net: Graph) -> None:
    edits = [{"key": "weight", "index": (0, 1), "value": 42}, {"key": "bias", "index": (2,), "value": -1}]
    state = weights(net, edits=edits)
    assert state["fc1.weight"][0, 1] == 42 and state["fc1.bias"][2] == -1
    with pytest.raises(InitError, match="no value weight"):
        weights(net, edits=[{"key": "weight", "index": (0, 300), "value": 1}])


def test_others_are_not_touched_and_the_seed_decides(net: Graph) -> None:
    plain = initial_module(Experiment(net)).state_dict()
    asked = weights(net, weight={"kind": "orthogonal"})
    assert torch.equal(asked["fc2.weight"], plain["fc2.weight"])
    assert torch.equal(asked["fc1.weight"], weights(net, weight={"kind": "orthogonal"})["fc1.weight"])


def test_a_blocks_settings_hold_inside(chain: Chain) -> None:
    graph = chain(("vgg", "VGG", {"num_convs": 2, "out_channels": 4}), shape=(3, 8, 8))
    asked = NodeParameters(weight=Init(kind="constant", value=7), bias=Init(kind="constant", value=1))
    state = initial_module(Experiment(graph.with_parameters("vgg", asked))).state_dict()
    assert all(bool((value == (7 if key.endswith("weight") else 1)).all()) for key, value in state.items())


@pytest.mark.parametrize("formula", ["", "import os", "__import__('os')", "w.shape", "open('x')", "x", "a = 1", "'w'",
                                     "[w for w in w]", "lambda: 1", "w := 1", "normal(mean=1)", "w if 1 else 2", "((",
                                     "w[0]", "uniform.__class__"])
def test_what_is_no_formula(formula: str) -> None:
    with pytest.raises(ValueError, match="formula"):
        check_formula(formula)
    with pytest.raises(OptionError, match="formula"):
        NodeParameters().with_options(weight={"kind": "formula", "formula": formula})


@given(st.text(max_size=30))
def test_any_text_is_a_formula_or_says_why(text: str) -> None:
    try:
        check_formula(text)
    except ValueError as error:
        assert "formula" in str(error)


@pytest.mark.parametrize("formula", ["1 / 0", "log(0 - 1 - w * 0)", "10 ** 400 * w", "w ** 0.5 * 1e30 * 1e30"])
def test_a_formula_that_fails_names_the_tensor(net: Graph, formula: str) -> None:
    with pytest.raises(InitError, match=r"fc1\.weight"):
        weights(net, weight={"kind": "formula", "formula": formula})


def test_orthogonal_needs_a_matrix(net: Graph) -> None:
    with pytest.raises(InitError, match=r"fc1\.bias"):
        weights(net, bias={"kind": "orthogonal"})


def test_frozen_weights_are_counted_apart(net: Graph) -> None:
    frozen = net.with_parameters("fc1", NodeParameters(trainable=False))
    analysis, before = analyze(frozen), analyze(net)
    assert analysis.params == before.params and analysis.trainable == 400 * 3 + 3
    assert analysis.costs(1, 2).training_memory < before.costs(1, 2).training_memory
    assert analysis.costs(1).inference_memory == before.costs(1).inference_memory


def test_round_trip(net: Graph) -> None:
    asked = NodeParameters().with_options(weight={"kind": "normal", "std": 1}, trainable=False, lr_multiplier=2,
                                          edits=[{"key": "weight", "index": (0, 1), "value": 42}])
    graph = net.with_parameters("fc1", asked)
    text = to_json(Experiment(graph))
    assert from_json(text).graph == graph
    assert "parameters" not in to_json(Experiment(net))


@pytest.mark.parametrize("formula", ["where(w > 0.5, 1, 0)", "w * (abs(w) >= 0.01)", "(i % 2 == 0) * 1.0", "True",
                                     "fan_in // 2 + 0 * w"])
def test_comparing_with_decimals(formula: str, net: Graph) -> None:
    assert weights(net, weight={"kind": "formula", "formula": formula})["fc1.weight"].shape == (400, 300)


@pytest.mark.parametrize("formula", ["normal", "(-1) ** 0.5", "9 ** 9 ** 9 ** 9", "fan_in ** fan_in ** fan_in",
                                     "2 ** 1000000000", "__builtins__ = 1; __builtins__ / 0"])
def test_a_formula_without_a_value_says_so_at_once(formula: str, net: Graph) -> None:
    with pytest.raises(InitError, match="formula"):
        weights(net, weight={"kind": "formula", "formula": formula})


def test_a_value_of_a_constant_is_set_by_hand(chain: Chain) -> None:
    graph = chain(("fc1", "Linear", {"out_features": 3}), shape=(3,))
    graph = graph.with_nodes([Node("c", LAYERS["Constant"].model_validate({"shape": (3,)})), Node("add", Add())])
    graph = graph.with_edges([Edge("fc1", "add", 0), Edge("c", "add", 1)])
    edit = {"key": "", "index": (1,), "value": 7.0}
    graph = graph.with_parameters("c", NodeParameters().with_options(edits=(edit,)))
    assert initial_module(Experiment(graph)).state_dict()["c"].tolist() == [1.0, 7.0, 1.0]
    gone = graph.with_parameters("c", NodeParameters().with_options(edits=({**edit, "index": (3,)},)))
    with pytest.raises(InitError, match="no value"):
        initial_module(Experiment(gone))


def test_a_blocks_biases_leave_the_scales_of_its_normalisations(chain: Chain) -> None:
    graph = chain(("res", "Residual", {"num_channels": 4}), shape=(4, 6, 6))
    asked = NodeParameters(bias=Init(kind="constant", value=0))
    state = initial_module(Experiment(graph.with_parameters("res", asked))).state_dict()
    assert bool((state["res.bn1.weight"] == 1).all()) and not state["res.conv1.bias"].any()

"""How single nodes' weights begin, against torch.nn.init and plain arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.analysis import analyze
from engine.blocks.custom import Custom
from engine.experiment.experiment import Experiment, from_json, to_json
from engine.experiment.recipe import Recipe
from engine.experiment.trust import allow
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


# -- names, functions and values of a formula -------------------------------------------------------------------------


def by_formula(chain: Chain, formula: str, what: str = "weight") -> torch.Tensor:
    """The tensor of a convolution of two channels in, three out, with a window of 4×5."""
    graph = chain(("conv1", "Conv2d", {"out_channels": 3, "kernel_size": (4, 5)}), shape=(2, 8, 8))
    asked = NodeParameters().with_options(**{what: {"kind": "formula", "formula": formula}})
    return initial_module(Experiment(graph.with_parameters("conv1", asked))).state_dict()[f"conv1.{what}"]


@pytest.mark.parametrize(("formula", "value"), [("fan_in", 40), ("fan_out", 60), ("pi", 3.14159265), ("e", 2.71828183),
                                                ("0 * w + 2", 2), ("5", 5)])
def test_numbers_that_a_formula_knows(chain: Chain, formula: str, value: float) -> None:
    found = by_formula(chain, formula)
    assert found.shape == (3, 2, 4, 5) and found.unique().tolist() == pytest.approx([value])


def test_a_formula_counts_rows_and_columns(chain: Chain) -> None:
    assert by_formula(chain, "10 * i + j")[:, :, 3, 4].tolist() == [[0, 1], [10, 11], [20, 21]]
    assert by_formula(chain, "10 * i + j")[:, :, 0, 0].tolist() == [[0, 1], [10, 11], [20, 21]]
    assert by_formula(chain, "10 * i + j", "bias").tolist() == [0, 10, 20]
    assert by_formula(chain, "fan_in * 10 + fan_out", "bias").tolist() == [13] * 3


def test_w_is_what_torch_begins_with(chain: Chain) -> None:
    plain = by_formula(chain, "w")
    assert torch.equal(by_formula(chain, "2 * w"), 2 * plain) and plain.abs().max() <= 40**-0.5
    assert torch.equal(by_formula(chain, "w = w + 1; w - 1"), (plain + 1) - 1)


@pytest.mark.parametrize("name", ["abs", "sqrt", "exp", "log", "sin", "cos", "tanh", "sign"])
def test_functions_of_one_number_are_torchs(chain: Chain, name: str) -> None:
    given = "w" if name in ("abs", "sign") else "abs(w) + 0.5"
    found = by_formula(chain, f"{name}({given})")
    torch.testing.assert_close(found, getattr(torch, name)(by_formula(chain, given)))


@pytest.mark.parametrize(("formula", "rows"), [
    ("minimum(i, 1)", [0, 1, 1]), ("maximum(1, i)", [1, 1, 2]), ("where(i > 0, i, 7)", [7, 1, 2]),
    ("where((i > 0) & (i < 2), 1, 0 - 1)", [-1, 1, -1]), ("where(~(i == 1), 4, w * 0)", [4, 0, 4]),
    ("i // 2", [0, 0, 1]),
])  # fmt: skip
def test_functions_that_choose(chain: Chain, formula: str, rows: list[float]) -> None:
    assert by_formula(chain, formula)[:, 0, 0, 0].tolist() == rows


@pytest.mark.parametrize(("formula", "low", "high", "mean", "std"), [
    ("normal()", -6, 6, 0, 1), ("normal(3, 0.5)", 0, 6, 3, 0.5), ("uniform()", 0, 1, 0.5, 12**-0.5),
    ("uniform(0 - 2, 4)", -2, 4, 1, 3**0.5), ("normal(2)", -4, 8, 2, 1),
])  # fmt: skip
def test_random_numbers_of_a_formula(net: Graph, formula: str, low: float, high: float, mean: float,
                                     std: float) -> None:
    found = weights(net, weight={"kind": "formula", "formula": formula})["fc1.weight"]
    assert low <= found.min() < low + (high - low) / 2 < found.max() <= high
    assert (found.mean().item(), found.std().item()) == pytest.approx((mean, std), abs=0.02)


@pytest.mark.parametrize(("formula", "reason"), [
    ("1 / (w * 0)", "the formula gives values that are not finite"), ("normal", "the formula gives no real number"),
    ("(0 - 1) ** 0.5", "the formula gives no real number"),
    ("1 / 0", "the formula cannot be computed: float division by zero"),
])  # fmt: skip
def test_a_formula_that_fails_says_why(net: Graph, formula: str, reason: str) -> None:
    with pytest.raises(InitError) as raised:
        weights(net, weight={"kind": "formula", "formula": formula})
    assert str(raised.value) == f"fc1.weight cannot begin as “formula”: {reason}"


@pytest.mark.parametrize(("key", "index", "said"), [
    ("weight", (400, 0), "weight[400, 0]"), ("weight", (0, 300), "weight[0, 300]"), ("weight", (0,), "weight[0]"),
    ("bias", (400,), "bias[400]"), ("bias", (0, 0), "bias[0, 0]"), ("other", (0,), "other[0]"),
])  # fmt: skip
def test_a_value_that_is_not_there_any_more(net: Graph, key: str, index: tuple[int, ...], said: str) -> None:
    with pytest.raises(InitError) as raised:
        weights(net, edits=[{"key": key, "index": index, "value": 1}])
    assert str(raised.value) == f"fc1: there is no value {said} any more: remove what was set by hand"


@pytest.mark.parametrize("value", [1e308, -1e39, 3.5e38])
def test_a_value_that_no_weight_can_be(net: Graph, value: float) -> None:
    with pytest.raises(InitError, match=r"fc1: bias\[3\] cannot hold .*: remove what was set by hand"):
        weights(net, edits=[{"key": "bias", "index": (3,), "value": value}])


def test_a_count_holds_whole_numbers_of_its_size(chain: Chain) -> None:
    graph = chain(("bn1", "BatchNorm2d", {}), shape=(3, 4, 4))
    for value, fits in ((7.0, True), (1e30, False)):
        edits = ({"key": "num_batches_tracked", "index": (), "value": value},)
        experiment = Experiment(graph.with_parameters("bn1", NodeParameters().with_options(edits=edits)))
        if fits:
            assert initial_module(experiment).state_dict()["bn1.num_batches_tracked"] == value
        else:
            with pytest.raises(InitError, match="cannot hold"):
                initial_module(experiment)


def test_the_last_value_can_be_set(net: Graph) -> None:
    edits = [{"key": "weight", "index": (399, 299), "value": 5}, {"key": "bias", "index": (399,), "value": 6}]
    state = weights(net, edits=edits)
    assert state["fc1.weight"][399, 299] == 5 and state["fc1.bias"][399] == 6


def test_a_running_mean_is_set_by_hand(chain: Chain) -> None:
    graph = chain(("bn1", "BatchNorm2d", {}), shape=(3, 4, 4))
    edits = ({"key": "running_mean", "index": (1,), "value": 7.0},)
    state = initial_module(Experiment(graph.with_parameters("bn1", NodeParameters().with_options(edits=edits))))
    assert state.state_dict()["bn1.running_mean"].tolist() == [0, 7, 0]


def test_a_layer_in_a_block_has_its_own_beginning(chain: Chain) -> None:
    inner = chain(("fc1", "Linear", {"out_features": 3}), ("fc2", "Linear", {"out_features": 3}))
    own = inner.with_parameters("fc1", NodeParameters(weight=Init(kind="constant", value=2)))
    graph = chain(shape=(4,)).with_node(Node("mine", Custom(graph=own))).with_edge(Edge("input", "mine"))
    asked = NodeParameters(weight=Init(kind="constant", value=7), bias=Init(kind="constant", value=1))
    state = initial_module(Experiment(graph.with_parameters("mine", asked))).state_dict()
    assert {key: value.unique().tolist() for key, value in state.items() if key != "mine.fc1.bias"} == {
        "mine.fc1.weight": [2.0], "mine.fc2.weight": [7.0], "mine.fc2.bias": [1.0]}
    assert len(state["mine.fc1.bias"].unique()) == 3


@pytest.mark.parametrize(("how", "std", "most"), [
    ("default", 3**-0.5 * 300**-0.5, 300**-0.5), ("normal", 0.01, 1), ("normal_unit", 1, 9),
    ("xavier_uniform", (2 / 700) ** 0.5, (6 / 700) ** 0.5), ("kaiming_uniform", (2 / 300) ** 0.5, (6 / 300) ** 0.5),
])  # fmt: skip
def test_the_recipes_rule_is_for_weights_alone(net: Graph, how: Any, std: float, most: float) -> None:
    state = initial_module(Experiment(net, recipe=Recipe(initialization=how))).state_dict()
    assert state["fc1.weight"].std().item() == pytest.approx(std, rel=0.02) and state["fc1.weight"].abs().max() <= most
    plain = initial_module(Experiment(net, recipe=Recipe(initialization="default"))).state_dict()
    assert torch.equal(state["fc1.bias"], plain["fc1.bias"])


OWN = '''class Own(nn.Module):
    def __init__(self, in_features):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(in_features, 3), nn.Linear(3, 3))

    def forward(self, x):
        return self.inner(x)
'''


def test_all_weights_of_own_code_begin_as_asked(chain: Chain) -> None:
    allow([OWN])
    asked = NodeParameters(weight=Init(kind="constant", value=7), bias=Init(kind="constant", value=1))
    graph = chain(("own", "Code", {"source": OWN}), shape=(4,)).with_parameters("own", asked)
    state = initial_module(Experiment(graph)).state_dict()
    assert {key: value.unique().tolist() for key, value in state.items()} == {
        "own.inner.0.weight": [7], "own.inner.0.bias": [1], "own.inner.1.weight": [7], "own.inner.1.bias": [1]}

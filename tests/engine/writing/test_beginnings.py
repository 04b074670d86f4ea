"""Initial values and what is frozen, as lines of the exported code: it begins as training does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.blocks.custom import Custom
from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.experiment.trust import allow, sources_of
from engine.graph.graph import Graph, Node
from engine.graph.parameters import DEFAULTS
from engine.line.line import build_line
from engine.network.ready import ready
from engine.writing.source import to_python
from tests.engine.writing.test_codegen import assert_well_written, load

Settings = dict[str, Any]
INITS: tuple[Settings, ...] = (
    {"kind": "normal"}, {"kind": "normal", "mean": 2.0, "std": 0.5}, {"kind": "uniform", "low": -3.0, "high": 7.0},
    {"kind": "constant"}, {"kind": "constant", "value": 1.0}, {"kind": "constant", "value": 42.5},
    {"kind": "xavier_uniform"}, {"kind": "xavier_normal"}, {"kind": "kaiming_uniform"}, {"kind": "kaiming_normal"},
    {"kind": "orthogonal"},
)  # fmt: skip
FORMULAS = ("w = uniform(-10, 10); w * (abs(w) >= 5)", "sin(i + 1) * cos(j) / sqrt(fan_in)", "0.5", "w * 2 + pi",
            "normal() + normal(1, 2)", "where(i > j, 1, -w)", "maximum(w, 0) + minimum(fan_out, 3)", "2 ** 3 / fan_in",
            "w = w * 2; v = abs(-3); w - v", "sign(w) * exp(-w ** 2) + tanh(1) + log(e) + uniform()",
            "a = b = sqrt(4); a * b + w", "(i == j) | (i > 2)", "9 ** 0.5 * j")  # fmt: skip


def with_settings(line: str, **settings: Any) -> Graph:
    """A network in which these nodes begin and learn so."""
    graph = build_line(Graph(), line)[0]
    for name, options in settings.items():
        graph = graph.with_parameters(name, DEFAULTS.with_options(**options))
    return graph


def both(graph: Graph) -> tuple[nn.Module, nn.Module]:
    """The network as training begins with it, and what the code makes from the same random numbers."""
    ours, source = ready(Experiment(graph)).module, to_python(graph)
    torch.manual_seed(Experiment(graph).recipe.seed)
    return ours, load(source)


def assert_begins_alike(graph: Graph) -> None:
    ours, theirs = both(graph)
    for (key, one), (other, two) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert key == other and one.requires_grad == two.requires_grad
        torch.testing.assert_close(one, two, msg=key)


@pytest.mark.parametrize("init", INITS, ids=str)
@pytest.mark.parametrize("line", ["input 6, linear 4", "input 3x8x8, conv 4 3x3", "input 3x8x8, tconv 4 3x3",
                                  "input 5, embedding 7 4"])  # fmt: skip
def test_one_layer_begins_as_in_training(line: str, init: Settings) -> None:
    name = [*build_line(Graph(), line)[0].nodes][1]
    assert_begins_alike(with_settings(line, **{name: {"weight": init}}))
    if init["kind"] in ("normal", "uniform", "constant"):
        assert_begins_alike(with_settings(line, **{name: {"bias": init}}))


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("line", ["input 6, linear 4", "input 3x8x8, conv 4 2x3"])
def test_a_formula_is_lines_of_torch(line: str, formula: str) -> None:
    name = [*build_line(Graph(), line)[0].nodes][1]
    graph = with_settings(line, **{name: {"weight": {"kind": "formula", "formula": formula}}})
    assert_begins_alike(graph)
    assert "nn.init" not in to_python(graph)


def test_a_formula_whose_numbers_would_grow_without_end_is_not_computed() -> None:
    text = to_python(with_settings("input 2, linear 2", fc1={"weight": {"kind": "formula", "formula": "9 ** 9 ** 9"}}))
    assert "9.0 ** 9.0 ** 9.0" in text


BLOCKS: Settings = {"weight": {"kind": "constant", "value": 2.0}, "bias": {"kind": "constant", "value": 3.0}}


@pytest.mark.parametrize(("line", "name"), [
    ("input 3x8x8, residual 4 x2", "residual1"), ("input 3x8x8, residual 4 bottleneck nobias", "residual1"),
    ("input 3x8x8, denseblock 2 4", "dense1"), ("input 3x8x8, inception 2 2 2 2 2 2", "inception1"),
    ("input 3x8x8, vgg 2 4, flatten, linear 2", "vgg1"), ("input 4x8x8, bn", "bn1"),
    ("input 5x6, lstm 3 2", "lstm1"), ("input 5x6, attention 2", "attention1"), ("input 3x8x8, prelu", "act1"),
    ("input 3x8x8, conv 4 3x3 nobias", "conv1"), ("input 5x4, encoder 2 8", "encoder1"),
])  # fmt: skip
def test_a_blocks_settings_hold_for_what_is_inside(line: str, name: str) -> None:
    assert_begins_constant(with_settings(line, **{_first(line, name): BLOCKS}))


def _first(line: str, name: str) -> str:
    nodes = build_line(Graph(), line)[0].nodes
    return name if name in nodes else next(each for each in nodes if each != "input")


def assert_begins_constant(graph: Graph) -> None:
    """The same tensors begin as one number."""
    ours, theirs = both(graph)

    def told(module: nn.Module) -> dict[str, float | None]:
        return {key: _number(value) for key, value in module.named_parameters()}

    assert told(ours) == told(theirs) and {2.0, 3.0} & set(told(ours).values())


def _number(value: Tensor) -> float | None:
    value = value.detach().flatten()
    return float(value[0]) if bool((value == value[0]).all()) else None


@pytest.mark.parametrize("own", [{}, {"fc1": {"weight": {"kind": "constant", "value": 7.0}}},
                                 {"residual1": {"bias": {"kind": "constant", "value": 5.0}}}])  # fmt: skip
def test_what_is_set_inside_a_block_comes_first(own: dict[str, Settings]) -> None:
    inner = with_settings("input 3x8x8, residual 4, bn, flatten, linear 4", **own)
    inner = inner.with_layer("input", inner.nodes["input"].layer.with_options(shape=None))
    graph = build_line(Graph(), "input 3x8x8")[0]
    graph = graph.with_node(Node("own", Custom(label="Own", graph=inner)))
    graph = graph.with_edges([type(inner.edges[0])("input", "own")])
    assert_begins_constant(graph.with_parameters("own", DEFAULTS.with_options(**BLOCKS)))


def test_what_many_layers_have_in_common_is_a_loop() -> None:
    zero = {"bias": {"kind": "constant"}}
    line = "input 4, linear 4, relu, linear 4, relu, linear 4"
    text = to_python(with_settings(line, fc1=zero, fc2=zero, fc3=zero))
    assert "        for layer in (self.fc1, self.fc2, self.fc3):\n            nn.init.zeros_(layer.bias)\n" in text
    text = to_python(with_settings(line, fc1=zero, fc3=zero))
    assert "        nn.init.zeros_(self.fc1.bias)\n        nn.init.zeros_(self.fc3.bias)\n" in text


@pytest.mark.parametrize(("line", "kinds"), [
    ("input 3x8x8, conv 4 3x3, relu, flatten, linear 2", "(nn.Linear, nn.Conv2d)"),
    ("input 4, linear 2", "nn.Linear"), ("input 3x8x8, residual 4 x2", "nn.Conv2d"), ("input 4, relu", ""),
    ("input 3x8x8, tconv 4 3x3", ""),
])  # fmt: skip
@pytest.mark.parametrize("rule", ["xavier_uniform", "kaiming_uniform", "normal", "normal_unit", "default"])
def test_the_recipes_rule_is_a_function_behind_the_class(line: str, kinds: str, rule: Any) -> None:
    graph = build_line(Graph(), line)[0]
    source = to_python(graph, initialization=rule)
    if not kinds or rule == "default":
        assert source == to_python(graph)
        return
    assert f"    if isinstance(layer, {kinds}):\n" in source
    base = Experiment(graph)
    recipe = base.recipe.with_options(initialization=rule)
    ours, scope = ready(replace(base, recipe=recipe)).module, dict[str, Any]()
    exec(source, scope)
    torch.manual_seed(recipe.seed)
    theirs = scope["Network"]()
    theirs.apply(scope["init_weights"])
    for one, two in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(one, two)


def test_a_rule_for_all_is_not_written_where_some_begin_as_is_said_of_them() -> None:
    graph = with_settings("input 4, linear 4, linear 4", fc1={"weight": {"kind": "constant"}})
    assert to_python(graph, initialization="normal") == to_python(graph)


def test_what_is_frozen_and_what_was_set_by_hand() -> None:
    edits = [{"key": "weight", "index": [0, 1], "value": 42.0}, {"key": "bias", "index": [1], "value": -1.5}]
    graph = with_settings("input 4, linear 2, linear 2", fc1={"edits": edits, "trainable": False})
    text = to_python(graph)
    assert ("        with torch.no_grad():\n            self.fc1.weight[0, 1] = 42.0\n"
            "            self.fc1.bias[1] = -1.5\n        self.fc1.requires_grad_(False)\n") in text
    assert_begins_alike(graph)
    edits = [{"key": "0.conv1.weight", "index": [0, 1, 2, 0], "value": 42.0}]
    graph = with_settings("input 3x8x8, residual 4 x2", residual1={"edits": edits, "trainable": False})
    assert "self.residual1[0].conv1.weight[0, 1, 2, 0] = 42.0" in to_python(graph)
    assert_begins_alike(graph)


def test_two_uses_of_a_block_that_begin_otherwise_are_two_classes() -> None:
    graph = build_line(Graph(), "input 4")[0]
    for name, value in (("one", 2.0), ("two", 3.0), ("three", 2.0)):
        init = {"weight": {"kind": "constant", "value": value}}
        inner = with_settings("input, linear 4", fc1=init)
        end = [*graph.nodes][-1]
        graph = graph.with_node(Node(name, Custom(label="Own", graph=inner)))
        graph = graph.with_edges([type(inner.edges[0])(end, name)])
    assert to_python(graph).count("class Own") == 2
    for ours, theirs in zip(*(module.parameters() for module in both(graph)), strict=True):
        assert ours.dim() == 1 or torch.equal(ours, theirs)


@pytest.mark.parametrize("id", gallery_ids())
def test_the_gallery_is_well_written(id: str) -> None:
    experiment = load_experiment(f"gallery:{id}")
    allow(sources_of(experiment.graph))
    source = to_python(experiment.graph, experiment.data.sample_shape)
    assert_well_written(source, math=id == "init-zoo")
    load(source)

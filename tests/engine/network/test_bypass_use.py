"""Bypassed layers in use: trained, looked into, exported, saved. All is as without them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.analysis.analysis import analyze
from engine.blocks.custom import Custom
from engine.blocks.edits import make_block
from engine.experiment.experiment import Experiment, load_experiment, save_experiment
from engine.export.export import export
from engine.export.weight_files import load_weights
from engine.figures.layer_table import layer_table
from engine.graph.edits import inserted
from engine.graph.graph import Edge, Graph
from engine.inspect.tensors import gradients, tensor_infos, tensor_kinds
from engine.layers.merge import Add
from engine.network.weights import check_weights, initial_module
from engine.writing.source import to_python
from tests.engine.cases import experiment, trained, with_recipe

FOUR = (("flatten", "Flatten", {}), ("fc1", "Linear", {"out_features": 12}), ("act1", "ReLU", {}),
        ("fc2", "Linear", {"out_features": 12}), ("act2", "Tanh", {}), ("fc3", "Linear", {"out_features": 12}),
        ("fc4", "Linear", {"out_features": 10}))  # fmt: skip


def in_the_middle() -> Experiment:
    return marked(experiment(*FOUR, epochs=1), "fc2", "act2")


def in_a_block() -> Experiment:
    base = experiment(*FOUR, epochs=1)
    graph, name = make_block(base.graph, ["act1", "fc2", "act2"], "Own")
    own = graph.nodes[name].layer
    inside = own.with_options(graph=own.graph.with_marks(["fc2"], bypassed=True), repeat=2)
    return replace(base, graph=graph.with_layer(name, inside))


def owner_of_shared_weights() -> Experiment:
    base = experiment(*FOUR, epochs=1)
    shared = base.graph.with_shares("fc3", "fc2")
    return marked(replace(base, graph=shared), "fc2")


def at_the_end() -> Experiment:
    return marked(experiment(*FOUR, ("last", "Softmax", {}), epochs=1), "last")


def one_way_of_a_merge() -> Experiment:
    base = experiment(*FOUR, epochs=1)
    graph, name = inserted(base.graph, Add(), Edge("fc3", "fc4"))
    return marked(replace(base, graph=graph.with_edge(Edge("act1", name, 1))), "act2")


CASES = (in_the_middle, in_a_block, owner_of_shared_weights, at_the_end, one_way_of_a_merge)


def marked(base: Experiment, *names: str) -> Experiment:
    return replace(base, graph=base.graph.with_marks(names, bypassed=True))


def left_out(base: Experiment) -> Experiment:
    """The same with its bypassed layers deleted and rejoined, inside blocks too."""
    graph = base.graph
    for name, node in graph.nodes.items():
        if isinstance(node.layer, Custom):
            own = node.layer.graph
            graph = graph.with_layer(name, node.layer.with_options(graph=without(own)))
    return replace(base, graph=without(graph))


def without(graph: Graph) -> Graph:
    for name in [name for name, node in graph.nodes.items() if node.bypassed]:
        graph = graph.healed(name)
    return graph


def same(mine: dict[str, torch.Tensor], its: dict[str, torch.Tensor]) -> bool:
    return list(mine) == list(its) and all(torch.equal(mine[key], its[key]) for key in its)


@pytest.mark.parametrize("case", CASES)
def test_an_epoch_of_training_is_that_without_it(case):
    mine, its = case(), left_out(case())
    assert mine.graph != its.graph
    (_, [ours], end), (_, [theirs], other) = trained(mine), trained(its)
    assert (ours.train, ours.validation) == (theirs.train, theirs.validation)
    assert same(ours.weights, theirs.weights)
    assert end.summary.best_epoch == other.summary.best_epoch == 1
    assert ours.validation.accuracy > 0.15, "it learns"


@pytest.mark.parametrize("case", CASES)
def test_tensors_kinds_and_gradients(case):
    mine, its = case(), left_out(case())
    assert tensor_kinds(mine) == tensor_kinds(its)
    weights = initial_module(mine).state_dict()
    batch = (torch.rand(8, 1, 8, 8), torch.arange(8))
    ours, theirs = (gradients(each, weights, batch) for each in (mine, its))
    assert same(ours, theirs) and ours.keys() == weights.keys()
    assert tensor_infos(weights, ours, tensor_kinds(mine)) == tensor_infos(weights, theirs, tensor_kinds(its))


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
@pytest.mark.parametrize("case", CASES)
def test_exported_weights_are_read_back(case, suffix, tmp_path):
    exported = export(case(), tmp_path / f"net{suffix}")
    assert exported.verified and exported.difference == 0
    check_weights(left_out(case()), load_weights(tmp_path / f"net{suffix}"))


@pytest.mark.parametrize("case", CASES)
def test_exported_code_is_that_of_the_network_without_it(case, tmp_path):
    exported = export(case(), tmp_path / "net.py")
    assert exported.verified and exported.difference == 0
    assert (tmp_path / "net.py").read_text() == to_python(left_out(case()).graph, (1, 8, 8))


@pytest.mark.parametrize("case", CASES)
def test_a_file_brings_it_back_and_a_run_begins_from_weights(case, tmp_path):
    base = case()
    save_experiment(base, tmp_path / "net.loom")
    again = load_experiment(tmp_path / "net.loom")
    assert again.graph == base.graph
    weights = initial_module(replace(again, recipe=base.recipe.with_options(seed=5))).state_dict()
    _, [epoch], _ = trained(with_recipe(again, lr=1e-9), weights=weights)
    assert all(torch.allclose(epoch.weights[key], weights[key], atol=1e-4) for key in weights)


@pytest.mark.parametrize("case", CASES)
def test_costs_and_the_table_of_layers(case):
    mine, its = (analyze(each.graph, each.data.sample_shape) for each in (case(), left_out(case())))
    assert mine.costs(64, 2) == its.costs(64, 2)
    rows = [row for row in layer_table(mine).rows if row[2] != "bypassed"]
    assert rows == list(layer_table(its).rows) and layer_table(mine).total == layer_table(its).total
    assert len(layer_table(mine).rows) == len(mine.graph.nodes), "those that are bypassed are listed as such"


def test_frozen_and_set_values_of_a_bypassed_layer_wait_for_it():
    base = experiment(*FOUR, epochs=1)
    set_ = base.graph.nodes["fc2"].parameters.with_options(
        trainable=False, edits=({"key": "weight", "index": (0, 0), "value": 3.0},))
    graph = base.graph.with_parameters("fc2", set_)
    off = replace(base, graph=graph.with_marks(["fc2"], bypassed=True))
    assert not any(key.startswith("fc2") for key in initial_module(off).state_dict())
    _, [epoch], _ = trained(off)
    assert "fc1.weight" in epoch.weights
    on = replace(off, graph=off.graph.with_marks(["fc2"], bypassed=False))
    assert on.graph == graph and initial_module(on).get_parameter("fc2.weight")[0, 0] == 3
    assert tensor_kinds(on)["fc2.weight"] == "frozen"


def test_a_block_that_is_bypassed_with_all_that_is_in_it():
    base = in_a_block()
    [name] = [name for name, node in base.graph.nodes.items() if isinstance(node.layer, Custom)]
    off = marked(base, name)
    assert same(initial_module(off).state_dict(), initial_module(left_out(off)).state_dict())
    assert not any(key.startswith(name) for key in initial_module(off).state_dict())


def test_everything_in_a_block_is_bypassed():
    """A block of nothing is refused, and it is said what to do instead."""
    base = in_a_block()
    [name] = [name for name, node in base.graph.nodes.items() if isinstance(node.layer, Custom)]
    own = base.graph.nodes[name].layer
    empty = own.with_options(graph=own.graph.with_marks(["act1", "fc2", "act2"], bypassed=True))
    off = replace(base, graph=base.graph.with_layer(name, empty))
    faults = analyze(off.graph, base.data.sample_shape).faults
    assert len(faults) == 1 and "Bypass the block itself instead" in str(faults[0].error)

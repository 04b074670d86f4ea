"""A bypassed layer is no part of what is analysed, compiled, written as code or trained."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from engine.advice.advice import advise
from engine.analysis.analysis import analyze
from engine.blocks.settings import node_settings
from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.merge import Add
from engine.network.compile import build_module
from engine.network.weights import initial_module
from engine.writing.source import to_python

SMALL = ("lenet", "lenet-digits", "mlp")


@pytest.mark.parametrize("name", gallery_ids())
def test_bypassing_any_layer_is_the_network_without_it(name):
    experiment = load_experiment(f"gallery:{name}")
    shape = experiment.data.sample_shape
    joining = {node for node in experiment.graph.nodes if len(experiment.graph.inputs[node]) > 1}
    for node in [node for node in experiment.graph.nodes if node not in joining][:40]:
        mine, its = left_out(experiment.graph, node, shape)
        assert (mine.costs(8), mine.output_shape) == (its.costs(8), its.output_shape)
        assert [(f.node, str(f.error)) for f in mine.faults] == [(f.node, str(f.error)) for f in its.faults]
    for node in joining:  # the other branches then lead nowhere, and are left out
        mine, its = left_out(experiment.graph, node, shape)
        assert not mine.faults and its.faults


def left_out(graph, node, shape):
    """The network with a layer bypassed, and without it."""
    bypassed, without = graph.with_marks([node], bypassed=True), graph.healed(node)
    assert set(bypassed.active.edges) == set(without.edges)
    return analyze(bypassed, shape), analyze(without, shape)


def test_a_bypassed_layer_passes_on_what_comes_in_and_costs_nothing():
    graph = load_experiment("gallery:lenet").graph.with_marks(["conv2"], bypassed=True)
    facts = analyze(graph, (1, 28, 28)).nodes["conv2"].facts
    assert facts.output_shape == (6, 14, 14) and facts.output_bytes == 6 * 14 * 14 * 4
    assert (facts.params, facts.mult_adds, facts.peak_bytes) == (0, 0, 0)


@pytest.mark.parametrize("name", [name for name in SMALL if name in gallery_ids()])
def test_module_code_weights_and_advice(name):
    experiment = load_experiment(f"gallery:{name}")
    shape = experiment.data.sample_shape
    for node in experiment.graph.nodes:
        bypassed = replace(experiment, graph=experiment.graph.with_marks([node], bypassed=True))
        without = replace(experiment, graph=experiment.graph.healed(node))
        assert [str(p.message) for p in advise(bypassed)] == [str(p.message) for p in advise(without)]
        if analyze(without.graph, shape).faults:
            continue
        assert to_python(bypassed.graph, shape) == to_python(without.graph, shape)
        mine, its = initial_module(bypassed).state_dict(), initial_module(without).state_dict()
        assert list(mine) == list(its) and all(torch.equal(mine[key], its[key]) for key in its)


def test_what_only_a_bypassed_sum_reads_is_left_out_with_a_hint():
    nodes = [Node("input", Input(shape=(4,))), Node("fc1", Linear(out_features=4)), Node("side", Linear()),
             Node("act", ReLU()), Node("add", Add()), Node("end", Linear(out_features=2))]
    graph = Graph.of(nodes, [Edge("input", "fc1"), Edge("fc1", "add"), Edge("input", "side"), Edge("side", "act"),
                             Edge("act", "add", 1), Edge("add", "end")])
    bypassed = graph.with_marks(["add"], bypassed=True)
    analysis = analyze(bypassed)
    assert not analysis.faults and analysis.members == {"input", "fc1", "add", "end"}
    assert list(build_module(bypassed).state_dict()) == ["fc1.weight", "fc1.bias", "end.weight", "end.bias"]
    assert "side" not in to_python(bypassed)
    found = [p for p in advise(Experiment(bypassed)) if p.node == "side"]
    assert [p.severity for p in found] == ["hint"] and "leads only into a bypassed layer" in str(found[0].message)
    assert analyze(bypassed.with_marks(["side"], bypassed=True)).members == analysis.members
    assert analyze(graph.with_marks(["add", "end"], bypassed=True)).output == "fc1"


def test_many_in_a_row_and_an_owner_of_shared_weights():
    nodes = [Node("input", Input(shape=(4,))), *(Node(f"fc{i}", Linear(out_features=4)) for i in (1, 2, 3)),
             Node("act1", ReLU())]
    chain = Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])
    frozen = chain.nodes["fc1"].parameters.with_options(trainable=False)
    shared = chain.with_shares("fc3", "fc1").with_parameters("fc1", frozen)
    graph = shared.with_marks(["fc1", "fc2"], bypassed=True)
    assert [(edge.source, edge.target) for edge in graph.active.edges] == [("fc3", "act1"), ("input", "fc3")]
    assert list(build_module(graph).state_dict()) == ["fc3.weight", "fc3.bias"]
    assert not node_settings(graph, analyze(graph))["fc3"].trainable

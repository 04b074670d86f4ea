"""Nodes that share weights: counted once, gradients add, and every edit keeps it true."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from engine.analysis.analysis import analyze
from engine.experiment.experiment import Experiment, from_json, to_json
from engine.experiment.trust import allow
from engine.graph.edits import part, pasted
from engine.graph.graph import Edge, Graph, Node, SharingError
from engine.graph.json import read_graph
from engine.layers.code import Code
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.network.compile import build_module
from engine.writing.source import to_python

Chain = Callable[..., Graph]


@pytest.fixture
def tied(chain: Chain) -> Graph:
    """4 → Linear 8, ReLU, shared(8, 8), ReLU, shared, ReLU, Linear 1 (Dive into Deep Learning, section 6.2.3)."""
    graph = chain(("fc1", "Linear", {"out_features": 8}), ("act1", "ReLU", {}), ("fc2", "Linear", {"out_features": 8}),
                  ("act2", "ReLU", {}), ("fc3", "Linear", {"out_features": 8}), ("act3", "ReLU", {}),
                  ("fc4", "Linear", {"out_features": 1}), shape=(4,))
    return graph.with_shares("fc3", "fc2")


def oracle() -> nn.Sequential:
    shared = nn.Linear(8, 8)
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), shared, nn.ReLU(), shared, nn.ReLU(), nn.Linear(8, 1))


def test_counted_once(tied: Graph) -> None:
    analysis = analyze(tied)
    assert analysis.params == analysis.trainable == 121
    assert analysis.nodes["fc3"].facts.params == 0  # type: ignore[union-attr]
    assert sum(weight.numel() for weight in build_module(tied).parameters()) == 121
    assert not any(key.startswith("fc3") for key in build_module(tied).state_dict())


def test_gradients_add(tied: Graph) -> None:
    module, plain = build_module(tied), oracle()
    state = module.state_dict()
    plain.load_state_dict({key: state[name] for key, name in [
        ("0.weight", "fc1.weight"), ("0.bias", "fc1.bias"), ("2.weight", "fc2.weight"), ("2.bias", "fc2.bias"),
        ("4.weight", "fc2.weight"), ("4.bias", "fc2.bias"), ("6.weight", "fc4.weight"), ("6.bias", "fc4.bias")]})
    x = torch.rand(5, 4)
    assert torch.equal(module(x), plain(x))
    module(x).sum().backward()
    apart = build_module(tied.with_shares("fc3", None))
    apart.load_state_dict({**state, "fc3.weight": state["fc2.weight"], "fc3.bias": state["fc2.bias"]})
    apart(x).sum().backward()
    both = apart.fc2.weight.grad + apart.fc3.weight.grad  # type: ignore[union-attr, operator]
    assert torch.allclose(module.fc2.weight.grad, both)  # type: ignore[union-attr, arg-type]


def test_training_memory_counts_the_activations_of_both(tied: Graph) -> None:
    assert analyze(tied).memory.kept_bytes == analyze(tied.with_shares("fc3", None)).memory.kept_bytes


def test_exported_code(tied: Graph) -> None:
    source = to_python(tied)
    assert source.count("nn.Linear(8, 8)") == 1 and source.count("self.fc2(") == 2
    scope: dict[str, object] = {}
    exec(source, scope)
    plain, module = scope["Network"](), build_module(tied)  # type: ignore[operator]
    plain.load_state_dict(module.state_dict())
    x = torch.rand(2, 4)
    assert torch.equal(plain(x), module(x))


def test_edits_keep_them_alike(tied: Graph) -> None:
    for changed in ("fc2", "fc3"):
        graph = tied.with_layer(changed, Linear(out_features=8, bias=False))
        assert graph.nodes["fc2"].layer == graph.nodes["fc3"].layer == Linear(out_features=8, bias=False)
    assert tied.renamed("fc2", "body").nodes["fc3"].shares == "body"
    assert tied.renamed("fc3", "body").nodes["body"].shares == "fc2"


def test_the_heir_of_what_is_deleted(tied: Graph) -> None:
    graph = tied.with_shares("fc1", None).without(["fc2"])
    assert graph.nodes["fc3"].shares is None
    assert tied.healed("fc2").nodes["fc3"].shares is None


def test_joining_a_group(chain: Chain) -> None:
    rows = [(f"fc{n}", "Linear", {"out_features": 4}) for n in range(1, 5)]
    graph = chain(*rows, shape=(4,)).with_shares("fc2", "fc1").with_shares("fc4", "fc3")
    graph = graph.with_shares("fc3", "fc2")
    assert [graph.nodes[f"fc{n}"].shares for n in range(1, 5)] == [None, "fc1", "fc1", "fc1"]
    assert analyze(graph).params == 20


def test_what_cannot_be_shared_says_why(tied: Graph) -> None:
    with pytest.raises(SharingError, match="same kind"):
        tied.with_shares("act1", "fc1")
    with pytest.raises(SharingError, match="itself"):
        tied.with_shares("fc2", "fc3")
    wrong = tied.with_shares("fc1", "fc2")  # 4 inputs, not 8
    assert "are for 8" in str(analyze(wrong).faults[0].error)
    loose = tied.without_edges([edge for edge in tied.edges if edge.target in ("fc2", "fc3")])
    faults = analyze(loose.with_edge(Edge("act1", "fc3"))).faults
    assert any(fault.node == "fc3" and "not part of the network" in str(fault.error) for fault in faults)


def test_copies_share_too(tied: Graph) -> None:
    graph, names = pasted(tied, part(tied, ["fc2", "act2", "fc3"]), (300, 0))
    assert graph.nodes[names[2]].shares == names[0]
    graph, names = pasted(tied, part(tied, ["fc3"]), (300, 0))
    assert graph.nodes[names[0]].shares == "fc2"


def test_round_trip_and_damaged_files(tied: Graph) -> None:
    assert from_json(to_json(Experiment(tied))).graph == tied
    node = {"name": "a", "layer": "Linear", "options": {}, "position": [0, 0]}
    for shares in ("b", "a", ""):
        with pytest.raises(SharingError):
            read_graph({"nodes": [{**node, "shares": shares}], "edges": []})


def test_wires_into_inputs_that_are_gone_are_removed_at_every_sharer() -> None:
    one, two = (f"class Mine(nn.Module):\n    def forward(self, {taken}):\n        return a\n"
                for taken in ("a", "a, b"))
    allow([one, two])
    graph = Graph.of([Node("input", Input(shape=(4,))), Node("c", Code(source=two)),
                      Node("d", Code(source=two), shares="c")],
                     [Edge("input", "c", 0), Edge("input", "c", 1), Edge("c", "d", 0), Edge("c", "d", 1)])
    changed = graph.with_layer("c", Code(source=one))
    assert changed.edges == (Edge("input", "c", 0), Edge("c", "d", 0))
    assert Graph.of(changed.nodes.values(), changed.edges) == changed
    apart = graph.with_shares("d", None).with_layer("c", Code(source=one)).with_shares("d", "c")
    assert Graph.of(apart.nodes.values(), apart.edges).edges == changed.edges

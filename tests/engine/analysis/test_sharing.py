"""Whose weights a layer could use."""

from __future__ import annotations

from engine.analysis.analysis import analyze
from engine.analysis.sharing import share_candidates
from engine.graph.graph import Edge, Graph, Node
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.merge import Add


def network() -> Graph:
    """Three layers of one kind, of which one could share, and a skip wire past all of them."""
    nodes = [Node("input", Input(shape=(16,))), Node("fc1", Linear(out_features=16), (0, 76)),
             Node("fc2", Linear(out_features=16), (0, 152)), Node("fc3", Linear(out_features=8), (0, 228)),
             Node("fc4", Linear(out_features=16), (0, 304)), Node("add", Add(), (0, 380))]
    names = [node.name for node in nodes]
    return Graph.of(nodes, [*map(Edge, names, names[1:]), Edge("input", "add", 1)])


def test_who_could_share():
    analysis = analyze(network())
    assert share_candidates(analysis, "fc2") == ("fc1",), "fc3 has other outputs, and fc4 reads 8 numbers, not 16"
    assert share_candidates(analyze(network().with_shares("fc2", "fc1")), "fc1") == ()
    assert share_candidates(analyze(network().with_shares("fc2", "fc1")), "fc2") == ("fc1",)
    assert share_candidates(analysis, "add") == ()


def test_what_layers_have_together_counts_shared_weights_once() -> None:
    nodes = [Node("input", Input()), Node("a", Linear(out_features=4)), Node("b", Linear(out_features=4), shares="a"),
             Node("c", Linear(out_features=2))]
    graph = Graph.of(nodes, [Edge("input", "a"), Edge("a", "b"), Edge("b", "c")])
    analysis = analyze(graph, (4,))
    assert analysis.sums(["a", "b"]) == (20, 32) and analysis.sums(["b", "c"]) == (10, 24)
    assert analysis.sums([]) == (0, 0)
    assert analyze(graph.without_edges([Edge("a", "b")]), (4,)).sums(["a", "b"]) is None

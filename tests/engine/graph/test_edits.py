"""Edits that gestures make: appended, inserted, copied and pasted layers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.experiment.experiment import Experiment, from_json, to_json
from engine.graph import edits
from engine.graph.graph import Edge, Graph, Node, PortTakenError
from engine.layers.activation import ReLU
from engine.layers.base import LAYERS
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.merge import Add


def chain(*names: str) -> Graph:
    nodes = [Node("input", Input())] + [Node(name, ReLU(), (0.0, 76.0 * (i + 1))) for i, name in enumerate(names)]
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])


def test_a_layer_is_appended_to_the_end_when_nothing_is_selected():
    graph, name = edits.appended(chain("a", "b"), Linear(), [])
    assert name == "fc1"
    assert Edge("b", "fc1") in graph.edges
    assert graph.nodes["fc1"].position == (0.0, 228.0)


def test_behind_a_layer_within_a_chain_it_goes_into_the_wire_and_makes_room():
    graph, name = edits.appended(chain("a", "b", "c"), Linear(), ["a"])
    assert set(graph.edges) == {Edge("input", "a"), Edge("a", name), Edge(name, "b"), Edge("b", "c")}
    heights = [graph.nodes[n].position[1] for n in ("a", name, "b", "c")]
    assert heights == [76.0, 152.0, 228.0, 304.0]


def test_a_merge_takes_all_that_is_selected():
    graph = chain("a")
    graph, b = edits.added(graph, ReLU(), (260.0, 76.0))
    graph = graph.with_edge(Edge("input", b))
    graph, name = edits.appended(graph, Add(), ["a", b])
    assert set(graph.inputs[name]) == {Edge("a", name, 0), Edge(b, name, 1)}


def test_an_input_is_never_wired():
    graph, name = edits.appended(Graph(), Input(), [])
    assert name == "input" and not graph.edges


def test_connecting_to_a_full_layer_is_refused():
    graph, name = edits.added(chain("a"), ReLU(), (0, 0))
    with pytest.raises(PortTakenError, match="already has a wire"):
        edits.connected(graph, name, "a")


def test_pasting_renames_and_keeps_inner_wires():
    graph = chain("act1", "act2")
    piece = edits.part(graph, ["act1", "act2"])
    assert piece.edges == (Edge("act1", "act2"),)
    pasted, names = edits.pasted(graph, piece, (10, 10))
    assert names == ("act3", "act4")
    assert Edge("act3", "act4") in pasted.edges
    assert pasted.nodes["act3"].position == (10.0, 86.0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(LAYERS)), st.integers(0, 5)), max_size=12))
def test_appending_anything_anywhere_gives_a_graph_that_can_be_saved(steps):
    graph = Graph()
    for kind, pick in steps:
        names = list(graph.nodes)
        graph, name = edits.appended(graph, LAYERS[kind](), [names[pick % len(names)]] if names and pick else [])
        assert name in graph.nodes
    assert len(graph.order) == len(graph.nodes)
    assert from_json(to_json(Experiment(graph))).graph == graph

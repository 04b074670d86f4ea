"""Where layers and lines go that were searched for, and what a layer's output can be wired to."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from engine.analysis.analysis import analyze
from engine.graph import room
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import CARD, COLUMN, FLOWS, STEP
from engine.graph.linking import Link, linked, links, unwired
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from engine.layout.rows import arranged
from engine.line.line import LineError
from engine.line.placing import PlacingError, Spot, put, put_line, shape_at

SHAPE = (1, 28, 28)


def network() -> Graph:
    """input → conv1 → act1 → flat → fc1, with an Add on its own."""
    names = {"input": Input(), "conv1": Conv2d(out_channels=8, padding=1), "act1": ReLU(), "flat": Flatten(),
             "fc1": Linear(out_features=10)}
    nodes = [Node(name, layer, (0.0, 76.0 * row)) for row, (name, layer) in enumerate(names.items())]
    edges = [Edge(a, b) for a, b in zip(names, list(names)[1:], strict=False)]
    return Graph.of([*nodes, Node("add1", Add(), (300.0, 200.0))], edges)


def wires(graph: Graph, name: str) -> set[tuple[str, str, int]]:
    return {(e.source, e.target, e.port) for e in graph.edges if name in (e.source, e.target)}


@pytest.mark.parametrize(("spot", "expected"), [
    (Spot((5, 7)), set()),
    (Spot((5, 7), after=("fc1",)), {("fc1", "act2", 0)}),
    (Spot((5, 7), after=("conv1",)), {("conv1", "act2", 0), ("act2", "act1", 0)}),
    (Spot((5, 7), source="conv1"), {("conv1", "act2", 0)}),
    (Spot((5, 7), target=("add1", 1)), {("act2", "add1", 1)}),
    (Spot((5, 7), edge=Edge("conv1", "act1")), {("conv1", "act2", 0), ("act2", "act1", 0)}),
])  # fmt: skip
def test_a_layer_is_wired_as_the_spot_says(spot, expected):
    graph, names = put(network(), ReLU(), spot)
    assert names == ("act2",)
    assert wires(graph, "act2") == expected
    line, new = put_line(network(), "relu", spot)
    assert new == ("act2",) and wires(line, "act2") == expected


def test_what_stands_alone_or_at_a_wires_end_lies_at_the_spot():
    for spot in (Spot((305, 7)), Spot((305, 7), source="conv1"), Spot((305, 7), target=("add1", 0))):
        graph, (name,) = put(network(), ReLU(), spot)
        assert graph.nodes[name].position == (305, 7)
    assert Spot((5, 7), after=("fc1",)).bare == Spot((5, 7))


def test_a_line_as_a_branch_leaves_what_the_source_feeds():
    graph, names = put_line(network(), "conv 8 3x3 p1, bn", Spot((400, 80), source="conv1"))
    assert wires(graph, "conv1") == {("input", "conv1", 0), ("conv1", "act1", 0), ("conv1", names[0], 0)}
    graph, names = put_line(network(), "(conv 8, conv 8 +), relu", Spot((400, 80), source="conv1"))
    assert {e.target for e in graph.outputs["conv1"]} >= {"act1", names[0]}


def test_what_joins_another_input_stays_in_its_column():
    graph, (first, *_, last) = put_line(network(), "relu, (input 4 + )", Spot((900, 7)))
    assert graph.nodes[first].position[0] == graph.nodes[last].position[0] == 900


def test_a_line_before_an_input_ends_there():
    graph, names = put_line(network(), "conv 8, relu", Spot(target=("add1", 1)))
    assert wires(graph, "add1") == {(names[-1], "add1", 1)}


def test_a_chain_takes_the_place_of_one_layer():
    graph, names = put_line(network(), "bn, gelu", Spot(replaces=("act1",)))
    assert "act1" not in graph.nodes
    assert wires(graph, names[0]) == {("conv1", names[0], 0), (names[0], names[1], 0)}
    assert graph.outputs[names[1]] == (Edge(names[1], "flat"),)
    with pytest.raises(PlacingError):
        put_line(network(), "bn, gelu", Spot(replaces=("act1", "fc1")))
    with pytest.raises(LineError):
        put_line(network(), "bn, nonsense 3", Spot())


@pytest.mark.parametrize(("other", "column"), [
    ((0, 0), 1), ((0, -CARD[1]), 0), ((0, -CARD[1] + 1), 1), ((0, 2 * STEP + CARD[1]), 0), ((-CARD[0], 0), 0),
    ((0, 2 * STEP + CARD[1] - 1), 1), ((2 * COLUMN, 0), 0), ((COLUMN, 0), 2), ((COLUMN, STEP), 0),
])
def test_a_chain_stands_in_the_first_columns_that_are_free(other, column):
    graph = Graph.of([Node("input", Input(), (0.0, 9999.0)), Node("other", ReLU(), other)])
    graph, names = put_line(graph, "(relu | gelu), tanh", Spot((0.0, 0.0)))
    places = [graph.nodes[name].position for name in names]
    assert places == [(x * COLUMN, y * STEP) for x, y in ((column, 0), (column + 1, 0), (column, 1), (column, 2))]


def test_a_line_behind_two_stands_between_them_below_the_lower():
    graph, names = put_line(network(), "add, relu", Spot(after=("conv1", "add1")))
    below = [(COLUMN, 200 + row * STEP) for row in (1, 2)]  # beside what follows the first
    assert [graph.nodes[name].position for name in names] == below
    graph, names = put_line(network().without(["flat", "fc1"]), "add, relu", Spot(after=("act1", "add1")))
    assert [graph.nodes[name].position for name in names] == [(150, 200 + STEP), (150, 200 + 2 * STEP)]


def test_the_tensor_at_a_spot():
    graph = network()
    reports = analyze(graph, SHAPE).nodes
    assert shape_at(Spot(after=("conv1",)), reports, graph) == (8, 28, 28)
    assert shape_at(Spot(edge=Edge("input", "conv1")), reports, graph) == SHAPE
    assert shape_at(Spot(source="flat"), reports, graph) == (6272,)
    assert shape_at(Spot(replaces=("fc1",)), reports, graph) == (6272,)
    assert shape_at(Spot(), reports, graph) is None


# -- wiring by name ---------------------------------------------------------------------------------------------------


def test_links_offer_free_inputs_first_and_shortcuts_over_what_follows():
    found = links(network(), ["conv1"])
    assert found[0] == Link("into", "add1", 0)
    assert {link.name for link in found if link.how == "join"} == {"act1", "flat", "fc1"}
    assert all(link.name not in ("input", "conv1") for link in found)
    assert links(network(), []) == ()


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("wrap", [False, True])
def test_links_offer_what_comes_next_first_also_in_several_columns(flow, wrap):
    names = [f"act{row}" for row in range(1, 40)]
    nodes = [Node("input", Input()), *(Node(name, ReLU()) for name in names)]
    graph = Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])
    graph = arranged(replace(graph, flow=flow), wrap=wrap)
    assert [link.name for link in links(graph, ["act3"]) if link.how == "join"] == names[3:]


@pytest.mark.parametrize("flow", FLOWS)
def test_free_inputs_are_offered_by_how_far_along_they_lie(flow):
    graph = replace(Graph.of([Node("input", Input())]), flow=flow)
    axis = room.axis_of(graph)
    for name, along in (("far", 900.0), ("back", -300.0), ("near", 300.0), ("second", 300.0)):
        graph = graph.with_node(Node(name, Add(), room.spot(along, 50.0 - along / 20, axis)))
    assert [link.name for link in links(graph, ["input"])] == ["near", "second", "far", "back"]


@pytest.mark.parametrize("names", [["input"], ["conv1"], ["act1", "conv1"], ["fc1"], ["add1"]])
def test_every_link_that_is_offered_can_be_made(names):
    graph = network()
    for link in links(graph, names):
        changed, target = linked(graph, names, link)
        reached = {e.source for e in changed.inputs[target]}
        assert set(names) <= reached
        assert changed.order  # no loop: the constructor of each edge has checked


def test_a_shortcut_is_a_sum_behind_the_layer():
    graph, name = linked(network(), ["input"], Link("join", "conv1", kind="Add"))
    assert [e.source for e in graph.inputs[name]] == ["conv1", "input"]
    assert graph.outputs[name] == (Edge(name, "act1"),)


def test_two_that_are_selected_are_joined_together():
    graph, name = linked(network(), ["conv1", "fc1"], Link("together", kind="Concatenate"))
    assert [e.source for e in graph.inputs[name]] == ["conv1", "fc1"]


def test_disconnecting_removes_what_leads_in():
    graph = unwired(network(), ["act1", "fc1"])
    assert wires(graph, "act1") == {("act1", "flat", 0)} and wires(graph, "fc1") == set()

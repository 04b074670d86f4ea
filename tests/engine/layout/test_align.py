"""Aligning, distributing and straightening."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.blocks.inception import Inception
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import AFTER, CARD, COLUMN, FLOWS, STEP, Flow
from engine.graph.room import axis_of, cover, lane_of
from engine.layers.activation import ReLU
from engine.layers.merge import Add
from engine.layout.align import aligned, distributed, straightened


def cards(*places: tuple[float, float]) -> Graph:
    return Graph.of([Node(name, Add(), place) for name, place in zip("abcdef", places, strict=False)])


def spots(graph: Graph) -> list[tuple[float, float]]:
    return [node.position for node in graph.nodes.values()]


@pytest.mark.parametrize(("side", "where"), [
    ("left", [0, 0, 0]), ("right", [400, 400, 400]), ("center", [200, 200, 200])])
def test_across(side, where):
    graph = cards((0, 0), (90, 100), (400, 300))
    after = aligned(graph, "abc", side)
    assert [x for x, _ in spots(after)] == where
    assert [y for _, y in spots(after)] == [0, 100, 300]
    assert aligned(after, "abc", side) is after


@pytest.mark.parametrize(("side", "where"), [
    ("top", [0, 0, 0]), ("bottom", [80, 80, 80]), ("middle", [40, 40, 40])])
def test_down(side, where):
    after = aligned(cards((0, 0), (300, 20), (900, 80)), "abc", side)
    assert [y for _, y in spots(after)] == where and [x for x, _ in spots(after)] == [0, 300, 900]


def test_middles_of_a_thin_card_and_another():
    graph = cards((0, 0), (300, 20)).with_marks("b", collapsed=True)
    assert [y for _, y in spots(aligned(graph, "ab", "middle"))] == [0, 10]
    assert [y for _, y in spots(aligned(graph, "ab", "bottom"))] == [0, 20]


def test_cards_do_not_come_to_lie_over_each_other():
    after = aligned(cards((0, 0), (10, 100), (20, 200)), "abc", "top")
    assert spots(after) == [(0, 0), (COLUMN, 0), (2 * COLUMN, 0)]
    after = aligned(cards((0, 0), (300, 10), (600, 20)), "abc", "left")
    assert spots(after) == [(0, 0), (0, STEP), (0, 2 * STEP)]


def test_only_the_named_ones_move():
    graph = cards((0, 0), (90, 100), (400, 300))
    assert spots(aligned(graph, "ab", "left")) == [(0, 0), (0, 100), (400, 300)]
    assert aligned(graph, "a", "left") is graph


def test_equal_distances():
    after = distributed(cards((0, 0), (7, 100), (3, 500)), "abc", "down")
    assert spots(after) == [(0, 0), (7, 250), (3, 500)]
    assert distributed(after, "abc", "down") is after
    assert spots(distributed(cards((900, 0), (0, 8), (300, 4)), "abc", "across")) == [(900, 0), (0, 8), (450, 4)]
    graph = cards((0, 0), (7, 100))
    assert distributed(graph, "ab", "down") is graph, "two have the same distance from each other always"


def test_cards_brought_too_close_are_kept_apart():
    assert spots(distributed(cards((0, 0), (0, 30), (0, 50)), "abc", "down")) == [(0, 0), (0, STEP), (0, 2 * STEP)]
    beside = cards((0, 0), (300, 30), (600, 50))
    assert spots(distributed(beside, "abc", "down")) == [(0, 0), (300, 25), (600, 50)]
    two = cards((0, 0), (20, 30), (600, 50))
    assert spots(distributed(two, "abc", "down")) == [(0, 0), (20, STEP), (600, 2 * STEP)]


def turned(graph: Graph, flow: Flow) -> Graph:
    """The same with across and down exchanged where it goes on to the right, and room for the widths of cards."""
    if flow == "down":
        return graph
    places = {name: (node.position[1] * 4, node.position[0] / 4) for name, node in graph.nodes.items()}
    return replace(graph.moved(places), flow=flow)


def overlaps(graph: Graph) -> list[tuple[str, str]]:
    return [(a.name, b.name) for a, b in combinations(graph.nodes.values(), 2) if cover(a, b)]


@pytest.mark.parametrize("flow", FLOWS)
def test_chains_become_straight(flow):
    graph = cards((0, 0), (40, 76), (-30, 152), (300, 152), (50, 228))
    graph = graph.with_edges([Edge("a", "b"), Edge("b", "c"), Edge("b", "d"), Edge("c", "e"), Edge("d", "e", 1)])
    graph = turned(graph, flow)
    axis, after = axis_of(graph), straightened(graph, "abcde")
    assert [lane_of(node, axis) for node in after.nodes.values()] == [0, 0, 0, 300 if flow == "down" else 75, 0]
    assert [node.position[axis] for node in after.nodes.values()] == [
        node.position[axis] for node in graph.nodes.values()]
    assert straightened(after, "abcde") is after


@pytest.mark.parametrize("flow", FLOWS)
def test_blocks_and_thin_cards_lie_with_their_middles_on_the_line(flow):
    graph = cards((0, 0), (40, 76), (-30, 376), (50, 528)).with_edges([Edge("a", "b"), Edge("b", "c"), Edge("c", "d")])
    graph = turned(graph.with_layers({"b": Inception()}).with_marks("c", collapsed=True), flow)
    after = straightened(graph, "abcd")
    assert [lane_of(node, axis_of(graph)) for node in after.nodes.values()] == [0, 0, 0, 0] and not overlaps(after)


@pytest.mark.parametrize("flow", FLOWS)
def test_a_chain_does_not_go_over_another_card(flow):
    graph = turned(cards((0, 0), (400, 76), (10, 80)).with_edges([Edge("a", "b")]), flow)
    assert straightened(graph, "ab") is graph
    assert lane_of(straightened(graph.without("c"), "ab").nodes["b"], axis_of(graph)) == 0


@pytest.mark.parametrize("flow", FLOWS)
def test_a_chain_that_goes_on_in_another_column_is_straight_in_each(flow):
    graph = cards((0, 0), (40, 76), (300, 0), (320, 76)).with_edges([Edge("a", "b"), Edge("b", "c"), Edge("c", "d")])
    graph = turned(graph, flow)
    other = lane_of(graph.nodes["c"], axis_of(graph))
    after = straightened(graph, "abcd")
    assert [lane_of(node, axis_of(graph)) for node in after.nodes.values()] == [0, 0, other, other]


SIZES = st.lists(st.tuples(st.sampled_from([Add(), Inception(), ReLU()]), st.integers(-3, 3), st.integers(-3, 3)),
                 min_size=3, max_size=6)


@settings(max_examples=150, deadline=None)
@given(SIZES, st.sampled_from(FLOWS), st.sampled_from(["across", "down", "left", "center", "middle", "bottom"]))
def test_cards_of_any_size_end_on_no_other(sizes, flow, how):
    graph = replace(Graph.of(Node(name, layer, (x * 130.0, y * 60.0))
                             for name, (layer, x, y) in zip("abcdef", sizes, strict=False)), flow=flow)
    after = distributed(graph, "abcdef", how) if how in ("across", "down") else aligned(graph, "abcdef", how)
    assert not overlaps(after)


@settings(max_examples=150, deadline=None)
@given(SIZES, st.sampled_from(FLOWS), st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_straightened_cards_end_on_no_other(sizes, flow, wires):
    graph = replace(Graph.of(Node(name, layer, (x * 130.0, y * 60.0))
                             for name, (layer, x, y) in zip("abcdef", sizes, strict=False)), flow=flow)
    names = list(graph.nodes)
    graph = graph.with_edges(Edge(names[a], names[b], a) for a, b in sorted(wires) if a < b < len(names)
                             and graph.nodes[names[b]].layer.max_inputs is None)
    assert set(overlaps(straightened(graph, names))) <= set(overlaps(graph))


def test_far_apart_along_the_flow_is_farther():
    graph = replace(cards((0, 0), (10, 100), (20, 200)), flow="right")
    step = CARD[0] + AFTER["right"]
    assert spots(aligned(graph, "abc", "top")) == [(0, 0), (step, 0), (2 * step, 0)]


def test_a_layer_that_is_not_joined_stays():
    graph = Graph.of([Node("a", ReLU(), (0, 0)), Node("b", ReLU(), (50, 80))])
    assert straightened(graph, "ab") is graph

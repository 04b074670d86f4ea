"""Aligning, distributing and straightening."""

from __future__ import annotations

import pytest

from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import COLUMN, STEP
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


def test_chains_become_straight():
    graph = cards((0, 0), (40, 76), (-30, 152), (300, 152), (50, 228))
    graph = graph.with_edges([Edge("a", "b"), Edge("b", "c"), Edge("b", "d"), Edge("c", "e"), Edge("d", "e", 1)])
    after = straightened(graph, "abcde")
    assert [x for x, _ in spots(after)] == [0, 0, 0, 300, 0]
    assert straightened(after, "abcde") is after


def test_a_chain_does_not_go_over_another_card():
    graph = cards((0, 0), (400, 76), (10, 80)).with_edges([Edge("a", "b")])
    assert straightened(graph, "ab") is graph
    assert spots(straightened(graph.without("c"), "ab")) == [(0, 0), (0, 76)]


def test_a_layer_that_is_not_joined_stays():
    graph = Graph.of([Node("a", ReLU(), (0, 0)), Node("b", ReLU(), (50, 80))])
    assert straightened(graph, "ab") is graph

"""Room beside cards: what lies there then, and that an edit of it is one of the network as it lies."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from engine.experiment.experiment import gallery_ids, load_experiment
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import size_of
from engine.layers import LAYERS
from engine.layout.rows import arranged
from engine.layout.spreading import BELOW, WIDE, Spread, spread_for


def relu(name: str, x: float, y: float) -> Node:
    return Node(name, LAYERS["ReLU"](), (x, y))


def test_one_column_stays_where_it_is() -> None:
    graph = Graph.of([relu("a", 0, 0), relu("b", 0, 76)], [Edge("a", "b")])
    assert spread_for(graph).of(graph) == graph


def test_a_card_beside_another_leaves_it_room_and_one_far_away_stays() -> None:
    graph = Graph.of([relu("a", 0, 0), relu("b", 260, 0), relu("c", 0, 76), relu("d", 2000, 76)])
    shown = spread_for(graph).of(graph)
    assert shown.nodes["b"].position == (228 + WIDE, 0)
    assert shown.nodes["d"].position[0] - 2000 == shown.nodes["b"].position[0] - 260
    assert shown.nodes["a"] is graph.nodes["a"]


@pytest.mark.parametrize("name", gallery_ids())
@pytest.mark.parametrize("flow", ["down", "right"])
def test_no_card_of_the_gallery_comes_nearer_to_another_and_all_go_back_exactly(name: str, flow: str) -> None:
    graph = arranged(replace(load_experiment(f"gallery:{name}").graph, flow=flow), wrap=True)
    spread, axis = spread_for(graph), 1 if flow == "right" else 0
    shown = spread.of(graph)
    nodes = list(graph.nodes.values())
    for one in nodes:
        for other in nodes:
            start = one.position[axis] + size_of(one)[axis]
            in_row = (one.position[1 - axis] < other.position[1 - axis] + size_of(other)[1 - axis]
                      and other.position[1 - axis] < one.position[1 - axis] + size_of(one)[1 - axis])
            if in_row and other.position[axis] >= start:
                there = shown.nodes[other.name].position[axis] - shown.nodes[one.name].position[axis]
                assert there - size_of(one)[axis] >= (BELOW if axis else 150)
    assert spread.undone(shown, graph) == graph


def test_what_is_moved_added_and_removed_where_it_is_spread_is_so_in_the_network() -> None:
    graph = Graph.of([relu("a", 0, 0), relu("b", 260, 0), relu("c", 260, 76)], [Edge("a", "b")])
    spread = spread_for(graph)
    shown = spread.of(graph)
    x, y = shown.nodes["b"].position
    edited = shown.moved({"b": (x + 10, y + 200)}).without(["c"]).with_node(relu("new", x + 300, 0))
    back = spread.undone(edited, graph)
    assert back.nodes["b"].position == (270, 200) and back.nodes["a"] is graph.nodes["a"]
    assert back.nodes["new"].position == (560, 0) and "c" not in back.nodes
    assert back.edges == graph.edges


def test_every_place_goes_there_and_back() -> None:
    chance = random.Random(3)
    for _ in range(50):
        starts = sorted(chance.sample(range(-500, 500), 5))
        shifts = sorted(chance.uniform(0, 900) for _ in starts)
        spread = Spread(0, tuple(map(float, starts)), tuple(shifts))
        for _ in range(20):
            at = chance.uniform(-900, 900), 7.0
            assert spread.back(spread.there(at)) == pytest.approx(at)

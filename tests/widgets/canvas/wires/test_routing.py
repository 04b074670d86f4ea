"""Wires that pass the cards in their way."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QPointF

from engine.graph.difference import diff
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.merge import Add
from tests.widgets.canvas.desk import skipping
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.canvas.wires.paths import TURN, passing_path
from widgets.canvas.wires.routing import Routes


def test_a_wire_passes_the_cards_that_stand_in_its_way(stage):
    wire = stage.scene.wires[Edge("input", "add", 1)]
    assert wire.beside is not None and wire.beside > CARD_WIDTH
    cards = [card.sceneBoundingRect().adjusted(12, 9, -3, -9) for name, card in stage.scene.cards.items()
             if name not in ("input", "add")]
    assert not any(card.contains(wire.path.pointAtPercent(step / 100)) for step in range(101) for card in cards)
    assert all(other.beside is None for edge, other in stage.scene.wires.items() if edge != wire.edge)
    free = skipping().moved({name: (-600.0, 76.0 * row) for row, name in enumerate(["fc1", "fc2", "fc3", "fc4"])})
    stage.show(free)
    assert wire.beside is None
    stage.show(skipping())
    assert wire.beside is not None


def test_a_path_past_cards_begins_and_ends_at_the_ports():
    start, end = QPointF(100, 40), QPointF(140, 400)
    path = passing_path(start, end, 260)
    assert path.pointAtPercent(0) == start and path.pointAtPercent(1) == end
    assert path.boundingRect().right() == pytest.approx(260)
    near = passing_path(start, start + QPointF(0, TURN), 260)
    assert near.boundingRect().right() < 120, "there is no room to turn"


def test_detours_by_difference_are_those_of_the_whole():
    """Random edits: what is kept up to date equals what a fresh look finds."""
    chance = random.Random(4)
    graph = Graph.of([Node(f"n{i}", Add(), (260.0 * chance.randrange(3), 76.0 * i)) for i in range(30)])
    routes, known = Routes(lambda _name: 2), {}
    known, passing = _updated(known, routes, Graph(), graph), set()
    for _ in range(300):
        after = _edited(graph, chance)
        known = _updated(known, routes, graph, after)
        graph = after
        assert known == _updated({}, Routes(lambda _name: 2), Graph(), graph)
        passing |= {(edge, way) for edge, way in known.items() if way is not None}
    assert len(passing) > 20


def _updated(known, routes: Routes, before: Graph, after: Graph):
    kept = {edge: way for edge, way in known.items() if edge in set(after.edges)}
    return kept | routes.update(before, after, diff(before, after))


def _edited(graph: Graph, chance: random.Random) -> Graph:
    name = chance.choice(list(graph.nodes))
    kind = chance.randrange(4)
    if kind == 0:
        return graph.moved({name: (260.0 * chance.randrange(3), 76.0 * chance.randrange(30))})
    if kind == 1 and len(graph.nodes) > 20:
        return graph.without([name])
    if kind == 2:
        free = next(f"m{i}" for i in range(999) if f"m{i}" not in graph.nodes)
        return graph.with_node(Node(free, ReLU(), (130.0 * chance.randrange(6), 38.0 * chance.randrange(60))))
    other = chance.choice(list(graph.nodes))
    edge = Edge(name, other, len(graph.inputs[other]))
    if other in graph.downstream(name) or name == other or graph.nodes[other].layer.max_inputs == 1:
        return graph.without_edges(graph.inputs[other])
    return graph if name in graph.downstream(other) else graph.with_edge(edge)


def test_a_line_behind_whose_way_a_card_stands_is_taken_only_where_there_is_no_other():
    """A wall of cards in the way; right of it all is free, left of it a card stands on the way to the line."""
    wall = [Node(f"wall{row}", Add(), (0.0, 76.0 * row)) for row in range(1, 4)]
    nodes = [Node("top", Add(), (0.0, 0.0)), *wall, Node("end", Add(), (0.0, 380.0))]
    edge = Edge("top", "end")
    free = _courses(Graph.of(nodes, [edge]))[edge]
    blocked_right = _courses(Graph.of([*nodes, Node("beside", Add(), (240.0, 36.0))], [edge]))[edge]
    blocked_left = _courses(Graph.of([*nodes, Node("beside", Add(), (-240.0, 36.0))], [edge]))[edge]
    assert free is not None and (free > CARD_WIDTH or free < 0)
    assert blocked_right < 0 and blocked_left > CARD_WIDTH


def _courses(graph: Graph) -> dict[Edge, float | None]:
    return Routes(lambda _name: 2).update(Graph(), graph, diff(Graph(), graph))

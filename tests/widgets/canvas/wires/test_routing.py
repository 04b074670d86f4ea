"""Wires that pass the cards in their way."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF

from engine.graph.difference import diff
from engine.graph.graph import Edge, Graph, GraphError, Node
from engine.layers.activation import ReLU
from engine.layers.merge import Add
from tests.widgets.canvas.cards.plain import plain
from tests.widgets.canvas.desk import Stage, skipping
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH, input_port, output_port
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.wires.paths import TURN, passing_path
from widgets.canvas.wires.routing import GAP, ROOM, Routes


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


NUMBER = st.integers(0, 59)
EDIT = st.tuples(st.sampled_from(["move", "delete", "add", "connect", "connect", "disconnect"]), NUMBER, NUMBER, NUMBER)


def test_detours_by_difference_are_those_of_the_whole():
    """Any edits: what is kept up to date equals what a fresh look finds."""
    passing: set[tuple[Edge, float]] = set()

    @settings(max_examples=60, deadline=None)
    @given(columns=st.lists(st.integers(0, 2), min_size=16, max_size=16), edits=st.lists(EDIT, min_size=8, max_size=40))
    def follow(columns, edits):
        graph = Graph.of([Node(f"n{i}", Add(), (260.0 * column, 76.0 * i)) for i, column in enumerate(columns)])
        routes = Routes(lambda _name: 2)
        known = _updated({}, routes, Graph(), graph)
        for edit in edits:
            after = _edited(graph, *edit)
            known = _updated(known, routes, graph, after)
            graph = after
            assert known == _updated({}, Routes(lambda _name: 2), Graph(), graph)
            passing.update((edge, way) for edge, way in known.items() if way is not None)

    follow()
    assert len(passing) > 100


def _updated(known, routes: Routes, before: Graph, after: Graph):
    kept = {edge: way for edge, way in known.items() if edge in set(after.edges)}
    return kept | routes.update(before, after, diff(before, after))


def _edited(graph: Graph, kind: str, a: int, b: int, c: int) -> Graph:
    names = list(graph.nodes)
    name, other = (names[number % len(names)] for number in (a, b)) if names else ("", "")
    if kind == "add" or not names:
        free = next(f"m{i}" for i in range(999) if f"m{i}" not in graph.nodes)
        return graph.with_node(Node(free, ReLU(), (130.0 * (a % 6), 38.0 * b)))
    if kind == "move":
        return graph.moved({name: (130.0 * (b % 6), 38.0 * c)})
    if kind == "delete":
        return graph.without([name])
    if kind == "disconnect":
        return graph.without_edges(graph.inputs[name])
    try:
        return graph.with_edge(Edge(name, other, len(graph.inputs[other])))
    except GraphError:
        return graph


def test_a_few_cards_that_go_and_come_back_stir_every_wire_that_they_matter_to():
    """The simple definition: every wire is looked at, whatever has changed."""
    stirred = 0
    for seed in range(30):
        chance = random.Random(seed)
        graph = crowded(chance)
        routes = Routes(lambda _name: 2)
        known = _updated({}, routes, Graph(), graph)
        for _ in range(12):
            left = graph.without(chance.sample(list(graph.nodes), chance.choice((1, 1, 2, 6))))
            for before, after in ((graph, left), (left, graph)):
                was, known = known, _updated(known, routes, before, after)
                assert known == _updated({}, Routes(lambda _name: 2), Graph(), after)
                stirred += sum(way != known.get(edge, way) for edge, way in was.items())
    assert stirred > 1000


@pytest.mark.parametrize("seed", range(2))
def test_after_many_cards_went_and_came_back_wires_lie_as_on_a_new_canvas(qtbot, seed: int):
    chance = random.Random(seed)
    graph = crowded(chance, 120)
    stage = Stage(qtbot, graph)
    for count in (1, 10, 30, 110):
        gone = chance.sample(list(graph.nodes), count)
        for shown in (graph.without(gone), graph):
            fresh = CanvasScene()
            for scene in (stage.scene, fresh):
                scene.show_graph(shown)
            assert drawn(stage.scene) == drawn(fresh)


def crowded(chance: random.Random, count: int = 26) -> Graph:
    """Cards in rough columns, and wires between any of them: down, up and across, many along the same cards."""
    columns, step = chance.choice((2, 3, 4)), chance.choice((25.0, 38.0, 76.0))
    nodes = [Node(f"n{i}", Add(), (290.0 * chance.randrange(columns) + 2.0 * chance.randrange(-20, 21), step * row))
             for i, row in enumerate(chance.sample(range(count), count))]
    edges = [Edge(f"n{source}", f"n{i}", port) for i in range(3, count)
             for port, source in enumerate(chance.sample(range(i), 2 + i % 2))]
    return Graph.of(nodes, edges)


def drawn(scene: CanvasScene):
    """All there is of each wire, from near and from afar."""
    return {edge: (wire.path, wire.beside, wire.zValue(), wire.pill_at, wire.boundingRect(), wire.lines())
            for edge, wire in scene.wires.items()}


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


PLACE = st.tuples(st.integers(-4, 4), st.integers(1, 11)).map(lambda at: (at[0] * CARD_WIDTH / 2, at[1] * 38.0))


class Corridor:
    """What a wire from one card to another below it has to pass, looked at card by card."""

    def __init__(self, places: list[tuple[float, float]], start: tuple[float, float], end: tuple[float, float]) -> None:
        self.places = places
        self.start, self.end = start[0] + output_port(plain()).x(), end[0] + input_port(plain(2), 0).x()
        self.top, self.bottom = start[1] + CARD_HEIGHT, end[1]

    def meets(self, left: float, right: float, top: float, bottom: float) -> bool:
        """Whether a card stands in this area."""
        return any(x < right and x + CARD_WIDTH > left and y < bottom and y + CARD_HEIGHT > top
                   for x, y in self.places)

    def is_free(self, line: float) -> bool:
        return not self.meets(line - ROOM, line + ROOM, self.top, self.bottom)

    def is_straight(self) -> bool:
        left, right = sorted((self.start, self.end))
        return not self.meets(left - ROOM, right + ROOM, self.top, self.bottom)

    def runs(self, line: float) -> list[float]:
        """How far the wire must go straight on at its beginning and its end, pixel by pixel; −1: there is no way."""
        return [self.run(self.start, line, self.top, 1), self.run(self.end, line, self.bottom, -1)]

    def run(self, x: float, line: float, begin: float, way: int) -> float:
        for far in range(int(min(CARD_WIDTH, (self.bottom - self.top - 2 * TURN) / 2)) + 1):
            at = begin + way * far
            if far and self.meets(x - 1, x + 1, *sorted((begin, at))):
                return -1
            if not self.meets(*sorted((x, line)), *sorted((at, at + way * TURN))):
                return far
        return -1

    def is_blocked(self, line: float) -> int:
        """How often a card stands on the way to the line, however far on it turns: at its beginning, at its end."""
        return sum(run < 0 for run in self.runs(line))

    def ways(self) -> list[float]:
        """The nearest free lines right and left of where the wire begins and ends."""
        beside = [line for x, _ in self.places for line in (x - GAP, x + CARD_WIDTH + GAP)]
        free = [line for line in (self.start, self.end, *beside) if self.is_free(line)]
        return [line for begin in (self.start, self.end)
                for line in (min(line for line in free if line >= begin), max(line for line in free if line <= begin))]

    def price(self, line: float) -> tuple[int, float]:
        """Blocked ways last, then the shortest."""
        further = sum(max(0.0, run) for run in self.runs(line)) / 10
        return self.is_blocked(line), abs(line - self.start) + abs(line - self.end) + further


def test_of_all_ways_past_the_cards_the_cheapest_is_taken():
    """Against a look at every card. A way behind a card is taken only where each way is behind one."""
    seen = {"straight": 0, "aside": 0, "a way is blocked": 0, "blocked": 0}

    @settings(max_examples=400, deadline=None)
    @given(places=st.lists(PLACE, unique=True, max_size=9), end=st.integers(-2, 2))
    def judge(places, end):
        ends = ((0.0, 0.0), (end * CARD_WIDTH / 2, 456.0))
        nodes = [Node("top", Add(), ends[0]), *(Node(f"n{i}", Add(), at) for i, at in enumerate(places)),
                 Node("end", Add(), ends[1])]
        line = _courses(Graph.of(nodes, [Edge("top", "end")]))[Edge("top", "end")]
        corridor = Corridor([*places, *ends], *ends)
        if line is None:
            seen["straight"] += 1
        else:
            seen["aside"] += 1
            seen["a way is blocked"] += any(map(corridor.is_blocked, corridor.ways()))
            seen["blocked"] += bool(corridor.is_blocked(line))
        assert (line is None) == corridor.is_straight()
        assert line is None or corridor.is_free(line)
        assert line is None or corridor.price(line) == min(map(corridor.price, corridor.ways()))

    judge()
    assert min(seen.values()) >= 5, seen


def _courses(graph: Graph) -> dict[Edge, float | None]:
    ways = Routes(lambda _name: 2).update(Graph(), graph, diff(Graph(), graph))
    return {edge: None if way is None else way.line for edge, way in ways.items()}

"""Two networks in one graph, to be drawn: what is gone stands beside what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.compare.compare import Comparison, Pair
from engine.graph.graph import Edge, Graph, Position
from engine.graph.grid import COLUMN, STEP

GONE = "−"  # begins the names of what is gone: no node can be called like that
TRIES = 24  # columns to the left and to the right in which room is looked for
CARD = (228.0, 46.0)
AIR = (COLUMN - CARD[0], 24.0)  # around a card


@dataclass(frozen=True)
class Union:
    """``graph`` holds every node and wire of both; it is no network. ``pairs`` says what each of its nodes is."""

    graph: Graph
    pairs: Mapping[str, Pair]
    added: frozenset[Edge]
    removed: frozenset[Edge]


def union(comparison: Comparison) -> Union:
    """Both networks in one picture: what stays is drawn where it is afterwards."""
    before, after = comparison.before.graph, comparison.after.graph
    pairs = {pair.name if pair.after is not None else GONE + pair.name: pair for pair in comparison.pairs}
    nodes = dict(after.nodes)
    for name, place in _places(comparison).items():
        node = before.nodes[name]
        shares = node.shares and _name(comparison, node.shares)
        nodes[GONE + name] = replace(node, name=GONE + name, position=place, shares=shares)
    removed = [Edge(_name(comparison, e.source), _name(comparison, e.target), e.port) for e in comparison.wires_removed]
    graph = replace(after, nodes=nodes, edges=(*after.edges, *removed))
    return Union(graph, pairs, frozenset(comparison.wires_added), frozenset(removed))


def _name(comparison: Comparison, name: str) -> str:
    return comparison.names.get(name, GONE + name)


def _places(comparison: Comparison) -> dict[str, Position]:
    """Where each node that is gone is drawn: with those it is wired to, and clear of every card."""
    before, after = comparison.before.graph, comparison.after.graph
    taken = _Room([node.position for node in after.nodes.values()])
    places: dict[str, Position] = {}
    for group in _groups(comparison):
        way = _way(comparison, group)
        wanted = [(before.nodes[name].position[0] + way[0], before.nodes[name].position[1] + way[1])
                  for name in group]
        aside = taken.aside(wanted)
        for name, (x, y) in zip(group, wanted, strict=True):
            places[name] = (x + aside, y)
            taken.take(places[name])
    return places


def _groups(comparison: Comparison) -> Iterator[list[str]]:
    """What is gone, in parts that hang together by wires."""
    graph = comparison.before.graph
    left = {pair.name: None for pair in comparison.pairs if pair.after is None}
    while left:
        first = next(iter(left))
        del left[first]
        group, stack = [first], [first]
        while stack:
            name = stack.pop()
            ends = [*(e.source for e in graph.inputs[name]), *(e.target for e in graph.outputs[name])]
            for other in ends:
                if other in left:
                    del left[other]
                    group.append(other)
                    stack.append(other)
        yield group


def _way(comparison: Comparison, group: list[str]) -> Position:
    """How far the nearest node that stays has gone: what is gone goes with it."""
    before, after, names = comparison.before.graph, comparison.after.graph, comparison.names
    for name in group:
        for other in (*(e.source for e in before.inputs[name]), *(e.target for e in before.outputs[name])):
            if other in names:
                (x, y), (to_x, to_y) = before.nodes[other].position, after.nodes[names[other]].position
                return (to_x - x, to_y - y)
    return (0.0, 0.0)


class _Room:
    """Which places are taken, found by their cell."""

    def __init__(self, places: list[Position]) -> None:
        self._cells: dict[tuple[int, int], list[Position]] = {}
        self._right = max((x for x, _ in places), default=0.0)
        for place in places:
            self.take(place)

    def take(self, place: Position) -> None:
        """A card stands here."""
        self._cells.setdefault(_cell(place), []).append(place)
        self._right = max(self._right, place[0])

    def aside(self, places: list[Position]) -> float:
        """How far to the right or to the left all of them are free."""
        steps = (step * COLUMN * side for step in range(1, TRIES) for side in (1, -1))
        beyond = self._right + COLUMN - min(x for x, _ in places)
        return next((by for by in (0.0, *steps) if not any(self._is_taken((x + by, y)) for x, y in places)), beyond)

    def _is_taken(self, place: Position) -> bool:
        (x, y), (column, row) = place, _cell(place)
        near = (self._cells.get((column + i, row + j), ()) for i in (-1, 0, 1) for j in (-1, 0, 1))
        return any(abs(x - a) < CARD[0] + AIR[0] - 1 and abs(y - b) < CARD[1] + AIR[1]
                   for cell in near for a, b in cell)


def _cell(place: Position) -> tuple[int, int]:
    return int(place[0] // COLUMN), int(place[1] // STEP)

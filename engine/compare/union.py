"""Two networks in one graph, to be drawn: what is gone stands beside what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.compare.compare import Comparison, Pair
from engine.graph.cards import Grid
from engine.graph.graph import Edge, Graph, Node, Position
from engine.graph.grid import CARD, COLUMN

GONE = "−"  # begins the names of what is gone: no node can be called like that
TRIES = 24  # columns to the left and to the right in which room is looked for
AIR = (COLUMN - CARD[0] - 1, 24.0)  # around a card


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
    taken, right = Grid(after.nodes.values()), max((node.position[0] for node in after.nodes.values()), default=0.0)
    places: dict[str, Position] = {}
    for group in _groups(comparison):
        way = _way(comparison, group)
        wanted = [_shifted(before.nodes[name], *way) for name in group]
        aside = _aside(taken, right, wanted)
        for node in (_shifted(node, aside) for node in wanted):
            places[node.name] = node.position
            right = max(right, node.position[0])
            taken.add(node)
    return places


def _shifted(node: Node, dx: float, dy: float = 0.0) -> Node:
    return replace(node, position=(node.position[0] + dx, node.position[1] + dy))


def _aside(taken: Grid, right: float, nodes: list[Node]) -> float:
    """How far to the right or to the left all of them are free; ``right`` is where the last column is."""
    steps = (step * COLUMN * side for step in range(1, TRIES) for side in (1, -1))
    beyond = right + COLUMN - min(node.position[0] for node in nodes)
    return next((by for by in (0.0, *steps)
                 if not any(taken.is_near(_shifted(node, by), AIR) for node in nodes)), beyond)


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


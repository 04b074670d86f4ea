"""Which wires would run behind other cards, and along which line they pass them instead."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from engine.difference import Diff
from engine.graph import Edge, Graph, Position
from widgets.canvas.painting import CARD_HEIGHT, CARD_WIDTH, TURN, input_port, output_port

GAP = 16.0  # between a card and the wire that passes it: in the middle of what lies between two columns
ROOM = 6.0  # a wire this near to a card's edge is taken to touch it


class Corridor(NamedTuple):
    """Where a wire runs: from (start, top) to (end, bottom)."""

    start: float
    end: float
    top: float
    bottom: float

    def is_near(self, place: Position) -> bool:
        """Whether a card at this place can matter to how the wire runs: in its way, or where it would pass."""
        x, y = place
        reach = CARD_WIDTH + GAP + 2 * ROOM
        return (self.top <= y < self.bottom
                and min(self.start, self.end) - CARD_WIDTH - reach < x < max(self.start, self.end) + reach)

    def holds(self, place: Position) -> bool:
        """Whether a card at this place stands in it."""
        x, y = place
        return (self.top <= y < self.bottom and x - ROOM < max(self.start, self.end)
                and x + CARD_WIDTH + ROOM > min(self.start, self.end))


class Routes:
    """Detours of a graph's wires, kept up to date by difference: only what an edit can have changed is looked at."""

    def __init__(self, input_count: Callable[[str], int]) -> None:
        self._input_count = input_count  # how many inputs a card shows
        self._columns: dict[int, list[Position]] = {}  # places of cards as (y, x), from top to bottom
        self._corridors: dict[Edge, Corridor] = {}  # of wires so long that cards may stand in their way

    def update(self, before: Graph, after: Graph, difference: Diff) -> dict[Edge, float | None]:
        """Wires that may lie otherwise now, and the x at which each passes what is in its way (None: straight on)."""
        moved = [name for name in difference.changed if before.nodes[name].position != after.nodes[name].position]
        left = [before.nodes[name].position for name in (*difference.removed, *moved)]
        come = [after.nodes[name].position for name in (*difference.added, *moved)]
        for place in left:
            self._columns[_column(place)].remove(place[::-1])
        for place in come:
            insort(self._columns.setdefault(_column(place), []), place[::-1])
        for edge in difference.edges_removed:
            self._corridors.pop(edge, None)
        fresh = set(_at(after, moved, difference))
        for edge in fresh:
            self._measure(after, edge)
        stirred = left + come
        if len(stirred) < len(self._corridors):
            fresh |= {edge for edge, corridor in self._corridors.items() if any(map(corridor.is_near, stirred))}
        else:
            fresh |= self._corridors.keys()
        return {edge: self._way(edge) for edge in fresh}

    def _measure(self, graph: Graph, edge: Edge) -> None:
        source, target = graph.nodes[edge.source].position, graph.nodes[edge.target].position
        top, bottom = source[1] + CARD_HEIGHT, target[1]
        if bottom - top > CARD_HEIGHT + TURN:  # else no card fits between
            count = max(self._input_count(edge.target), edge.port + 1)
            start, end = source[0] + output_port().x(), target[0] + input_port(edge.port, count).x()
            self._corridors[edge] = Corridor(start, end, top, bottom)
        else:
            self._corridors.pop(edge, None)

    def _way(self, edge: Edge) -> float | None:
        corridor = self._corridors.get(edge)
        lefts = self._inside(corridor) if corridor is not None else []
        if corridor is None or not lefts:
            return None
        ways = list(_ways(lefts, corridor))
        return next((x for x in ways if not self._inside(corridor._replace(start=x, end=x))), ways[2])

    def _inside(self, corridor: Corridor) -> list[float]:
        """Left edges of the cards that stand in it."""
        start, end = min(corridor.start, corridor.end), max(corridor.start, corridor.end)
        found = []
        for column in range(_column((start - CARD_WIDTH - ROOM, 0)), _column((end + ROOM, 0)) + 1):
            places = self._columns.get(column, ())
            for index in range(bisect_left(places, (corridor.top, -float("inf"))), len(places)):
                y, x = places[index]
                if y >= corridor.bottom:
                    break
                if corridor.holds((x, y)):
                    found.append(x)
        return found


def _column(place: Position) -> int:
    return int(place[0] // CARD_WIDTH)


def _at(graph: Graph, moved: Iterable[str], difference: Diff) -> Iterator[Edge]:
    """Wires that are new, that end elsewhere, or whose target may have its inputs elsewhere."""
    yield from difference.edges_added
    for name in moved:
        yield from (*graph.inputs[name], *graph.outputs[name])
    for name in {edge.target for edge in (*difference.edges_added, *difference.edges_removed)} & graph.nodes.keys():
        yield from graph.inputs[name]


def _ways(lefts: Sequence[float], corridor: Corridor) -> Iterator[float]:
    """Where it could run down, the best first: below its start, above its end, beside the cards on its end's side."""
    yield corridor.start
    yield corridor.end
    left, right = min(lefts) - GAP, max(lefts) + CARD_WIDTH + GAP
    yield from (right, left) if corridor.end >= (left + right) / 2 else (left, right)

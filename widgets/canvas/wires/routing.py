"""Which wires would run behind other cards, and along which line they pass them instead."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from engine.graph.difference import Diff
from engine.graph.graph import Edge, Graph, Position
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH, input_port, output_port
from widgets.canvas.wires.paths import TURN

GAP = 16.0  # between a card and the wire that passes it: in the middle of what lies between two columns
ROOM = 6.0  # a wire this near to a card's edge is taken to touch it
TRACK = 8.0  # between two wires that pass along the same cards
TRACKS = 12  # to each side
BLOCKED = 10_000.0  # what it costs to run behind a card on the way to a line
ASIDE = TRACK * TRACKS + ROOM  # how far beside its line a wire may find its track


class Corridor(NamedTuple):
    """Where a wire runs: from (start, top) to (end, bottom), or up from (start, bottom) to (end, top)."""

    start: float
    end: float
    top: float
    bottom: float
    rises: bool = False

    def reach(self) -> tuple[float, float]:
        """From where to where down a card can stand in its way; one that rises turns above and below."""
        return (self.top - TURN, self.bottom + TURN) if self.rises else (self.top, self.bottom)


class Course(NamedTuple):
    """The line a wire takes (None: it needs none), and how far aside it was looked for."""

    line: float | None
    left: float
    right: float


class Routes:
    """Detours of a graph's wires, kept up to date by difference: only what an edit can have changed is looked at."""

    def __init__(self, input_count: Callable[[str], int]) -> None:
        self._input_count = input_count  # how many inputs a card shows
        self._cards = _Cards()
        self._corridors: dict[Edge, Corridor] = {}  # of wires in whose way cards may stand
        self._courses: dict[Edge, Course] = {}
        self._sharing: dict[float, set[Edge]] = {}  # wires by the line they would all take

    def update(self, before: Graph, after: Graph, difference: Diff) -> dict[Edge, float | None]:
        """Wires that may lie otherwise now, and the x at which each passes what is in its way (None: straight on)."""
        moved = [name for name in difference.changed if before.nodes[name].position != after.nodes[name].position]
        left = [before.nodes[name].position for name in (*difference.removed, *moved)]
        come = [after.nodes[name].position for name in (*difference.added, *moved)]
        for place in left:
            self._cards.remove(place)
        for place in come:
            self._cards.add(place)
        stirred: set[float] = set()  # lines whose wires have to make room for each other anew
        for edge in difference.edges_removed:
            self._corridors.pop(edge, None)
            self._leave(edge, stirred)
        fresh = set(_at(after, moved, difference))
        for edge in fresh:
            self._measure(after, edge)
        fresh |= self._near([*left, *come], fresh, stirred)
        for edge in fresh:
            self._leave(edge, stirred)
            self._find(edge, stirred)
        lines: dict[Edge, float | None] = dict.fromkeys(fresh)
        for line in stirred:
            lines.update(self._side_by_side(line))
        return lines

    def _measure(self, graph: Graph, edge: Edge) -> None:
        source, target = graph.nodes[edge.source].position, graph.nodes[edge.target].position
        top, bottom = source[1] + CARD_HEIGHT, target[1]
        count = max(self._input_count(edge.target), edge.port + 1)
        start, end = source[0] + output_port().x(), target[0] + input_port(edge.port, count).x()
        self._corridors.pop(edge, None)
        if edge.via:
            return  # it is led by hand
        if bottom < top:
            self._corridors[edge] = Corridor(start, end, bottom, top, rises=True)
        elif bottom - top > CARD_HEIGHT + TURN:  # else no card fits between
            self._corridors[edge] = Corridor(start, end, top, bottom)

    def _near(self, places: Iterable[Position], fresh: Collection[Edge], stirred: set[float]) -> set[Edge]:
        """Wires whose line cards at these places, come or gone, may change, but for those that are looked at anyway."""
        cards, near = _Cards(), set[Edge]()
        for place in places:
            cards.add(place)
        for edge, course in self._courses.items():
            if edge not in fresh:
                corridor = self._corridors[edge]
                if cards.first(course.left - ROOM, course.right + ROOM, *corridor.reach()) is not None:
                    near.add(edge)
                elif course.line is not None and cards.first(course.line - ASIDE, course.line + ASIDE,
                                                             corridor.top, corridor.bottom) is not None:
                    stirred.add(course.line)
        return near

    def _leave(self, edge: Edge, stirred: set[float]) -> None:
        course = self._courses.pop(edge, None)
        if course is not None and course.line is not None:
            self._sharing[course.line].discard(edge)
            stirred.add(course.line)

    def _find(self, edge: Edge, stirred: set[float]) -> None:
        corridor = self._corridors.get(edge)
        if corridor is None:
            return
        course = self._courses[edge] = self._cards.course(corridor)
        if course.line is not None:
            self._sharing.setdefault(course.line, set()).add(edge)
            stirred.add(course.line)

    def _side_by_side(self, line: float) -> Iterator[tuple[Edge, float]]:
        """The wires that would take this line, each beside those it would cover: the shorter stay nearer."""
        edges = self._sharing[line]
        if not edges:
            del self._sharing[line]
        taken: dict[float, list[tuple[float, float]]] = {}
        for edge in sorted(edges, key=self._turn):
            x = self._track(line, self._corridors[edge], taken)
            insort(taken.setdefault(x, []), self._corridors[edge][2:4])
            yield edge, x

    def _turn(self, edge: Edge) -> tuple[bool, float, float, str, str, int]:
        corridor = self._corridors[edge]
        aside = self._courses[edge].line not in (corridor.start, corridor.end)
        return aside, corridor.bottom - corridor.top, corridor.top, edge.source, edge.target, edge.port

    def _track(self, line: float, corridor: Corridor, taken: dict[float, list[tuple[float, float]]]) -> float:
        if line in (corridor.start, corridor.end):
            return line
        away = TRACK if line > (corridor.start + corridor.end) / 2 else -TRACK
        for step in range(TRACKS):
            for x in (line + away * step, line - away * step):
                if _is_free(taken.get(x, []), corridor) and self._cards.first_at(x, corridor) is None:
                    return x
        return line


class _Cards:
    """Places of cards in columns, to find at once what stands somewhere."""

    def __init__(self) -> None:
        self._columns: dict[int, list[Position]] = {}  # as (y, x), from top to bottom

    def add(self, place: Position) -> None:
        insort(self._columns.setdefault(_column(place[0]), []), place[::-1])

    def remove(self, place: Position) -> None:
        self._columns[_column(place[0])].remove(place[::-1])

    def first(self, left: float, right: float, top: float, bottom: float) -> float | None:
        """The left edge of a card that stands there, if one does."""
        columns, above = self._columns, (top - CARD_HEIGHT, float("inf"))
        for column in range(_column(left - CARD_WIDTH), _column(right) + 1):
            if column in columns:
                places = columns[column]
                for index in range(bisect_right(places, above), len(places)):
                    y, x = places[index]
                    if y >= bottom:
                        break
                    if x < right and x + CARD_WIDTH > left:
                        return x
        return None

    def first_at(self, line: float, corridor: Corridor) -> float | None:
        """The left edge of a card that stands in a line's way."""
        return self.first(line - ROOM, line + ROOM, corridor.top, corridor.bottom)

    def course(self, corridor: Corridor) -> Course:
        """The nearest free line, where something stands in the way."""
        left, right = min(corridor.start, corridor.end), max(corridor.start, corridor.end)
        if not corridor.rises and self.first(left - ROOM, right + ROOM, corridor.top, corridor.bottom) is None:
            return Course(None, left, right)
        lines: list[float] = []
        for begin in dict.fromkeys((corridor.start, corridor.end)):
            x = self.first_at(begin, corridor)
            lines += [begin] if x is None else [self._past(x, corridor, way) for way in (1, -1)]
        return Course(self._cheapest(lines, corridor), min(left, *lines), max(right, *lines))

    def _past(self, x: float, corridor: Corridor, way: int) -> float:
        """The first free line to the right (1) or left (−1) of a card."""
        while True:
            line = x + CARD_WIDTH + GAP if way > 0 else x - GAP
            beyond = self.first_at(line, corridor)
            if beyond is None:
                return line
            x = beyond

    def _cheapest(self, lines: Iterable[float], corridor: Corridor) -> float:
        """The line that costs least. What stands on the way to one that is too far aside need not be looked at."""
        best, least = corridor.start, float("inf")
        for line in dict.fromkeys(lines):
            if _aside(line, corridor) < least and (cost := self._cost(line, corridor)) < least:
                best, least = line, cost
        return best

    def _cost(self, line: float, corridor: Corridor) -> float:
        """How far it leads aside; much more where a card stands on the way to it."""
        cost = _aside(line, corridor)
        ends = ((corridor.start, corridor.top), (corridor.end, corridor.bottom - TURN))
        if corridor.rises:
            ends = ((corridor.start, corridor.bottom), (corridor.end, corridor.top - TURN))
        for x, top in ends:
            if self.first(min(x, line), max(x, line), top, top + TURN) is not None:
                cost += BLOCKED
        return cost


def _column(x: float) -> int:
    return int(x // CARD_WIDTH)


def _aside(line: float, corridor: Corridor) -> float:
    return abs(line - corridor.start) + abs(line - corridor.end)


def _is_free(taken: list[tuple[float, float]], corridor: Corridor) -> bool:
    """Whether nothing else runs there; ``taken`` are stretches that do not overlap, from top to bottom."""
    index = bisect_left(taken, (corridor.bottom, 0.0))
    return index == 0 or taken[index - 1][1] <= corridor.top


def _at(graph: Graph, moved: Iterable[str], difference: Diff) -> Iterator[Edge]:
    """Wires that are new, that end elsewhere, or whose target may have its inputs elsewhere."""
    yield from difference.edges_added
    for name in moved:
        yield from (*graph.inputs[name], *graph.outputs[name])
    for name in {edge.target for edge in (*difference.edges_added, *difference.edges_removed)} & graph.nodes.keys():
        yield from graph.inputs[name]

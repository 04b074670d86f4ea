"""Which wires would run behind other cards, and along which line they pass them instead.

All is told for a network that goes on below; for one that goes on at the right, x and y change places.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from engine.graph.difference import Diff
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import Flow, size_of
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH, port_part
from widgets.canvas.wires.paths import TURN

LONGEST = CARD_WIDTH  # no card is longer along the flow
CHANNELS = (160.0, 128.0, 64.0)  # between columns; a wire to the next column runs in the middle
GAP = 16.0  # between a card and the wire that passes it: in the middle of what lies between two columns
ROOM = 6.0  # a wire this near to a card's edge is taken to touch it
TRACK = 8.0  # between two wires that pass along the same cards
TRACKS = 12  # to each side
MOST_RUNS = 4  # cards, one after the other, that a wire goes straight on beside before it turns
BLOCKED = 10_000.0  # what it costs to run behind a card on the way to a line
ASIDE = TRACK * TRACKS + ROOM  # how far beside its line a wire may find its track


class Spot(NamedTuple):
    """Where a card lies: first what cards are sorted by."""

    y: float
    x: float
    height: float
    width: float


def spot_of(node: Node, flow: Flow) -> Spot:
    """Where the node's card lies."""
    (x, y), (width, height) = node.position, size_of(node)
    return Spot(y, x, height, width) if flow == "down" else Spot(x, y, width, height)


class Corridor(NamedTuple):
    """Where a wire runs: from (start, top) to (end, bottom), or up from (start, bottom) to (end, top)."""

    start: float
    end: float
    top: float
    bottom: float
    rises: bool = False
    parts: bool = False  # one of several that leave its card: it rather turns aside at once

    def reach(self) -> tuple[float, float]:
        """From where to where down a card can stand in its way; one that rises turns above and below."""
        more = TURN + LONGEST
        return (self.top - more, self.bottom + more) if self.rises else (self.top, self.bottom)


class Pass(NamedTuple):
    """The x at which a wire passes what is in its way, and how far it goes straight on before it turns there, and after
    it has: where it leaves or comes in between cards that are longer than its own."""

    line: float
    before: float = 0.0
    after: float = 0.0


class Course(NamedTuple):
    """The line a wire takes (None: it needs none), and how far aside it was looked for."""

    line: float | None
    left: float
    right: float


class Routes:
    """Detours of a graph's wires, kept up to date by difference: only what an edit can have changed is looked at."""

    def __init__(self, input_count: Callable[[str], int]) -> None:
        self.input_count = input_count  # how many inputs a card shows
        self._cards = _Cards()
        self._corridors: dict[Edge, Corridor] = {}  # of wires in whose way cards may stand
        self._courses: dict[Edge, Course] = {}
        self._sharing: dict[float, set[Edge]] = {}  # wires by the line they would all take

    def update(self, before: Graph, after: Graph, difference: Diff) -> dict[Edge, Pass | None]:
        """Wires that may lie otherwise now, and how each passes what is in its way (None: straight on)."""
        flow = after.flow
        moved = [name for name in difference.changed
                 if spot_of(before.nodes[name], flow) != spot_of(after.nodes[name], flow)]
        left = [spot_of(before.nodes[name], flow) for name in (*difference.removed, *moved)]
        come = [spot_of(after.nodes[name], flow) for name in (*difference.added, *moved)]
        for place in left:
            self._cards.remove(place)
        for place in come:
            self._cards.add(place)
        stirred: set[float] = set()  # lines whose wires have to make room for each other anew
        for edge in difference.edges_removed:
            self._corridors.pop(edge, None)
            self._leave(edge, stirred)
        fresh = set(_at(after, moved, difference))
        fresh.update(edge for name in difference.changed for edge in after.inputs[name] if len(after.inputs[name]) > 1
                     or before.nodes[name].layer.max_inputs != after.nodes[name].layer.max_inputs)
        for edge in fresh:
            self._measure(after, edge)
        fresh |= self._near([*left, *come], fresh, stirred)
        for edge in fresh:
            self._leave(edge, stirred)
            self._find(edge, stirred)
        lines: dict[Edge, Pass | None] = dict.fromkeys(fresh)
        for line in stirred:
            lines.update(self._side_by_side(line))
        return lines

    def _measure(self, graph: Graph, edge: Edge) -> None:
        source, target = (spot_of(graph.nodes[name], graph.flow) for name in (edge.source, edge.target))
        top, bottom = source.y + source.height, target.y
        count = max(self.input_count(edge.target), edge.port + 1)
        start, end = source.x + source.width / 2, target.x + target.width * port_part(edge.port, count)
        self._corridors.pop(edge, None)
        if edge.via:
            return  # it is led by hand
        if bottom < top:
            self._corridors[edge] = Corridor(start, end, bottom, top, rises=True)
        elif bottom - top > CARD_HEIGHT + TURN:  # else no card fits between
            parts = len(graph.outputs[edge.source]) > 1 == len(graph.inputs[edge.target])
            self._corridors[edge] = Corridor(start, end, top, bottom, parts=parts)

    def _near(self, places: Iterable[Spot], fresh: Collection[Edge], stirred: set[float]) -> set[Edge]:
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

    def _side_by_side(self, line: float) -> Iterator[tuple[Edge, Pass]]:
        """The wires that would take this line, each beside those it would cover: the shorter stay nearer."""
        edges = self._sharing[line]
        if not edges:
            del self._sharing[line]
        taken: dict[float, list[tuple[float, float]]] = {}
        for edge in sorted(edges, key=self._turn):
            x = self._track(line, self._corridors[edge], taken)
            insort(taken.setdefault(x, []), self._corridors[edge][2:4])
            yield edge, Pass(x, *(max(0.0, run) for run in self._cards.runs(x, self._corridors[edge])))

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
        self._columns: dict[int, list[Spot]] = {}  # from top to bottom

    def add(self, place: Spot) -> None:
        insort(self._columns.setdefault(_column(place.x), []), place)

    def remove(self, place: Spot) -> None:
        self._columns[_column(place.x)].remove(place)

    def first(self, left: float, right: float, top: float, bottom: float) -> Spot | None:
        """A card that stands there, if one does."""
        columns, above = self._columns, (top - LONGEST, float("inf"))
        for column in range(_column(left - CARD_WIDTH), _column(right) + 1):
            if column in columns:
                places = columns[column]
                for index in range(bisect_right(places, above), len(places)):
                    y, x, height, width = place = places[index]
                    if y >= bottom:
                        break
                    if x < right and x + width > left and y + height > top:
                        return place
        return None

    def first_at(self, line: float, corridor: Corridor) -> Spot | None:
        """A card that stands in a line's way."""
        return self.first(line - ROOM, line + ROOM, corridor.top, corridor.bottom)

    def course(self, corridor: Corridor) -> Course:
        """The nearest free line, where something stands in the way."""
        left, right = min(corridor.start, corridor.end), max(corridor.start, corridor.end)
        if not corridor.rises and self.first(left - ROOM, right + ROOM, corridor.top, corridor.bottom) is None:
            return Course(None, left, right)
        lines: list[float] = []
        ends = (corridor.start, corridor.end)
        for begin in dict.fromkeys(ends[::-1] if corridor.parts else ends):
            card = self.first_at(begin, corridor)
            lines += [begin] if card is None else [self._past(card, corridor, way) for way in (1, -1)]
        seen = CHANNELS[0] if corridor.rises else 0.0
        return Course(self._cheapest(lines, corridor), min(left, *lines) - seen, max(right, *lines) + seen)

    def _past(self, card: Spot, corridor: Corridor, way: int) -> float:
        """The first free line to the right (1) or left (−1) of a card."""
        while True:
            edge = card.x + card.width if way > 0 else card.x
            beyond = self.first_at(edge + way * GAP, corridor)
            if beyond is None:
                return edge + way * (self._channel(edge, corridor, way) if corridor.rises else GAP)
            card = beyond

    def _channel(self, edge: float, corridor: Corridor, way: int) -> float:
        """How far from a column the middle is between it and the next, where that is near."""
        for room in CHANNELS:
            if self.first(min(edge, edge + way * room), max(edge, edge + way * room), corridor.top,
                          corridor.bottom) is None:
                return GAP if room == CHANNELS[0] else room / 2
        return GAP

    def _cheapest(self, lines: Iterable[float], corridor: Corridor) -> float:
        """The line that costs least. What stands on the way to one that is too far aside need not be looked at."""
        best, least = corridor.start, float("inf")
        for line in dict.fromkeys(lines):
            if _aside(line, corridor) < least and (cost := self._cost(line, corridor)) < least:
                best, least = line, cost
        return best

    def _cost(self, line: float, corridor: Corridor) -> float:
        """How far it leads aside; much more where a card stands on the way to it, a little where it is narrow."""
        cost = _aside(line, corridor)
        if corridor.rises:
            cost += sum(self.first(line - room / 2, line + room / 2, corridor.top, corridor.bottom) is not None
                        for room in CHANNELS)
        return cost + sum(BLOCKED if run < 0 else run / 10 for run in self.runs(line, corridor))

    def runs(self, line: float, corridor: Corridor) -> tuple[float, float]:
        """How far a wire goes straight on until nothing stands on the way to its line, and from there; −1: no way."""
        room = float("inf") if corridor.rises else corridor.bottom - corridor.top - 2 * TURN
        low, high = (corridor.bottom, corridor.top) if corridor.rises else (corridor.top, corridor.bottom)
        return (self._run(corridor.start, line, low, 1, room), self._run(corridor.end, line, high, -1, room))

    def _run(self, x: float, line: float, begin: float, way: int, room: float) -> float:
        left, right, at = min(x, line), max(x, line), begin
        for _ in range(MOST_RUNS):
            card = self.first(left, right, min(at, at + way * TURN), max(at, at + way * TURN))
            if card is None:
                return abs(at - begin)
            at = card.y + card.height if way > 0 else card.y
            ahead = self.first(x - 1, x + 1, min(begin, at), max(begin, at))
            if abs(at - begin) > min(room / 2, LONGEST) or ahead is not None:
                break
        return -1


def _column(x: float) -> int:
    return int(x // CARD_WIDTH)


def _aside(line: float, corridor: Corridor) -> float:
    return abs(line - corridor.start) + abs(line - corridor.end)


def _is_free(taken: list[tuple[float, float]], corridor: Corridor) -> bool:
    """Whether nothing else runs there; ``taken`` are stretches that do not overlap, from top to bottom."""
    index = bisect_left(taken, (corridor.bottom, 0.0))
    return index == 0 or taken[index - 1][1] <= corridor.top


def _at(graph: Graph, moved: Iterable[str], difference: Diff) -> Iterator[Edge]:
    """Wires that are new, that end elsewhere, beside which others leave, or whose target has its inputs elsewhere."""
    yield from difference.edges_added
    for name in moved:
        yield from (*graph.inputs[name], *graph.outputs[name])
    for name in {edge.source for edge in (*difference.edges_added, *difference.edges_removed)} & graph.nodes.keys():
        yield from graph.outputs[name]
    for name in {edge.target for edge in (*difference.edges_added, *difference.edges_removed)} & graph.nodes.keys():
        yield from graph.inputs[name]

"""Order on the canvas: cards in rows from top to bottom, few crossings, straight chains, ways for wires past cards."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.graph.graph import Graph, Position
from engine.graph.grid import CARD, COLUMN, STEP
from engine.layout.columns import columns
from engine.layout.layered import Kind, Link, Unit, layered

CARD_WIDTH, CARD_HEIGHT = CARD
ASIDE, MORE = CARD_WIDTH / 2, STEP / 2  # a wire that leads so far aside has so much more room between the rows
FRAME_SIDE = 20.0  # from a frame to what it encloses
PARTS_APART = COLUMN - CARD_WIDTH + 48.0  # between networks that are not joined
FEW = 5  # columns that fit beside each other always
WIDE = 1.6  # how much wider than high many loose parts lie


@dataclass(frozen=True)
class _Layout:
    """Places of cards from the top left corner on, and what they take up."""

    spots: dict[str, Position]
    width: float
    rows: int


def arranged(graph: Graph, names: Collection[str] | None = None) -> Graph:
    """All nodes, or those named, laid out anew by how they are wired; the graph itself where nothing moves.

    The first of them stays where it is. Wires among them lose their bends; other cards make room.
    """
    chosen = [name for name in graph.order if names is None or name in names]
    if not chosen:
        return graph
    spots = _spread(graph, _layout(graph, chosen, _groups(graph, chosen)).spots)
    (x, y), (left, top) = graph.nodes[chosen[0]].position, spots[chosen[0]]
    places = {name: (x + (spot[0] - left), y + (spot[1] - top)) for name, spot in spots.items()}
    if names is not None:
        places |= _room_for(graph, places)
    moved = {name: place for name, place in places.items() if place != graph.nodes[name].position}
    graph = graph.moved(moved) if moved else graph
    return _unbent(graph, set(chosen))


def _spread(graph: Graph, spots: Mapping[str, Position]) -> dict[str, Position]:
    """More room between two rows where a wire leads aside: it shall not squeeze through."""
    rows = {y: index for index, y in enumerate(sorted({y for _, y in spots.values()}))}
    wide: set[int] = set()  # rows with more room below
    for name, (x, y) in spots.items():
        for edge in graph.inputs[name]:
            source = spots.get(edge.source)
            if source is not None and abs(source[0] - x) > ASIDE:
                wide |= {rows[source[1]], rows[y] - 1}
    lower, shifts = 0.0, {}
    for y, index in rows.items():
        shifts[y] = lower
        lower += MORE * (index in wide)
    return {name: (x, y + shifts[y]) for name, (x, y) in spots.items()}


def _unbent(graph: Graph, names: set[str]) -> Graph:
    edges = tuple(replace(edge, via=()) if edge.via and edge.source in names and edge.target in names else edge
                  for edge in graph.edges)
    return graph if edges == graph.edges else replace(graph, edges=edges)


def _room_for(graph: Graph, places: Mapping[str, Position]) -> dict[str, Position]:
    """Where other cards go so that none overlaps those that are placed: all from the first in the way on, down."""
    others = [node for name, node in graph.nodes.items() if name not in places]
    near = Grid(places.values())
    hit = [node.position[1] for node in others if near.is_near(node.position)]
    if not hit:
        return {}
    top = min(hit)
    shift = max(y for _, y in places.values()) + STEP - top
    return {node.name: (node.position[0], node.position[1] + shift) for node in others if node.position[1] >= top}


class Grid:
    """Cards by the field they lie in, to find those near a place at once."""

    def __init__(self, places: Iterable[Position]) -> None:
        self._fields: dict[tuple[int, int], list[Position]] = {}
        for place in places:
            self._fields.setdefault(self._field(place), []).append(place)

    def _field(self, place: Position) -> tuple[int, int]:
        return int(place[0] // COLUMN), int(place[1] // STEP)

    def is_near(self, place: Position) -> bool:
        """Whether a card there would overlap one of them, or nearly."""
        column, row = self._field(place)
        return any(abs(place[0] - x) < CARD_WIDTH + 8 and abs(place[1] - y) < CARD_HEIGHT + 8
                   for c in (column - 1, column, column + 1) for r in (row - 1, row, row + 1)
                   for x, y in self._fields.get((c, r), ()))


# -- frames ---------------------------------------------------------------------------------------------------------


def _groups(graph: Graph, names: Collection[str]) -> list[frozenset[str]]:
    """The cards of each frame around some of them, the larger first."""
    inside = set(names)
    groups = {frozenset(frame.members) for frame in graph.frames if frame.members and inside.issuperset(frame.members)}
    return sorted(groups, key=lambda group: (-len(group), sorted(group)))


def _boxes(graph: Graph, names: Sequence[str], groups: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Groups that can be one box each: apart from each other, and no wire leads out of one and back."""
    boxes: list[frozenset[str]] = []
    for group in groups:
        if len(group) < len(names) and not any(group & box for box in boxes):
            owner = _owners(names, [*boxes, group])
            if _has_order(graph, owner):
                boxes.append(group)
    return boxes


def _owners(names: Sequence[str], boxes: Sequence[frozenset[str]]) -> dict[str, int]:
    """The unit each card belongs to: boxes first, then cards by themselves."""
    owner = {name: index for index, box in enumerate(boxes) for name in box}
    for name in names:
        owner.setdefault(name, len(boxes) + len(owner))
    numbers: dict[int, int] = {}
    return {name: numbers.setdefault(owner[name], len(numbers)) for name in names}


def _pairs(graph: Graph, owner: Mapping[str, int]) -> list[tuple[int, int]]:
    return [(owner[edge.source], owner[name]) for name in owner for edge in graph.inputs[name]
            if edge.source in owner and owner[edge.source] != owner[name]]


def _has_order(graph: Graph, owner: Mapping[str, int]) -> bool:
    """Whether the units' wires make no loop."""
    count = max(owner.values()) + 1
    waiting, out = [0] * count, [[] for _ in range(count)]  # type: tuple[list[int], list[list[int]]]
    for source, target in _pairs(graph, owner):
        waiting[target] += 1
        out[source].append(target)
    ready = [unit for unit in range(count) if not waiting[unit]]
    for unit in ready:
        for target in out[unit]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return len(ready) == count


# -- laying out -----------------------------------------------------------------------------------------------------


def _layout(graph: Graph, names: Sequence[str], groups: Sequence[frozenset[str]]) -> _Layout:
    """Frames as boxes of their own, then all units; without boxes where one of them would break."""
    boxes = _boxes(graph, names, groups)
    inner = {box: _layout(graph, [name for name in names if name in box], [g for g in groups if g < box])
             for box in boxes}
    owner = _owners(names, boxes)
    holds: dict[int, list[str]] = {}
    for name in names:
        holds.setdefault(owner[name], []).append(name)
    layouts = [inner.get(frozenset(members)) for members in holds.values()]
    links = _links(graph, owner)
    parts = []
    for part in _parts(len(holds), links):
        placed = _placed(part, list(holds.values()), layouts, links)
        if placed is None:
            return _layout(graph, names, ())
        parts.append(placed)
    return _side_by_side(parts)


def _links(graph: Graph, owner: Mapping[str, int]) -> list[Link]:
    links = []
    for name, unit in owner.items():
        edges = graph.inputs[name]
        most = max((edge.port for edge in edges), default=0) + 2
        links += [Link(owner[edge.source], unit, (edge.port + 1) / most - 0.5) for edge in edges
                  if edge.source in owner and owner[edge.source] != unit]
    return links


def _parts(count: int, links: Sequence[Link]) -> list[list[int]]:
    """Units that are joined, in their order."""
    head = list(range(count))

    def find(unit: int) -> int:
        while head[unit] != unit:
            head[unit] = unit = head[head[unit]]
        return unit

    for link in links:
        a, b = find(link.source), find(link.target)
        head[max(a, b)] = min(a, b)
    parts: dict[int, list[int]] = {}
    for unit in range(count):
        parts.setdefault(find(unit), []).append(unit)
    return list(parts.values())


def _placed(part: Sequence[int], holds: Sequence[Sequence[str]], layouts: Sequence[_Layout | None],
            links: Sequence[Link]) -> _Layout | None:
    """One joined part; None where a box would break."""
    number = {unit: index for index, unit in enumerate(part)}
    units = [_unit(layouts[unit]) for unit in part]
    layers = layered(units, [Link(number[link.source], number[link.target], link.aside) for link in links
                             if link.source in number])
    middles, line_of = columns(layers)
    spots: dict[str, Position] = {}
    left = min(middles[item] - layers.widths[item] / 2 for item in range(len(units)))
    for item, unit in enumerate(part):
        x, y = middles[item] - units[item].width / 2 - left, layers.row_of[item] * STEP
        inner = layouts[unit]
        if inner is None:
            spots[holds[unit][0]] = (x, y)
            continue
        if _breaks(item, layers.below, line_of, units[item].rows):
            return None
        spots.update({name: (x + FRAME_SIDE + at[0], y + STEP + at[1]) for name, at in inner.spots.items()})
    right = max(middles[item] + layers.widths[item] / 2 for item in range(len(units)))
    return _Layout(spots, right - left, len(layers.rows))


def _unit(inner: _Layout | None) -> Unit:
    """A card, or a box with a row for its title."""
    return Unit(CARD_WIDTH) if inner is None else Unit(inner.width + 2 * FRAME_SIDE, inner.rows + 1, Kind.BOX)


def _breaks(item: int, below: Sequence[Sequence[tuple[int, float]]], line_of: Sequence[int], rows: int) -> bool:
    line = line_of[item]
    for _ in range(rows - 1):
        item = below[item][0][0]
        if line_of[item] != line:
            return True
    return False


def _side_by_side(parts: Sequence[_Layout]) -> _Layout:
    """Parts in their order from left to right, in several lines where there are many."""
    area = sum((part.width + PARTS_APART) * (part.rows + 1) * STEP for part in parts)
    most = max(max(part.width for part in parts), math.sqrt(area) * WIDE, FEW * COLUMN)
    spots: dict[str, Position] = {}
    x, top, rows, width = 0.0, 0, 0, 0.0
    for part in parts:
        if x and x + part.width > most:
            x, top = 0.0, rows + 1
        spots.update({name: (x + at[0], top * STEP + at[1]) for name, at in part.spots.items()})
        width, rows = max(width, x + part.width), max(rows, top + part.rows)
        x += part.width + PARTS_APART
    return _Layout(spots, width, rows)

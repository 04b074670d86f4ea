"""Order on the canvas: cards in rows along the flow, few crossings, straight chains, ways for wires past cards."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from engine.graph.cards import Grid
from engine.graph.graph import Graph, Position
from engine.graph.grid import AFTER, CARD, COLUMN, STEP, Flow, size_of
from engine.graph.room import axis_of, moved_on
from engine.layout.columns import columns
from engine.layout.layered import Kind, Link, Unit, layered
from engine.layout.setting_out import Rows, set_out

CARD_WIDTH, CARD_HEIGHT = CARD
FRAME_SIDE = 20.0  # from a frame to what it encloses
FRAME_TITLE = 46.0  # from its top, where its title stands
PARTS_APART = COLUMN - CARD_WIDTH + 48.0  # between networks that are not joined
FEW = 5  # columns that fit beside each other always
WIDE = 1.6  # how much wider than high many loose parts lie


def arranged(graph: Graph, names: Collection[str] | None = None, wrap: bool = False) -> Graph:
    """All nodes, or those named, laid out anew by how they are wired; the graph itself where nothing moves.

    The first of them stays where it is. Wires among them lose their bends; other cards make room. ``wrap``: what is
    longer than a screen goes on in another column, or line, beside the first.
    """
    chosen = [name for name in graph.order if names is None or name in names]
    if not chosen:
        return graph
    spots = _spots(graph, chosen, wrap and names is None)
    (x, y), (left, top) = graph.nodes[chosen[0]].position, spots[chosen[0]]
    places = {name: (x + (spot[0] - left), y + (spot[1] - top)) for name, spot in spots.items()}
    if names is not None:
        graph = _with_room_for(graph, places)
    moved = {name: place for name, place in places.items() if place != graph.nodes[name].position}
    graph = graph.moved(moved) if moved else graph
    return _unbent(graph, set(chosen))


def flowing(graph: Graph, flow: Flow, wrap: bool = True) -> Graph:
    """The same going on in this direction: laid out anew unless it does already."""
    return graph if graph.flow == flow else arranged(replace(graph, flow=flow), wrap=wrap)


def _spots(graph: Graph, names: Sequence[str], wrap: bool) -> dict[str, Position]:
    """Where each card lies; what does not hang together side by side."""
    parts = [set_out(graph, rows, wrap) for rows in _layout(graph, names, _groups(graph, names))]
    spots = _side_by_side([(part.width, part.length) for part in parts])
    placed = {name: (across + x, along + y) for part, (x, y) in zip(parts, spots, strict=True)
              for name, (across, along) in part.spots.items()}
    return placed if graph.flow == "down" else {name: (y, x) for name, (x, y) in placed.items()}


def _unbent(graph: Graph, names: set[str]) -> Graph:
    edges = tuple(replace(edge, via=()) if edge.via and edge.source in names and edge.target in names else edge
                  for edge in graph.edges)
    return graph if edges == graph.edges else replace(graph, edges=edges)


def _with_room_for(graph: Graph, places: Mapping[str, Position]) -> Graph:
    """None of the others overlaps those that get these places: all from the first in the way on has moved on."""
    axis, near = axis_of(graph), Grid(replace(graph.nodes[name], position=place) for name, place in places.items())
    hit = [node.position[axis] for name, node in graph.nodes.items() if name not in places and near.is_near(node)]
    end = max(place[axis] + size_of(graph.nodes[name])[axis] for name, place in places.items())
    return moved_on(graph, min(hit), end + AFTER[graph.flow] - min(hit), places, axis) if hit else graph


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


def _layout(graph: Graph, names: Sequence[str], groups: Sequence[frozenset[str]]) -> list[Rows]:
    """Each part that hangs together, in rows: frames as boxes of their own; no boxes where one of them would break."""
    boxes = _boxes(graph, names, groups)
    inner = {box: _beside(_layout(graph, [name for name in names if name in box], [g for g in groups if g < box]))
             for box in boxes}
    owner = _owners(names, boxes)
    holds: dict[int, list[str]] = {}
    for name in names:
        holds.setdefault(owner[name], []).append(name)
    units = [_Content(graph, members, inner.get(frozenset(members))) for members in holds.values()]
    links = _links(graph, owner)
    parts = []
    for part in _parts(len(holds), links):
        placed = _placed([units[unit] for unit in part], _within(part, links))
        if placed is None:
            return _layout(graph, names, ())
        parts.append(placed)
    return parts


class _Content:
    """What a unit stands for: a card, or a frame with what it encloses."""

    def __init__(self, graph: Graph, names: Sequence[str], inner: Rows | None) -> None:
        self.flow, self.name, self.inner = graph.flow, names[0], inner
        if inner is None:
            width, height = size_of(graph.nodes[self.name])
            self.unit = Unit(width if self.flow == "down" else max(height, CARD_HEIGHT))
        elif self.flow == "down":  # with a row for its title
            self.unit = Unit(inner.width + 2 * FRAME_SIDE, inner.count + 1, Kind.BOX)
        else:
            self.unit = Unit(inner.width + FRAME_TITLE + FRAME_SIDE, inner.count, Kind.BOX)

    def spots(self, left: float, row: int) -> dict[str, tuple[float, int]]:
        """Where its cards are when it begins there."""
        if self.inner is None:
            return {self.name: (left, row)}
        side, title = (FRAME_SIDE, 1) if self.flow == "down" else (FRAME_TITLE, 0)
        return {name: (left + side + at[0], row + title + at[1]) for name, at in self.inner.spots.items()}


def _links(graph: Graph, owner: Mapping[str, int]) -> list[Link]:
    links = []
    for name, unit in owner.items():
        edges = graph.inputs[name]
        most = max((edge.port for edge in edges), default=0) + 2
        links += [Link(owner[edge.source], unit, (edge.port + 1) / most - 0.5) for edge in edges
                  if edge.source in owner and owner[edge.source] != unit]
    return links


def _within(part: Sequence[int], links: Iterable[Link]) -> list[Link]:
    """The links of one part, by the places of its units in it."""
    number = {unit: index for index, unit in enumerate(part)}
    return [Link(number[link.source], number[link.target], link.aside) for link in links if link.source in number]


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


def _placed(contents: Sequence[_Content], links: Sequence[Link]) -> Rows | None:
    """One joined part; None where a box would break."""
    units = [content.unit for content in contents]
    layers = layered(units, links)
    middles, line_of = columns(layers)
    spots: dict[str, tuple[float, int]] = {}
    left = min(middles[item] - layers.widths[item] / 2 for item in range(len(units)))
    for item, content in enumerate(contents):
        if content.inner is not None and _breaks(item, layers.below, line_of, units[item].rows):
            return None
        spots.update(content.spots(middles[item] - units[item].width / 2 - left, layers.row_of[item]))
    right = max(middles[item] + layers.widths[item] / 2 for item in range(len(units)))
    starts = layers.row_of[: len(units)]
    return Rows(spots, right - left, len(layers.rows), _cuts(units, starts, links, len(layers.rows)))


def _cuts(units: Sequence[Unit], starts: Sequence[int], links: Sequence[Link], rows: int) -> dict[int, int]:
    """Rows after which only what comes out of a single unit in them goes on, and no box; and by how many wires."""
    lasts = [start + unit.rows - 1 for unit, start in zip(units, starts, strict=True)]
    reaches = list(lasts)
    for link in links:
        reaches[link.source] = max(reaches[link.source], starts[link.target])
    passing, broken, here = [0] * (rows + 1), [0] * (rows + 1), [0] * rows
    for start, last, reach in zip(starts, lasts, reaches, strict=True):
        passing[last] += 1
        passing[reach] -= 1
        here[last] += reach > last
        broken[start] += 1
        broken[last] -= 1
    tensors, boxes = 0, 0
    cuts: dict[int, int] = {}
    wires = Counter(link.source for link in links)
    source_in = {last: unit for unit, (last, reach) in enumerate(zip(lasts, reaches, strict=True)) if reach > last}
    for row in range(rows - 1):
        tensors, boxes = tensors + passing[row], boxes + broken[row]
        if tensors == here[row] == 1 and not boxes:
            cuts[row] = wires[source_in[row]]
    return cuts


def _breaks(item: int, below: Sequence[Sequence[tuple[int, float]]], line_of: Sequence[int], rows: int) -> bool:
    line = line_of[item]
    for _ in range(rows - 1):
        item = below[item][0][0]
        if line_of[item] != line:
            return True
    return False


def _beside(parts: Sequence[Rows]) -> Rows:
    """Parts of a frame side by side."""
    spots: dict[str, tuple[float, int]] = {}
    x = 0.0
    for part in parts:
        spots.update({name: (x + at[0], at[1]) for name, at in part.spots.items()})
        x += part.width + PARTS_APART
    return Rows(spots, x - PARTS_APART, max(part.count for part in parts))


def _side_by_side(sizes: Sequence[tuple[float, float]]) -> list[Position]:
    """Where parts begin: in their order from left to right, in several lines where there are many."""
    area = sum((width + PARTS_APART) * (length + STEP) for width, length in sizes)
    most = max(max((width for width, _ in sizes)), math.sqrt(area) * WIDE, FEW * COLUMN)
    places: list[Position] = []
    x, top, bottom = 0.0, 0.0, 0.0
    for width, length in sizes:
        if x and x + width > most:
            x, top = 0.0, bottom + STEP
        places.append((x, top))
        bottom = max(bottom, top + length)
        x += width + PARTS_APART
    return places

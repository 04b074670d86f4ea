"""A directed graph in layers: which row each unit takes, lanes for wires that pass rows, and few crossings."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

SWEEPS = 12  # through all rows, up and down
PATIENCE = 4  # sweeps without fewer crossings
MOST_LANES = 6  # items of lanes for each unit: the longest wires beyond that run outside of everything


class Kind(IntEnum):
    """What an item in a row is."""

    BOX = 0
    CARD = 1
    LANE = 2


@dataclass(frozen=True, slots=True)
class Unit:
    """A card, or a box of several, that takes up ``rows`` rows."""

    width: float
    rows: int = 1
    kind: Kind = Kind.CARD


@dataclass(frozen=True, slots=True)
class Link:
    """A wire between two units; ``aside`` says where it comes in, from −0.5 (left) to 0.5."""

    source: int
    target: int
    aside: float = 0.0


@dataclass
class Layered:
    """Items in rows, from left to right; ``above`` and ``below`` name what each is joined with in the next rows.

    A unit's first item has the unit's number.
    """

    units: Sequence[Unit]
    kinds: list[Kind] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    above: list[list[tuple[int, float]]] = field(default_factory=list)
    below: list[list[tuple[int, float]]] = field(default_factory=list)
    row_of: list[int] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    numbers: dict[tuple[int, int], int] = field(default_factory=dict)  # which link each piece is of, the first of them

    def add(self, row: int, kind: Kind, width: float) -> int:
        """Another item, in no place yet."""
        self.kinds.append(kind)
        self.widths.append(width)
        self.above.append([])
        self.below.append([])
        self.row_of.append(row)
        return len(self.kinds) - 1

    def join(self, upper: int, lower: int, aside: float = 0.0, number: int = 0) -> None:
        """A piece of a wire from one row to the next; ``number`` is that of its link."""
        self.numbers[upper, lower] = min(number, self.numbers.get((upper, lower), number))
        self.below[upper].append((lower, aside))
        self.above[lower].append((upper, aside))


def layered(units: Sequence[Unit], links: Sequence[Link]) -> Layered:
    """All units in rows, every one below those it reads, in an order with few crossings. ``links`` make no loop."""
    layers = Layered(units)
    starts, lasts = _with_units(layers, links)
    _with_links(layers, links, starts, lasts)
    layers.rows = [[] for _ in range(max(layers.row_of, default=-1) + 1)]
    for item, row in enumerate(layers.row_of):
        layers.rows[row].append(item)
    _begin(layers)
    _uncross(layers)
    return layers


def _with_units(layers: Layered, links: Sequence[Link]) -> tuple[list[int], list[int]]:
    """An item for each unit, then the lower ones of those that take several rows; the row and last item of each."""
    starts = _rows(layers.units, links)
    for unit, row in zip(layers.units, starts, strict=True):
        layers.add(row, unit.kind, unit.width)
    lasts = list(range(len(layers.units)))
    for index, unit in enumerate(layers.units):
        for row in range(starts[index] + 1, starts[index] + unit.rows):
            lower = layers.add(row, unit.kind, unit.width)
            layers.join(lasts[index], lower)
            lasts[index] = lower
    return starts, lasts


def _rows(units: Sequence[Unit], links: Sequence[Link]) -> list[int]:
    """The longest way to each; what reads nothing stands right above what first reads it, and a branch that is
    shorter than others in the middle of its way."""
    into = [0] * len(units)
    out: list[list[int]] = [[] for _ in units]
    for link in links:
        into[link.target] += 1
        out[link.source].append(link.target)
    rows, waiting = [0] * len(units), list(into)
    ready = [index for index, count in enumerate(into) if not count]
    for index in ready:
        for target in out[index]:
            rows[target] = max(rows[target], rows[index] + units[index].rows)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for index, targets in enumerate(out):
        if not into[index] and targets:
            rows[index] = min(rows[target] for target in targets) - units[index].rows
    for index, room in _rooms(units, into, out, rows).items():
        rows[index] += room // 2
    top = min(rows, default=0)
    return [row - top for row in rows]


def _rooms(units: Sequence[Unit], into: Sequence[int], out: Sequence[Sequence[int]], rows: Sequence[int]
           ) -> dict[int, int]:
    """How many rows those that stand on a single way between two others could stand lower."""
    rooms: dict[int, int] = {}
    for index in sorted(range(len(rows)), key=lambda index: -rows[index]):
        if into[index] == len(out[index]) == 1:
            target = out[index][0]
            rooms[index] = rooms.get(target, 0) + rows[target] - rows[index] - units[index].rows
    return rooms


def _with_links(layers: Layered, links: Sequence[Link], starts: list[int], lasts: list[int]) -> None:
    """Wires from row to row; all long ones of a unit share a lane, as far down as one goes, but each branch has one."""
    outgoing: dict[tuple[int, int], list[tuple[int, Link]]] = {}
    into = Counter(link.target for link in links)
    for number, link in enumerate(links):
        branch = link.target if into[link.target] == 1 else -1
        outgoing.setdefault((link.source, branch), []).append((number, link))
    room = MOST_LANES * len(layers.units) + 500

    def reach(key: tuple[int, int]) -> int:
        return max(starts[link.target] for _, link in outgoing[key]) - layers.row_of[lasts[key[0]]]

    for key in sorted(outgoing, key=reach):
        lane, row = lasts[key[0]], layers.row_of[lasts[key[0]]]
        for number, link in sorted(outgoing[key], key=lambda at: starts[at[1].target]):
            if room < starts[link.target] - 1 - row:
                break
            while row < starts[link.target] - 1:
                row, room = row + 1, room - 1
                below = layers.add(row, Kind.LANE, 0.0)
                layers.join(lane, below, number=number)
                lane = below
            layers.join(lane, link.target, link.aside, number)


# -- the order in each row ------------------------------------------------------------------------------------------


def heights(layers: Layered) -> list[int]:
    """How many rows follow below each item on its longest way."""
    high = [0] * len(layers.kinds)
    for item in sorted(range(len(high)), key=lambda item: -layers.row_of[item]):
        high[item] = max((high[other] + 1 for other, _ in layers.below[item]), default=0)
    return high


def skips(layers: Layered) -> list[bool]:
    """Which items are lanes of a wire that leads past branches to where they meet, and is no branch itself."""
    meets, past = [False] * len(layers.kinds), [False] * len(layers.kinds)
    for row in reversed(layers.rows):
        for item in row:
            below = [other for other, _ in layers.below[item]]
            meets[item] = len(below) != 1 or (
                meets[below[0]] if layers.kinds[below[0]] == Kind.LANE else len(layers.above[below[0]]) > 1)
    for row in layers.rows:
        for item in row:
            if layers.kinds[item] == Kind.LANE:
                upper = layers.above[item][0][0]
                begins = past[upper] if layers.kinds[upper] == Kind.LANE else len(layers.below[upper]) > 1
                past[item] = begins and meets[item]
    return past


def _begin(layers: Layered) -> None:
    """Depth first, the longest way first: the main chain on the left, what skips it on its right."""
    high, past = heights(layers), skips(layers)
    layers.rows = [[] for _ in layers.rows]
    seen = [False] * len(layers.kinds)
    starts = [item for item in range(len(layers.kinds)) if not layers.above[item]]
    stack = sorted(starts, key=lambda item: (-high[item], item), reverse=True)
    while stack:
        item = stack.pop()
        if seen[item]:
            continue
        seen[item] = True
        layers.rows[layers.row_of[item]].append(item)
        children = [other for other, _ in layers.below[item] if not seen[other]]
        stack += sorted(children, key=lambda other: (past[other], layers.numbers[item, other]), reverse=True)


def _uncross(layers: Layered) -> None:
    """Sweep through the rows, each item going to the middle of those it is joined with, while that helps."""
    best, fewest, since = [list(row) for row in layers.rows], crossings(layers), 0
    places = [0.0] * len(layers.kinds)
    for row in layers.rows:
        _number(row, places)
    for sweep in range(SWEEPS):
        if not fewest or since >= PATIENCE:
            break
        downwards = sweep % 2 == 0
        for row in layers.rows[1:] if downwards else layers.rows[-2::-1]:
            _sort(row, layers.above if downwards else layers.below, places)
        count = crossings(layers)
        since += 1
        if count < fewest:
            best, fewest, since = [list(row) for row in layers.rows], count, 0
    layers.rows = best


def _number(row: Sequence[int], places: list[float]) -> None:
    for place, item in enumerate(row):
        places[item] = float(place)


def _sort(row: list[int], joined: list[list[tuple[int, float]]], places: list[float]) -> None:
    def middle(item: int) -> float:
        others = joined[item]
        return sum(places[other] + aside for other, aside in others) / len(others) if others else places[item]

    row.sort(key=middle)
    _number(row, places)


def crossings(layers: Layered) -> int:
    """How many wires cross others, in all rows."""
    place = [0] * len(layers.kinds)
    for row in layers.rows:
        for index, item in enumerate(row):
            place[item] = index
    total = 0
    for row in layers.rows:
        ends: list[float] = []
        for item in row:
            below = sorted(place[other] + aside for other, aside in layers.below[item])
            total += sum(len(ends) - bisect_right(ends, end) for end in below)
            for end in below:
                insort(ends, end)
    return total

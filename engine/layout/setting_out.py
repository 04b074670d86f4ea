"""From rows to places: how far apart rows are, and where a long network goes on in another column."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.graph.graph import Graph, Node, Position
from engine.graph.grid import AFTER, CARD, Flow, size_of

WORTH = 0.65  # how much shorter several columns must be than one
FEW = 2  # wires that may go on in the next column where a single one does nowhere
TOO_LONG = 1.5  # times as long as what is not wrapped
TRIES = 24  # halvings until the shortest columns are found
MOST_COLUMNS = 60


class Terms(NamedTuple):
    """What depends on where the network goes on; lengths along the flow, widths across it."""

    least: float  # length of a row
    gap: float  # between rows
    aside: float  # a wire that leads so far aside
    more: float  # needs so much more room between the rows: it shall not squeeze through
    longest: float  # that is not wrapped
    channel: float  # between columns: the wire to the next runs there
    shape: float  # how much wider than long all columns together shall be


TERMS: Mapping[Flow, Terms] = {
    "down": Terms(CARD[1], AFTER["down"], CARD[0] / 2, 38.0, 800.0, 128.0, 1.7),
    "right": Terms(CARD[0], AFTER["right"], CARD[1] / 2, 88.0, 1950.0, 96.0, 1 / 1.7),
}


@dataclass(frozen=True)
class Rows:
    """Cards by how far across they begin and by row, how wide they lie, and after which rows a single tensor goes
    on, and by how many wires."""

    spots: Mapping[str, tuple[float, int]]
    width: float
    count: int
    cuts: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SetOut:
    """Places of cards as (across, along) from the corner where it begins, and what they take up."""

    spots: Mapping[str, Position]
    width: float
    length: float


def set_out(graph: Graph, rows: Rows, wrap: bool) -> SetOut:
    """Each row behind the one before; ``wrap``: in several columns where one would be too long."""
    tops, lengths = _tops(graph, rows)
    end = tops[-1] + lengths[-1]
    terms = TERMS[graph.flow]
    firsts = [0]
    if wrap and end > terms.longest:
        firsts = _firsts(rows, tops, lengths, terms)
    spots: dict[str, Position] = {}
    across, longest = -terms.channel, 0.0
    for first, beyond in zip(firsts, (*firsts[1:], rows.count), strict=True):
        names = [name for name, (_, row) in rows.spots.items() if first <= row < beyond]
        left = min(rows.spots[name][0] for name in names) if len(firsts) > 1 else 0.0
        right = max(rows.spots[name][0] + _across(graph, name) for name in names)
        across += terms.channel
        for name in names:
            x, row = rows.spots[name]
            spots[name] = (x - left + across, tops[row] - tops[first] + (lengths[row] - _along(graph, name)) / 2)
        across += right - left
        longest = max(longest, tops[beyond - 1] + lengths[beyond - 1] - tops[first])
    return SetOut(spots, across if len(firsts) > 1 else rows.width, longest)


def _across(graph: Graph, name: str) -> float:
    return _size(graph.nodes[name])[graph.flow == "right"]


def _along(graph: Graph, name: str) -> float:
    return _size(graph.nodes[name])[graph.flow == "down"]


def _size(node: Node) -> tuple[float, float]:
    """A collapsed card has the room that it takes unfolded."""
    width, height = size_of(node)
    return width, max(height, CARD[1])


def _tops(graph: Graph, rows: Rows) -> tuple[list[float], list[float]]:
    """Where each row begins, and how long it is."""
    terms = TERMS[graph.flow]
    lengths, wide = [terms.least] * rows.count, [False] * rows.count  # wide: more room behind it
    before = _rows_before(rows)
    middles = {name: x + _across(graph, name) / 2 for name, (x, _) in rows.spots.items()}
    for name, (_, row) in rows.spots.items():
        lengths[row] = max(lengths[row], _along(graph, name))
        for edge in graph.inputs[name]:
            if edge.source in middles and abs(middles[edge.source] - middles[name]) > terms.aside:
                parts, meets = len(graph.outputs[edge.source]) > 1, len(graph.inputs[name]) > 1
                above = rows.spots[edge.source][1]
                wide[above] |= parts or not meets  # a branch leads aside where it begins, else where it ends
                wide[before[row]] |= meets or not parts
    tops, top = [], 0.0
    for length, more in zip(lengths, wide, strict=True):
        tops.append(top)
        top += length + terms.gap + terms.more * more
    return tops, lengths


def _rows_before(rows: Rows) -> list[int]:
    """For each row the one before it in which cards stand, and no title."""
    taken = {row for _, row in rows.spots.values()}
    before, last = [], 0
    for row in range(rows.count):
        before.append(last)
        last = row if row in taken else last
    return before


# -- several columns --------------------------------------------------------------------------------------------------


def _firsts(rows: Rows, tops: Sequence[float], lengths: Sequence[float], terms: Terms) -> list[int]:
    """The first row of each column; they part where a single wire goes on, or a few where that leaves one too long."""
    for most in (1, FEW):
        firsts = _parted(rows, tops, lengths, terms, [row + 1 for row in sorted(rows.cuts) if rows.cuts[row] <= most])
        ends = [tops[first - 1] + lengths[first - 1] for first in (*firsts[1:], rows.count)]
        if max(end - tops[first] for first, end in zip(firsts, ends, strict=True)) <= TOO_LONG * terms.longest:
            break
    return firsts


def _parted(rows: Rows, tops: Sequence[float], lengths: Sequence[float], terms: Terms,
            cuts: Sequence[int]) -> list[int]:
    """The first row of each column, so that all of them together have the shape that is wanted."""
    starts = [0, *cuts]
    ends = [tops[start - 1] + lengths[start - 1] for start in (*starts[1:], rows.count)]
    begins = [tops[start] for start in starts]
    widest = max(rows.width, 1.0)
    best, least = [0], float("inf")
    for count in range(1, min(MOST_COLUMNS, len(starts)) + 1):
        found = _shortest(begins, ends, count)
        length = max(_lengths(begins, ends, found))
        size = max((len(found) * (widest + terms.channel) - terms.channel) / terms.shape, length)
        if size < least - 1 and (len(found) == 1 or length <= WORTH * ends[-1]):
            best, least = found, size
    return [starts[index] for index in best]


def _shortest(begins: Sequence[float], ends: Sequence[float], count: int) -> list[int]:
    """Pieces put into so many columns that the longest is as short as can be: the first piece of each."""
    short, long = 0.0, ends[-1]
    best = [0]
    for _ in range(TRIES):
        limit = (short + long) / 2
        found = _filled(begins, ends, limit, count)
        if found is None:
            short = limit
        else:
            best, long = found, limit
    return best


def _filled(begins: Sequence[float], ends: Sequence[float], limit: float, count: int) -> list[int] | None:
    """As much into each column as it holds; None where more columns are needed."""
    firsts: list[int] = []
    at = 0
    while at < len(begins):
        if len(firsts) == count:
            return None
        firsts.append(at)
        beyond = bisect_right(ends, begins[at] + limit)
        if beyond == at:
            return None
        at = beyond
    return firsts


def _lengths(begins: Sequence[float], ends: Sequence[float], firsts: Sequence[int]) -> Iterator[float]:
    for first, beyond in zip(firsts, (*firsts[1:], len(begins)), strict=True):
        yield ends[beyond - 1] - begins[first]

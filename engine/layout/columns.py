"""Where the items of layered rows stand from left to right: chains and long wires straight, forks in the middle."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from itertools import pairwise

from engine.graph.grid import ASIDE
from engine.layout.layered import Kind, Layered, heights, skips

LANE_ROOM = 40.0  # from a card to a lane
LANE_STEP = 16.0  # from lane to lane
ROUNDS = 10


def columns(layers: Layered) -> tuple[list[float], list[int]]:
    """The middle of each item, and which items stand in one straight line (by the number of the line)."""
    line_of = _lines(layers, _straight(layers))
    lines = _Lines(layers, line_of)
    lines.settle()
    return [float(round(lines.x[line])) for line in line_of], line_of


def _straight(layers: Layered) -> list[int]:
    """For each item the one below that it stands right above (−1: none); such wires never cross each other."""
    below, taken = [-1] * len(layers.kinds), [False] * len(layers.kinds)
    place = {item: index for row in layers.rows for index, item in enumerate(row)}
    high = heights(layers)
    wishes: dict[int, list[tuple[tuple[int, int, int], int, int]]] = {}
    for upper, lower in _wishes(layers, place):
        # Boxes must not break, lanes shall not; then what continues the longest way.
        kinds = layers.kinds[upper] + layers.kinds[lower]
        rank = 0 if kinds == 2 * Kind.BOX else 1 if kinds == 2 * Kind.LANE else 2 if kinds <= 2 * Kind.CARD else 3
        wishes.setdefault(layers.row_of[upper], []).append(((rank, -high[lower], place[lower]), upper, lower))
    for wanted in wishes.values():
        kept: list[tuple[int, int]] = []
        for _, upper, lower in sorted(wanted):
            at = (place[upper], place[lower])
            index = bisect_left(kept, at)
            fits = (index == 0 or kept[index - 1][1] < at[1]) and (index == len(kept) or kept[index][1] > at[1])
            if fits and below[upper] < 0 and not taken[lower]:
                below[upper], taken[lower] = lower, True
                insort(kept, at)
    return below


def _wishes(layers: Layered, place: dict[int, int]) -> Iterator[tuple[int, int]]:
    past = skips(layers)
    down = [_middles([other for other, _ in joined], place, past) for joined in layers.below]
    up = [_middles([other for other, _ in joined], place, past) for joined in layers.above]
    for upper, lowers in enumerate(down):
        for lower in lowers:
            if upper in up[lower] or layers.kinds[upper] == layers.kinds[lower] != Kind.CARD:
                yield upper, lower


def _middles(others: list[int], place: dict[int, int], past: Sequence[bool]) -> set[int]:
    """Which of these an item may stand in line with: of three branches or more only the middle one."""
    if len(others) == 1:
        return set(others)
    branches = [other for other in others if not past[other]]
    if len(branches) < 3:
        return set(branches or others)
    branches.sort(key=place.__getitem__)
    return {branches[len(branches) // 2]} if len(branches) % 2 else set()


def _lines(layers: Layered, below: list[int]) -> list[int]:
    line_of, count = [-1] * len(below), 0
    for row in layers.rows:
        for item in row:
            if line_of[item] < 0:
                while item >= 0:
                    line_of[item], item = count, below[item]
                count += 1
    return line_of


class _Lines:
    """Straight lines of items that keep their distance, each going where those it is joined with are."""

    def __init__(self, layers: Layered, line_of: list[int]) -> None:
        count = max(line_of, default=-1) + 1
        self.x = [0.0] * count
        self._left: list[dict[int, float]] = [{} for _ in range(count)]  # lines on the left and how far they stay away
        self._right: list[dict[int, float]] = [{} for _ in range(count)]
        self._joined: list[list[tuple[int, float]]] = [[] for _ in range(count)]
        for row in layers.rows:
            for a, b in pairwise(row):
                room, left, right = _room(layers, a, b), line_of[a], line_of[b]
                if room > self._left[right].get(left, 0.0):
                    self._left[right][left] = self._right[left][right] = room
        past = skips(layers)
        for item, others in enumerate(layers.below):
            for other, _ in others:
                a, b = line_of[item], line_of[other]
                if a != b:
                    weight = 0.25 if past[item] or past[other] else 1.0
                    self._joined[a].append((b, weight))
                    self._joined[b].append((a, weight))

    def settle(self) -> None:
        """Stand as near as may be to what one is joined with."""
        order = self._order()
        lefts = self._packed(order, self._left)
        rights = self._packed(order[::-1], self._right)
        width = max(lefts, default=0.0)
        self.x = [(left + width - right) / 2 for left, right in zip(lefts, rights, strict=True)]
        for turn in range(ROUNDS):
            for line in order if turn % 2 else order[::-1]:
                self._pull(line)

    def _order(self) -> list[int]:
        """From left to right."""
        waiting = [len(left) for left in self._left]
        ready = [line for line, count in enumerate(waiting) if not count]
        for line in ready:
            for other in self._right[line]:
                waiting[other] -= 1
                if not waiting[other]:
                    ready.append(other)
        return ready

    def _packed(self, order: list[int], before: list[dict[int, float]]) -> list[float]:
        x = [0.0] * len(order)
        for line in order:
            x[line] = max((x[other] + room for other, room in before[line].items()), default=0.0)
        return x

    def _pull(self, line: int) -> None:
        joined = self._joined[line]
        if not joined:
            return
        wish = sum(self.x[other] * weight for other, weight in joined) / sum(weight for _, weight in joined)
        least = max((self.x[other] + room for other, room in self._left[line].items()), default=wish)
        most = min((self.x[other] - room for other, room in self._right[line].items()), default=wish)
        if least <= most:
            self.x[line] = min(max(wish, least), most)


def _room(layers: Layered, a: int, b: int) -> float:
    """From the middle of an item to that of the next on its right, at least."""
    halves = (layers.widths[a] + layers.widths[b]) / 2
    lanes = (layers.kinds[a] == Kind.LANE) + (layers.kinds[b] == Kind.LANE)
    return halves + (ASIDE, LANE_ROOM, LANE_STEP)[lanes]

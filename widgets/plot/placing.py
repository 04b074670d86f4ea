"""Where words stand beside their threads: none is crossed by another thread, none lies on another's words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from PySide6.QtCore import QRectF

HEIGHT, GAP, APART = 15, 4, 12  # of a line of words; beside a thread; between words of two threads in one row
SHARE = 0.5  # of the plot's height that words may take
LEAST = (math.inf, 200.0, 110.0, 60.0, 28.0)  # so much of each text is shown: the first that can be
NEAREST = 8.0  # pixels between threads that share their words first

Seen = tuple[float, str, str]  # x, text, role
Width = Callable[[str], float]
Shortened = Callable[[str, float], str]


class Words(NamedTuple):
    """Where words stand, and for which of the marks."""

    place: QRectF
    text: str
    role: str
    told: tuple[int, ...]  # places among the marks


class _Group(NamedTuple):
    """Threads that share their words."""

    xs: tuple[float, ...]
    full: float  # width of its words
    told: tuple[int, ...]


class _Spot(NamedTuple):
    """Words in a row, from left to right; ``behind`` their threads or before them."""

    group: _Group
    row: int
    left: float
    right: float
    behind: bool

    @property
    def width(self) -> float:
        return self.right - self.left

    def covers(self, xs: Iterable[float]) -> bool:
        return any(self.left - GAP < x < self.right + GAP for x in xs)

    def touches(self, other: _Spot) -> bool:
        return self.left - APART < other.right and other.left - APART < self.right


def placed(seen: Sequence[Seen], area: QRectF, width: Width, shortened: Shortened, below: bool = False) -> list[Words]:
    """The words of marks, which are in the order of their x, in rows from the top (``below``: from the bottom).

    A thread begins in the row of its words: those in rows before it may reach over it. What does not fit in full is
    shortened, then threads that are close together say how many they are, and where nothing is free all of them do.
    """
    rows, near = max(1, int(SHARE * area.height() / HEIGHT)), 0.0
    while seen and near < 4 * area.width():
        groups = [_group(seen, told, width) for told in _near(seen, near)]
        for least in LEAST:
            if spots := _spots(groups, area, rows, least):
                return [_words(seen, spot, area, shortened, width, below) for spot in _grown(spots, area)]
        near = 2 * near or NEAREST
    return _at_the_end(seen, area, width, shortened, below) if seen and area.width() >= LEAST[-1] else []


def _at_the_end(seen: Sequence[Seen], area: QRectF, width: Width, shortened: Shortened, below: bool) -> list[Words]:
    """Threads everywhere: how many they are, over the last ones."""
    told = tuple(range(len(seen)))
    text = _fitted(seen, told, min(area.width(), LEAST[2]), shortened, width)
    taken = min(width(text), area.width())
    top = area.bottom() - HEIGHT if below else area.top()
    return [Words(QRectF(area.right() - taken, top, taken, HEIGHT), text, seen[0][2], told)]


def _near(seen: Sequence[Seen], near: float) -> Iterator[tuple[int, ...]]:
    """Marks whose threads are at one place, or so near to the first of them."""
    told: list[int] = []
    for index, (x, _, _) in enumerate(seen):
        if told and x - seen[told[0]][0] > near:
            yield tuple(told)
            told = []
        told.append(index)
    if told:
        yield tuple(told)


def _group(seen: Sequence[Seen], told: tuple[int, ...], width: Width) -> _Group:
    return _Group(tuple(seen[index][0] for index in told), width(_joined(seen, told)), told)


def _joined(seen: Sequence[Seen], told: tuple[int, ...]) -> str:
    return " · ".join(dict.fromkeys(seen[index][1] for index in told))


def _spots(groups: Sequence[_Group], area: QRectF, rows: int, least: float) -> list[_Spot] | None:
    """A row for each, behind its threads from the left on, and at the right end before them; None: there is none."""
    spots: list[_Spot] = []
    behind = [group for group in groups if group.xs[-1] + GAP + min(group.full, least) <= area.right()]
    for group in (*behind, *reversed([group for group in groups if group not in behind])):
        taken, is_behind = min(group.full, least), group in behind
        left = group.xs[-1] + GAP if is_behind else group.xs[0] - GAP - taken
        first = 1 + max((spot.row for spot in spots if spot.covers(group.xs)), default=-1)
        tried = [_Spot(group, row, left, left + taken, is_behind) for row in range(first, rows)]
        free = [spot for spot in tried if left >= area.left() and all(_agree(spot, each) for each in spots)]
        if not free:
            return None
        spots.append(max(free, key=lambda spot: _widened(spot, spots, area).width))  # the first with the most room
    return spots


def _agree(spot: _Spot, other: _Spot) -> bool:
    """Whether the one's words are neither on the other's nor on its threads."""
    return not (spot.row == other.row and spot.touches(other)) and (
        other.row > spot.row or not spot.covers(other.group.xs))


def _grown(spots: Sequence[_Spot], area: QRectF) -> list[_Spot]:
    """The same from the left to the right, each with as much of its words as the others leave room for."""
    found = sorted(spots, key=lambda spot: spot.group.told)
    for index, spot in enumerate(found):
        found[index] = _widened(spot, [*found[:index], *found[index + 1:]], area)
    return found


def _widened(spot: _Spot, others: Sequence[_Spot], area: QRectF) -> _Spot:
    lower, upper = area.left(), area.right()
    for other in (other for other in others if other.row <= spot.row):
        ends = [(x, GAP) for x in other.group.xs]
        if other.row == spot.row:
            ends += [(other.left, APART), (other.right, APART)]
        upper = min([upper, *(end - gap for end, gap in ends if end >= spot.right)])
        lower = max([lower, *(end + gap for end, gap in ends if end <= spot.left)])
    if spot.behind:
        return spot._replace(right=max(spot.right, min(upper, spot.left + spot.group.full)))
    return spot._replace(left=min(spot.left, max(lower, spot.right - spot.group.full)))


def _words(seen: Sequence[Seen], spot: _Spot, area: QRectF, shortened: Shortened, width: Width, below: bool) -> Words:
    told, role = spot.group.told, seen[spot.group.told[0]][2]
    top = area.bottom() - (spot.row + 1) * HEIGHT if below else area.top() + spot.row * HEIGHT
    text = _fitted(seen, told, spot.width, shortened, width)
    taken = min(width(text), spot.width)
    return Words(QRectF(spot.left if spot.behind else spot.right - taken, top, taken, HEIGHT), text, role, told)


def _fitted(seen: Sequence[Seen], told: tuple[int, ...], room: float, shortened: Shortened, width: Width) -> str:
    """All of it, or of several the first and how many more there are."""
    whole, count = _joined(seen, told), len(dict.fromkeys(seen[index][1] for index in told))
    if count == 1 or width(whole) <= room:
        return shortened(whole, room)
    more = f" +{count - 1}"
    left = room - width(more)
    return shortened(seen[told[0]][1], left) + more if left >= LEAST[-1] else f"+{count}"


def beside(x: float, width: float, area: QRectF, is_taken: Callable[[QRectF], bool],
           is_crossed: Callable[[QRectF], bool]) -> QRectF | None:
    """A place for a word beside its thread, as near as can be to an end of it: at the foot or the head, right or left.

    ``is_taken``: there it must not stand; ``is_crossed``: it had better not.
    """
    least: QRectF | None = None
    for step, head, left in product(range(max(1, int(area.height() / HEIGHT / 2))), (False, True), (False, True)):
        top = area.top() + step * HEIGHT + 1 if head else area.bottom() - (step + 1) * HEIGHT - 1
        place = QRectF(x - GAP - width if left else x + GAP + 1, top, width, HEIGHT)
        if place.left() < area.left() or place.right() > area.right() or is_taken(place):
            continue
        if not is_crossed(place):
            return place
        least = least or place
    return least

"""Where what is moved lines up with what lies around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF

from engine.graph.grid import AFTER, Flow

OVER = 10.0  # how far a line goes beyond what it touches


class Snapped(NamedTuple):
    """How far to move on to be in line, and the lines that then hold."""

    way: QPointF
    lines: tuple[QLineF, ...]


def snapped(moving: QRectF, others: Sequence[QRectF], reach: float, step: float | None = None) -> Snapped:
    """The nearest edges, centres and equal gaps within ``reach``, across and down on their own.

    ``step``: how far from the next in its column it stands, where equal gaps are out of reach, rather than elsewhere.
    """
    across = _nearest(_offsets_across(moving, others), reach)
    aside = moving.translated(across or 0.0, 0.0)
    ways: list[Sequence[float]] = [(*_offsets_down(moving, others), *_gaps(aside, others))]
    if step is not None:
        ways = [_gaps(aside, others), _steps(aside, others, step), *ways]
    down = next((way for offsets in ways if (way := _nearest(offsets, reach)) is not None), None)
    at = moving.translated(across or 0.0, down or 0.0)
    lines = [] if across is None else _lines_down(at, others)
    if down is not None:
        lines += _lines_across(at, others) or _gap_lines(at, others) or _step_line(at, others, step)
    return Snapped(QPointF(across or 0.0, down or 0.0), tuple(lines))


def snapped_in_flow(moving: QRectF, others: Sequence[QRectF], reach: float, flow: Flow) -> Snapped:
    """The same among cards, the next one a step on: below, or at the right."""
    if flow == "down":
        return snapped(moving, others, reach, AFTER[flow])
    way, lines = snapped(_turned(moving), [_turned(other) for other in others], reach, AFTER[flow])
    return Snapped(way.transposed(), tuple(QLineF(line.p1().transposed(), line.p2().transposed()) for line in lines))


def _turned(rect: QRectF) -> QRectF:
    return QRectF(rect.topLeft().transposed(), rect.size().transposed())


def _nearest(offsets: Iterable[float], reach: float) -> float | None:
    best = min(offsets, key=abs, default=None)
    return best if best is not None and abs(best) <= reach else None


def _columns(rect: QRectF) -> tuple[float, float, float]:
    return rect.left(), rect.center().x(), rect.right()


def _rows(rect: QRectF) -> tuple[float, float, float]:
    return rect.top(), rect.center().y(), rect.bottom()


def _offsets_across(moving: QRectF, others: Iterable[QRectF]) -> list[float]:
    mine = _columns(moving)
    return [there - here for other in others for here, there in zip(mine, _columns(other), strict=True)]


def _offsets_down(moving: QRectF, others: Iterable[QRectF]) -> list[float]:
    mine = _rows(moving)
    return [there - here for other in others for here, there in zip(mine, _rows(other), strict=True)]


def _column_of(moving: QRectF, others: Iterable[QRectF]) -> tuple[list[QRectF], list[QRectF]]:
    """What lies above and below in the same column, the nearest first."""
    column = [o for o in others if o.left() < moving.right() and o.right() > moving.left()]
    middle = moving.center().y()
    above = sorted((o for o in column if o.center().y() < middle), key=lambda o: -o.bottom())
    return above, sorted((o for o in column if o.center().y() >= middle), key=lambda o: o.top())


def _gaps(moving: QRectF, others: Sequence[QRectF]) -> list[float]:
    """Offsets that make the gap to a neighbour equal to the next one, or to the one on the other side."""
    above, below = _column_of(moving, others)
    offsets = []
    if len(above) > 1:
        offsets.append(above[0].bottom() + (above[0].top() - above[1].bottom()) - moving.top())
    if len(below) > 1:
        offsets.append(below[0].top() - (below[1].top() - below[0].bottom()) - moving.bottom())
    if above and below:
        offsets.append((above[0].bottom() + below[0].top()) / 2 - moving.center().y())
    return offsets


def _steps(moving: QRectF, others: Sequence[QRectF], step: float) -> list[float]:
    """Offsets to a step below what is above in its column, and above what is below."""
    above, below = _column_of(moving, others)
    return [*(other.bottom() + step - moving.top() for other in above[:1]),
            *(other.top() - step - moving.bottom() for other in below[:1])]


def _step_line(at: QRectF, others: Sequence[QRectF], step: float | None) -> list[QLineF]:
    """A short upright line where it stands a step from the next."""
    above, below = _column_of(at, others)
    gaps = [*((other.bottom(), at.top()) for other in above[:1]), *((at.bottom(), other.top()) for other in below[:1])]
    return [QLineF(at.left() + 12, top, at.left() + 12, bottom) for top, bottom in gaps
            if step is not None and _same(bottom - top, step)]


def _same(a: float, b: float) -> bool:
    return abs(a - b) < 0.01


def _lines_down(at: QRectF, others: Iterable[QRectF]) -> list[QLineF]:
    found: dict[float, tuple[float, float]] = {}
    for other in others:
        for x, there in zip(_columns(at), _columns(other), strict=True):
            if _same(x, there):
                top, bottom = found.get(x, (at.top(), at.bottom()))
                found[x] = (min(top, other.top()), max(bottom, other.bottom()))
    return [QLineF(x, top - OVER, x, bottom + OVER) for x, (top, bottom) in _fewest(found)]


def _lines_across(at: QRectF, others: Iterable[QRectF]) -> list[QLineF]:
    found: dict[float, tuple[float, float]] = {}
    for other in others:
        for y, there in zip(_rows(at), _rows(other), strict=True):
            if _same(y, there):
                left, right = found.get(y, (at.left(), at.right()))
                found[y] = (min(left, other.left()), max(right, other.right()))
    return [QLineF(left - OVER, y, right + OVER, y) for y, (left, right) in _fewest(found)]


def _fewest(found: dict[float, tuple[float, float]]) -> list[tuple[float, tuple[float, float]]]:
    """Where both edges and the centre are in line, the centre says it all."""
    lines = sorted(found.items())
    return lines[1:2] if len(lines) == 3 else lines


def _gap_lines(at: QRectF, others: Sequence[QRectF]) -> list[QLineF]:
    """A short upright line in each of the equal gaps."""
    above, below = _column_of(at, others)
    stack = [*reversed(above[:2]), at, *below[:2]]
    gaps = [(a.bottom(), b.top()) for a, b in pairwise(stack)]
    mine = [gap for gap in gaps if _same(gap[0], at.bottom()) or _same(gap[1], at.top())]
    sizes = [bottom - top for top, bottom in mine]
    equal = [gap for gap in gaps if any(_same(gap[1] - gap[0], size) for size in sizes)]
    x = at.left() + 12
    return [QLineF(x, top, x, bottom) for top, bottom in equal] if len(equal) > 1 else []

"""The lines of wires: straight on, past cards, or through bends."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QTransform

from engine.graph.grid import Flow

TURN = 30.0  # the room in which a wire turns to pass beside cards: what lies between two of them
MOST_BEND = 0.6  # of the way down: wires of a fan stay apart
DROP = 25.0  # how far a wire that goes on in another column leads out of its card before it turns
ROUND = 10.0  # the radius of its corners
_OVER = QTransform(0, 1, 1, 0, 0, 0)  # x for y: what goes down goes right


def over(point: QPointF) -> QPointF:
    """The point with x for y."""
    return QPointF(point.y(), point.x())


def wire_path(start: QPointF, end: QPointF, flow: Flow = "down", before: float = 0, after: float = 0) -> QPainterPath:
    """From ``start`` to ``end``: straight when they are in line, else a smooth curve.

    In a network that goes to the right it is straight that far ``before`` and ``after`` the curve: there its shape
    stands, where there is room.
    """
    if flow == "down":
        return _down(start, end)
    start, end, run = over(start), over(end), QPointF(0, before + after)
    if end.y() - start.y() < run.y() + TURN:
        return _OVER.map(_down(start, end))
    path = QPainterPath(start)
    path.connectPath(_down(start + QPointF(0, before), end - QPointF(0, after)))
    path.lineTo(end)
    return _OVER.map(path)


def _down(start: QPointF, end: QPointF) -> QPainterPath:
    path = QPainterPath(start)
    across, down = abs(end.x() - start.x()), end.y() - start.y()
    if across < 0.5 and down >= 0:
        path.lineTo(end)
        return path
    bend = max(abs(down) * 0.5, min(60.0, 20.0 + across * 0.25, MOST_BEND * down if down > TURN else 60.0))
    path.cubicTo(start + QPointF(0, bend), end - QPointF(0, bend), end)
    return path


def passing_path(start: QPointF, end: QPointF, beside: float, flow: Flow = "down", before: float = 0,
                 after: float = 0) -> QPainterPath:
    """From ``start`` to ``end``, past what stands between them at x (or y) = ``beside``; or round and back there.

    It goes straight on so far ``before`` it turns there, and ``after`` it has turned back.
    """
    if flow == "right":
        return _OVER.map(passing_path(over(start), over(end), beside, before=before, after=after))
    if end.y() < start.y():
        return _rounded(rising_corners(start, end, beside, before, after))
    if end.y() - start.y() < 2 * TURN:
        return _down(start, end)
    path, turn = QPainterPath(start), QPointF(0, TURN * 0.8)
    first, last = start + QPointF(0, before), end - QPointF(0, after)
    top, bottom = QPointF(beside, first.y() + TURN), QPointF(beside, last.y() - TURN)
    if before:
        path.lineTo(first)
    path.cubicTo(first + turn, top - turn, top)
    path.lineTo(bottom)
    path.cubicTo(bottom + turn, last - turn, last)
    if after:
        path.lineTo(end)
    return path


def passing_corners(start: QPointF, end: QPointF, beside: float, before: float = 0, after: float = 0) -> list[QPointF]:
    """The same as straight lines, downward."""
    if end.y() < start.y():
        return rising_corners(start, end, beside, before, after)
    first, last = start + QPointF(0, before), end - QPointF(0, after)
    corners = [first, QPointF(beside, first.y() + TURN), QPointF(beside, last.y() - TURN), last]
    return [*([start] if before else []), *corners, *([end] if after else [])]


def rising_corners(start: QPointF, end: QPointF, beside: float, before: float = 0, after: float = 0) -> list[QPointF]:
    """Out of a card, aside, up at x = ``beside``, and in again from above."""
    low, high = start.y() + DROP + before, end.y() - DROP - after
    return [start, QPointF(start.x(), low), QPointF(beside, low), QPointF(beside, high), QPointF(end.x(), high), end]


def _rounded(corners: Sequence[QPointF]) -> QPainterPath:
    """Straight lines with round corners."""
    path = QPainterPath(corners[0])
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        reach = min(ROUND, _length(corner - before) / 2, _length(after - corner) / 2)
        path.lineTo(corner - _direction(corner - before) * reach)
        path.quadTo(corner, corner + _direction(after - corner) * reach)
    path.lineTo(corners[-1])
    return path


def bent_path(start: QPointF, end: QPointF, via: Sequence[tuple[float, float]], flow: Flow = "down") -> QPainterPath:
    """From ``start`` to ``end`` through all points: along the flow at both ends, smooth at each bend."""
    if flow == "right":
        return _OVER.map(bent_path(over(start), over(end), [at[::-1] for at in via]))
    points = [start, *(QPointF(*at) for at in via), end]
    path = QPainterPath(start)
    way = QPointF(0, 1)
    for index in range(1, len(points)):
        here, there = points[index - 1], points[index]
        last = index == len(points) - 1
        onwards = QPointF(0, 1) if last else _direction(points[index + 1] - here)
        across, down = there.x() - here.x(), there.y() - here.y()
        reach = min(90.0, 0.42 * math.hypot(across, down), max(16.0, 0.55 * abs(down)))
        path.cubicTo(here + way * reach, there - onwards * reach, there)
        way = onwards
    return path


def _length(way: QPointF) -> float:
    return math.hypot(way.x(), way.y())


def _direction(way: QPointF) -> QPointF:
    length = _length(way)
    return way / length if length else QPointF(0, 1)


def nearest_percent(path: QPainterPath, point: QPointF) -> float:
    """How far along a path the nearest of its points is."""
    steps = [step / 60 for step in range(61)]
    return min(steps, key=lambda step: (path.pointAtPercent(step) - point).manhattanLength())

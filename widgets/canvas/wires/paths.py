"""The lines of wires: straight on, past cards, or through bends."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

TURN = 30.0  # the room in which a wire turns to pass beside cards: what lies between two of them


def wire_path(start: QPointF, end: QPointF) -> QPainterPath:
    """Downward from ``start`` to ``end``: straight when they are in line, else a smooth curve."""
    path = QPainterPath(start)
    across, down = abs(end.x() - start.x()), end.y() - start.y()
    if across < 0.5 and down >= 0:
        path.lineTo(end)
        return path
    bend = max(abs(down) * 0.5, min(60.0, 20.0 + across * 0.25))
    path.cubicTo(start + QPointF(0, bend), end - QPointF(0, bend), end)
    return path


def passing_path(start: QPointF, end: QPointF, beside: float) -> QPainterPath:
    """Downward from ``start`` to ``end``, past what stands between them at x = ``beside``; or round and up there."""
    if end.y() < start.y():
        return _rising_path(start, end, beside)
    if end.y() - start.y() < 2 * TURN:
        return wire_path(start, end)
    path, turn = QPainterPath(start), QPointF(0, TURN * 0.8)
    top, bottom = QPointF(beside, start.y() + TURN), QPointF(beside, end.y() - TURN)
    path.cubicTo(start + turn, top - turn, top)
    path.lineTo(bottom)
    path.cubicTo(bottom + turn, end - turn, end)
    return path


def _rising_path(start: QPointF, end: QPointF, beside: float) -> QPainterPath:
    path, turn = QPainterPath(start), QPointF(0, TURN)
    low, high = QPointF(beside, start.y()), QPointF(beside, end.y())
    path.cubicTo(start + turn, low + turn, low)
    path.lineTo(high)
    path.cubicTo(high - turn, end - turn, end)
    return path


def bent_path(start: QPointF, end: QPointF, via: Sequence[tuple[float, float]]) -> QPainterPath:
    """From ``start`` to ``end`` through all points: downward at both ends, smooth at each bend."""
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


def _direction(way: QPointF) -> QPointF:
    length = math.hypot(way.x(), way.y())
    return way / length if length else QPointF(0, 1)


def nearest_percent(path: QPainterPath, point: QPointF) -> float:
    """How far along a path the nearest of its points is."""
    steps = [step / 60 for step in range(61)]
    return min(steps, key=lambda step: (path.pointAtPercent(step) - point).manhattanLength())

"""The pill beside a wire, on which the shape stands that flows through it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from engine.graph.grid import Flow
from widgets.canvas.ground.fonts import Fonts
from widgets.look import theme

PILL_HEIGHT = 18.0
PILL_ROOM = 180.0  # for any pill, so that a new shape needs no new geometry
PILL_SPOT = QRectF(10, -9, 64, 18)  # about what a pill takes beside its point
ABOVE, OVER_ROOM = 12.0, 98.0  # over a wire to the right: how high, and how far before its end
BESIDE = 14.0  # from a card to the middle of a pill that stands close to it
SLIGHT = 60.0  # a wire bends a little while it goes no further aside than this


def pill_place(path: QPainterPath, bodies: Sequence[QRectF] = (), end: int = 0, away: float = 0,
               flow: Flow = "down", passes: bool = False) -> tuple[QPointF, bool]:
    """Where the pill begins beside the middle of a wire, or near it where one of ``bodies`` would hide it.

    At the ``end`` where the wire is alone (1 its target's, −1 its source's) it stands on the side where it does not
    come from, and ``away`` from others (−1 left, 1 right). True: it goes on to the left from there, as that of a wire
    does that bends a little to the left: at its right another may come in.
    """
    start, goal = path.pointAtPercent(0), path.pointAtPercent(1)
    if flow == "right" and (end or not passes or goal.x() < start.x()):
        return _over_the_wire(start, goal, end, away), False
    if flow == "right":  # outside of what it passes
        middle = path.pointAtPercent(0.5)
        return middle + QPointF(-OVER_ROOM / 2, ABOVE if middle.y() > start.y() else -ABOVE), False
    for at, leftwards in _own_places(start, goal, end, away):
        if not _is_hidden(at, leftwards, bodies):
            return at, leftwards
    middle, across = path.pointAtPercent(0.5), goal.x() - start.x()
    if path.controlPointRect().width() >= SLIGHT:
        leftwards = passes and middle.x() < min(start.x(), goal.x())  # what it passes stands at its right
        points = (path.pointAtPercent(at) for at in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8))
        return next((at for at in points if not _is_hidden(at, leftwards, bodies)), middle), leftwards
    return middle + QPointF(across / 2, 0), across < -1


def _over_the_wire(start: QPointF, goal: QPointF, end: int, away: float) -> QPointF:
    """Above it at its beginning, or at its end where it is alone; below where it, or others, lead up there."""
    leads = goal.y() - start.y()
    side = away if away and abs(leads) < SLIGHT / 2 else leads if end > 0 else -leads
    down = ABOVE if end and side > 0 else -ABOVE
    return QPointF(goal.x() - OVER_ROOM, goal.y() + down) if end > 0 else QPointF(start.x() - 2, start.y() + down)


def _own_places(start: QPointF, goal: QPointF, end: int, away: float) -> Iterator[tuple[QPointF, bool]]:
    """Where a wire is upright, on the side that it does not come from or go to."""
    across = goal.x() - start.x()
    if goal.y() < start.y() and end > 0:  # it goes on in another column, with others
        yield from ((goal - QPointF(0, BESIDE), leftwards) for leftwards in (False, True))
    elif goal.y() < start.y():
        at = start + QPointF(0, PILL_HEIGHT / 2 + 2)
        yield from ((at, False), (at, True))
    elif end:
        leftwards = away < 0 if away and abs(across) < SLIGHT else across < -1 if end > 0 else across > 1
        yield (goal - QPointF(0, BESIDE) if end > 0 else start + QPointF(0, BESIDE)), leftwards


def _is_hidden(at: QPointF, leftwards: bool, bodies: Sequence[QRectF]) -> bool:
    spot = PILL_SPOT.translated(at)
    if leftwards:
        spot.moveRight(at.x() - PILL_SPOT.left())
    return any(body.intersects(spot) for body in bodies)


def pill_rect(at: QPointF, leftwards: bool, text: str) -> QRectF:
    """The shape pill beside a wire."""
    width = Fonts.get().pill_size.horizontalAdvance(text) + 12
    left = at.x() - 10 - width if leftwards else at.x() + 10
    return QRectF(left, at.y() - PILL_HEIGHT / 2, width, PILL_HEIGHT)


def paint_pill(painter: QPainter, rect: QRectF, text: str, loud: bool = False) -> None:
    """A label in monospace, quiet unless it tells of a change."""
    look = theme.current()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.panel))
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    painter.setPen(QColor(look.text if loud else look.dim))
    painter.setFont(Fonts.get().pill)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

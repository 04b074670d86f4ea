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


def pill_place(path: QPainterPath, bodies: Sequence[QRectF] = (), part: float = 0.5,
               flow: Flow = "down") -> tuple[QPointF, bool]:
    """Where the pill begins beside the middle of a wire, or near it where one of ``bodies`` would hide it, or at the
    end that is its own (``part`` beyond or before 0.5); True: it goes on to the left, as a wire does that bends a
    little to the left: at its right another may come in. In a network that goes to the right it stands over the wire.
    """
    start, end = path.pointAtPercent(0), path.pointAtPercent(1)
    if flow == "right":
        down = end.y() - start.y()
        if part > 0.5:
            return QPointF(end.x() - OVER_ROOM, end.y() + (ABOVE if down > 1 else -ABOVE)), False
        return QPointF(start.x() - 2, start.y() + (ABOVE if part < 0.5 and down < -1 else -ABOVE)), False
    for at, leftwards in _own_places(start, end, part):
        if not _is_hidden(at, leftwards, bodies):
            return at, leftwards
    middle, across = path.pointAtPercent(0.5), end.x() - start.x()
    if path.controlPointRect().width() >= SLIGHT:
        points = (path.pointAtPercent(at) for at in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8))
        return next((at for at in points if not _is_hidden(at, False, bodies)), middle), False
    return middle + QPointF(across / 2, 0), across < -1


def _own_places(start: QPointF, end: QPointF, part: float) -> Iterator[tuple[QPointF, bool]]:
    """Where a wire is upright, on the side that it does not come from or go to."""
    across = end.x() - start.x()
    if end.y() < start.y():  # it goes on in another column
        at = start + QPointF(0, PILL_HEIGHT / 2 + 2)
        yield from ((at, False), (at, True))
    elif part > 0.5:
        yield end - QPointF(0, BESIDE), across < -1
    elif part < 0.5:
        yield start + QPointF(0, BESIDE), across > 1


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

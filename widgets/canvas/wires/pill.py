"""The pill beside a wire, on which the shape stands that flows through it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from widgets.canvas.ground.fonts import Fonts
from widgets.look import theme

PILL_HEIGHT = 18.0
PILL_ROOM = 180.0  # for any pill, so that a new shape needs no new geometry
PILL_SPOT = QRectF(10, -9, 64, 18)  # about what a pill takes beside its point
SLIGHT = 60.0  # a wire bends a little while it goes no further aside than this


def pill_place(path: QPainterPath, bodies: Sequence[QRectF] = ()) -> tuple[QPointF, bool]:
    """Where the pill begins beside the middle of a wire, or near it where one of ``bodies`` would hide it; True: it
    goes on to the left, as a wire does that bends a little to the left: at its right another may come in.
    """
    middle, across = path.pointAtPercent(0.5), path.pointAtPercent(1).x() - path.pointAtPercent(0).x()
    if path.controlPointRect().width() >= SLIGHT:
        points = (path.pointAtPercent(part) for part in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8))
        free = (at for at in points if not any(body.intersects(PILL_SPOT.translated(at)) for body in bodies))
        return next(free, middle), False
    return middle + QPointF(across / 2, 0), across < -1


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

"""How a comment frame and a note look."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.graph.frames import Frame
from widgets.canvas.ground.fonts import Fonts
from widgets.canvas.ground.labels import LABEL_COLORS
from widgets.look import theme

PADDING = 14.0  # between a frame and what it encloses, at the sides
BELOW = 10.0  # … and at the bottom
TITLE = 32.0  # above all that it encloses
BAR = 46.0  # the height of a collapsed frame
CORNER = 14.0


def frame_color(frame: Frame) -> QColor:
    """Its colour; that of quiet words where it has none."""
    return QColor(LABEL_COLORS.get(frame.color) or theme.current().dim)


def paint_frame(painter: QPainter, frame: Frame, area: QRectF, selected: bool) -> None:
    """A frame around ``area``, a note, or a collapsed frame's bar."""
    look, tone = theme.current(), frame_color(frame)
    painter.setPen(QPen(QColor(look.accent), 2.0) if selected else QPen(_with_alpha(tone, 0.75), 1.2))
    solid = not frame.members or frame.collapsed
    painter.setBrush(QColor(look.panel) if solid else _with_alpha(tone, 0.07))
    painter.drawRoundedRect(area, 10, 10)
    if solid:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_with_alpha(tone, 0.13))
        painter.drawRoundedRect(area, 10, 10)
    if not frame.members:
        _paint_note(painter, frame, area, tone)
    else:
        _paint_title(painter, frame, area, tone)


def _paint_title(painter: QPainter, frame: Frame, area: QRectF, tone: QColor) -> None:
    fonts, look = Fonts.get(), theme.current()
    left, room = area.left() + 14, area.width() - 28
    if frame.collapsed:
        count = f"{len(frame.members)}"
        painter.setFont(fonts.count)
        painter.setPen(QColor(look.dim))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area.adjusted(0, 0, -14, 0), right, count)
        room -= fonts.count_size.horizontalAdvance(count) + 22
        _paint_triangle(painter, QPointF(left + 4, area.center().y()), tone)
        left += 14
    painter.setFont(fonts.name)
    painter.setPen(QColor(look.text))
    title = QRectF(left, area.top(), room, area.height() if frame.collapsed else TITLE)
    words = fonts.name_size.elidedText(frame.text.replace("\n", " "), Qt.TextElideMode.ElideRight, room)
    painter.drawText(title, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)


def _paint_triangle(painter: QPainter, at: QPointF, tone: QColor) -> None:
    """What is here can be unfolded."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone)
    painter.drawPolygon([at + QPointF(-3, -5), at + QPointF(4, 0), at + QPointF(-3, 5)])


def _paint_note(painter: QPainter, frame: Frame, area: QRectF, tone: QColor) -> None:
    look = theme.current()
    painter.setFont(Fonts.get().detail)
    painter.setPen(QColor(look.text))
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    painter.drawText(area.adjusted(12, 9, -12, -9), int(flags), frame.text)
    painter.setPen(QPen(_with_alpha(tone, 0.9), 1.2))
    end = area.bottomRight()
    painter.drawLines([QLineF(end - QPointF(4, 4 + s), end - QPointF(4 + s, 4)) for s in (4, 8)])


def _with_alpha(tone: QColor, alpha: float) -> QColor:
    tone = QColor(tone)
    tone.setAlphaF(alpha)
    return tone

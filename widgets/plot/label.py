"""The run below the mouse: a dot on its curve, its title and its numbers beside it."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from widgets.look import theme

HEIGHT, PAD, GAP, AWAY = 22, 8, 10, 12  # of the box; in it; title and numbers; from the dot
WIDEST = 26.0  # letters of a title


class Label(NamedTuple):
    """What is said of a run, and where."""

    x: float  # on the axis
    y: float
    title: str
    numbers: str
    color: QColor


def paint_label(painter: QPainter, area: QRectF, dot: QPointF, label: Label) -> None:
    """Beside the dot where there is room, always within the plot."""
    painter.setPen(QPen(theme.color("panel"), 1.5))
    painter.setBrush(label.color)
    painter.drawEllipse(dot, 4, 4)
    words, digits = theme.ui_font(11), theme.mono_font(11)
    title = QFontMetricsF(words).elidedText(label.title, Qt.TextElideMode.ElideRight, theme.letters(words, WIDEST))
    wide = QFontMetricsF(words).horizontalAdvance(title)
    place = _place(area, dot, 2 * PAD + wide + GAP + QFontMetricsF(digits).horizontalAdvance(label.numbers))
    painter.setPen(QPen(label.color, 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(place, 5, 5)
    inner = place.adjusted(PAD, 0, -PAD, 0)
    for text, font, color, side in ((title, words, "text", Qt.AlignmentFlag.AlignLeft),
                                    (label.numbers, digits, "text", Qt.AlignmentFlag.AlignRight)):
        painter.setFont(font)
        painter.setPen(theme.color(color))
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, text)


def _place(area: QRectF, dot: QPointF, width: float) -> QRectF:
    left = dot.x() + AWAY if dot.x() + AWAY + width <= area.right() else dot.x() - AWAY - width
    top = dot.y() - AWAY - HEIGHT if dot.y() - AWAY - HEIGHT >= area.top() else dot.y() + AWAY
    return QRectF(round(max(area.left(), min(left, area.right() - width))) + 0.5,
                  round(max(area.top(), min(top, area.bottom() - HEIGHT))) + 0.5, width, HEIGHT)

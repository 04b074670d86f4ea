"""What all pictures of findings have in common: their words, and the numbers at the place that is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from widgets.look import theme
from widgets.plot.run_colors import run_color

LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
CENTER = Qt.AlignmentFlag.AlignCenter
LINE, GAP, TITLE = 18.0, 8.0, 22.0  # a line of small words, between two parts, a picture's title
PAD, AWAY, DOT = 8.0, 14.0, 3.5


class Said(NamedTuple):
    """One line of what is read: its name, its number, and the colour of its curve."""

    name: str
    number: str = ""
    color: QColor | None = None


class Drawing(Protocol):
    """Paints one kind of picture into any area, on the screen or in a file."""

    def height(self, width: float) -> float:
        """How high it is at its best."""

    def paint(self, painter: QPainter, area: QRectF, at: QPointF | None) -> None:
        """All of it; ``at``: what is there stands out."""

    def read(self, area: QRectF, at: QPointF) -> tuple[Said, ...]:
        """The numbers that are there, none where nothing is."""

    def stops(self, area: QRectF) -> list[QPointF]:
        """The places that can be read one after another by the keyboard."""


def series_color(index: int) -> QColor:
    """The colour of a curve: the accent, then the second one, then those of further runs."""
    return theme.color(("accent", "validation")[index]) if index < 2 else run_color(index - 2)


def small() -> QFont:
    """The font of words in a picture."""
    return theme.ui_font(11)


def numbers() -> QFont:
    """The font of numbers at an axis."""
    return theme.mono_font(10)


def width_of(text: str, font: QFont) -> float:
    """How wide a text is."""
    return QFontMetricsF(font).horizontalAdvance(text)


def elided(text: str, font: QFont, width: float) -> str:
    """As much of it as has room."""
    return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width)


def write(painter: QPainter, place: QRectF, side: Qt.AlignmentFlag, text: str, name: str, font: QFont) -> None:
    """A text in one of the theme's colours, shortened where it has no room."""
    painter.setFont(font)
    painter.setPen(theme.color(name))
    painter.drawText(place, side, elided(text, font, place.width() + 1))


def paint_title(painter: QPainter, area: QRectF, title: str) -> QRectF:
    """A picture's title; the area that is left."""
    if not title:
        return area
    line = QRectF(area.left(), area.top(), area.width(), LINE)
    write(painter, line, LEFT, title, "text", theme.ui_font(12, QFont.Weight.DemiBold))
    return area.adjusted(0, TITLE, 0, 0)


def title_height(title: str) -> float:
    """What the title takes."""
    return TITLE if title else 0.0


# -- what is read ---------------------------------------------------------------------------------------------------


def paint_said(painter: QPainter, bounds: QRectF, at: QPointF, said: Sequence[Said]) -> None:
    """A small box beside the place, always within the bounds."""
    words, digits = small(), theme.mono_font(11)
    marked = any(line.color is not None for line in said)
    inset = 2 * PAD + (2 * DOT + 6 if marked else 0)
    widest = max(width_of(line.name, words) + (width_of(line.number, digits) + 12 if line.number else 0)
                 for line in said)
    place = _beside(bounds, at, min(bounds.width(), widest + inset), LINE * len(said) + PAD)
    painter.setPen(QPen(theme.color("line"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(place, 5, 5)
    row = QRectF(place.left() + PAD, place.top() + PAD / 2, place.width() - 2 * PAD, LINE)
    for line in said:
        _paint_line(painter, row, line, marked)
        row.translate(0, LINE)


def _paint_line(painter: QPainter, row: QRectF, line: Said, marked: bool) -> None:
    digits = theme.mono_font(11)
    left = 2 * DOT + 6 if marked and (line.color is not None or line.number) else 0.0
    if line.color is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(line.color)
        painter.drawEllipse(QPointF(row.left() + DOT, row.center().y()), DOT, DOT)
    room = row.adjusted(left, 0, -(width_of(line.number, digits) + 8 if line.number else 0), 0)
    write(painter, room, LEFT, line.name, "text" if line.number else "dim", small())
    write(painter, row, RIGHT, line.number, "text", digits)


def _beside(bounds: QRectF, at: QPointF, width: float, height: float) -> QRectF:
    left = at.x() + AWAY if at.x() + AWAY + width <= bounds.right() else at.x() - AWAY - width
    top = at.y() - AWAY - height if at.y() - AWAY - height >= bounds.top() else at.y() + AWAY
    return QRectF(round(max(bounds.left(), min(left, bounds.right() - width - 1))) + 0.5,
                  round(max(bounds.top(), min(top, bounds.bottom() - height - 1))) + 0.5, width, height)

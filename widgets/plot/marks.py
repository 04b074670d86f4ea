"""Marks over the curves: a thread at an epoch with a few words, none of which writes over another's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from widgets.look import theme

HEIGHT, GAP, SHORTEST = 15, 4, 28.0  # of a line of words; beside a thread; what is shorter says nothing
GROUND = 180  # of 255: curves show through it
SHARE = 0.5  # of the plot's height that words may take


class Mark(NamedTuple):
    """Something happened."""

    position: float  # in epochs
    text: str
    role: str = "warn"  # its colour's: by hand
    holds: bool = False  # what it says is so until the next that holds


class Words(NamedTuple):
    """Where a mark's words stand."""

    place: QRectF
    text: str
    role: str


def placed(seen: Sequence[tuple[float, str, str]], area: QRectF, width: Callable[[str], float],
           shortened: Callable[[str, float], str]) -> list[Words]:
    """The words of marks (x, text, role) behind their threads, from the left: a line lower where they would run into
    others, and where no line is free shortened to what is."""
    lines: list[list[QRectF]] = [[] for _ in range(max(1, int(SHARE * area.height() / HEIGHT)))]
    found = []
    for x, text, role in seen:
        if words := _fitted(x, text, role, area, lines, width, shortened):
            found.append(words)
    return found


def _fitted(x: float, text: str, role: str, area: QRectF, lines: list[list[QRectF]], width: Callable[[str], float],
            shortened: Callable[[str, float], str]) -> Words | None:
    full = width(text)
    for left in (x + GAP, x - GAP - full):  # behind the thread; where there is no room before it
        for index, line in enumerate(lines):
            place = QRectF(left, area.top() + index * HEIGHT, full, HEIGHT)
            if place.left() >= area.left() and place.right() <= area.right() and _is_free(place, line):
                line.append(place)
                return Words(place, text, role)
    starts = [max([x + GAP, *(there.right() + GAP for there in line)]) for line in lines]
    index = min(range(len(lines)), key=lambda at: starts[at])
    place = QRectF(starts[index], area.top() + index * HEIGHT, area.right() - starts[index], HEIGHT)
    if place.width() < SHORTEST:
        return None
    lines[index].append(place)
    return Words(place, shortened(text, place.width()), role)


def _is_free(place: QRectF, line: Iterable[QRectF]) -> bool:
    return not any(there.adjusted(-GAP, 0, GAP, 0).intersects(place) for there in line)


def paint_marks(painter: QPainter, area: QRectF, marks: Iterable[tuple[float, Mark]], font: QFont) -> None:
    """Every thread, then every word on the plot's own ground: no thread runs through a word."""
    seen = sorted({(round(x), mark.text, mark.role) for x, mark in marks})
    for x, _, role in seen:
        painter.fillRect(QRectF(x, area.top(), 1, area.height()), theme.color(role))
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    for words in placed(seen, area, lambda text: metrics.horizontalAdvance(text) + 2,
                        lambda text, room: metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)):
        _write(painter, words.place, words.text, theme.color(words.role))


def paint_best(painter: QPainter, area: QRectF, x: float, word: str, font: QFont) -> None:
    """The best epoch: a dotted thread, and what it is at its foot."""
    painter.setPen(QPen(theme.color("dim"), 1, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    if word:
        painter.setFont(font)
        width = QFontMetricsF(font).horizontalAdvance(word) + 2
        left = x + GAP if x + GAP + width <= area.right() else x - GAP - width
        _write(painter, QRectF(left, area.bottom() - HEIGHT - 1, width, HEIGHT), word, theme.color("dim"))


def _write(painter: QPainter, place: QRectF, text: str, color: QColor) -> None:
    ground = theme.color("panel")
    ground.setAlpha(GROUND)
    painter.fillRect(place, ground)
    painter.setPen(color)
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

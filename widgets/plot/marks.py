"""Marks over the curves: a thread at an epoch with a few words, none of which writes over another's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from widgets.look import theme
from widgets.plot.placing import Words, beside, placed

GROUND = 180  # of 255: curves show through it
ELLIPSIS, HANGING = "…", " ,→·"
REACH = 4  # pixels beside a thread: there it is meant
Crossed = Callable[[QRectF], bool]


class Mark(NamedTuple):
    """Something happened."""

    position: float  # in epochs
    text: str
    role: str = "warn"  # its colour's: by hand
    holds: bool = False  # what it says is so until the next that holds


class Marks(NamedTuple):
    """Where threads and words are in a plot; ``below``: the words stand at its foot."""

    area: QRectF
    seen: tuple[tuple[float, Mark], ...] = ()
    words: tuple[Words, ...] = ()
    below: bool = False

    def threads(self) -> list[tuple[QRectF, str]]:
        """A line each, in the colour of a role: it begins where its words are, so that it runs through no others."""
        beginning = {index: words.place for words in self.words for index in words.told}
        found = []
        for index, (x, mark) in enumerate(self.seen):
            place = beginning.get(index, self.area)
            found.append((self._thread(x, place.bottom() if self.below else place.top()), mark.role))
        return found

    def thread(self, x: float) -> QRectF:
        """Another line, which begins after all words in its way."""
        over = [words.place for words in self.words if words.place.left() - 1 <= x <= words.place.right()]
        if self.below:
            return self._thread(x, min((place.top() for place in over), default=self.area.bottom()))
        return self._thread(x, max((place.bottom() for place in over), default=self.area.top()))

    def _thread(self, x: float, end: float) -> QRectF:
        top, bottom = (self.area.top(), end) if self.below else (end, self.area.bottom())
        return QRectF(x, top, 1, bottom - top)

    def at(self, point: QPointF) -> list[Mark]:
        """Those whose thread or words are there."""
        there = {index for words in self.words if words.place.contains(point) for index in words.told}
        if not there and self.area.top() <= point.y() <= self.area.bottom():
            there = {index for index, (x, _) in enumerate(self.seen) if abs(x - point.x()) <= REACH}
        return [self.seen[index][1] for index in sorted(there)]


class Board:
    """Finds where words stand; while nothing moves, they are where they were."""

    def __init__(self, font: QFont) -> None:
        self._metrics = QFontMetricsF(font)
        self._asked: tuple[object, ...] = ()
        self._found: tuple[Marks, ...] = ()

    def marked(self, area: QRectF, marks: Iterable[tuple[float, Mark]], is_crossed: Crossed) -> Marks:
        """Words at the head of the plot, or at its foot where they lie on fewer curves."""
        seen = tuple(sorted({(round(x), mark) for x, mark in marks}))
        if (seen, area.getRect()) != self._asked:  # at every mouse move and redraw; many marks take long
            self._asked = seen, area.getRect()
            self._found = tuple(self._placed(area, seen, below) for below in (False, True))
        return min(self._found, key=lambda found: sum(is_crossed(words.place) for words in found.words))

    def _placed(self, area: QRectF, seen: tuple[tuple[float, Mark], ...], below: bool) -> Marks:
        words = placed([(x, mark.text, mark.role) for x, mark in seen], area,
                       lambda text: self._metrics.horizontalAdvance(text) + 2,
                       lambda text, room: shortened(self._metrics, text, room), below)
        return Marks(area, seen, tuple(words), below)


def shortened(metrics: QFontMetricsF, text: str, room: float) -> str:
    """As much of it as there is room for; no half of a pair is left hanging before its end."""
    found = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    return text if found == text else found.removesuffix(ELLIPSIS).rstrip(HANGING) + ELLIPSIS


def paint_marks(painter: QPainter, marks: Marks, font: QFont) -> None:
    """Every thread, then every word on the plot's own ground."""
    for place, role in marks.threads():
        painter.fillRect(place, theme.color(role))
    painter.setFont(font)
    for words in marks.words:
        _write(painter, words.place, words.text, theme.color(words.role))


def paint_best(painter: QPainter, marks: Marks, x: float, word: str, font: QFont, is_crossed: Crossed) -> None:
    """The best epoch: a dotted thread, and what it is at an end of it, where no curve is if there is such a place."""
    thread = marks.thread(x)
    painter.setPen(QPen(theme.color("dim"), 1, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(x, thread.top()), QPointF(x, thread.bottom()))
    if not word:
        return
    taken = [*(words.place for words in marks.words), *(place for place, _ in marks.threads())]
    width = QFontMetricsF(font).horizontalAdvance(word) + 2
    along = QRectF(marks.area.left(), thread.top(), marks.area.width(), thread.height())
    place = beside(x, width, along, lambda place: any(there.intersects(place) for there in taken), is_crossed)
    if place is not None:
        painter.setFont(font)
        _write(painter, place, word, theme.color("dim"))


def _write(painter: QPainter, place: QRectF, text: str, color: QColor) -> None:
    ground = theme.color("panel")
    ground.setAlpha(GROUND)
    painter.fillRect(place, ground)
    painter.setPen(color)
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

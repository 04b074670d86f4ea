"""A plot's legend: a piece of each line, its name and its value, as much of it as there is room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import NamedTuple, TypeVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from engine.units import short_measure
from widgets.look import theme

DASHES = ((), (7.0, 3.0), (2.0, 3.0), (9.0, 3.0, 2.0, 3.0))  # of each kind of curve, in strokes of one pixel
SMOOTH, NEXT = "~{}", 5  # a smoothed number, and how far it is from the true one
T = TypeVar("T")
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Style(NamedTuple):
    """What is shown, and how far apart."""

    names: bool
    numbers: bool
    swatch: int = 20
    gap: int = 8
    between: int = 20
    rows: int = 1
    short: bool = False  # its names
    also: bool = False  # what is smoothed beside the true number

    def says_as_much(self, other: Style) -> bool:
        """Whether it leaves out nothing of what another says, in as many rows."""
        return all(getattr(self, what) == getattr(other, what) for what in ("names", "numbers", "rows", "short"))

    def tight(self) -> Style:
        """The same in less room."""
        return self._replace(swatch=12, gap=5, between=10)


class Legend:
    """Stands at the right end of a row."""

    def __init__(self, names: tuple[str, ...], short: tuple[str, ...] = ()) -> None:
        self.names, self._short = names, short or names  # of every kind of curve there may be
        self.kinds: tuple[int, ...] = tuple(range(min(2, len(names))))  # those that there are
        self.smoothed: frozenset[int] = frozenset()  # the kinds that have a smoothed number beside the true one
        self.is_key = False  # only what solid and dashed mean: the numbers of several runs stand elsewhere
        self.restyle()

    def restyle(self) -> None:
        """Read fonts again."""
        self._label, self._numbers = theme.ui_font(11), theme.mono_font(11)

    @property
    def colors(self) -> tuple[QColor, ...]:
        """Of each kind of curve."""
        if self.is_key:
            return (theme.color("dim"),) * len(self.names)
        return kind_colors()[: len(self.names)]

    def style(self, reading: bool, room: float) -> tuple[Style, bool]:
        """The richest style that fits ``room``, or the smallest there is, which does not (False).

        Where names and numbers do not both fit, numbers are for the cursor and names for the rest of the time.
        """
        both, one = Style(True, True), Style(not reading, reading)
        if self.is_key:
            both = one = Style(True, False)
        two = both.tight()._replace(rows=2)
        styles = [both, both.tight(), two, two._replace(short=True), one.tight()._replace(rows=2)]
        if self.smoothed and not self.is_key:
            styles = [both._replace(also=True), both.tight()._replace(also=True), *styles]
        for style in styles:
            if self.width(style) <= room:
                return style, True
        return styles[-1], False

    def width(self, style: Style) -> float:
        """Of its widest row."""
        widths = list(self._widths(style))
        return max((sum(row) + style.between * (len(row) - 1) for row in _in_rows(widths, style.rows)), default=0.0)

    def _widths(self, style: Style) -> Iterator[float]:
        number = style.gap + QFontMetricsF(self._numbers).horizontalAdvance("0.000") if style.numbers else 0
        for kind in self.kinds:
            advance = QFontMetricsF(self._label).horizontalAdvance(self._name(kind, style))
            label = style.gap + advance if style.names else 0
            yield style.swatch + label + number + self._beside(kind, style)

    def _beside(self, kind: int, style: Style) -> float:
        """Room for the smoothed number."""
        if not style.also or kind not in self.smoothed:
            return 0.0
        return NEXT + QFontMetricsF(self._numbers).horizontalAdvance(SMOOTH.format("0.000"))

    def _name(self, kind: int, style: Style) -> str:
        return (self._short if style.short else self.names)[kind]

    def paint(self, painter: QPainter, row: QRectF, style: Style, values: Sequence[float | None],
              smoothed: Sequence[float | None] = ()) -> None:
        """Draw it so that it ends where the row ends; numbers keep their places."""
        numbers = zip(chain(values, repeat(None)), chain(smoothed, repeat(None)), strict=False)
        entries = list(zip(self.kinds, self._widths(style), numbers, strict=False))
        height, top = row.height() / style.rows, row.top()
        for line in _in_rows(entries, style.rows):
            left = row.right() - self.width(style)
            for kind, width, (value, also) in line:
                place = QRectF(left, top, width, height)
                self._paint_smoothed(painter, place, style, kind, also)
                self._paint_entry(painter, place.adjusted(0, 0, -self._beside(kind, style), 0), style, kind, value)
                left += width + style.between
            top += height

    def _paint_entry(self, painter: QPainter, place: QRectF, style: Style, kind: int, value: float | None) -> None:
        self._paint_swatch(painter, QPointF(place.left(), place.center().y()), kind, style.swatch)
        words = place.adjusted(style.swatch + style.gap, 0, 0, 0)
        if style.names:
            painter.setFont(self._label)
            painter.setPen(theme.color("dim"))
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._name(kind, style))
        if style.numbers:
            painter.setFont(self._numbers)
            painter.setPen(theme.color("text"))
            painter.drawText(words, RIGHT, short_measure(value))

    def _paint_smoothed(self, painter: QPainter, place: QRectF, style: Style, kind: int, value: float | None) -> None:
        if style.also and kind in self.smoothed and value is not None:
            painter.setFont(self._numbers)
            painter.setPen(theme.color("dim"))
            painter.drawText(place, RIGHT, SMOOTH.format(short_measure(value)))

    def _paint_swatch(self, painter: QPainter, start: QPointF, kind: int, width: int) -> None:
        pen = QPen(self.colors[kind], 2)
        if kind == 1:
            pen.setDashPattern([width / 4 - 1, 1.5])
        elif DASHES[kind]:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([length / 2 for length in DASHES[kind]])
        painter.setPen(pen)
        painter.drawLine(start, start + QPointF(width, 0))


def _in_rows(entries: list[T], rows: int) -> list[list[T]]:
    """As many in each row, the last one may have fewer."""
    size = -(-len(entries) // rows)
    return [entries[at : at + size] for at in range(0, len(entries), size)] if entries else []


def kind_colors() -> tuple[QColor, ...]:
    """Training, validation, training after the epoch, test."""
    return theme.color("accent"), theme.color("validation"), theme.color("accent"), theme.color("text")

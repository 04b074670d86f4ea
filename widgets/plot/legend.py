"""A plot's legend: a piece of each line, its name and its value, as much of it as there is room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from engine.units import short_measure
from widgets.look import theme

DASHES = ((), (7.0, 3.0), (2.0, 3.0), (9.0, 3.0, 2.0, 3.0))  # of each kind of curve, in strokes of one pixel
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Style(NamedTuple):
    """What is shown, and how far apart."""

    names: bool
    numbers: bool
    swatch: int = 20
    gap: int = 8
    between: int = 20

    def tight(self) -> Style:
        """The same in less room."""
        return self._replace(swatch=12, gap=5, between=10)


class Legend:
    """Stands at the right end of a row."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names  # of every kind of curve there may be
        self.kinds: tuple[int, ...] = tuple(range(min(2, len(names))))  # those that there are
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
        for style in (both, both.tight(), one, one.tight()):
            if self.width(style) <= room:
                return style, True
        return one.tight(), False

    def width(self, style: Style) -> float:
        """Of the whole legend."""
        return sum(self._widths(style)) + style.between * (len(self.kinds) - 1)

    def _widths(self, style: Style) -> Iterator[float]:
        number = style.gap + QFontMetricsF(self._numbers).horizontalAdvance("0.000") if style.numbers else 0
        for kind in self.kinds:
            advance = QFontMetricsF(self._label).horizontalAdvance(self.names[kind])
            label = style.gap + advance if style.names else 0
            yield style.swatch + label + number

    def paint(self, painter: QPainter, row: QRectF, style: Style, values: Sequence[float | None]) -> None:
        """Draw it so that it ends where the row ends; numbers keep their places."""
        left = row.right() - self.width(style)
        for index, (kind, width) in enumerate(zip(self.kinds, self._widths(style), strict=True)):
            self._paint_swatch(painter, QPointF(left, row.center().y()), kind, style.swatch)
            words = QRectF(left + style.swatch + style.gap, row.top(), width - style.swatch - style.gap, row.height())
            if style.names:
                painter.setFont(self._label)
                painter.setPen(theme.color("dim"))
                painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.names[kind])
            if style.numbers:
                painter.setFont(self._numbers)
                painter.setPen(theme.color("text"))
                painter.drawText(words, RIGHT, short_measure(values[index] if index < len(values) else None))
            left += width + style.between

    def _paint_swatch(self, painter: QPainter, start: QPointF, kind: int, width: int) -> None:
        pen = QPen(self.colors[kind], 2)
        if kind == 1:
            pen.setDashPattern([width / 4 - 1, 1.5])
        elif DASHES[kind]:
            pen.setDashPattern([length / 3 for length in DASHES[kind]])
        painter.setPen(pen)
        painter.drawLine(start, start + QPointF(width, 0))


def kind_colors() -> tuple[QColor, ...]:
    """Training, validation, training after the epoch, test."""
    return theme.color("accent"), theme.color("validation"), theme.color("accent"), theme.color("text")

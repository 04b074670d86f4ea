"""Rows of words and numbers: words at the left, numbers below each other."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QPainter

from widgets.findings.drawing import LEFT, RIGHT, Said, paint_title, small, title_height, width_of, write
from widgets.findings.pictures import Table, cell_text
from widgets.look import theme

ROW, APART, EDGE, LEAST = 24.0, 24.0, 8.0, 48.0  # of words


class TableDrawing:
    """Paints ``Table``."""

    def __init__(self, picture: Table) -> None:
        self.picture = picture
        self.texts = [[cell_text(cell) for cell in row] for row in picture.rows]

    @cached_property
    def _is_number(self) -> list[bool]:
        """Which columns hold numbers only."""
        return [all(not isinstance(row[at], str) for row in self.picture.rows if at < len(row))
                for at in range(len(self.picture.columns))]

    def _font(self, column: int) -> QFont:
        return theme.mono_font(11) if self._is_number[column] else theme.ui_font(12)

    def _widths(self, room: float) -> list[float]:
        """What each column needs; where that is too much the widest words give way, then all."""
        needed = [max([width_of(title, small()), *(width_of(row[at], self._font(at)) for row in self.texts
                                                   if at < len(row))]) + 2
                  for at, title in enumerate(self.picture.columns)]
        room -= APART * (len(needed) - 1) + 2 * EDGE
        cap, number_width = max(needed, default=0.0), sum(
            width for width, number in zip(needed, self._is_number, strict=True) if number)
        words = [width for width, number in zip(needed, self._is_number, strict=True) if not number]
        while cap > LEAST and number_width + sum(min(cap, width) for width in words) > room:
            cap -= 4.0
        needed = [width if number else min(cap, width)
                  for width, number in zip(needed, self._is_number, strict=True)]
        scale = min(1.0, max(0.0, room) / (sum(needed) or 1.0))
        return [width * scale for width in needed]

    def height(self, width: float) -> float:
        """The heading and all rows."""
        return title_height(self.picture.title) + ROW * (1 + len(self.texts)) + 2

    def _row(self, area: QRectF, index: int) -> QRectF:
        top = area.top() + title_height(self.picture.title) + ROW * (1 + index) + 2
        return QRectF(area.left(), top, area.width(), ROW)

    def paint(self, painter: QPainter, area: QRectF, at: QPointF | None) -> None:
        """The heading over a line, then row by row; the one that is read has a ground."""
        rest = paint_title(painter, area, self.picture.title)
        widths = self._widths(area.width())
        total = min(area.width(), sum(widths) + APART * (len(widths) - 1) + 2 * EDGE) if widths else 0.0
        heading = QRectF(rest.left(), rest.top(), rest.width(), ROW)
        self._paint_cells(painter, heading, widths, self.picture.columns, True)
        painter.fillRect(QRectF(rest.left(), heading.bottom(), total, 1), theme.color("line"))
        read = None if at is None else self._at(area, at)
        for index, row in enumerate(self.texts):
            place = self._row(area, index)
            if index == read:
                painter.setPen(theme.color("raised"))
                painter.setBrush(theme.color("raised"))
                painter.drawRoundedRect(QRectF(place.left(), place.top(), total, ROW), 4, 4)
            self._paint_cells(painter, place, widths, row, False)

    def _paint_cells(self, painter: QPainter, row: QRectF, widths: list[float], texts: object, heading: bool) -> None:
        assert isinstance(texts, (list, tuple))
        left = row.left() + EDGE
        for at, (width, text) in enumerate(zip(widths, texts, strict=False)):
            side = RIGHT if self._is_number[at] else LEFT
            write(painter, QRectF(left, row.top(), width, row.height()), side, text, "dim" if heading else "text",
                  small() if heading else self._font(at))
            left += width + APART

    def _at(self, area: QRectF, at: QPointF) -> int | None:
        return next((index for index in range(len(self.texts)) if self._row(area, index).contains(at)), None)

    def read(self, area: QRectF, at: QPointF) -> tuple[Said, ...]:
        """The whole row, where something of it had no room."""
        index, widths = self._at(area, at), self._widths(area.width())
        if index is None or not any(width_of(text, self._font(column)) > width + 1 for column, (text, width) in
                                    enumerate(zip(self.texts[index], widths, strict=False))):
            return ()
        return tuple(Said(title, text) for title, text in zip(self.picture.columns, self.texts[index], strict=False))

    def stops(self, area: QRectF) -> list[QPointF]:
        """Every row."""
        return [self._row(area, index).center() for index in range(len(self.texts))]

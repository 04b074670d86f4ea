"""A number for each name: rows with bars, or thin columns where there are too many names to be read."""

from __future__ import annotations

import math
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from engine.units import measure_text, tick_text, value_text
from widgets.findings.columns import Column, columns
from widgets.findings.drawing import (
    CENTER,
    GAP,
    LEFT,
    LINE,
    RIGHT,
    Said,
    numbers,
    paint_title,
    small,
    title_height,
    width_of,
    write,
)
from widgets.findings.pictures import Bars
from widgets.look import theme
from widgets.plot.scales import LinearScale
from widgets.plot.ticks import nice_range

FEW = 24  # names that have a row each
ROW, THICK, HEIGHT, NAME = 26.0, 10.0, 200.0, 0.42  # of the width: for the names, at most


class BarDrawing:
    """Paints ``Bars``."""

    def __init__(self, picture: Bars) -> None:
        self.picture = picture
        self.values = [float(value) for value in picture.values]

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """What the bars reach, 0 among it."""
        finite = [value for value in self.values if math.isfinite(value)]
        low, high = min([0.0, *finite]), max([0.0, *finite])
        return (low, high) if high > low else (0.0, 1.0)

    @property
    def _has_rows(self) -> bool:
        return len(self.values) <= FEW

    def _head(self) -> float:
        heading = LINE + 4 if self.picture.value_title or (self._has_rows and self.picture.name_title) else 0.0
        return title_height(self.picture.title) + heading

    def height(self, width: float) -> float:
        """A row for each, or all side by side."""
        return self._head() + (ROW * len(self.values) if self._has_rows else HEIGHT)

    def paint(self, painter: QPainter, area: QRectF, at: QPointF | None) -> None:
        """All bars; the one that is read stands out."""
        rest = paint_title(painter, area, self.picture.title)
        index = None if at is None else self._at(area, at)
        if self._has_rows:
            self._paint_rows(painter, rest, self._body(area), index)
        else:
            line = QRectF(rest.left(), rest.top(), rest.width(), LINE)
            write(painter, line, LEFT, self.picture.value_title, "dim", small())
            self._paint_columns(painter, area, index)

    def _body(self, area: QRectF) -> QRectF:
        return area.adjusted(0, self._head(), 0, 0)

    # -- rows ---------------------------------------------------------------------------------------------------

    def _row(self, body: QRectF, index: int) -> QRectF:
        return QRectF(body.left(), body.top() + index * ROW, body.width(), ROW)

    def _track(self, body: QRectF) -> QRectF:
        """Between names and numbers: from where to where bars reach."""
        name = max((width_of(name, theme.ui_font(12)) for name in self.picture.names), default=0.0)
        number = max((width_of(measure_text(value), theme.mono_font(11)) for value in self.values), default=0.0)
        return body.adjusted(min(name + 2, NAME * body.width()) + 12, 0, -number - 10, 0)

    def _paint_rows(self, painter: QPainter, rest: QRectF, body: QRectF, read: int | None) -> None:
        track = self._track(body)
        line = QRectF(rest.left(), rest.top(), track.left() - rest.left() - GAP, LINE)
        write(painter, line, LEFT, self.picture.name_title, "dim", small())
        heading = QRectF(track.left(), rest.top(), rest.right() - track.left(), LINE)
        write(painter, heading, LEFT if self._head() else RIGHT, self.picture.value_title, "dim", small())
        for index, (name, value) in enumerate(zip(self.picture.names, self.values, strict=True)):
            row = self._row(body, index)
            loud = index in (read, self.picture.stressed)
            words = QRectF(row.left(), row.top(), track.left() - row.left() - 12, ROW)
            write(painter, words, LEFT, name, "text", theme.ui_font(12))
            self._paint_bar(painter, QRectF(track.left(), row.top(), track.width(), ROW), value, index)
            write(painter, row, RIGHT, measure_text(value), "text" if loud else "dim", theme.mono_font(11))

    def _paint_bar(self, painter: QPainter, track: QRectF, value: float, index: int) -> None:
        low, high = self._ends
        scale = track.width() / (high - low)
        zero, top = track.left() - low * scale, track.center().y() - THICK / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(track.left(), top, track.width(), THICK), 3, 3)
        if math.isfinite(value) and value:
            end = zero + value * scale
            painter.setBrush(self._color(value, index))
            painter.drawRoundedRect(QRectF(min(zero, end), top, max(2.0, abs(end - zero)), THICK), 3, 3)
        if low < 0 < high:
            painter.fillRect(QRectF(round(zero), track.top() + 4, 1, ROW - 8), theme.color("wire"))

    def _color(self, value: float, index: int, read: int | None = None) -> QColor:
        """Quiet where another one is stressed; below 0 another colour."""
        if index == read:
            return theme.color("text")
        if self.picture.stressed is not None and index != self.picture.stressed:
            return theme.color("wire")
        return theme.color("error" if value < 0 else "accent")

    # -- columns ------------------------------------------------------------------------------------------------

    def _scale(self, body: QRectF) -> LinearScale:
        return LinearScale(*nice_range(*self._ends, int(max(2, min(6, body.height() // 34)))))

    def _plot(self, area: QRectF) -> QRectF:
        body = self._body(area).adjusted(0, 6, 0, -LINE)
        texts = [text for _, text in self._scale(body).ticks()]
        return body.adjusted(max(width_of(text, numbers()) for text in texts) + GAP, 0, 0, 0)

    def _columns(self, plot: QRectF) -> list[Column]:
        return columns(self.values, plot.left(), plot.width())

    def _paint_columns(self, painter: QPainter, area: QRectF, read: int | None) -> None:
        plot = self._plot(area)
        scale = self._scale(self._body(area).adjusted(0, 6, 0, -LINE))
        for value, text in scale.ticks():
            at = round(plot.bottom() - scale.place(value) * plot.height())
            painter.fillRect(QRectF(plot.left(), at, plot.width(), 1), theme.color("line" if value else "wire"))
            place = QRectF(area.left(), at - LINE / 2, plot.left() - area.left() - GAP, LINE)
            write(painter, place, RIGHT, text, "dim", numbers())
        zero = plot.bottom() - scale.place(0.0) * plot.height()
        for column in self._columns(plot):
            if math.isfinite(column.value):
                y = plot.bottom() - scale.place(column.value) * plot.height()
                color = self._color(column.value, column.place, read)
                painter.fillRect(QRectF(column.left, min(y, zero), column.width, max(1.0, abs(y - zero))), color)
        last = len(self.values) - 1
        below = QRectF(plot.left(), plot.bottom() + 3, plot.width(), LINE - 3)
        for side, text in ((LEFT, "0"), (CENTER, self.picture.name_title), (RIGHT, tick_text(last, 1))):
            write(painter, below, side, text, "dim", small() if side == CENTER else numbers())

    # -- reading ------------------------------------------------------------------------------------------------

    def _at(self, area: QRectF, at: QPointF) -> int | None:
        body = self._body(area)
        if not self._has_rows:
            plot = self._plot(area)
            found = (column.place for column in self._columns(plot) if column.holds(at.x()))
            return next(found, None) if area.contains(at) else None
        index = int((at.y() - body.top()) // ROW)
        return index if 0 <= index < len(self.values) and area.contains(at) else None

    def read(self, area: QRectF, at: QPointF) -> tuple[Said, ...]:
        """The name and its number, where they do not stand there already."""
        index = self._at(area, at)
        if index is None or (self._has_rows and self._is_whole(area, self.picture.names[index])):
            return ()
        return (Said(self.picture.names[index], value_text(self.values[index])),)

    def _is_whole(self, area: QRectF, name: str) -> bool:
        body = self._body(area)
        return width_of(name, theme.ui_font(12)) <= self._track(body).left() - body.left() - 11

    def stops(self, area: QRectF) -> list[QPointF]:
        """Every bar."""
        if self._has_rows:
            track = self._track(self._body(area))
            return [QPointF(track.center().x(), self._row(self._body(area), index).center().y())
                    for index in range(len(self.values))]
        plot = self._plot(area)
        return [QPointF(column.left + column.width / 2, plot.center().y()) for column in self._columns(plot)]

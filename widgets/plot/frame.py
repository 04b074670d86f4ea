"""What stands around the curves: title, legend with numbers, grid, tick numbers, marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from widgets.look import theme
from widgets.plot.axis import AxisWords
from widgets.plot.legend import RIGHT, Legend, Style
from widgets.plot.marks import Board, Crossed, Mark, Marks, paint_best, paint_marks, shortened
from widgets.plot.scales import LinearScale, Scale

BETWEEN, OUTER = 14, 8  # title and legend; where a title may begin at the earliest
ROW, BELOW = 20, 24  # of title or legend; for the numbers of the epochs
DIGITS = 6.6  # that fit beside the curves
CLOSEST = 40.0  # from one number of the axis to the next
APART, GAP = 24, 6  # from the legend to what is said after it, and in that before its number
ROUND = 16  # of a pill: at both of its ends together
MOST, LEAST_HELD = 0.6, 12  # of the width that a pill's words may take; digits of what holds
WIDEST_NUMBER = "0.000000"
CENTER = Qt.AlignmentFlag.AlignCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Reading(NamedTuple):
    """A point that is pointed out."""

    x: float
    y: float


class Rest(NamedTuple):
    """A place on the axis, and what it is called."""

    at: float
    text: str


class Header(NamedTuple):
    """Where title and legend stand; the legend ends where its row does."""

    title: QRectF
    legend: QRectF
    style: Style


class Frame:
    """Paints in pixels; knows the ranges, never the data."""

    def __init__(self, title: str, names: tuple[str, ...], cursor_template: str, short: tuple[str, ...] = ()) -> None:
        self.title, self.axis = title, AxisWords("epochs", cursor_template)
        self.titles: tuple[str, ...] = ()  # of the plots in its row: their curves begin at one height
        self.legend = Legend(names, short)
        self.x_range = (0.0, 10.0)
        self.y_scale: Scale = LinearScale(0.0, 1.0, 0.25)
        self.readings: tuple[Reading | None, ...] = ()  # of every curve
        self.smoothed: tuple[float | None, ...] = ()  # of every curve what it is smoothed there, if it is
        self.colors: tuple[QColor, ...] = ()  # of every curve
        self.cursor_at: float | None = None
        self.rest: Rest | None = None  # what the legend's numbers are of while nobody reads
        self.best: tuple[tuple[Reading, QColor], ...] = ()
        self.marks: tuple[Mark, ...] = ()
        self.is_crossed: Crossed = lambda place: False  # whether a curve is there
        self.best_word = ""  # at the foot of the best epoch, where there is only one run
        self.is_best_at_rest = False  # the numbers that nobody reads are of the best epoch, and say so
        self.behind: tuple[str, str, str] | None = None  # what is said behind the title: words, a number, words
        self.aside: tuple[str, str] | None = None  # what is said at the end of the title's line, and its number
        self.kept_free = 0  # pixels after that
        self.restyle()

    def restyle(self) -> None:
        """Read fonts again."""
        self._ticks, self._title = theme.mono_font(10), theme.ui_font(12, QFont.Weight.DemiBold)
        self._digit = QFontMetricsF(self._ticks).horizontalAdvance("0")
        self._board = Board(self._ticks)
        self._left = math.ceil(DIGITS * self._digit) + OUTER
        self._asked: tuple[object, ...] = ()
        self._aside_place = QRectF()
        self.legend.restyle()

    def area(self, size: QSize) -> QRectF:
        """Where the curves are: beside their numbers, below title and legend."""
        width = max(1, size.width() - self._left - OUTER)
        top = 8 + self._header(width).legend.bottom()
        return QRectF(self._left, top, width, max(1, size.height() - top - BELOW))

    def narrowest(self) -> int:
        """Room for the smallest legend."""
        least = (self.legend.width(self.legend.style(reading, 0)[0]) for reading in (False, True))
        return math.ceil(2 * OUTER + max(least))

    def point(self, area: QRectF, x: float, y: float) -> QPointF:
        """Where a point of the data is on the screen."""
        return QPointF(self._x(area, x), area.bottom() - self.y_scale.place(y) * area.height())

    def _x(self, area: QRectF, position: float) -> float:
        left, right = self.x_range
        return area.left() + (position - left) / (right - left) * area.width()

    # -- grid -------------------------------------------------------------------------------------------------

    def paint_grid(self, painter: QPainter, area: QRectF) -> None:
        """Horizontal lines, and numbers at both axes."""
        painter.setFont(self._ticks)
        self._paint_rows(painter, area)
        self._paint_places(painter, area)

    def _paint_rows(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(theme.color("dim"))
        for value, text in self.y_scale.ticks():
            y = round(self.point(area, 0, value).y())
            painter.fillRect(QRectF(area.left(), y, area.width(), 1), theme.color("line"))
            painter.drawText(QRectF(0, y - 8, area.left() - OUTER, 16), RIGHT, text)

    def _paint_places(self, painter: QPainter, area: QRectF) -> None:
        left, right = self.x_range
        step = self.axis.step(right - left, area.width() / CLOSEST)
        widest = self._digit * len(self.axis.text(right, step))
        step = self.axis.step(right - left, area.width() / max(CLOSEST, 1.5 * widest))
        painter.setPen(theme.color("dim"))
        pill = self._pill(area)
        for value, text in self.axis.ticks(left, right, step):
            half = QFontMetricsF(self._ticks).horizontalAdvance(text) / 2
            x = min(self._x(area, value), area.right() + OUTER - half)  # the last one is not cut
            if pill is None or not pill[0].adjusted(-GAP, 0, GAP, 0).intersects(
                    QRectF(x - half, pill[0].top(), 2 * half, 1)):
                painter.drawText(QRectF(x - 32, area.bottom() + 5, 64, 16), CENTER, text)

    # -- title and legend -------------------------------------------------------------------------------------

    def paint_header(self, painter: QPainter, area: QRectF, focused: bool) -> None:
        """The title and the legend."""
        title, legend, style = self.header(area)
        self._paint_title(painter, title, focused)
        self._paint_behind(painter, title)
        self._paint_aside(painter)
        self.legend.paint(painter, legend, style, [reading.y if reading else None for reading in self.readings],
                          self.smoothed)

    def header(self, area: QRectF) -> Header:
        """Where title and legend stand above the curves."""
        return self._header(area.width())

    def _header(self, width: float) -> Header:
        reading = self.cursor_at is not None
        asked = (self.title, self.titles, self.legend.is_key, self.legend.kinds, self.legend.smoothed, reading, width,
                 self.kept_free,
                 self.aside and self.aside[0])
        if asked != self._asked:  # at every mouse move and redraw; measuring letters takes long
            self._asked, self._found = asked, self._placed(width, reading, self.kept_free)
        return self._found

    def _placed(self, width: float, reading: bool, kept_free: float) -> Header:
        """The title on the left, the legend on the right; where names and numbers do not fit beside it, it is above."""
        row = QRectF(self._left, 4, width - kept_free, ROW)
        self._aside_place = self._aside_in(row)
        row.setRight(row.right() - (self._aside_place.width() + APART if self._aside_place.width() else 0))
        width = row.width()
        taken = BETWEEN + max(map(self._width_of, (self.title, *self.titles)))  # all plots of a row do the same
        most = row.right() - OUTER
        if not self._fits_beside(most - taken, most):
            row.setLeft(OUTER)
            style = self.legend.style(reading, row.width())[0]
            return Header(row, self._rows(row.translated(0, ROW), style), style)
        style = self.legend.style(reading, most - taken)[0]
        if self.legend.width(style) > width - taken:
            row.setLeft(OUTER)
        return Header(row.adjusted(0, 0, -BETWEEN - self.legend.width(style), 0), self._rows(row, style), style)

    def has_room(self, size: QSize, kept_free: float) -> bool:
        """Whether legend and aside say as much where so many pixels more are kept free at the end of the row."""
        width, before = max(1, size.width() - self._left - OUTER), self.kept_free
        now, then = ([(self._placed(width, reading, free), self._aside_place.isEmpty()) for reading in (False, True)]
                     for free in (before, before + kept_free))
        self._asked = ()  # where the aside stands is to be found again
        return all(other.style.says_as_much(one.style) and other.title.topLeft() == one.title.topLeft()
                   and other.legend.top() == one.legend.top() and is_less == was_less
                   for (one, was_less), (other, is_less) in zip(now, then, strict=True))

    def _aside_in(self, row: QRectF) -> QRectF:
        """The end of the title's line, where there is room for what is said there beside the whole legend."""
        if self.aside is None:
            return QRectF()
        number = QFontMetricsF(theme.mono_font(11)).horizontalAdvance(WIDEST_NUMBER)
        width = QFontMetricsF(theme.ui_font(11)).horizontalAdvance(self.aside[0]) + GAP + number
        titles = max(map(self._width_of, (self.title, *self.titles)))
        room = row.width() - BETWEEN - titles - APART - width
        if room < 0 or any(not self.legend.style(reading, room)[0].says_as_much(self.legend.style(reading, 1e6)[0])
                           for reading in (False, True)):
            return QRectF()
        return QRectF(row.right() - width, row.top(), width, row.height())

    def _paint_aside(self, painter: QPainter) -> None:
        if self.aside is None or not self._aside_place.width():
            return
        place = self._aside_place
        number = QFontMetricsF(theme.mono_font(11)).horizontalAdvance(WIDEST_NUMBER)
        for text, font, color, left in ((self.aside[0], theme.ui_font(11), "dim", place.left()),
                                        (self.aside[1], theme.mono_font(11), "text", place.right() - number)):
            painter.setFont(font)
            painter.setPen(theme.color(color))
            painter.drawText(QRectF(QPointF(left, place.top()), place.bottomRight()), LEFT, text)

    def _fits_beside(self, beside: float, below: float) -> bool:
        """Whether a row of its own says no more; whether one reads or not, so that nothing jumps."""
        for reading in (False, True):
            (style, fits), (alone, _) = self.legend.style(reading, beside), self.legend.style(reading, below)
            if not fits or (alone.names and alone.numbers) != (style.names and style.numbers):
                return False
        return True

    def _rows(self, row: QRectF, style: Style) -> QRectF:
        return row.adjusted(0, 0, 0, ROW * (style.rows - 1))

    def _width_of(self, title: str) -> float:
        return QFontMetricsF(self._title).horizontalAdvance(title)

    def _paint_title(self, painter: QPainter, row: QRectF, focused: bool) -> None:
        painter.setFont(self._title)
        painter.setPen(theme.color("accent" if focused else "dim"))
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, self.title)
        if focused:
            width = min(row.width(), self._width_of(self.title))
            painter.fillRect(QRectF(row.left(), row.bottom() - 1, width, 2), theme.color("accent"))

    def _paint_behind(self, painter: QPainter, row: QRectF) -> None:
        """What is said behind the title, if all of it fits before the legend."""
        if self.behind is None:
            return
        looks = [(theme.ui_font(11), "dim"), (theme.mono_font(11), "text"), (theme.ui_font(11), "dim")]
        widths = [QFontMetricsF(font).horizontalAdvance(text)
                  for (font, _), text in zip(looks, self.behind, strict=True)]
        left = row.left() + self._width_of(self.title) + BETWEEN
        if left + sum(widths) > row.right():
            return
        for (font, color), text, width in zip(looks, self.behind, widths, strict=True):
            painter.setFont(font)
            painter.setPen(theme.color(color))
            painter.drawText(QRectF(left, row.top(), width + 1, row.height()), Qt.AlignmentFlag.AlignVCenter, text)
            left += width

    # -- marks ------------------------------------------------------------------------------------------------

    def paint_marks(self, painter: QPainter, area: QRectF, single: Sequence[bool]) -> None:
        """What happened, the best epoch, the cursor, and curves too short for a line."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marks = self._marked(area)
        self._paint_threads(painter, marks)
        for best, color in self.best:
            if self._visible(best):
                self._ring(painter, marks, best, color)
        for index, reading in enumerate(self.readings):
            if reading and (single[index] or self.cursor_at is not None) and self._visible(reading):
                self._dot(painter, area, reading, self.colors[index])
        at = self._read_at
        if at is not None and self._within(at):
            painter.fillRect(marks.thread(round(self._x(area, at))), theme.color("wire"))
        self._paint_pill(painter, self._pill(area))

    def _paint_threads(self, painter: QPainter, marks: Marks) -> None:
        if len(self.best) == 1 and self._visible(self.best[0][0]):
            x = round(self._x(marks.area, self.best[0][0].x))
            told = self.is_best_at_rest and self.cursor_at is None  # below the axis
            paint_best(painter, marks, x, "" if told else self.best_word, self._ticks, self.is_crossed)
        paint_marks(painter, marks, self._ticks)

    def _marked(self, area: QRectF) -> Marks:
        return self._board.marked(area, [(self._x(area, mark.position), mark) for mark in self.marks
                                         if self._within(mark.position)], self.is_crossed)

    def told_at(self, area: QRectF, point: QPointF) -> tuple[str, ...]:
        """All that the marks there say, each with its epoch."""
        return tuple(f"{self.axis.said(mark.position)}: {mark.text}"
                     for mark in self._marked(area).at(point))

    def _visible(self, reading: Reading) -> bool:
        return self._within(reading.x) and math.isfinite(self.y_scale.place(reading.y))

    def _within(self, position: float) -> bool:
        return self.x_range[0] <= position <= self.x_range[1]

    def _dot(self, painter: QPainter, area: QRectF, reading: Reading, color: QColor) -> None:
        painter.setPen(QPen(theme.color("panel"), 1.5))
        painter.setBrush(color)
        painter.drawEllipse(self.point(area, *reading), 4, 4)

    def _ring(self, painter: QPainter, marks: Marks, reading: Reading, color: QColor) -> None:
        """The best epoch: a ring on the dashed curve, and of several runs a thread down to its number."""
        center = self.point(marks.area, *reading)
        if len(self.best) > 1:
            thread = marks.thread(center.x())
            painter.setPen(QPen(theme.color("wire"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(center.x(), max(center.y() + 5, thread.top())),
                             QPointF(center.x(), max(center.y() + 5, thread.bottom())))
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(theme.color("panel"))
        painter.drawEllipse(center, 4, 4)

    # -- the epoch that is read -------------------------------------------------------------------------------

    def _pill(self, area: QRectF) -> tuple[QRectF, str] | None:
        """Which epoch the legend's numbers are of, and where on the axis that stands."""
        read = self._read()
        if read is None or not self._within(read.at):
            return None
        metrics = QFontMetricsF(self._ticks)
        text = read.text + self._held(MOST * area.width() - metrics.horizontalAdvance(read.text), metrics)
        width = metrics.horizontalAdvance(text) + ROUND
        left = max(area.left(), min(round(self._x(area, read.at)) - width / 2, area.right() - width))
        return QRectF(left, area.bottom() + 4, width, 18), text

    @property
    def _read_at(self) -> float | None:
        """Where the value in sight is that is nearest to the cursor: its numbers are read."""
        at = self.cursor_at
        if at is None:
            return None
        seen = (reading.x for reading in self.readings if reading and self._within(reading.x))
        return min(seen, key=lambda x: abs(x - at), default=at)

    def _read(self) -> Rest | None:
        """The epoch that is read; else what stands for the run."""
        at, (left, right) = self._read_at, self.x_range
        if at is None:
            return self.rest
        return Rest(at, self.axis.said(at, right - left))

    def _held(self, room: float, metrics: QFontMetricsF) -> str:
        """What a mark before the epoch that is read says to hold since then, as much as there is room for."""
        at = self._read_at
        before = [mark.text for mark in sorted(self.marks) if mark.holds and at is not None and mark.position <= at]
        if not before or room < LEAST_HELD * self._digit:
            return ""
        return shortened(metrics, f" · {before[-1]}", room)

    def _paint_pill(self, painter: QPainter, pill: tuple[QRectF, str] | None) -> None:
        if pill is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(pill[0], 9, 9)
        painter.setPen(theme.color("text"))
        painter.setFont(self._ticks)
        painter.drawText(pill[0], CENTER, pill[1])

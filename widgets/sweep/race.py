"""All members' curves on one axis: who leads, who was stopped, who is on the way."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QWidget

from engine.units import tick_text
from widgets.look import theme
from widgets.look.contrast import mixed
from widgets.look.guarded import guarded
from widgets.plot.ticks import nice_range, nice_step, tick_values
from widgets.sweep.member_plot import EDGE, READOUT, RIGHT, MemberPlot, apart, write
from widgets.sweep.results import extent, leader
from widgets.sweep.values import Curve, SweepShown, is_plain

FOOT, ROW, BETWEEN = 22, 34, 64  # pixels: below the picture; between two lines of the grid; between two epochs
BEYOND = 8.0  # heights of the picture: so far a line that leaves it is followed
CROSS, HEAD = 3.5, 3.0  # half as wide: the end of one that was stopped; where one is now
ENDS = ("stopped", "failed")


class Way(NamedTuple):
    """A curve as it is drawn; values that are far outside are brought so near that Qt can draw the way there."""

    curve: Curve
    epochs: tuple[float, ...]
    line: QPolygonF
    low: float
    high: float
    reach: tuple[float, float]

    def is_inside(self, reach: tuple[float, float]) -> bool:
        """Whether nothing of it had, or has, to be brought nearer."""
        low, high = max(reach[0], self.reach[0]), min(reach[1], self.reach[1])
        return low <= self.low and self.high <= high


def way_of(curve: Curve, reach: tuple[float, float]) -> Way:
    """What is not finite is no point."""
    points = [(epoch, value) for epoch, value in curve if is_plain(value)]
    low, high = reach
    line = QPolygonF([QPointF(epoch, min(high, max(low, value))) for epoch, value in points])
    values = [value for _, value in points] or [0.0]
    return Way(curve, tuple(epoch for epoch, _ in points), line, min(values), max(values), reach)


@guarded
class Race(MemberPlot):
    """Epochs go to the right; the axis has room for those that are planned."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Race"), parent)
        self._ways: dict[str, Way] = {}
        self._epochs = self._values = (0.0, 1.0)
        self._limits: tuple[float, float] | None = None
        self._places: tuple[object, tuple[QRectF, QTransform]] | None = None

    # -- where everything is ------------------------------------------------------------------------------------

    def arrange(self) -> None:
        """Curves that are the same keep their lines."""
        curves = [member.curve for member in self.shown.members if member.curve]
        ends = [max(curve[-1][0], 1.0) for curve in curves] + [float(each.planned) for each in self.shown.members]
        first = min((curve[0][0] for curve in curves), default=0.0)
        last = max(ends, default=1.0)
        self._epochs = (first, last) if last > first else (first - 0.5, first + 0.5)
        self._limits = limits(self.shown)
        low, high = self._limits or (0.0, 1.0)
        reach = low - BEYOND * (high - low), high + BEYOND * (high - low)
        self._ways = {key: self._way(key, member.curve, reach) for key, member in self.members.items()}
        words = self.tr("{count} curves of {measure}; {title}")
        self.setAccessibleDescription(words.format(
            count=len(curves), measure=self.shown.measure, title=self.readout) if curves else "")

    def _way(self, key: str, curve: Curve, reach: tuple[float, float]) -> Way:
        before = self._ways.get(key)
        if before is not None and before.curve == curve and (before.reach == reach or before.is_inside(reach)):
            return before
        return way_of(curve, reach)

    @property
    def area(self) -> QRectF:
        """Where the curves are."""
        return self._placed()[0]

    def transform(self) -> QTransform:
        return self._placed()[1]

    def _placed(self) -> tuple[QRectF, QTransform]:
        """Worked out once for what is shown at a size."""
        key = (self.version, self.size())
        if self._places is None or self._places[0] != key:
            numbers = [text for _, text in self._ticks()]
            wide = max(map(QFontMetricsF(theme.mono_font(10)).horizontalAdvance, numbers), default=0.0)
            area = QRectF(self.rect()).adjusted(EDGE + wide + 8, READOUT + 6, -EDGE - 4, -FOOT)
            self._places = (key, (area, self._transform(area)))
        return self._places[1]

    def _transform(self, area: QRectF) -> QTransform:
        (first, last), (low, high, _) = self._epochs, self._scale()
        moved = QTransform.fromTranslate(area.left(), area.bottom())
        return moved.scale(area.width() / (last - first), -area.height() / (high - low)).translate(-first, -low)

    def _scale(self) -> tuple[float, float, float]:
        """The lowest and highest value of the axis, and its step."""
        return nice_range(*(self._limits or (0.0, 1.0)), max(1, (self.height() - READOUT - FOOT) // ROW))

    def _ticks(self) -> list[tuple[float, str]]:
        scale = self._scale()
        return [(value, tick_text(value, scale[2])) for value in tick_values(*scale)]

    def clip(self) -> QRectF:
        return self.area.adjusted(-2, -2, 2, 2)

    def polygon(self, key: str) -> QPolygonF:
        return self._ways[key].line

    def point(self, epoch: float, value: float) -> QPointF:
        """Where a value is on the screen; one outside of the axis at its end."""
        area, at = self.area, self.transform().map(QPointF(epoch, value))
        return QPointF(at.x(), min(area.bottom(), max(area.top(), at.y())))

    def distance(self, key: str, at: QPointF) -> float:
        """To the line's nearest piece, or its only point."""
        line, (area, to_pixels), (first, last) = self._ways[key], self._placed(), self._epochs
        if not line.epochs or not area.adjusted(-6, -6, 6, 6).contains(at):
            return math.inf
        epoch = first + (at.x() - area.left()) / area.width() * (last - first)
        right = min(max(1, bisect_right(line.epochs, epoch)), len(line.epochs) - 1)
        return apart(at, *(to_pixels.map(line.line.at(end)) for end in (max(0, right - 1), right)))

    # -- painting -----------------------------------------------------------------------------------------------

    def paint_frame(self, painter: QPainter) -> None:
        """Lines and numbers of the axis, epochs below."""
        area, font = self.area, theme.mono_font(10)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if not any(member.curve for member in self.shown.members):
            write(painter, QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, self._nothing(), "dim", theme.ui_font(13))
            return
        for value, text in self._ticks():
            y = round(self.point(self._epochs[0], value).y())
            painter.fillRect(QRectF(area.left(), y, area.width(), 1), theme.color("line"))
            write(painter, QRectF(0, y - 8, area.left() - 8, 16), RIGHT, text, "dim", font)
        self._paint_epochs(painter, area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _nothing(self) -> str:
        if not self.shown.members:
            return self.tr("No sweep yet: what was tried is drawn here")
        return self.tr("The first epoch is on its way")

    def _paint_epochs(self, painter: QPainter, area: QRectF) -> None:
        first, last = self._epochs
        step = max(1.0, nice_step(last - first, max(1, int(area.width() / BETWEEN)), (1, 2, 5, 10)))
        middle = Qt.AlignmentFlag.AlignCenter
        for epoch in tick_values(first, last, step):
            place = QRectF(self.point(epoch, 0).x() - 30, area.bottom() + 4, 60, 16)
            write(painter, place, middle, tick_text(epoch, step), "dim", theme.mono_font(10))

    def paint_signs(self, painter: QPainter) -> None:
        """A cross where one ended early, a dot where one is now; the leader's is larger."""
        for key, member in self.members.items():
            if self._ways[key].epochs and member.state in ENDS:
                self._paint_cross(painter, self._end(key), self._cross_color(key))
            elif self._ways[key].epochs and (member.state == "running" or key == self.leading):
                painter.setPen(QPen(theme.color("panel"), 1))
                painter.setBrush(self.color(key))
                size = HEAD + 1.5 * (key == self.leading)
                painter.drawEllipse(self._end(key), size, size)

    def _end(self, key: str) -> QPointF:
        way = self._ways[key]
        return self.point(way.line.last().x(), way.line.last().y())

    def _cross_color(self, key: str) -> QColor:
        """Of many that were stopped none is to stand out."""
        if self.members[key].state == "failed":
            return theme.color("error")
        return mixed(theme.color("panel"), theme.color("dim"), 0.45) if self.are_many else theme.color("dim")

    def _paint_cross(self, painter: QPainter, at: QPointF, color: QColor) -> None:
        painter.setPen(QPen(color, 1.4))
        for across in (QPointF(CROSS, CROSS), QPointF(CROSS, -CROSS)):
            painter.drawLine(at - across, at + across)

    def paint_over(self, painter: QPainter) -> None:
        """What the axis measures, beside the readout where there is room."""
        if self.shown.members:
            font = theme.ui_font(11)
            wide = QFontMetricsF(font).horizontalAdvance(self.shown.measure)
            said = QFontMetricsF(theme.mono_font(12)).horizontalAdvance(self.readout)
            if said + wide + 4 * EDGE < self.width():
                line = QRectF(0, 0, self.width() - EDGE - 4, READOUT)
                write(painter, line, RIGHT, self.shown.measure, "dim", font)


def limits(shown: SweepShown) -> tuple[float, float] | None:
    """The values that the axis must show: results but for outliers, and the whole way of the best."""
    results = [member.result for member in shown.members if member.result is not None]
    best = leader(shown.members, shown.larger_is_better)
    way = [value for _, value in best.curve if is_plain(value)] if best is not None else []
    if results and (most := extent(results)) is not None:
        return min(*most, *way), max(*most, *way)
    values = [value for member in shown.members for _, value in member.curve if is_plain(value)]
    return extent(values)

"""One quantity over the epochs: a curve for each layer in hand, or for those that are least well."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.health.axis import LINE, EpochAxis
from widgets.health.values import Measured
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.plot.members import member_color
from widgets.plot.scales import LinearScale, Scale, log_scale
from widgets.plot.ticks import nice_range

MOST, WIDEST, GAP = 5, 120.0, 6.0  # curves by themselves; the widest name at the right
TIGHT = 13.0  # from name to name
DETAILED = 200  # points


@guarded
class HistoryChart(QWidget):
    """Curves with their names at their ends; a click sets the moment."""

    moment_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.measured: Measured | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Layers in hand over time"))

    def show_measured(self, measured: Measured | None) -> None:
        """Other numbers, or the same with another layer or moment in hand."""
        self.measured = measured
        if measured is not None:
            self.setAccessibleDescription(", ".join(measured.names[row] for row in measured.lines))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 60)

    # -- where it is --------------------------------------------------------------------------------------------

    @property
    def axis(self) -> EpochAxis:
        """Where the curves are."""
        font, ticks = QFontMetricsF(theme.ui_font(11)), QFontMetricsF(theme.mono_font(10))
        shown = self.measured
        names = [shown.names[row] for row in shown.lines[:MOST]] if shown is not None else []
        right = min(WIDEST, max((font.horizontalAdvance(name) for name in names), default=0.0), self.width() / 4)
        left = ticks.horizontalAdvance("0.0001") + GAP
        area = QRectF(left, 8, self.width() - left - right - 2 * GAP, self.height() - 10 - 2 * LINE)
        return EpochAxis(area, shown.epochs if shown is not None else 1.0)

    def _scale(self, rows: list[np.ndarray[Any, Any]]) -> Scale:
        assert self.measured is not None
        kind = self.measured.quantity.kind
        if kind == "share":
            return LinearScale(0.0, 1.0, 0.5)
        finite = np.concatenate([row[np.isfinite(row)] for row in rows] or [np.empty(0)])
        intervals = int(min(4, max(2, self.height() // 44)))
        if kind == "powers":
            some = finite[finite > 0]
            return log_scale(float(some.min()), float(some.max()), intervals) if some.size else log_scale(
                1e-4, 1.0, intervals)
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        return LinearScale(*nice_range(min(0.0, low), max(0.0, high), intervals))

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.measured
        if shown is None or shown.is_empty or shown.values is None:
            return
        axis, lines = self.axis, shown.lines[:MOST]
        rows = [shown.values[row] for row in lines]
        scale = self._scale(rows)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_grid(painter, axis, scale)
            axis.paint(painter)
            ends = [self._paint_line(painter, axis, scale, values, member_color(place))
                    for place, values in enumerate(rows)]
            known = [(place, end) for place, end in enumerate(ends) if end is not None]
            for (place, _), y in zip(known, apart([end.y() for _, end in known], axis.area.bottom()), strict=True):
                self._paint_name(painter, axis, y, shown.names[lines[place]], member_color(place))
            axis.paint_moment(painter, shown.at)

    def _paint_grid(self, painter: QPainter, axis: EpochAxis, scale: Scale) -> None:
        painter.setFont(theme.mono_font(10))
        for value, text in scale.ticks():
            y = round(axis.area.bottom() - scale.place(value) * axis.area.height()) + 0.5
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(QPointF(axis.area.left(), y), QPointF(axis.area.right(), y))
            painter.setPen(theme.color("dim"))
            room = QRectF(0, y - 8, axis.area.left() - GAP, 16)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_line(self, painter: QPainter, axis: EpochAxis, scale: Scale, values: np.ndarray[Any, Any],
                    color: QColor) -> QPointF | None:
        """What was not measured is a gap. Where it ends; None: there is nothing of it."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width = 1.6 if len(values) <= DETAILED else 1.0  # wide lines of many points take long
        last = None
        for part in self._parts(axis, scale, values):
            painter.setPen(QPen(color, width))
            if len(part) > 1:
                painter.drawPolyline(QPolygonF(part))
            else:
                painter.setPen(QPen(color, 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                painter.drawPoint(part[0])
            last = part[-1]
        return last

    def _parts(self, axis: EpochAxis, scale: Scale, values: np.ndarray[Any, Any]) -> Iterator[list[QPointF]]:
        assert self.measured is not None and self.measured.positions is not None
        part: list[QPointF] = []
        for position, value in zip(self.measured.positions.tolist(), values.tolist(), strict=True):
            place = scale.place(value) if math.isfinite(value) else math.nan
            if math.isfinite(place):
                part.append(QPointF(axis.x(position), axis.area.bottom() - place * axis.area.height()))
            elif part:
                yield part
                part = []
        if part:
            yield part

    def _paint_name(self, painter: QPainter, axis: EpochAxis, y: float, name: str, color: QColor) -> None:
        """Beside the last value, or as near to it as others leave room."""
        painter.setFont(theme.ui_font(11))
        painter.setPen(color)
        room = QRectF(axis.area.right() + GAP, y - 8, self.width() - axis.area.right() - GAP, 16)
        text = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    # -- choosing -----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the moment there."""
        inside = self.axis.area.adjusted(0, 0, 0, LINE).contains(event.position())
        if event.button() == Qt.MouseButton.LeftButton and self.measured is not None and inside:
            self.moment_chosen.emit(self.axis.position(event.position().x()))

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.update()


def apart(heights: Sequence[float], lowest: float) -> list[float]:
    """Names at these heights, moved so that none lies over another: down, and where there is no room up again."""
    order, placed = sorted(range(len(heights)), key=lambda index: heights[index]), list(heights)
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + TIGHT)
    limit = lowest
    for index in reversed(order):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - TIGHT
    return placed

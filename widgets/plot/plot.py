"""One quiet plot over epochs: a solid and a dashed curve for each run, a grid, a legend with numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QGraphicsView, QToolTip

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.plot.frame import Frame, Reading
from widgets.plot.legend import DASHES, kind_colors
from widgets.plot.line import Line, Span
from widgets.plot.marks import Mark
from widgets.plot.members import Point, member_color
from widgets.plot.scales import LinearScale, Scale, log_scale
from widgets.plot.series import Series
from widgets.plot.span_view import SpanView
from widgets.plot.ticks import nice_range

LOWEST = 96  # pixels
DETAILED, OLDER = 3, 200  # so many runs are drawn in full; the others with so many points


class Drawn(NamedTuple):
    """One run in this plot."""

    curves: tuple[Series, Series]  # training, validation
    best: float | None = None  # epoch
    color: int | None = None  # its place among several runs; None: the only one
    at_rest: tuple[Point, ...] | None = None  # what the legend says while nobody reads; None: the last values
    marks: tuple[Mark, ...] = ()
    more: tuple[Series, ...] = ()  # where asked for: training after the epochs, test

    def pens(self) -> tuple[QColor, ...]:
        """The colours of its curves, by kind."""
        return kind_colors() if self.color is None else (member_color(self.color),) * len(DASHES)


@guarded
class Plot(SpanView):
    """Shows ``runs``, of which the last one may still go on."""

    def __init__(self, frame: Frame, is_share: bool) -> None:
        super().__init__(frame)
        self.is_share = is_share  # values lie in 0 … 1
        self.is_log = False
        self.runs: tuple[Drawn, ...] = ()
        self.cursor_at: float | None = None
        self._box = pg.ViewBox(enableMenu=False)
        self.lines: list[Line] = []  # those of each run one after the other, as its curves
        self._pens: list[tuple[int, QColor]] = []  # of each: its kind and colour
        frame.is_crossed = self._is_crossed
        self._crossed: dict[object, bool] = {}  # what was asked of the curves as they are drawn now
        self._assemble()
        self.set_title(frame.title)

    def _assemble(self) -> None:
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(self.surround.narrowest(), LOWEST)
        self.addItem(self._box)
        self._box.disableAutoRange()

    def set_title(self, title: str) -> None:
        """What is measured."""
        self.surround.title = title
        self.setAccessibleName(title)

    # -- drawing ----------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Show the runs as they are now."""
        self._match_lines()
        self._crossed.clear()
        area = self.area
        if self._box.geometry() != area:
            self._box.setGeometry(area)
        limit = int(max(OLDER, min(800, 1.5 * area.width())))
        bounds = []
        for index, run in enumerate(self.runs):
            few = limit if index >= len(self.runs) - DETAILED else OLDER
            for series, line in zip(self._shown(run), self.lines[len(self.kinds) * index :], strict=False):
                bounds.append(line.show_series(series, self.span, few, self.is_log))
        self._fit([found for found in bounds if found])
        self.read()

    @property
    def kinds(self) -> tuple[int, ...]:
        """Which kinds of curves there are, as the legend has them."""
        return self.surround.legend.kinds

    def _shown(self, run: Drawn) -> list[Series]:
        curves = (*run.curves, *run.more)
        return [curves[kind] for kind in self.kinds]

    def _match_lines(self) -> None:
        """A line for each curve of each run, in its colour."""
        count = len(self.kinds) * len(self.runs)
        while len(self.lines) < count:
            self.lines.append(Line())
            self._box.addItem(self.lines[-1], ignoreBounds=True)
        while len(self.lines) > count:
            self._box.removeItem(self.lines.pop())
        pens = [(kind, run.pens()[kind]) for run in self.runs for kind in self.kinds]
        if pens != self._pens:
            self._pens = pens
            for (kind, color), line in zip(pens, self.lines, strict=True):
                pen = pg.mkPen(color, width=1)
                if DASHES[kind]:
                    pen.setDashPattern(list(DASHES[kind]))
                line.setPen(pen)

    def _fit(self, bounds: Sequence[Span]) -> None:
        """Round limits around what is drawn; they change only when it leaves them."""
        low, high = (min(b[0] for b in bounds), max(b[1] for b in bounds)) if bounds else (0.0, 1.0)
        intervals = int(min(5, max(2, self.area.height() // 32)))
        scale = self._log_scale(low, high, intervals) if self.is_log else self._scale(low, high, intervals)
        self.surround.y_scale = scale
        self.surround.x_range = self.span
        limits = [list(self.span), scale.ends]
        if self._box.viewRange() != limits:
            self._box.setRange(xRange=limits[0], yRange=limits[1], padding=0, disableAutoRange=False)

    def _log_scale(self, low: float, high: float, intervals: int) -> Scale:
        """The limits come as logarithms; what a float cannot hold is cut."""
        low, high = max(-300.0, low), min(300.0, high)
        return log_scale(10**low, 10 ** max(low, high), intervals)

    def _scale(self, low: float, high: float, intervals: int) -> Scale:
        zoomed = self.span != self.full
        if self.is_share and not zoomed:
            if low < 0.5:
                return LinearScale(0.0, max(1.0, high), 0.25 if intervals >= 4 else 0.5)
            high = max(1.0, high)
        elif not zoomed:
            low = min(0.0, low)
        return LinearScale(*nice_range(low, high, intervals))

    def _is_crossed(self, place: QRectF) -> bool:
        """Whether a curve is there; it is asked again at every mouse move."""
        key = place.getRect()
        if key not in self._crossed:
            self._crossed[key] = self._runs_through(place)
        return self._crossed[key]

    def _runs_through(self, place: QRectF) -> bool:
        area, (low, high), (bottom, top) = self.area, self.span, self.surround.y_scale.ends
        left, right = (low + (x - area.left()) / area.width() * (high - low) for x in (place.left(), place.right()))
        lower, upper = (bottom + (area.bottom() - y) / area.height() * (top - bottom)
                        for y in (place.bottom(), place.top()))
        return any(line.is_within(left, right, lower, upper) for line in self.lines)

    def read(self) -> None:
        """Say the values at the cursor, else those that stand for the run."""
        self.surround.readings = tuple(reading for run in self.runs for reading in self._readings(run))
        self.surround.colors = tuple(color for _, color in self._pens)
        self.surround.cursor_at = self.cursor_at
        best = [(_reading(run.curves[1], run.best), run.pens()[1]) for run in self.runs if run.best is not None]
        self.surround.best = tuple((reading, color) for reading, color in best if reading)
        self.surround.marks = tuple(mark for run in self.runs for mark in run.marks)
        self.viewport().update()

    def _readings(self, run: Drawn) -> list[Reading | None]:
        if self.cursor_at is None and run.at_rest is not None:
            return [Reading(*point) if (point := run.at_rest[kind]) else None for kind in self.kinds]
        at = self.full[1] if self.cursor_at is None else self.cursor_at
        return [_reading(series, at) for series in self._shown(run)]

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Ground, grid and numbers."""
        painter.resetTransform()
        painter.fillRect(self.viewport().rect(), theme.color("panel"))
        self.surround.paint_grid(painter, self.area)
        self.surround.paint_header(painter, self.area, self.hasFocus())

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """The cursor's line, the best epochs, curves of one point."""
        painter.resetTransform()
        single = [len(series) == 1 for run in self.runs for series in self._shown(run)]
        self.surround.paint_marks(painter, self.area, single)

    def viewportEvent(self, event: QEvent) -> bool:
        """Say all of a mark of which there is only room for some, or for none."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            told = self.surround.told_at(self.area, event.pos().toPointF())
            QToolTip.showText(event.globalPos(), tooltip(*told) if told else "", self.viewport())
            return True
        return bool(super().viewportEvent(event))

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange) and hasattr(self, "lines"):
            self.surround.restyle()
            self.setMinimumSize(self.surround.narrowest(), LOWEST)
            self.redraw()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the curves inside the numbers."""
        super().resizeEvent(event)
        if hasattr(self, "lines"):
            self.redraw()


def _reading(series: Series, at: float) -> Reading | None:
    point = series.nearest(at)
    return Reading(*point) if point else None

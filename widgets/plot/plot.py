"""One quiet plot: a solid and a dashed curve for each run in hand, others behind, a grid, a legend with numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QGraphicsView, QToolTip

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.plot.backdrop import Backdrop, Scene, paint_stroke, scene_strokes
from widgets.plot.frame import Frame, Reading
from widgets.plot.label import Label, paint_label
from widgets.plot.legend import DASHES, kind_colors
from widgets.plot.line import Line, Span
from widgets.plot.marks import Mark
from widgets.plot.members import Point, member_color
from widgets.plot.nearest import Trace, nearest
from widgets.plot.overlaid import Other
from widgets.plot.projection import Projection
from widgets.plot.run_colors import DIM, FAINT, mixed
from widgets.plot.scales import LinearScale, Scale, log_scale
from widgets.plot.series import Series
from widgets.plot.span_view import SpanView
from widgets.plot.ticks import nice_range
from widgets.plot.view_options import ViewOptions
from widgets.plot.ways import SAME, Way

LOWEST = 96  # pixels
DETAILED, OLDER = 3, 200  # so many runs are drawn in full; the others with so many points
RAW_LIT = 0.5  # how much is left of the colour behind the smoothed curve of a run that stands out
STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class Drawn(NamedTuple):
    """One run in this plot."""

    curves: tuple[Series, Series]  # training, validation
    best: float | None = None  # epoch
    color: int | None = None  # its place among several runs; None: the only one
    at_rest: tuple[Point, ...] | None = None  # what the legend says while nobody reads; None: the last values
    marks: tuple[Mark, ...] = ()
    more: tuple[Series, ...] = ()  # where asked for: training after the epochs, test
    smoothed: tuple[Series | None, ...] = (None,) * len(DASHES)  # by kind, what is drawn before a curve
    way: Way = SAME  # from epochs to the axis

    def pens(self) -> tuple[QColor, ...]:
        """The colours of its curves, by kind."""
        return kind_colors() if self.color is None else (member_color(self.color),) * len(DASHES)


@guarded
class Plot(SpanView):
    """Shows ``runs``, of which the last one may still go on, and ``others`` behind them."""

    stepped = Signal(int)  # to the run before, or the next
    entered = Signal()  # the run that stands out is meant
    left = Signal()  # none is

    def __init__(self, frame: Frame, is_share: bool, index: int = 0) -> None:
        super().__init__(frame)
        self.index = index  # among the plots that move together
        self.is_share = is_share  # values lie in 0 … 1
        self.is_log = False
        self.runs: tuple[Drawn, ...] = ()
        self.cursor_at: float | None = None
        self._box = pg.ViewBox(enableMenu=False)
        self.lines: list[Line] = []  # those of each run one after the other, as its curves
        self._faint: list[Line] = []  # behind those that are smoothed
        self._pens: list[tuple[int, QColor]] = []  # of each: its kind and colour
        self._drawn_pens: tuple[object, ...] = ()
        self.others: tuple[Other, ...] = ()
        self.view = ViewOptions()
        self.own_key, self.lit = "", ""  # the run in hand, and the one that stands out
        self.label: Label | None = None  # of the run below the mouse
        self._backdrop = Backdrop(self.viewport().update)
        self._bounds: tuple[object, list[Span]] = None, []
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
        faint = iter(self._faint)
        for index, run in enumerate(self.runs):
            few = limit if index >= len(self.runs) - DETAILED else OLDER
            lines = self.lines[len(self.kinds) * index :]
            for series, smoothed, line in zip(self._shown(run), self._smoothed(run), lines, strict=False):
                bounds.append(line.show_series(smoothed or series, self.span, few, self.is_log, run.way))
                if smoothed is not None:
                    half = max(OLDER, few // 2)  # its extremes are what it is there for
                    bounds.append(next(faint).show_series(series, self.span, half, self.is_log, run.way))
        self._fit([*(found for found in bounds if found), *self._bounds_of_others()])
        self._backdrop.show(self._scene())
        self.read()

    def _bounds_of_others(self) -> list[Span]:
        """Found once for a view; those of the run in hand change with every point."""
        asked = self.others, self.view, self.span, self.is_log
        if asked != self._bounds[0]:
            found = (other.bounds(self.index, self.view, self.span, self.is_log) for other in self.others)
            self._bounds = asked, [each for each in found if each is not None]
        return self._bounds[1]

    def _scene(self) -> Scene:
        return Scene(self.others, self.index, self.view, self.projection, self.viewport().devicePixelRatio(),
                     theme.current().name)

    @property
    def projection(self) -> Projection:
        """Where numbers are on the screen."""
        low, high = self.surround.y_scale.ends
        area = self.area
        return Projection(area.left(), area.top(), area.width(), area.height(), self.span, (low, high), self.is_log)

    @property
    def kinds(self) -> tuple[int, ...]:
        """Which kinds of curves there are, as the legend has them."""
        return self.surround.legend.kinds

    def _shown(self, run: Drawn) -> list[Series]:
        curves = (*run.curves, *run.more)
        return [curves[kind] for kind in self.kinds]

    def _smoothed(self, run: Drawn) -> list[Series | None]:
        return [run.smoothed[kind] for kind in self.kinds]

    def _match_lines(self) -> None:
        """A line for each curve of each run, in its colour."""
        smoothed = [each is not None for run in self.runs for each in self._smoothed(run)]
        self._match(self.lines, len(smoothed), 2.0)
        self._match(self._faint, sum(smoothed), 1.0)
        self._pens = [(kind, run.pens()[kind]) for run in self.runs for kind in self.kinds]
        drawn = self._pens, smoothed, self._is_dim, theme.color("panel")
        if drawn == self._drawn_pens:
            return
        self._drawn_pens, share, faint = drawn, DIM if self._is_dim else 1.0, iter(self._faint)
        for (kind, color), line, is_smoothed in zip(self._pens, self.lines, smoothed, strict=True):
            line.setPen(_pen(color if share == 1.0 else mixed(color, share), DASHES[kind]))
            if is_smoothed:
                next(faint).setPen(_pen(mixed(color, FAINT * share), ()))

    def _match(self, lines: list[Line], count: int, width: float) -> None:
        while len(lines) < count:
            lines.append(Line(width))
            lines[-1].setZValue(0 if width > 1 else -1)
            self._box.addItem(lines[-1], ignoreBounds=True)
        while len(lines) > count:
            self._box.removeItem(lines.pop())

    @property
    def _is_dim(self) -> bool:
        """Whether another run stands out before the one in hand."""
        return bool(self.lit) and self.lit != self.own_key

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

    # -- which run is meant -----------------------------------------------------------------------------------

    def light(self, key: str) -> None:
        """Let one run stand out; no axis moves, and what is drawn of the others is only shown more faintly."""
        if key != self.lit:
            self.lit = key
            self._match_lines()
            self.viewport().update()

    def run_at(self, point: QPointF) -> str:
        """The run whose curve is drawn there, or near; empty: none, or the one in hand where it has no name."""
        found = nearest((*self._backdrop.traces, *self._own_traces()), point.x(), point.y())
        return found.key if found is not None else ""

    @property
    def is_settled(self) -> bool:
        """Whether every other run is drawn as it shall be seen."""
        return self._backdrop.is_ready

    def _own_traces(self) -> list[Trace]:
        seen = self.projection
        return [Trace(self.own_key, seen.x(line.xData), seen.y_of_drawn(line.yData))
                for line in (*self._faint, *self.lines) if len(line.xData)]

    # -- what is read -----------------------------------------------------------------------------------------

    def read(self) -> None:
        """Say the values at the cursor, else those that stand for the run."""
        self.surround.readings = tuple(reading for run in self.runs for reading in self._readings(run))
        self.surround.smoothed = tuple(value for run in self.runs for value in self._smoothed_values(run))
        self.surround.colors = tuple(color for _, color in self._pens)
        self.surround.cursor_at = self.cursor_at
        best = [(_reading(run.curves[1], run.best, run.way), run.pens()[1]) for run in self.runs
                if run.best is not None]
        self.surround.best = tuple((reading, color) for reading, color in best if reading)
        self.surround.marks = tuple(mark._replace(position=run.way.there(mark.position))
                                    for run in self.runs for mark in run.marks)
        self.viewport().update()

    def _readings(self, run: Drawn) -> list[Reading | None]:
        if self.cursor_at is None and run.at_rest is not None:
            return [Reading(run.way.there(point[0]), point[1]) if (point := run.at_rest[kind]) else None
                    for kind in self.kinds]
        return [_reading(series, self._read_of(run), run.way) for series in self._shown(run)]

    def _smoothed_values(self, run: Drawn) -> list[float | None]:
        """Where the true values are read."""
        found = zip(self._smoothed(run), self._readings(run), strict=True)
        points = [series.nearest(run.way.back(reading.x)) if series is not None and reading is not None else None
                  for series, reading in found]
        return [point[1] if point else None for point in points]

    def _read_of(self, run: Drawn) -> float:
        """Where a run is read, in its epochs."""
        return run.way.back(self.full[1] if self.cursor_at is None else self.cursor_at)

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Ground, grid and numbers."""
        painter.resetTransform()
        painter.fillRect(self.viewport().rect(), theme.color("panel"))
        self.surround.paint_grid(painter, self.area)
        self._backdrop.show(self._scene())  # another screen may have other pixels
        self._backdrop.paint(painter, bool(self.lit))
        self.surround.paint_header(painter, self.area, self.hasFocus())

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """The cursor's line, the best epochs, curves of one point."""
        painter.resetTransform()
        self._paint_lit(painter)
        single = [len(series) == 1 for run in self.runs for series in self._shown(run)]
        self.surround.paint_marks(painter, self.area, single)
        if self.label is not None:
            dot = self.surround.point(self.area, self.label.x, self.label.y)
            if math.isfinite(dot.y()) and self.area.adjusted(-1, -1, 1, 1).contains(dot):
                paint_label(painter, self.area, dot, self.label)

    def _paint_lit(self, painter: QPainter) -> None:
        lit = [other for other in self.others if other.told.key == self.lit]
        if not lit:
            return
        scene = self._scene()
        painter.save()
        painter.setClipRect(scene.ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for stroke in scene_strokes(scene, lit, RAW_LIT):
            paint_stroke(painter, stroke, scene.ratio, 2.0)
        painter.restore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go through the runs, Enter means the one that stands out; the rest is zoom and pan."""
        key = Qt.Key(event.key())
        if self.others and key in STEPS:
            self.stepped.emit(STEPS[key])
        elif self.lit and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif self.lit and key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

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


def _pen(color: QColor, dashes: Sequence[float]) -> QPen:
    pen: QPen = pg.mkPen(color, width=1)
    if dashes:
        pen.setDashPattern(list(dashes))
    return pen


def _reading(series: Series, at: float, way: Way) -> Reading | None:
    """The point nearest to a position, in epochs, on the axis."""
    point = series.nearest(at)
    return Reading(way.there(point[0]), point[1]) if point else None

"""Other runs as one picture behind the run in hand: drawn once for a view, then only shown.

Twenty runs take longer to draw than there is between two pictures of a run that goes on. So what is not ready yet is
drawn piece by piece, a few milliseconds at a time; until then the picture of the view before is shown, stretched to
where its curves belong.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRect, QRectF, QTimer
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, Qt

from widgets.plot.decimate import Floats
from widgets.plot.line import FEW, Strokes, strokes
from widgets.plot.nearest import Trace
from widgets.plot.overlaid import Curve, Other, Spread
from widgets.plot.projection import Projection
from widgets.plot.run_colors import DIM, FAINT, mixed
from widgets.plot.view_options import ViewOptions
from widgets.plot.ways import Way

SLICE_S = 0.0015  # so long is drawn at once
POINTS, LEAST, MOST = 6400, 200, 800  # of all runs together, and of each
BAND = 46  # of 255: how much a band covers
CORNERS = 200  # of a band
LEARNED = 0.65  # how much is left of the colour of a training curve before its validation curve


class Scene(NamedTuple):
    """What is to be seen. Two that are equal look the same."""

    others: tuple[Other, ...]
    plot: int  # which of the two
    view: ViewOptions
    seen: Projection
    ratio: float  # device pixels
    look: str  # the theme

    @property
    def ground(self) -> QRect:
        """Where the picture lies, in whole pixels."""
        return QRectF(self.seen.left, self.seen.top, self.seen.width, self.seen.height).toAlignedRect()


class Stroke(NamedTuple):
    """A line in pixels; with ``low`` an area down to there."""

    trace: Trace
    color: QColor
    low: Floats | None = None


def scene_strokes(scene: Scene, others: Sequence[Other], strength: float = FAINT) -> Iterator[Stroke]:
    """What is drawn of some runs: bands below everything, then raw curves, then those that count."""
    limit = int(min(MOST, max(LEAST, POINTS / max(1, len(scene.others))), max(LEAST, 1.5 * scene.seen.width)))
    known = [(other, way) for other in others if (way := other.told.ways.to(scene.view.axis)) is not None]
    for other, way in known:
        band = other.bands[scene.plot]
        if band is not None and other.is_banded(scene.plot, scene.view):
            yield _band(scene, other, band, way)
    drawn = [(other, way, other.curves(scene.plot, scene.view)) for other, way in known]
    for other, way, curves in drawn:
        for curve in curves:
            if curve.raw is not None:
                yield _line(scene, other, way, Curve(curve.source), limit, mixed(other.color, strength))
    for other, way, curves in drawn:
        for curve in curves:
            color = other.color if curve is curves[-1] else mixed(other.color, LEARNED)
            yield _line(scene, other, way, curve, limit, color)


def _line(scene: Scene, other: Other, way: Way, curve: Curve, limit: int, color: QColor) -> Stroke:
    low, high = scene.seen.span
    x, y = curve.series.visible(way.back(low), way.back(high), limit)
    return Stroke(Trace(other.told.key, scene.seen.x(way.there(x)), scene.seen.y(y)), color)


def _band(scene: Scene, other: Other, band: Spread, way: Way) -> Stroke:
    """From mean − sd to mean + sd; of one seed alone there is none."""
    at, mean, sd = band
    if len(at) > CORNERS:
        at = np.linspace(at[0], at[-1], CORNERS)
        mean, sd = np.interp(at, band.position, mean), np.interp(at, band.position, sd)
    seen, color = scene.seen, QColor(other.color)
    color.setAlpha(BAND)
    x, upper, lower = seen.x(way.there(at)), seen.y(mean + sd), seen.y(mean - sd)
    if seen.is_log:  # where the mean has a logarithm and the lower end none, the band goes down to the axis
        lower = np.where(np.isnan(lower) & ~np.isnan(upper), seen.top + seen.height, lower)
    known = ~np.isnan(upper) & ~np.isnan(lower)
    return Stroke(Trace(other.told.key, x[known], upper[known]), color, lower[known])


def paint_stroke(painter: QPainter, stroke: Stroke, ratio: float, width: float = 1.0) -> None:
    """A hairline, drawn again beside itself where it shall look stronger."""
    (_, x, y), color, low = stroke
    if low is not None:
        path = pg.arrayToQPath(np.append(x, x[::-1]), np.append(y, low[::-1]), connect="all")
        painter.fillPath(path, color)
        return
    whole = not np.isnan(y).any()
    if len(x) == 1 or (not whole and np.isnan(y[:-1] + y[1:]).all()):
        _paint_dots(painter, stroke, width)
        return
    path = pg.arrayToQPath(x, y, connect="all" if whole else "finite", finiteCheck=not whole)
    pen = QPen(color, 1)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    place = painter.worldTransform()
    for shift in ((0.0, 0.0), *_strokes(ratio, len(x), width)):
        painter.translate(*shift)
        painter.drawPath(path)
        painter.setWorldTransform(place)


def _strokes(ratio: float, count: int, width: float) -> Strokes:
    return strokes(ratio, count <= FEW, width)


def _paint_dots(painter: QPainter, stroke: Stroke, width: float) -> None:
    """Points without neighbours."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(stroke.color)
    for x, y in zip(stroke.trace.x, stroke.trace.y, strict=True):
        if np.isfinite(y):
            painter.drawEllipse(QPointF(x, y), 1 + width, 1 + width)


class Backdrop:
    """The picture, and the traces of what is on it."""

    def __init__(self, again: Callable[[], None]) -> None:
        self._again = again  # asks for another look
        self._scene: Scene | None = None  # that is wanted
        self._work: Iterator[Stroke] | None = None
        self._making, self._traces = QPixmap(), list[Trace]()
        self._ready: tuple[Scene, QPixmap] | None = None
        self.traces: list[Trace] = []  # of what is ready
        self._spent = self._cost = 0.0  # seconds, on what is made and on what is ready

    @property
    def is_ready(self) -> bool:
        """Whether it shows what is wanted."""
        return self._work is None

    def show(self, scene: Scene) -> None:
        """From now on this is wanted; what is shown already stays."""
        if scene == self._scene:
            return
        self._scene = scene
        if not scene.others:
            self._work, self._ready, self.traces = None, None, []
            return
        self._work, self._traces, self._spent = scene_strokes(scene, scene.others), [], 0.0
        self._making = QPixmap(scene.ground.size() * scene.ratio)
        self._making.setDevicePixelRatio(scene.ratio)
        self._making.fill(Qt.GlobalColor.transparent)

    def paint(self, painter: QPainter, is_dim: bool) -> None:
        """Go on with what is wanted, and show what there is."""
        if self._scene is None or not self._scene.others:
            return
        stands_in = self._ready is not None and _can_stand_in(self._ready[0], self._scene)
        if self._work is not None:
            self._go_on(self._scene, self._work, waits=stands_in and not self._spent and self._cost > SLICE_S)
        painter.setOpacity(DIM if is_dim else 1.0)
        if self._ready is not None and _can_stand_in(self._ready[0], self._scene):
            _paint_stretched(painter, self._ready[1], self._ready[0], self._scene)
        else:
            painter.drawPixmap(self._scene.ground.topLeft(), self._making)
        painter.setOpacity(1.0)

    def _go_on(self, scene: Scene, work: Iterator[Stroke], waits: bool) -> None:
        """``waits``: where the last picture took long the first one of another view only stretches it."""
        begun, is_done = time.perf_counter(), waits or self._draw(scene, work)
        self._spent += time.perf_counter() - begun
        if waits or not is_done:
            QTimer.singleShot(0, self._again)
        else:
            self._work, self._ready, self.traces, self._cost = None, (scene, self._making), self._traces, self._spent

    def _draw(self, scene: Scene, work: Iterator[Stroke]) -> bool:
        """For a while; whether all of it is drawn."""
        last, end = time.perf_counter(), time.perf_counter() + SLICE_S
        with QPainter(self._making) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(-QPointF(scene.ground.topLeft()))
            for stroke in work:
                paint_stroke(painter, stroke, scene.ratio)
                if stroke.low is None:
                    self._traces.append(stroke.trace)
                now = time.perf_counter()
                if now + (now - last) > end:  # the next takes as long
                    return False
                last = now
        return True


def _can_stand_in(shown: Scene, wanted: Scene) -> bool:
    """Whether one picture can be shown for another by stretching it."""
    return ((shown.look, shown.view.axis, shown.seen.is_log, shown.ratio)
            == (wanted.look, wanted.view.axis, wanted.seen.is_log, wanted.ratio))


def _paint_stretched(painter: QPainter, picture: QPixmap, shown: Scene, wanted: Scene) -> None:
    """With its axes where those of another scene have the same numbers."""
    old, new = shown.seen, wanted.seen
    if old == new:
        painter.drawPixmap(shown.ground.topLeft(), picture)
        return
    (left, right), (low, high) = (new.x(np.array(old.span)), new.y_of_drawn(np.array(old.ends)))
    painter.save()
    painter.setClipRect(wanted.ground)
    painter.drawPixmap(QRectF(left, high, right - left, low - high), picture, QRectF(picture.rect()))
    painter.restore()

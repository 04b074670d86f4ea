"""One curve of a plot, drawn fast: a hairline that looks two pixels wide."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtWidgets import QWidget

from widgets.look.guarded import guarded
from widgets.plot.decimate import Floats, finite_bounds
from widgets.plot.scales import logarithms
from widgets.plot.series import Series
from widgets.plot.ways import SAME, Way

Span = tuple[float, float]
Strokes = list[tuple[float, float]]
FEW = 250  # points; a line of more is made stronger in one direction only


def strokes(ratio: float, few: bool, width: float = 2.0) -> Strokes:
    """Where a hairline is drawn again to look so many pixels wide, on a screen with this device pixel ratio."""
    steps = [0.8 * index / ratio for index in range(1, round(width * ratio))]
    return [(0.0, step) for step in steps] + [(step, 0.0) for step in steps if few]


@guarded
class Line(pg.PlotCurveItem):
    """A curve about two pixels strong: Qt strokes a wide line 20 times slower than it draws a thin one twice."""

    def __init__(self, width: float = 2.0) -> None:
        super().__init__(antialias=True)
        self._width = width
        self._key: tuple[object, ...] = ()
        self._bounds: tuple[float, float] | None = None

    def paint(self, painter: QPainter, option: object, widget: QWidget | None) -> None:
        place = painter.worldTransform()
        super().paint(painter, option, widget)
        for stroke in strokes(painter.device().devicePixelRatio(), len(self.xData) <= FEW, self._width):
            painter.setWorldTransform(place * QTransform.fromTranslate(*stroke))
            super().paint(painter, option, widget)

    def show_series(self, series: Series, span: Span, limit: int, is_log: bool, way: Way = SAME
                    ) -> tuple[float, float] | None:
        """Draw the part of a series within ``span`` of the axis; returns the lowest and the highest value drawn.

        What was drawn before and has not changed stays as it is: of many runs only the one that goes on costs.
        """
        key = (series, series.version, span, limit, is_log, way)
        if key != self._key:
            x, y = series.visible(way.back(span[0]), way.back(span[1]), limit)
            x = way.there(x)
            y = logarithms(y) if is_log else y
            self._key, self._bounds = key, finite_bounds(y)
            self._show(x, y)
        return self._bounds

    def is_within(self, left: float, right: float, low: float, high: float) -> bool:
        """Whether any of it is drawn in this part of the plot."""
        x, y = self.xData, self.yData
        if not len(x) or right < x[0] or left > x[-1]:
            return False
        start, stop = np.searchsorted(x, (left, right))
        ends = np.interp((max(left, x[0]), min(right, x[-1])), x, y)
        bounds = finite_bounds(np.concatenate([y[start:stop], ends]))
        return bounds is not None and bounds[0] <= high and bounds[1] >= low

    def _show(self, x: Floats, y: Floats) -> None:
        """A gap stands where a value is not finite."""
        finite = np.isfinite(y)
        if not finite.any():
            x, y, finite = x[:0], y[:0], finite[:0]
        whole = bool(finite.all())
        self.setData(x, y, connect="all" if whole else "finite", skipFiniteCheck=whole)

"""Other runs behind the one in hand: what is told of them, and the series that are drawn of it, made once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtGui import QColor

from widgets.plot.decimate import Floats, finite_bounds, window
from widgets.plot.run_colors import told_color
from widgets.plot.series import Series
from widgets.plot.smoothing import LONG, Smoothed
from widgets.plot.view_options import ViewOptions, What
from widgets.plot.ways import NOWHERE, Ways

Rows = Sequence[Sequence[float]] | Floats


class Columns(NamedTuple):
    """Training points as they lie in memory, which are not copied."""

    position: Floats  # in epochs
    loss: Floats
    second: Floats


class Band(NamedTuple):
    """Of several seeds, at the same positions: the mean, and how far they lie from it."""

    position: ArrayLike
    mean: ArrayLike
    sd: ArrayLike


@dataclass(frozen=True, eq=False)
class Overlaid:
    """Another run, or several seeds of one. What is shown again as the same object is not built again."""

    key: str
    title: str
    color: QColor | int = 0  # or its place among the colours of runs
    points: Rows | Columns = ()  # position in epochs, loss, second
    epochs: Rows = ()  # as ``Curves.add_epoch`` takes them
    bands: tuple[Band | None, Band | None] = (None, None)  # of the loss and of the second
    ways: Ways = NOWHERE


class Curve(NamedTuple):
    """One line of another run; what is smoothed is computed when it is drawn first."""

    source: Series
    smoothed: Smoothed | None = None

    @property
    def series(self) -> Series:
        """What is shown."""
        return self.source if self.smoothed is None else self.smoothed.series

    @property
    def raw(self) -> Series | None:
        """What lies behind it, where that is smoothed."""
        return self.source if self.smoothed is not None else None

    def bounds(self, low: float, high: float, positive: bool) -> list[tuple[float, float]]:
        """Of all that is drawn between two positions.

        A smoothed curve leaves the raw one's only where that went on before: so from the beginning on it adds nothing.
        """
        drawn = [self.source]
        if self.smoothed is not None and len(self.source) and low > self.source.x[0]:
            drawn.append(self.series)
        return [found for each in drawn if (found := each.bounds(low, high, positive))]


class Spread(NamedTuple):
    """A band in columns of floats."""

    position: Floats
    mean: Floats
    sd: Floats

    def bounds(self, low: float, high: float, positive: bool) -> list[tuple[float, float]]:
        """Of both its edges between two positions."""
        seen = slice(*window(self.position, low, high))
        edges = np.concatenate([self.mean[seen] - self.sd[seen], self.mean[seen] + self.sd[seen]])
        found = finite_bounds(edges[edges > 0] if positive else edges)
        return [found] if found else []


class Other:
    """Another run as it is drawn; each series is made when it is looked at first."""

    def __init__(self, told: Overlaid) -> None:
        self.told = told
        self._series: dict[tuple[str, int], Series] = {}
        self._smoothed: dict[tuple[str, int], tuple[float, Smoothed]] = {}
        self._found: dict[int, tuple[object, list[Curve]]] = {}  # by plot, and what was asked of it

    @property
    def color(self) -> QColor:
        """In the theme of now."""
        return told_color(self.told.color)

    @cached_property
    def end(self) -> float:
        """The last position, in epochs."""
        ends = [float(x[-1]) for x in (self._points.position, *(row[:1] for row in self._epochs[-1:])) if len(x)]
        ends += [float(band.position[-1]) for band in self.bands if band is not None and len(band.position)]
        return max(ends, default=0.0)

    @cached_property
    def bands(self) -> tuple[Spread | None, Spread | None]:
        """Of each plot."""
        first, second = (None if band is None else Spread(*(np.asarray(column, float) for column in band))
                         for band in self.told.bands)
        return first, second

    @cached_property
    def _points(self) -> Columns:
        points = self.told.points
        if isinstance(points, Columns):
            return Columns(*(np.asarray(column, float) for column in points))
        if not len(points):
            return Columns(*np.empty((3, 0)))
        return Columns(*np.ascontiguousarray(np.asarray(points, float).T[:3]))

    @cached_property
    def _epochs(self) -> Floats:
        """Rows: position, both of training, both of validation."""
        rows = [list(row)[:5] for row in self.told.epochs]
        return np.array(rows, float).reshape(len(rows), 5)

    # -- what is drawn ------------------------------------------------------------------------------------------

    def curves(self, plot: int, view: ViewOptions) -> list[Curve]:
        """The lines in one of the plots, what lies behind first."""
        asked = plot, view.what, view.smoothing
        found = self._found.get(plot)
        if found is None or found[0] != asked:
            made = [self._curve(kind, plot, view.smoothing) for kind in self._kinds(plot, view.what)]
            found = self._found[plot] = asked, made
        return found[1]

    def _kinds(self, plot: int, what: What) -> Iterator[str]:
        """Which there are of what is asked for: in place of what is not there the other."""
        judged = "mean" if self.bands[plot] is not None else "validation"
        learned = "points" if len(self._points.position) else "train"
        there = {"training": learned, "validation": judged}
        has = {kind: len(self._of(kind, plot)) > 0 for kind in (learned, judged)}
        asked = ("training", "validation") if what == "both" else (what, *(each for each in there if each != what))
        found = [there[each] for each in asked if has[there[each]]]
        yield from found if what == "both" else found[:1]

    def is_banded(self, plot: int, view: ViewOptions) -> bool:
        """Whether the band is among what is drawn."""
        return "mean" in self._kinds(plot, view.what)

    def _curve(self, kind: str, plot: int, weight: float) -> Curve:
        series = self._of(kind, plot)
        if not weight or not (kind == "points" or self.end >= LONG):
            return Curve(series)
        before = self._smoothed.get((kind, plot))
        if before is None or before[0] != weight:
            before = self._smoothed[kind, plot] = weight, Smoothed(series, weight, self.end)
        return Curve(series, before[1])

    def _of(self, kind: str, plot: int) -> Series:
        if (kind, plot) not in self._series:
            self._series[kind, plot] = self._made(kind, plot)
        return self._series[kind, plot]

    def _made(self, kind: str, plot: int) -> Series:
        made, band = Series(), self.bands[plot]
        if kind == "points":
            made.begin(self._points.position, self._points[1 + plot])
        elif kind == "mean" and band is not None:
            made.begin(band.position, band.mean)
        else:
            rows = self._epochs
            values = rows[:, (1 if kind == "train" else 3) + plot]
            known = slice(None) if kind == "train" else ~np.isnan(rows[:, 3])
            made.extend(rows[known, 0], values[known])
        return made

    def bounds(self, plot: int, view: ViewOptions, span: tuple[float, float], is_log: bool
               ) -> tuple[float, float] | None:
        """The lowest and highest value drawn of it within ``span`` of the axis, as logarithms where those are drawn."""
        way = self.told.ways.to(view.axis)
        if way is None:
            return None
        low, high = way.back(span[0]), way.back(span[1])
        found = [each for curve in self.curves(plot, view) for each in curve.bounds(low, high, is_log)]
        band = self.bands[plot] if self.is_banded(plot, view) else None
        if band is not None:
            found += band.bounds(low, high, is_log)
        if not found:
            return None
        ends = min(each[0] for each in found), max(each[1] for each in found)
        return (math.log10(ends[0]), math.log10(ends[1])) if is_log else ends

    def read_at(self, plot: int, view: ViewOptions, at: float) -> tuple[float, float, float | None, float | None]:
        """At a position: the nearest point of the true curve, what it is smoothed, and how far seeds lie from it."""
        curve = self.curves(plot, view)[-1]
        x, y = (curve.raw or curve.series).nearest(at) or (at, math.nan)
        smoothed = curve.series.nearest(x) if curve.raw is not None else None
        band = self.bands[plot] if self.is_banded(plot, view) else None
        sd = None if band is None else float(band.sd[int(np.abs(band.position - x).argmin())])
        return x, y, smoothed[1] if smoothed else None, sd

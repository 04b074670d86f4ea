"""What is drawn of another run: which curves, how far its values reach, and what is said of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.plot.overlaid import Band, Columns, Other, Overlaid
from widgets.plot.series import Series
from widgets.plot.view_options import ViewOptions
from widgets.plot.ways import Ways

ROWS = [(1, 2.0, 0.2, 1.5, 0.3, False), (2, 1.0, 0.5, 1.2, 0.4, True)]
POINTS = [(0.5, 3.0, 0.1), (1.0, 2.5, 0.2), (1.5, 2.0, 0.3)]
BAND = Band([1, 2, 3], [1.0, 0.5, 0.25], [0.1, math.nan, 0.5])
SHOWN = {what: ViewOptions(what=what) for what in ("validation", "training", "both")}


def values(other: Other, view: ViewOptions, plot: int = 0) -> list[list[float]]:
    return [curve.series.y.tolist() for curve in other.curves(plot, view)]


@pytest.mark.parametrize(("told", "validation", "training", "both"), [
    (Overlaid("a", "a", 0, POINTS, ROWS), [[1.5, 1.2]], [[3.0, 2.5, 2.0]], [[3.0, 2.5, 2.0], [1.5, 1.2]]),
    (Overlaid("a", "a", 0, (), ROWS), [[1.5, 1.2]], [[2.0, 1.0]], [[2.0, 1.0], [1.5, 1.2]]),
    (Overlaid("a", "a", 0, POINTS), [[3.0, 2.5, 2.0]], [[3.0, 2.5, 2.0]], [[3.0, 2.5, 2.0]]),
    (Overlaid("a", "a", 0, POINTS, [(*ROWS[0][:3], math.nan, math.nan, False)]), [[3.0, 2.5, 2.0]],
     [[3.0, 2.5, 2.0]], [[3.0, 2.5, 2.0]]),
    (Overlaid("a", "a", 0, POINTS, ROWS, (BAND, None)), [[1.0, 0.5, 0.25]], [[3.0, 2.5, 2.0]],
     [[3.0, 2.5, 2.0], [1.0, 0.5, 0.25]]),
    (Overlaid("a", "a"), [], [], []),
])
def test_one_curve_of_a_run_is_drawn_or_both(told: Overlaid, validation: list, training: list, both: list) -> None:
    other = Other(told)
    assert [values(other, SHOWN[what]) for what in SHOWN] == [validation, training, both]


def test_columns_are_not_copied_and_rows_of_any_kind_are_the_same() -> None:
    columns = Columns(*np.array(POINTS).T.copy())
    other = Other(Overlaid("a", "a", 0, columns))
    series = other.curves(1, SHOWN["training"])[0].series
    assert np.shares_memory(series.y, columns.second) and np.shares_memory(series.x, columns.position)
    for points in (POINTS, np.array(POINTS), [list(row) for row in POINTS]):
        assert values(Other(Overlaid("a", "a", 0, points)), SHOWN["training"], 1) == [series.y.tolist()]


def test_a_series_is_made_once_and_smoothed_once() -> None:
    other, smooth = Other(Overlaid("a", "a", 0, POINTS, ROWS)), ViewOptions(what="both", smoothing=0.5)
    first, again = (other.curves(0, smooth) for _ in range(2))
    assert [a.series is b.series for a, b in zip(first, again, strict=True)] == [True, True]
    learned, judged = first
    assert learned.raw is not None and learned.raw.y.tolist() == [3.0, 2.5, 2.0] and judged.raw is None
    assert learned.series.y.tolist() == pytest.approx([3.0, 4.0 / 1.5, (3 * 0.25 + 2.5 * 0.5 + 2) / 1.75])
    assert other.curves(0, smooth._replace(smoothing=0.0))[0].raw is None


def test_judged_epochs_of_a_long_run_are_smoothed() -> None:
    rows = [(epoch, 1.0, 0.5, epoch % 2, 0.5, False) for epoch in range(1, 121)]
    (judged,) = Other(Overlaid("a", "a", 0, (), rows)).curves(0, ViewOptions(smoothing=0.9))
    assert judged.raw is not None and judged.series.y[-1] == pytest.approx(0.5, abs=0.1)


def test_a_run_taken_up_again_shows_what_it_did_last() -> None:
    other = Other(Overlaid("a", "a", 0, [*POINTS, (1.0, 9.0, 0.9), (2.0, 8.0, 0.8)]))
    assert values(other, SHOWN["training"]) == [[3.0, 9.0, 8.0]]


def test_its_end_is_that_of_the_last_that_is_known() -> None:
    assert Other(Overlaid("a", "a", 0, POINTS)).end == 1.5
    assert Other(Overlaid("a", "a", 0, POINTS, ROWS)).end == 2
    assert Other(Overlaid("a", "a", 0, POINTS, ROWS, (None, BAND))).end == 3
    assert Other(Overlaid("a", "a")).end == 0


def test_what_is_said_of_it_is_true() -> None:
    other = Other(Overlaid("a", "a", 0, POINTS, ROWS, (BAND, None)))
    assert other.read_at(0, SHOWN["validation"], 2.9) == (3, 0.25, None, 0.5)
    assert other.read_at(1, SHOWN["validation"], 1.2) == (1, 0.3, None, None)
    x, y, smoothed, sd = other.read_at(0, ViewOptions(what="training", smoothing=0.5), 1.1)
    assert (x, y, sd) == (1.0, 2.5, None) and smoothed == pytest.approx(4.0 / 1.5), "the true value and the smoothed"


def test_how_far_it_reaches_with_its_band() -> None:
    other = Other(Overlaid("a", "a", 0, POINTS, ROWS, (BAND, None), Ways(steps=([0, 3], [0, 300]))))
    view, log = SHOWN["validation"], ViewOptions(log=True)
    assert other.bounds(0, view, (0.0, 10.0), False) == pytest.approx((-0.25, 1.1))
    assert other.bounds(0, log, (0.0, 10.0), True) == pytest.approx((math.log10(0.25), math.log10(1.1)))
    assert other.bounds(0, view._replace(axis="steps"), (250.0, 300.0), False) == pytest.approx((-0.25, 0.75))
    assert other.bounds(0, view._replace(axis="time"), (0.0, 10.0), False) is None
    assert Other(Overlaid("a", "a")).bounds(0, view, (0.0, 10.0), False) is None


@given(st.integers(0, 30_000), st.integers(0, 30_000), st.booleans(), st.booleans())
def test_bounds_are_those_of_what_is_seen_and_hardly_more(start: int, stop: int, positive: bool, broken: bool) -> None:
    start, stop = min(start, stop), max(start, stop)
    y = np.random.default_rng(0).normal(size=30_001)
    if positive:
        y = np.abs(y)
    if broken:
        y[::77] = np.nan
    series = Series()
    series.begin(np.arange(30_001.0), y)
    found = series.bounds(float(start), float(stop), positive)
    near, wide = y[start : stop + 1], y[max(0, start - 64) : stop + 65]
    for values, sign in ((near, 1), (wide, -1)):
        values = values[np.isfinite(values) & ((values > 0) | (not positive))]
        assert found is not None or not len(values) or sign < 0
        if found is not None and len(values):
            assert sign * (values.min() - found[0]) >= 0 and sign * (found[1] - values.max()) >= 0

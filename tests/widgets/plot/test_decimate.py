"""Decimation keeps every extreme, at any window, however the points arrived."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from widgets.plot.decimate import bucket_size, decimated, extremes, finite_bounds, window
from widgets.plot.series import BLOCK, Series

values = st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, -np.inf])
curves = st.integers(1, 3000).flatmap(lambda count: arrays(np.float64, count, elements=values, fill=values))


def test_bucket_size_is_the_smallest_power_of_two_that_fits():
    assert [bucket_size(count, 4) for count in (1, 4, 5, 8, 9, 16, 17)] == [1, 1, 2, 2, 4, 4, 8]


def test_extremes_come_in_their_own_order():
    x, y = extremes(np.arange(6.0), np.array([3.0, 9.0, 1.0, 5.0, 2.0, 7.0]), 3)
    assert (x.tolist(), y.tolist()) == ([1.0, 2.0, 4.0, 5.0], [9.0, 1.0, 2.0, 7.0])


def test_nan_hides_no_extreme_and_an_empty_bucket_breaks_the_line():
    y = np.array([np.nan, 4.0, np.nan, -1.0, np.nan, np.nan, np.inf, np.nan])
    assert extremes(np.arange(8.0), y, 4)[1][:2].tolist() == [4.0, -1.0]
    assert not np.isfinite(extremes(np.arange(8.0), y, 4)[1][2:]).any()


def test_window_takes_a_neighbour_on_each_side():
    x = np.arange(10.0)
    assert window(x, 3.5, 6.5) == (3, 8)
    assert window(x, -5, 50) == (0, 10)
    assert window(x, 20, 30) == (9, 10)


def test_what_was_drawn_stays_while_points_arrive():
    y = np.random.default_rng(0).normal(size=2000)
    before, after = (decimated(np.arange(2000.0), y, 0, stop, 100) for stop in (1500, 1510))
    assert np.array_equal(before[0][:-4], after[0][: len(before[0]) - 4])


def test_as_many_points_as_there_is_room_for_are_all_drawn():
    x = np.arange(100.0)
    assert decimated(x, -x, 10, 74, 64)[0].tolist() == list(range(10, 74))
    xs, ys = decimated(x, -x, 10, 75, 64)
    assert len(xs) < 64 and (xs[0], xs[-1]) == (10, 74) and np.array_equal(ys, -xs)


@given(curves, st.data())
def test_every_extreme_of_any_window_is_kept(y, data):
    start = data.draw(st.integers(0, len(y) - 1))
    stop = data.draw(st.integers(start + 1, len(y)))
    x = np.arange(len(y), dtype=float)
    xs, ys = decimated(x, y, start, stop, 64)
    assert len(xs) <= 64
    assert xs[-1] == stop - 1
    assert np.all(np.diff(xs) >= 0)
    assert finite_bounds(ys) == finite_bounds(y[start:stop])
    assert np.array_equal(ys, y[xs.astype(int)], equal_nan=True)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40_000), st.floats(0, 1), st.floats(0, 1))
def test_a_long_series_keeps_extremes_at_any_zoom(seed, count, one, other):
    rng = np.random.default_rng(seed)
    x, y = np.linspace(0, 10, count), rng.standard_cauchy(count)
    y[rng.random(count) < 0.01] = np.nan
    series, done = Series(), 0
    while done < count:
        step = int(rng.integers(1, 9000))
        series.extend(x[done : done + step], y[done : done + step])
        done += step
    low, high = sorted((10 * one, 10 * other))
    for limit in (24, 800):  # 24: the blocks are used as well
        xs, ys = series.visible(low, high, limit)
        assert len(xs) <= limit
        assert np.all(np.diff(xs) >= 0)
        assert finite_bounds(ys) == finite_bounds(y[slice(*window(x, low, high))])


def test_blocks_are_really_used():
    series = Series()
    series.extend(np.arange(BLOCK * 1000.0), np.zeros(BLOCK * 1000))
    xs, _ = series.visible(0, 1e9, 800)
    assert xs[0] == 0
    assert xs[-1] == BLOCK * 1000 - 1
    assert len(xs) <= 800


def test_nearest_point():
    series = Series()
    assert series.nearest(1.0) is None
    series.extend(np.array([0.0, 1.0, 3.0]), np.array([5.0, 6.0, 7.0]))
    assert [series.nearest(at) for at in (-1, 0.4, 1.9, 2.1, 9)] == [(0, 5), (0, 5), (1, 6), (3, 7), (3, 7)]


def test_a_run_taken_up_again_replaces_its_tail():
    series = Series()
    series.extend(np.arange(1000.0), np.zeros(1000))
    series.extend(np.arange(600.0, 1200.0), np.ones(600))
    assert series.x.tolist() == list(range(1200))
    assert series.y.sum() == 600
    series.extend(np.array([1200.0, 1201.0, 1199.5, 1300.0]), np.full(4, 9.0))
    assert series.x[-3:].tolist() == [1199.0, 1199.5, 1300.0]

"""Smoothed curves, held against pandas, however their points arrive."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.plot.members import Member
from widgets.plot.series import Series
from widgets.plot.smoothing import FIRST, LONG, Smoothed, usual_distance

NOISE = np.random.default_rng(0)


def told(x: np.ndarray, y: np.ndarray) -> Series:
    made = Series()
    made.extend(np.asarray(x, float), np.asarray(y, float))
    return made


def smoothed(x: np.ndarray, y: np.ndarray, weight: float, length: float = 1.0) -> np.ndarray:
    return Smoothed(told(x, y), weight, length).series.y.copy()


def by_pandas(x: np.ndarray, y: np.ndarray, weight: float, unit: float) -> np.ndarray:
    """Times in nanoseconds; what is not finite is left out and stays in its place."""
    values = pd.Series(np.where(np.abs(y) < 1e100, y, np.nan))
    times = pd.to_datetime(np.round(x * 1e12).astype("int64"))
    halflife = pd.Timedelta(math.log(0.5) / math.log(weight) * unit * 1e12, unit="ns")
    return np.where(np.abs(y) < 1e100, values.ewm(halflife=halflife, times=times).mean(), y)


@pytest.mark.parametrize("weight", [0.01, 0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 66, 800])
def test_evenly_spaced_points_are_smoothed_as_tensorboard_does(weight: float, count: int) -> None:
    x, y = np.arange(count) / 100, NOISE.normal(size=count)
    expected = pd.Series(y).ewm(alpha=1 - weight, adjust=True).mean()
    np.testing.assert_allclose(smoothed(x, y, weight), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("weight", [0.05, 0.6, 0.99])
def test_unevenly_spaced_points_count_by_their_distance(weight: float) -> None:
    x = np.cumsum(NOISE.choice([0.01, 0.01, 0.013, 0.2, 3.0], size=3000, p=[0.6, 0.2, 0.15, 0.04, 0.01]))
    y = NOISE.normal(size=3000)
    unit = float(np.median(np.diff(x[:FIRST + 1])))
    np.testing.assert_allclose(smoothed(x, y, weight), by_pandas(x, y, weight, unit), rtol=1e-6, atol=1e-9)


def test_of_very_many_points_a_thousandth_of_the_run_is_the_unit() -> None:
    x, y = np.linspace(0, 10, 50_000), NOISE.normal(size=50_000)
    np.testing.assert_allclose(smoothed(x, y, 0.6, length=10.0), by_pandas(x, y, 0.6, 0.01), rtol=1e-5, atol=1e-7)
    assert smoothed(x, y, 0.6, 10.0).std() < 0.3 < y.std()
    assert usual_distance(x, 10.0) == 0.01 and usual_distance(x[::1000], 10.0) == pytest.approx(0.2, rel=1e-3)


@given(cuts=st.lists(st.integers(0, 300), max_size=6), weight=st.sampled_from([0.2, 0.6, 0.95]))
def test_it_is_the_same_however_the_points_arrive(cuts: list[int], weight: float) -> None:
    rng = np.random.default_rng(len(cuts))
    x, y = np.cumsum(rng.choice([0.01, 0.05], 300)), rng.normal(size=300)
    y[rng.integers(0, 300, 5)] = np.nan
    source = Series()
    growing = Smoothed(source, weight, 5.0)
    for start, stop in zip([0, *sorted(cuts)], [*sorted(cuts), 300], strict=True):
        source.extend(x[start:stop], y[start:stop])
        assert len(growing.series) == stop
    np.testing.assert_allclose(growing.series.y, smoothed(x, y, weight, 5.0), rtol=1e-9, atol=1e-12)
    assert growing.series.x.tolist() == x.tolist()


def test_only_what_is_new_is_computed() -> None:
    source = told(np.arange(1000) / 100, NOISE.normal(size=1000))
    growing = Smoothed(source, 0.6, 10.0)
    before = growing.series
    source.extend(np.array([10.0]), np.array([1.0]))
    assert growing.series is before and len(before) == 1001
    version = before.version
    assert growing.series.version == version, "and nothing where nothing came"


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e300])
def test_what_is_not_finite_breaks_the_line_and_spoils_nothing(bad: float) -> None:
    x, y = np.arange(200) / 100, NOISE.normal(size=200)
    y[[0, 50, 51, 120]] = bad
    found = smoothed(x, y, 0.8)
    np.testing.assert_array_equal(found[[0, 50, 51, 120]], y[[0, 50, 51, 120]])
    np.testing.assert_allclose(found, by_pandas(x, y, 0.8, 0.01), rtol=1e-6)
    assert np.isfinite(np.delete(found, [0, 50, 51, 120])).all()
    assert np.isnan(smoothed(x, np.full(200, np.nan), 0.8)).all()


def test_huge_values_and_gaps_do_no_harm() -> None:
    x = np.concatenate([np.arange(100) / 100, 1e6 + np.arange(100) / 100])
    y = np.concatenate([np.full(100, 1e40), np.full(100, 2.0)])
    found = smoothed(x, y, 0.01)
    assert np.allclose(found[:100], 1e40) and np.allclose(found[100:], 2.0), "what is so far away is forgotten"


def test_points_at_one_place_count_alike() -> None:
    np.testing.assert_allclose(smoothed(np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.0, 3.0, 6.0, 9.0]), 0.5)[1:],
                               [3 / 1.5, 9 / 2.5, 18 / 3.5])


def test_a_run_taken_up_again_is_smoothed_as_if_it_had_never_been_elsewhere() -> None:
    x, y = np.arange(300) / 100, NOISE.normal(size=300)
    source = told(x, y)
    growing = Smoothed(source, 0.7, 3.0)
    assert len(growing.series) == 300
    again = NOISE.normal(size=100)
    source.extend(x[150:250], again)
    np.testing.assert_allclose(growing.series.y, smoothed(x[:250], np.append(y[:150], again), 0.7, 3.0), rtol=1e-12)


def test_a_smoothed_curve_lies_between_the_extremes_so_far() -> None:
    y = NOISE.normal(size=2000)
    found = smoothed(np.arange(2000) / 10, y, 0.9)
    assert (found <= np.maximum.accumulate(y) + 1e-12).all() and (found >= np.minimum.accumulate(y) - 1e-12).all()


def test_batches_are_smoothed_and_judged_epochs_only_of_a_long_run() -> None:
    member = Member()
    member.add_points([(0.5, 1.0, 0.1), (1.0, 2.0, 0.2)])
    for epoch in (1, 2):
        member.add_epoch(epoch, 1.0, 0.5, 2.0 / epoch, 0.5, False)
    assert [series is not None for series in member.smoothed(0, 0.6, LONG - 1)] == [True, False, False, False]
    train, judged, after, test = member.smoothed(0, 0.6, LONG)
    assert train is not None and judged is not None and after is None and test is None
    assert judged.y.tolist() == pytest.approx([2.0, (2.0 * 0.6 + 1.0) / 1.6])
    assert member.smoothed(0, 0.6, LONG)[0] is train, "made once"
    assert member.smoothed(0, 0.0, LONG) == (None,) * 4

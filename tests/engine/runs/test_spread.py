"""Seeds against scipy's own test, and against what must be called different and what must not."""

from __future__ import annotations

import math
import random
import statistics

import numpy as np
import pytest
from scipy import stats

from engine.runs.spread import Difference, difference, spread

ONE, OTHER = [0.91, 0.93, 0.92, 0.95, 0.90], [0.94, 0.96, 0.97, 0.95, 0.98, 0.96]


def test_mean_and_deviation_are_those_of_a_sample() -> None:
    assert spread(ONE) == pytest.approx((5, np.mean(ONE), np.std(ONE, ddof=1)))
    assert spread([]).runs == 0 and math.isnan(spread([]).mean) and math.isnan(spread([0.5]).deviation)
    assert spread([0.5, math.nan, 0.7, math.inf]) == pytest.approx((2, 0.6, statistics.stdev([0.5, 0.7])))


def test_tiny_and_huge_numbers_are_compared_too() -> None:
    tiny = difference([value * 1e-90 for value in ONE], [value * 1e-90 for value in OTHER])
    usual = difference(ONE, OTHER)
    assert tiny is not None and usual is not None and tiny.low * 1e90 == pytest.approx(usual.low)
    assert spread([1e308, 1e308, 0.5, 0.7]).mean == pytest.approx(0.6)


@pytest.mark.parametrize("seed", range(40))
def test_the_interval_is_welchs(seed: int) -> None:
    rng = random.Random(seed)
    one = [rng.gauss(0.9, rng.choice((0.001, 0.02))) for _ in range(rng.randint(2, 9))]
    other = [rng.gauss(rng.choice((0.9, 0.93)), 0.01) for _ in range(rng.randint(2, 9))]
    found, known = difference(one, other), stats.ttest_ind(one, other, equal_var=False)
    bounds = known.confidence_interval(0.95)
    assert found == pytest.approx((np.mean(one) - np.mean(other), bounds.low, bounds.high))
    assert found is not None and found.is_real == (known.pvalue < 0.05)


def test_chance_is_called_a_difference_as_seldom_as_it_says_and_a_true_one_is_found() -> None:
    rng = np.random.default_rng(0)
    alike = sum(real(rng.normal(0.9, 0.01, 5), rng.normal(0.9, 0.02, 5)) for _ in range(400))
    apart = sum(real(rng.normal(0.9, 0.01, 5), rng.normal(0.95, 0.01, 5)) for _ in range(100))
    assert alike < 0.09 * 400 and apart > 95


def real(one: np.ndarray, other: np.ndarray) -> bool:
    found = difference(one.tolist(), other.tolist())
    assert found is not None
    return found.is_real


def test_one_run_says_nothing_and_equal_ones_are_equal() -> None:
    assert difference([0.9], OTHER) is None and difference(ONE, [0.9, math.nan]) is None
    assert difference([0.9, 0.9], [0.9, 0.9]) == Difference(0.0, 0.0, 0.0)
    same = difference([0.9, 0.9], [0.8, 0.8])
    assert same is not None and same.is_real and same.mean == pytest.approx(0.1)

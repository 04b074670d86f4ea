"""Calibration: bins and error as written down from their definition, example by example."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.evaluation.calibration import calibration
from engine.evaluation.values import Evaluation
from tests.engine.evaluation.made import evaluation, judged


def by_hand(made: Evaluation, bins: int) -> tuple[list[list[int]], float]:
    """Which examples each bin has, (k / bins, (k + 1) / bins], and the expected calibration error."""
    places = [[index for index in range(made.examples)
               if k / bins < made.confidence[index] <= (k + 1) / bins or (k == 0 and made.confidence[index] == 0)]
              for k in range(bins)]
    error = 0.0
    for inside in places:
        if inside:
            sure = sum(made.confidence[index] for index in inside) / len(inside)
            right = sum(made.true[index] == made.predicted[index] for index in inside) / len(inside)
            error += abs(sure - right) * len(inside) / made.examples
    return places, error


@pytest.mark.parametrize(("count", "bins"), [(500, 15), (60, 10), (1, 15)])
def test_bins_and_error_are_those_of_the_definition(count: int, bins: int) -> None:
    made = evaluation(10, count)
    found = calibration(made, bins)
    places, error = by_hand(made, bins)
    assert found.error == pytest.approx(error) and len(found.bins) == bins
    assert found.lean == pytest.approx(made.confidence.mean() - made.accuracy)
    for each, inside in zip(found.bins, places, strict=True):
        assert each.examples == len(inside) and each.high - each.low == pytest.approx(1 / bins)
        if inside:
            assert each.confidence == pytest.approx(made.confidence[inside].mean())
            assert each.accuracy == pytest.approx((made.true == made.predicted)[inside].mean())
        else:
            assert math.isnan(each.confidence) and math.isnan(each.accuracy)


def test_edges_belong_below_and_one_is_the_last() -> None:
    made = judged(np.zeros(4, int), np.array([0, 0, 1, 0]), np.array([0.0, 0.5, 0.5, 1.0]), 2)
    assert [each.examples for each in calibration(made, 2).bins] == [3, 1]
    assert calibration(made, 2).error == pytest.approx(0.75 * abs(1 / 3 - 2 / 3) + 0.25 * 0)


def test_as_sure_as_it_is_right() -> None:
    sure = np.full(10, 0.7)
    made = judged(np.zeros(10, int), np.array([0] * 7 + [1] * 3), sure, 2)
    assert calibration(made).error == pytest.approx(0) == pytest.approx(calibration(made).lean)
    broken = judged(np.zeros(3, int), np.full(3, -1), np.full(3, np.nan), 2)
    assert math.isnan(calibration(broken).error) and sum(each.examples for each in calibration(broken).bins) == 0

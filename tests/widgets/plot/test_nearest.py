"""Which curve is below the mouse: held against every piece of every curve."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.plot.nearest import Trace, nearest

PLACES = st.floats(0, 100, width=32)


def trace(key: str, *points: tuple[float, float]) -> Trace:
    x, y = np.array(points, float).reshape(-1, 2).T
    return Trace(key, x, y)


def by_hand(points: list[tuple[float, float]], x: float, y: float) -> float:
    """The least distance to a piece, by trying a thousand places on each."""
    best = min(math.hypot(px - x, py - y) for px, py in points)
    for (ax, ay), (bx, by) in pairwise(points):
        share = np.linspace(0, 1, 1001)
        best = min(best, float(np.hypot(ax + share * (bx - ax) - x, ay + share * (by - ay) - y).min()))
    return best


@given(st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=12), PLACES, PLACES)
def test_the_distance_to_a_curve_is_that_to_its_nearest_piece(points: list[tuple[float, float]], x: float, y: float
                                                              ) -> None:
    points.sort()
    expected = by_hand(points, x, y)
    found = nearest([trace("a", *points)], x, y)
    if expected < 5.8:
        assert found is not None and found.distance == pytest.approx(expected, abs=0.1)
    elif expected > 6.2:
        assert found is None


def test_the_nearest_of_several_is_meant_and_of_two_alike_the_one_on_top() -> None:
    level = [trace(key, (0, height), (100, height)) for key, height in (("a", 10), ("b", 14), ("c", 14))]
    found = {y: nearest(level, 50, y) for y in (11.9, 12.1, 20, 20.1, 4, 3.9)}
    assert {y: each and each.key for y, each in found.items()} == {
        11.9: "a", 12.1: "c", 20: "c", 20.1: None, 4: "a", 3.9: None}


def test_there_is_nothing_in_a_gap_and_one_point_can_be_hit() -> None:
    broken = trace("a", (0, 5), (10, 5), (20, math.nan), (30, 5), (40, 5))
    assert nearest([broken], 20, 5) is None and nearest([broken], 12, 5) is not None
    assert nearest([trace("a", (50, 50))], 53, 54) is not None and nearest([trace("a", (50, 50))], 56, 54) is None
    assert nearest([trace("a")], 0, 0) is None and nearest([], 0, 0) is None
    assert nearest([trace("a", (5, math.nan))], 5, 5) is None

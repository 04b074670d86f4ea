"""From epochs to steps and seconds, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.plot.axis import AxisWords, time_text
from widgets.plot.ways import SAME, Ways, common

EPOCHS, STEPS, TIME = AxisWords("epochs", "epoch {}"), AxisWords("steps", "step {}"), AxisWords("time", "after {}")


def test_epochs_are_what_they_are() -> None:
    way = Ways().to("epochs")
    assert way is SAME and way.there(2.3) == 2.3 and way.back(0.1) == 0.1
    assert Ways().to("steps") is None and Ways().to("time") is None


def test_places_between_those_that_are_known_lie_on_straight_lines() -> None:
    ways = Ways(steps=([0, 1, 2], [0, 100, 300]), seconds=([0.5, 1.0], [4, 6]))
    way, clock = ways.to("steps"), ways.to("time")
    assert way is not None and clock is not None
    at = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
    np.testing.assert_allclose(way.there(at), np.interp(at, [0, 1, 2], [0, 100, 300]))
    assert isinstance(way.there(0.5), float) and way.there(0.5) == 50 and way.back(200.0) == 1.5
    assert way.there(4.0) == 300 + 2 * 150 and way.back(600.0) == 4.0, "on at the mean pace"
    assert clock.there(0.0) == 0 and clock.there(0.25) == 2 and ways.to("time") is clock


@given(st.lists(st.tuples(st.floats(0.01, 2), st.floats(0.01, 50)), min_size=1, max_size=20), st.floats(0, 60))
def test_there_and_back_again(steps: list[tuple[float, float]], at: float) -> None:
    positions, values = np.cumsum(np.array(steps), axis=0).T
    way = Ways(seconds=(positions, values)).to("time")
    assert way is not None
    assert way.back(way.there(at)) == pytest.approx(at, abs=1e-6)


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 50)), min_size=1, max_size=9), st.floats(-5, 60))
def test_one_place_is_found_as_many_are(steps: list[tuple[float, float]], at: float) -> None:
    """Also where the clock stood still, or the run did."""
    positions, values = np.cumsum(np.array(steps), axis=0).T
    way = Ways(seconds=(positions, values)).to("time")
    if way is not None:
        there, back = way.there(np.array([at]))[0], way.back(np.array([at]))[0]
        assert way.there(at) == pytest.approx(there, rel=1e-6, abs=1e-6) or np.isin(at, positions)
        assert way.back(at) == pytest.approx(back, rel=1e-6, abs=1e-6) or np.isin(at, values)


@pytest.mark.parametrize("columns", [
    None, ([], []), ([0], [0]), ([0, 0], [2, 3]), ([0, 1], [5, 5]), ([0, np.nan], [1, 2]), ([0, 1], [0, np.inf])])
def test_what_tells_no_pace_is_no_way(columns: tuple | None) -> None:
    assert Ways(steps=columns).to("steps") is None


def test_what_was_gone_over_once_more_counts_as_the_last_time() -> None:
    way = Ways(seconds=([0, 1, 2, 1, 2, 3], [0, 10, 20, 25, 35, 30])).to("time")
    assert way is not None
    assert [way.there(float(at)) for at in range(4)] == [0, 25, 35, 35], "and no clock goes back"


def test_an_axis_that_nobody_knows_is_one_of_epochs() -> None:
    known = Ways(steps=([0, 1], [0, 10]))
    assert common([Ways(), known], "steps") == "steps"
    assert common([Ways(), known], "time") == common([], "steps") == "epochs"


@pytest.mark.parametrize(("words", "low", "high", "most", "expected"), [
    (EPOCHS, 0, 10, 10, "0 1 2 3 4 5 6 7 8 9 10"), (EPOCHS, 0, 2, 10, "0 0.5 1 1.5 2"),
    (EPOCHS, 0.2, 0.5, 4, "0.2 0.3 0.4 0.5"),
    (STEPS, 0, 4000, 5, "0 1\u00a0000 2\u00a0000 3\u00a0000 4\u00a0000"), (STEPS, 7, 9.5, 10, "7 8 9"),
    (TIME, 0, 130, 6, "0:00 0:30 1:00 1:30 2:00"), (TIME, 0, 725, 3, "0:00 5:00 10:00"),
    (TIME, 0, 8000, 4, "0:00 1:00:00 2:00:00"), (TIME, 1, 2, 4, "0:01.0 0:01.5 0:02.0"),
    (TIME, 0, 6, 10, "0:00 0:01 0:02 0:03 0:04 0:05 0:06"), (TIME, 0, 9e5, 4, "0:00 120:00:00 240:00:00"),
])
def test_numbers_at_the_axis(words: AxisWords, low: float, high: float, most: float, expected: str) -> None:
    step = words.step(high - low, most)
    assert " ".join(text for _, text in words.ticks(low, high, step)) == expected


def test_a_place_in_words() -> None:
    assert EPOCHS.said(3.25) == "epoch 4 · 25 %" and EPOCHS.said(3.2512, 0.5) == "epoch 4 · 25.1 %"
    assert STEPS.said(12345.4) == "step 12\u00a0345"
    assert TIME.said(725.0) == "after 12:05" and TIME.said(3.14, 10.0) == "after 0:03.1"
    assert time_text(59.97, 0.1) == "1:00.0" and time_text(-1.0, 0.5) == "0:00.0"


@pytest.mark.parametrize(("words", "at", "end"), [
    (EPOCHS, 7.3, 7.3), (STEPS, 431.0, 431.0), (TIME, 23.0, 25.0), (TIME, 0.0, 1.0), (TIME, 600.0, 600.0),
    (TIME, 61.0, 70.0)])
def test_the_end_of_a_foreseen_time_is_a_round_one(words: AxisWords, at: float, end: float) -> None:
    found = words.end(at)
    assert found >= at and found == pytest.approx(end, rel=0.1)

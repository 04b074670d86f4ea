"""How many runs at once: found out by time."""

from __future__ import annotations

import pytest

from engine.runs.sweeping.pace import ENOUGH, Pace


def heard(pace: Pace, run: int, speed: float, at_once: int, spans: int, begin: float = 0.0, kind: str = "a") -> None:
    for step in range(spans + 1):
        pace.heard(run, kind, begin * speed + step * 0.5 * speed, at_once, begin + 0.5 * step)


def test_one_is_timed_before_there_are_two() -> None:
    pace = Pace()
    assert pace.decide(1000) is None and pace.count == 1  # nobody knows yet how many there is room for
    assert pace.room_for(8) is None
    heard(pace, 1, 100, 1, ENOUGH - 1)
    assert pace.decide(1000) is None and pace.count == 1
    heard(pace, 1, 100, 1, 1, 10)
    assert pace.decide(1000) is None and pace.count == 2


def test_two_stay_where_they_are_faster() -> None:
    pace = Pace()
    pace.room_for(2)
    heard(pace, 1, 100, 1, ENOUGH)
    pace.decide(1000)
    for run in (2, 3):
        heard(pace, run, 85, 2, ENOUGH)
    assert pace.gain(2) == pytest.approx(1.7)
    assert str(pace.decide(1000)) == "2 runs at once: 1.7 times as fast as one" and pace.count == 2
    assert pace.decide(1000) is None  # said once


def test_two_are_one_again_where_they_are_not() -> None:
    pace = Pace()
    pace.room_for(4)
    heard(pace, 1, 100, 1, ENOUGH)
    pace.decide(1000)
    for run in (2, 3):
        heard(pace, run, 52, 2, ENOUGH)
    assert str(pace.decide(1000)) == "One run at a time: 2 at once were only 1.04 times as fast" and pace.count == 1


def test_four_are_tried_where_two_pay_and_the_better_number_stays() -> None:
    pace = Pace()
    pace.room_for(4)
    heard(pace, 1, 100, 1, ENOUGH)
    pace.decide(1000)
    for run in (2, 3):
        heard(pace, run, 95, 2, ENOUGH)
    assert pace.decide(1000) is None and pace.count == 4
    for run in (4, 5, 6, 7):
        heard(pace, run, 45, 4, ENOUGH)
    assert str(pace.decide(1000)) == "2 runs at once: 1.9 times as fast as one" and pace.count == 2


def test_a_short_rest_is_not_worth_another_process() -> None:
    pace = Pace()
    pace.room_for(2)
    pace.start = 4.0
    heard(pace, 1, 100, 1, ENOUGH)
    assert "longer to start" in str(pace.decide(7.9)) and pace.count == 1


def test_runs_are_held_against_their_own_kind() -> None:
    pace = Pace()
    pace.room_for(2)
    heard(pace, 1, 100, 1, ENOUGH, kind="small")
    heard(pace, 2, 10, 1, ENOUGH, kind="large")
    pace.decide(1000)
    heard(pace, 3, 9, 2, 2 * ENOUGH, kind="large")
    assert pace.gain(2) == pytest.approx(1.8)


def test_short_runs_are_timed_together() -> None:
    pace = Pace()
    pace.room_for(2)
    for run in range(20):
        pace.heard(run, "a", 0, 1, run)
        pace.heard(run, "a", 10, 1, run + 0.1)
        pace.left(run)
    assert pace.decide(1000) is None and pace.count == 2


def test_where_one_uses_everything_there_is_one() -> None:
    pace = Pace()
    assert "all there is" in str(pace.room_for(1)) and pace.count == 1 and pace.is_settled


def test_a_number_that_was_asked_for_stays() -> None:
    pace = Pace(3)
    assert pace.count == 3 and pace.room_for(1) is None and pace.decide(1000) is None and pace.count == 3

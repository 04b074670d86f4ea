"""Which runs go on, and which are stopped."""

from __future__ import annotations

import math
from random import Random
from statistics import stdev

import pytest

from engine.experiment.sweep.halving import expected, judged, might_have_won, rungs, scatter


@pytest.mark.parametrize(("epochs", "eta", "count", "found"), [
    (8, 2, 100, (1, 2, 4)), (8, 2, 8, (1, 2, 4)), (8, 2, 4, (2, 4)), (8, 2, 2, (4,)), (10, 2, 100, (1, 2, 5)),
    (9, 3, 27, (1, 3)), (9, 3, 3, (3,)), (1, 2, 9, ()), (8, 2, 1, ()), (27, 3, 9, (3, 9)),
])  # fmt: skip
def test_rungs_lie_a_factor_apart_and_as_late_as_so_many_can_be_halved(
        epochs: int, eta: int, count: int, found: tuple[int, ...]) -> None:
    assert rungs(epochs, eta, count) == found


def test_the_best_half_goes_on() -> None:
    flat = {str(score): [[score] * 4] for score in (0.1, 0.2, 0.3, 0.4, 0.5)}
    verdict = judged(flat, 4, 2, 8)
    assert verdict.kept == ("0.5", "0.4", "0.3") and set(verdict.cut) == {"0.1", "0.2"}
    assert verdict.cut["0.1"].score == 0.1 and verdict.cut["0.1"].floor == 0.3


def test_what_chance_may_have_put_behind_goes_on() -> None:
    close = {"a": [[0.9, 0.8, 0.9, 0.85]], "b": [[0.8, 0.88, 0.8, 0.86]], "c": [[0.2] * 4]}
    assert set(judged(close, 4, 3, 8).kept) == {"a", "b"}
    few = {"a": [[0.60]], "b": [[0.55]]}
    assert set(judged(few, 1, 2, 8, examples=50, is_share=True).kept) == {"a", "b"}
    assert judged(few, 1, 2, 8, examples=50_000, is_share=True).kept == ("a",)


def test_seeds_say_how_much_is_chance() -> None:
    far = {"a": [[0.9], [0.92], [0.91]], "b": [[0.5], [0.52], [0.51]]}
    assert judged(far, 1, 2, 8).kept == ("a",)
    mixed = {"a": [[0.9], [0.2], [0.7]], "b": [[0.5], [0.8], [0.3]]}
    assert set(judged(mixed, 1, 2, 8).kept) == {"a", "b"}


def test_what_gains_fast_goes_on_until_it_gains_no_more() -> None:
    """A slow beginner that would win: 0.2, 0.4, 0.6 … beside one that has come to its end at 0.62."""
    runs = {"slow": [[0.2, 0.4, 0.5, 0.55]], "fast": [[0.62, 0.62, 0.62, 0.62]]}
    assert set(judged(runs, 4, 2, 16).kept) == {"slow", "fast"}
    assert judged({**runs, "slow": [[0.2, 0.4, 0.41, 0.41]]}, 4, 2, 16).kept == ("fast",)


def test_a_run_without_a_number_is_out() -> None:
    assert judged({"a": [[math.nan]], "b": [[0.1]], "c": [[]], "d": [[0.1]]}, 1, 2, 4).cut.keys() == {"a", "c"}


def test_the_scatter_of_a_curve_is_that_of_its_noise() -> None:
    random = Random(0)
    noise = [random.gauss(0, 0.02) for _ in range(400)]
    assert scatter([0.01 * index + value for index, value in enumerate(noise)]) == pytest.approx(stdev(noise), rel=0.1)
    assert scatter([0.1, 0.2]) == 0


def test_each_doubling_brings_what_the_last_one_brought() -> None:
    curve = [0.1 + 0.1 * math.log2(epoch) for epoch in range(1, 33)]
    assert expected(curve[:4], 4, 32) == pytest.approx(curve[31])


def test_doubt_is_said_where_a_stopped_run_could_have_come_as_far() -> None:
    others = [[[0.5, 0.6, 0.65, 0.7]]]
    assert might_have_won([[0.3, 0.5]], 2, 4, 0.7, others)  # by its own last gain
    assert might_have_won([[0.52]], 1, 4, 0.7, others)  # by what another has gained since
    assert not might_have_won([[0.3, 0.31]], 2, 4, 0.7, others)
    assert not might_have_won([[math.nan]], 1, 4, 0.7, others)


@pytest.mark.parametrize("seed", range(20))
def test_the_run_that_would_win_goes_on_among_curves_as_they_are(seed: int) -> None:
    """Power laws with noise, as Domhan et al. fit them: the one that is best at the end comes to the last rung."""
    random, epochs = Random(seed), 16
    curves = {}
    for index in range(16):
        end, start, speed = random.uniform(0.3, 0.95), random.uniform(0.0, 0.3), random.uniform(0.5, 1.5)
        curves[str(index)] = [[end - (end - start) * epoch ** -speed + random.gauss(0, 0.004)
                               for epoch in range(1, epochs + 1)]]
    winner = max(curves, key=lambda key: max(curves[key][0]))
    going = dict(curves)
    for rung in rungs(epochs, 2, len(curves)):
        verdict = judged(going, rung, 2, epochs)
        if rung > 1:
            assert winner in verdict.kept
        going = {key: curves[key] for key in {*verdict.kept, winner}}

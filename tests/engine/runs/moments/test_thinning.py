"""Which moments remain: the first, the last, many of the beginning, and the later the fewer."""

from __future__ import annotations

from itertools import pairwise

from engine.runs.moments.thinning import least
from engine.training.moments import moments_within


def thinned(count: int, epochs: int) -> list[float]:
    """What is left of a run where there is room for so many."""
    kept = list[float]()
    for position in [0.0, *(done / 64 for done in sorted(moments_within(64))), *range(1, epochs + 1)]:
        kept.append(position)
        if len(kept) > count:
            at = least(kept)
            assert at is not None and 0 < at < len(kept) - 1
            del kept[at]
    return kept


def test_of_a_hundred_epochs_all_times_are_there() -> None:
    kept = thinned(16, 100)
    assert len(kept) == 16 and (kept[0], kept[-1]) == (0.0, 100)
    assert sum(position < 1 for position in kept) >= 4, "the first epoch is seen in parts"
    assert sum(1 <= position <= 10 for position in kept) >= 4
    late = [position for position in kept if position >= 1]
    assert all(after <= 2.4 * before for before, after in pairwise(late)), "no time is left out"


def test_of_ten_epochs_nearly_all_are_there() -> None:
    assert len([position for position in thinned(16, 10) if position >= 1]) >= 9


def test_the_same_run_keeps_the_same_moments() -> None:
    assert thinned(12, 60) == thinned(12, 60)


def test_of_two_none_can_go() -> None:
    assert least([]) is least([0.0]) is least([0.0, 1.0]) is None and least([0.0, 1.0, 2.0]) == 1


def test_moments_within_an_epoch_are_halves_of_halves() -> None:
    assert sorted(moments_within(235)) == [2, 4, 8, 15, 30, 59, 118]
    assert sorted(moments_within(4)) == [1, 2] and not moments_within(1) and not moments_within(0)

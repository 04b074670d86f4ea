"""Who leads, by what colour, and what an axis leaves out."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor

from tests.widgets.sweep.cases import SMALL
from widgets.look import theme
from widgets.look.contrast import contrast
from widgets.sweep.results import best_first, extent, leader, shares
from widgets.sweep.tones import tone
from widgets.sweep.values import Member, Value
from widgets.sweep.words import spoken, state_words, value_words


def test_the_best_comes_first_and_what_has_no_result_last() -> None:
    assert [member.key for member in best_first(SMALL.members, True)] == ["d", "a", "b", "c", "e"]
    assert [member.key for member in best_first(SMALL.members, False)] == ["c", "b", "a", "d", "e"]


def test_what_is_no_number_is_no_result() -> None:
    broken = Member("x", "x", state="failed", best=math.nan), Member("y", "y", state="running", best=math.inf)
    assert leader(broken, True) is None and shares(broken, True) == {}
    assert [member.key for member in best_first(broken, True)] == ["y", "x"], "one may still have a result"
    assert leader((*broken, *SMALL.members), True) == SMALL.members[3]


def test_shares_go_by_place_and_equal_results_have_the_same() -> None:
    assert shares(SMALL.members, True) == pytest.approx({"d": 1, "a": 2 / 3, "b": 1 / 3, "c": 0})
    twins = (*SMALL.members[:2], replace(SMALL.members[1], key="twin"))
    found = shares(twins, True)
    assert found["a"] == 1 and found["b"] == found["twin"]
    assert shares(SMALL.members[:1], True) == {"a": 1.0}


def test_an_extent_leaves_out_what_lies_three_times_the_middle_half_away() -> None:
    rng = random.Random(1)
    values = [rng.gauss(0.9, 0.02) for _ in range(60)] + [1e6, -40.0, 0.1]
    first, third = np.quantile(values, [0.25, 0.75])
    inside = [value for value in values if first - 3 * (third - first) <= value <= third + 3 * (third - first)]
    assert extent(values) == (min(inside), max(inside)) and max(inside) < 1
    assert extent([]) is None and extent([2.0]) == (2.0, 2.0) and extent([1.0, 1e9, 2.0]) == (1.0, 1e9)


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT], ids=lambda look: look.name)
def test_better_results_stand_out_more(look: theme.Theme) -> None:
    with theme.painting_as(look):
        against = [contrast(QColor(look.panel), tone(share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert against == sorted(against) and against[0] > 2 and against[-1] > 7


def test_a_member_says_in_words_what_became_of_it() -> None:
    words = {member.key: state_words(member) for member in SMALL.members}
    assert words["b"].startswith("stopped after epoch 2 of 4: 0.6") and words["c"] == "diverged"
    assert words["d"] == "trains" and words["e"] == "waits" and words["a"] == "done"
    assert state_words(replace(SMALL.members[1], reason="")) == "stopped after epoch 2"
    assert spoken(SMALL.members[3]) == "lr 0.1 · SGD, best 0.9500, epoch 3 of 4, trains"


@pytest.mark.parametrize(("value", "words"), [
    (0.0325295, "0.03253"), (1e-5, "1e−5"), (123456, "123456"), (True, "yes"), (False, "no"), (None, "–"),
    ("SGD", "SGD"), (64, "64"), (math.inf, "inf")])
def test_a_setting_is_written_with_the_digits_that_say_something(value: Value, words: str) -> None:
    assert value_words(value) == words

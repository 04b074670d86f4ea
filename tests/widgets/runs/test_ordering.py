"""Which runs are shown and in which order."""

from __future__ import annotations

import math
import random
from functools import cmp_to_key

import pytest

from tests.widgets.runs.desk import COLUMNS, afternoon, row
from widgets.runs.filtering import Filter
from widgets.runs.ordering import Sorting, arrange, count_runs, ordered
from widgets.runs.rows import Cell, RunRow, spoken

NAN = math.nan


def keys(filter: Filter | None = None, sorting: Sorting | None = None) -> list[str]:
    return [each.row.key for each in arrange(afternoon(), COLUMNS, filter or Filter(), sorting or Sorting())]


@pytest.mark.parametrize(("sorting", "order"), [
    (Sorting(), "7654321"), (Sorting("best"), "2135467"), (Sorting("best", True), "7645312"),
    (Sorting("time", True), "4316572"), (Sorting("params"), "5764321"), (Sorting("run"), "1234567"),
    (Sorting("changed"), "3561724"), (Sorting("seed"), "7653214"), (Sorting("gone"), "7654321"),
])  # fmt: skip
def test_sorted_by_each_column(sorting: Sorting, order: str) -> None:
    assert "".join(keys(sorting=sorting)) == order


def test_members_are_sorted_inside_their_group() -> None:
    group = arrange(afternoon(), COLUMNS, Filter(), Sorting("best", True))[2]
    assert [each.row.key for each in group.members] == ["4.4", "4.3", "4.2", "4.1", "4.0"]


@pytest.mark.parametrize("is_descending", [False, True])
def test_what_has_no_number_comes_last_whichever_way(is_descending: bool) -> None:
    values = [0.5, NAN, None, 0.9, NAN, 0.1, None]
    rows = [RunRow(str(place), "", "", "", (Cell("", value),)) for place, value in enumerate(values)]
    found = [each.key for each in ordered(rows, COLUMNS[:1], Sorting("best", is_descending))]
    assert found == (["3", "0", "5"] if is_descending else ["5", "0", "3"]) + ["1", "2", "4", "6"]


def test_equals_stay_as_they_were() -> None:
    rows = [row(str(place), "", place % 3 / 10) for place in range(9)]
    assert [each.key for each in ordered(rows, COLUMNS, Sorting("best", True))] == list("258147036")


def test_names_are_sorted_as_people_count() -> None:
    names = ["run 10", "run 9", "run 09b", "Run 1", "baseline", "run", "2", "10"]
    rows = [row(name, name=name) for name in names]

    def before(one: str, other: str) -> int:
        """By hand: number against number by size, else letter by letter."""
        while one and other:
            if one[0].isdigit() and other[0].isdigit():
                a, b = _digits(one), _digits(other)
                if int(a) != int(b):
                    return int(a) - int(b)
                one, other = one[len(a):], other[len(b):]
            elif one[0] != other[0]:
                return -1 if one[0].isdigit() or (not other[0].isdigit() and one[0] < other[0]) else 1
            else:
                one, other = one[1:], other[1:]
        return len(one) - len(other)

    random.Random(0).shuffle(rows)
    found = [each.name for each in ordered(rows, COLUMNS, Sorting("run"))]
    assert found == sorted(names, key=cmp_to_key(lambda one, other: before(one.lower(), other.lower())))


def _digits(text: str) -> str:
    end = next((place for place, letter in enumerate(text) if not letter.isdigit()), len(text))
    return text[:end]


@pytest.mark.parametrize(("text", "left"), [
    ("", "7654321"), ("dropout", "6"), ("RELU every", "4"), ("running", "7"), ("stopped lr", "2"), ("lr 0.1", "7"),
    ("lr>0.1", "2"), ("lr>=0.1", "653 2 1"), ("lr<0.1", "7"), ("lr=0.9", "2"), ("lr!=0.1", "72"), ("LR≤0.06", "7"),
    ("best>0.97", "764"), ("best>0.97 params<40000", ""), ("params<4e4", "5"), ("time>=41", "43"), ("seed=0–4", "4"),
    ("seed=3", "4"), ("lr>", "7654321"), ("lr>0.", "7653 2 1"), ("foo>1", ""), ("best>high", ""), ("nothing", ""),
])  # fmt: skip
def test_what_a_filter_leaves(text: str, left: str) -> None:
    assert "".join(keys(Filter(text))) == left.replace(" ", "")


def test_a_group_is_shown_for_its_members_alone_or_with_all_of_them() -> None:
    def members(text: str) -> list[str]:
        found = arrange(afternoon(), COLUMNS, Filter(text), Sorting())
        return [member.row.key for each in found for member in each.members]

    assert members("seed=3") == ["4.3"]
    assert members("everywhere") == ["4.0", "4.1", "4.2", "4.3", "4.4"]
    assert members("best>0.97") == ["4.4"]  # the mean is 0.968


def test_only_starred() -> None:
    assert keys(Filter("", starred=True)) == ["1"]
    assert keys(Filter("dropout", starred=True)) == []
    assert [Filter(" ").is_on, Filter("a").is_on, Filter("", True).is_on] == [False, True, True]


def test_a_note_is_found_and_groups_count_by_their_runs() -> None:
    rows = [row("2", note="Ask again"), row("1")]
    found = arrange(rows, COLUMNS, Filter("AGAIN"), Sorting())
    assert [each.row.key for each in found] == ["2"]
    assert count_runs(arrange(afternoon(), COLUMNS, Filter(), Sorting())) == 11
    assert count_runs(arrange(afternoon(), COLUMNS, Filter("seed=3"), Sorting())) == 1


def test_what_a_row_stands_for_and_what_is_said_of_it() -> None:
    seven, _, _, group, *_, first = afternoon()
    assert seven.runs == ("7",) and group.runs == ("4.0", "4.1", "4.2", "4.3", "4.4")
    assert spoken(first, COLUMNS) == ("1, starred, LeNet as in the notes, best 0.9321, last 0.9321, train 0.9300, "
                                      "params 61 706, time 0:19, seed 0")
    assert spoken(seven, COLUMNS).startswith("7 running, lr 0.1 → 0.06 by hand, best 0.9741")

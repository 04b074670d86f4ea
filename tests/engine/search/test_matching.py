"""One matcher for all lists in which a person types: how well words match, and in which order things come."""

from __future__ import annotations

import pytest

from engine.search.matching import (
    EXACT,
    INITIALS,
    INSIDE,
    PREFIX,
    SCATTERED,
    TYPO,
    WORD,
    folded,
    has_words,
    match,
    ranked,
)


@pytest.mark.parametrize(("text", "name", "rank"), [
    ("align edges", "Align edges", EXACT), ("alignedges", "Align edges", EXACT), ("nn.ReLU", "ReLU", EXACT),
    ("max_pool", "Max pool", EXACT), ("al", "Align edges", PREFIX), ("aligne", "Align edges", PREFIX),
    ("edg", "Align edges", WORD), ("edges al", "Align edges", WORD), ("heat", "View › (Heat map)", WORD),
    ("ae", "Align edges", INITIALS), ("lign", "Align", INSIDE), ("alg", "Align", SCATTERED),
    ("algin", "Align", TYPO), ("alidn", "Align", TYPO), ("xyz", "Align edges", None), ("zz", "Align", None),
    ("edges edges", "Align edges", None), ("lgn", "Align", None), ("卷积", "卷积层", PREFIX), ("积", "卷积层", INSIDE),
])
def test_the_better_the_smaller(text: str, name: str, rank: int | None) -> None:
    assert match(folded(text), folded(name)) == rank


def test_guessing_can_be_left_out() -> None:
    assert match("algin", "align", guess=False) is None
    assert match("lign", "align", guess=False) == INSIDE


def row(title: str, beside: str = "") -> tuple[str, str]:
    return title, beside


def titles(query: str, *rows: tuple[str, str], most: int = 200) -> list[str]:
    return [title for title, _ in ranked(query, rows, lambda each: each, most)]


def test_words_match_at_beginnings_before_letters_in_between() -> None:
    order = ["Fit", "Fit selection", "Show fitting", "Refit", "Forget it"]
    assert titles("fit", *map(row, reversed(order))) == order


def test_words_may_stand_beside_the_title() -> None:
    rows = [row("Memory", "View › Heat map"), row("Heat", "Memory"), row("Time", "View")]
    assert set(titles("heat mem", *rows)) == {"Memory", "Heat"}
    assert titles("memory", *rows) == ["Memory", "Heat"]  # the title before what stands beside it
    assert titles("vi", *rows) == ["Memory", "Time"]  # of equal ones those given first


def test_without_a_query_all_come_as_they_are() -> None:
    rows = [row("b"), row("a"), row("c")]
    assert titles("  ", *rows) == ["b", "a", "c"]
    assert titles("", *rows, most=2) == ["b", "a"]
    assert titles("q", *rows) == []


def test_a_filter_wants_every_word_somewhere() -> None:
    assert has_words("conv1.weight 6×1×5×5 float32", "WEIGHT 5×5")
    assert not has_words("conv1.weight", "weight bias")
    assert has_words("anything", "  ")

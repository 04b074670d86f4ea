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
    ("a", "Align edges", PREFIX), ("l", "Align edges", INSIDE), ("e", "Align edges", WORD),
    ("g", "Align edges", INSIDE), ("a e", "Align edges", WORD), ("e a", "Align edges", WORD),
    ("ed ed", "Align edges edge", WORD), ("ag", "Align", None), ("agn", "Align", SCATTERED),
    ("bgn", "Align", None), ("ain", "Align", SCATTERED), ("gni", "Align", None), ("xlign", "Align", TYPO),
    ("aligx", "Align", TYPO), ("axign", "Align", TYPO), ("aaign", "Align", TYPO), ("alin", "Align", SCATTERED),
    ("alignx", "Align", TYPO), ("alxign", "Align", TYPO), ("lign", "Align edges", INSIDE),
    ("alig", "Align", PREFIX), ("heat", "(Heat)", INSIDE), ("h", "(Heat)", INSIDE),
    ("laign", "Align", TYPO), ("abc", "Ab c d", PREFIX),
    ("axc", "abc", None),
    ("axcd", "abcd", TYPO), ("acbd", "abcd", TYPO), ("bacd", "abcd", TYPO), ("abdc", "abcd", TYPO),
    ("abcde", "abcd", TYPO), ("abd", "abcde", SCATTERED), ("卷x层", "卷积层", None), ("abé", "abéc", PREFIX),
    ("acé", "abcé", None), ("abx", "卷ab", None), ("", "Align", PREFIX), ("nn.x", "X", EXACT),
    ("f.x", "X", EXACT), ("f.", "F.", EXACT), ("torch.nn.functional.relu", "ReLU", EXACT),
    ("torch.relu", "ReLU", EXACT), ("x.relu", "ReLU", None), ("-", "–", None), ("×", "x", None),
    ("1×1", "1x1", EXACT), ("a-b", "A b", EXACT), ("a–b", "A_b", EXACT), ("sm", "Soft max", INITIALS),
    ("sma", "Soft max all", INITIALS), ("fm", "Soft max", None), ("mx", "Soft max", None),
    ("edges edges", "Align edges", None), ("lgn", "Align", None), ("卷积", "卷积层", PREFIX), ("积", "卷积层", INSIDE),
])
def test_the_better_the_smaller(text: str, name: str, rank: int | None) -> None:
    assert match(folded(text), folded(name)) == rank


def test_guessing_can_be_left_out() -> None:
    assert match("algin", "align", guess=False) is None
    assert match("lign", "align", guess=False) == INSIDE


def test_of_words_in_both_places_none_is_guessed() -> None:
    assert titles("align edges", row("edges", "align")) == ["edges"]
    assert titles("algin edges", row("edges", "align")) == []


def row(title: str, beside: str = "") -> tuple[str, str]:
    return title, beside


def titles(query: str, *rows: tuple[str, str], most: int = 200) -> list[str]:
    return [title for title, _ in ranked(query, rows, lambda each: each, most)]


def test_words_match_at_beginnings_before_letters_in_between() -> None:
    order = ["Fit", "Fit selection", "Show fitting", "Refit", "Forget it"]
    assert titles("fit", *map(row, reversed(order))) == order


def test_words_may_stand_beside_the_title() -> None:
    assert titles("b c", row("cd", "View ab")) == [], "letters of both, one after the other, are no words"
    rows = [row("Memory", "View › Heat map"), row("Heat", "Memory"), row("Time", "View")]
    assert set(titles("heat mem", *rows)) == {"Memory", "Heat"}
    assert titles("memory", *rows) == ["Memory", "Heat"]  # the title before what stands beside it
    assert titles("vi", *rows) == ["Memory", "Time"]  # of equal ones those given first


def test_without_a_query_all_come_as_they_are() -> None:
    rows = [row("b"), row("a"), row("c")]
    assert titles("  ", *rows) == ["b", "a", "c"]
    assert titles("", *rows, most=2) == ["b", "a"]
    assert titles("q", *rows) == []


@pytest.mark.parametrize(("query", "order"), [
    ("heat", ["Heat map", "Y heat", "View", "x", "Theater", "Hat", "Hxat"]), ("heat view", ["View", "Heat map"]),
    ("view heat", ["Heat map", "View"]), ("x heat", ["x", "Heat map", "Theater", "Y heat"]),
    ("hea", ["Heat map", "Y heat", "View", "x", "Hxat", "Theater"]), ("ht", []), ("heta", ["Heat map"]),
    ("y", ["Y heat", "x"]), ("z h", ["Hat"]), ("vhm", []), ("vew", ["View"]),
    ("w h", []),
])
def test_the_order_of_what_is_found(query: str, order: list[str]) -> None:
    rows = [row("Heat map", "View"), row("View", "Heat"), row("Theater", "x"), row("x", "heat y"), row("Hat", "z"),
            row("Hxat", "heap"), row("Y heat")]
    assert titles(query, *rows) == order


@pytest.mark.parametrize(("text", "plain"), [
    ("nn.ReLU", "relu"), (" A_b-c ", "a b c"), ("-", "-"), ("×", "×"), ("a×b", "axb"), ("f.", "f."),
    ("F.conv", "conv"), ("torch.", "torch."), ("torch.nn", "nn"), ("a  b", "a b"),
])
def test_what_is_typed_is_compared_in_a_plain_form(text: str, plain: str) -> None:
    assert folded(text) == plain


def test_a_filter_wants_every_word_somewhere() -> None:
    assert has_words("conv1.weight 6×1×5×5 float32", "WEIGHT 5×5")
    assert not has_words("conv1.weight", "weight bias")
    assert has_words("anything", "  ")

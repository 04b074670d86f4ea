"""Every sign that a formula may contain, and what it may not."""

from __future__ import annotations

import re

import pytest

from engine.formula import check_formula, evaluate


@pytest.mark.parametrize(("formula", "value"), [
    ("w + 2", 9), ("w - 2", 5), ("w * 2", 14), ("w / 2", 3.5), ("w // 2", 3), ("w % 4", 3), ("w ** 2", 49), ("-w", -7),
    ("+w", 7), ("w < 7", False), ("w <= 7", True), ("w > 7", False), ("w >= 7", True), ("w == 7", True),
    ("w != 7", False), ("(w > 1) & (w < 5)", False), ("(w < 1) | (w > 5)", True), ("i = w + 1; i * 2", 16),
    ("abs(0 - w)", 7),
])  # fmt: skip
def test_every_sign_is_worked_out(formula: str, value: float) -> None:
    assert evaluate(formula, {"w": 7.0}, {"abs": abs}) == value


def test_what_holds_can_be_turned_round() -> None:
    class Truth:
        def __invert__(self) -> str:
            return "turned"

    assert evaluate("~w", {"w": Truth()}, {}) == "turned"


@pytest.mark.parametrize("formula", ["w @ w", "w << 1", "w >> 1", "w ^ 1", "not w", "w and w", "w or w", "w is w",
                                     "w in w", "[w]", "w[0]", "w.x", "w if w else w", "lambda: w", "'w'", "q", "f(w)"])
def test_nothing_else_may_stand_in_it(formula: str) -> None:
    with pytest.raises(ValueError, match="the formula"):
        check_formula(formula)


@pytest.mark.parametrize(("formula", "reason"), [
    ("", "the formula must end in an expression, such as 0.01 * normal(0, 1)"),
    ("a = 1", "the formula must end in an expression, such as 0.01 * normal(0, 1)"),
    ("w *", "the formula ends too early"), ("w $ 1", "the formula cannot be read at character 3: "),
    ("w\n$ 1", "the formula cannot be read: "), ("\0", "the formula cannot be read: "),
    ("[w]", "the formula may not contain list"), ("'w'", "the formula may contain numbers only"),
    ("1j", "the formula may contain numbers only"), ("10**400 + 1" + "0" * 400,
                                                     "the formula contains a number that is too large"),
    ("w.x = 1; w", "the formula can only assign to a name"),
    ("(-w)(1)", "the formula knows these functions: normal, uniform, abs, "),
    ("open(1)", "the formula knows these functions: normal, "), ("normal(mean=1)", "the formula "),
    ("x; x = 1; x", "the formula does not know “x”; it knows w, fan_in, fan_out, i, j, pi, e"),
    ("0,5 * w", "write decimals with a point, as in 0.5, and thousands without a mark, as in 1000"),
    ("normal(1,000)", "write 1000 or 1, 000: 1,000 could mean either"),
    ("a = b; b = 1; a", "the formula does not know “b”; it knows "),
])  # fmt: skip
def test_what_is_wrong_is_said(formula: str, reason: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(reason)):
        check_formula(formula)


@pytest.mark.parametrize(("formula", "value"), [
    ("a = b = w; a + b", 14), ("w; w + 1", 8), (" w ", 7), ("7 // 2", 3.0), ("True", 1.0), ("a = 2\na * w", 14),
    ("w = w + 1; w", 8),
])  # fmt: skip
def test_names_can_be_given(formula: str, value: float) -> None:
    assert evaluate(formula, {"w": 7.0}, {}) == value


@pytest.mark.parametrize(("formula", "reason"), [
    ("w / 0", "float division by zero"), ("abs(w, w)", "abs() takes exactly one argument"), ("9 ** 9 ** 9", "("),
])  # fmt: skip
def test_what_cannot_be_computed_is_said(formula: str, reason: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(f"the formula cannot be computed: {reason}")):
        evaluate(formula, {"w": 7.0}, {"abs": abs})


def test_of_a_long_story_the_first_line_is_told() -> None:
    def failing() -> None:
        raise RuntimeError("a" * 200 + "\nand more")

    with pytest.raises(ValueError, match="^the formula cannot be computed: " + "a" * 120 + "$"):
        evaluate("normal()", {}, {"normal": failing})


def test_the_scope_of_who_asks_stays_as_it_is() -> None:
    names = {"w": 1.0}
    evaluate("w = 2; w", names, {})
    assert names == {"w": 1.0}

"""Every sign that a formula may contain, and what it may not."""

from __future__ import annotations

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

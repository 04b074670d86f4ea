"""Times and counts as people type them."""

from __future__ import annotations

import pytest

from widgets.sweep.amounts import CountError, TimeError, amount_text, read_count, read_minutes


@pytest.mark.parametrize(("text", "minutes"), [
    ("10", 10), (" ten minutes ", 10), ("10 min", 10), ("1.5 h", 90), ("1,5 hours", 90), ("90 s", 1.5), ("", None),
    ("an hour", 60), ("Thirty", 30), ("30 seconds", 0.5), ("10min.", 10), ("1e2", 100),
])  # fmt: skip
def test_times(text: str, minutes: float | None) -> None:
    assert read_minutes(text) == (pytest.approx(minutes) if minutes is not None else None)


@pytest.mark.parametrize("text", ["soon", "0", "-3", "10 apples", "1,000", "minutes", "nan", "inf", "1:30", "ten ten"])
def test_no_times(text: str) -> None:
    with pytest.raises(TimeError):
        read_minutes(text)


@pytest.mark.parametrize(("text", "count"), [("12", 12), ("twelve", 12), (" ", None), ("1e2", 100)])
def test_counts(text: str, count: int | None) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize("text", ["0", "1.5", "-1", "many", "1e9", "1,000"])
def test_no_counts(text: str) -> None:
    with pytest.raises(CountError):
        read_count(text)


@pytest.mark.parametrize(("amount", "text"), [(10.0, "10"), (1.5, "1.5"), (None, ""), (1 / 3, "0.333333"), (12, "12")])
def test_an_amount_is_written_as_it_is_typed(amount: float | None, text: str) -> None:
    assert amount_text(amount) == text

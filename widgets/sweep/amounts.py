"""How long and how often, as people type it: “10”, “ten minutes”, “1.5 h”, “12”. Pure."""

from __future__ import annotations

import re

from engine.messages import LayerloomError
from engine.units import typed_number, typed_text

_WORDS = {word: float(number) for number, word in enumerate(
    ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1)}
_WORDS |= {"a": 1.0, "an": 1.0, "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "sixty": 60.0}
_MINUTES = {"": 1.0, "h": 60.0, "hour": 60.0, "min": 1.0, "minute": 1.0, "m": 1.0, "s": 1 / 60, "sec": 1 / 60,
            "second": 1 / 60}  # fmt: skip
MOST_RUNS = 10_000


class TimeError(LayerloomError):
    """No time."""

    def __init__(self) -> None:
        super().__init__("A time in minutes, such as 10")


class CountError(LayerloomError):
    """No number of runs."""

    def __init__(self) -> None:
        super().__init__("A whole number from 1 on, such as 12")


def read_minutes(text: str) -> float | None:
    """Nothing typed is no limit. Raises TimeError."""
    if not text.strip():
        return None
    found = re.fullmatch(r"(.*?)\s*([a-z]*)\.?", text.strip().casefold())
    number, unit = found.groups() if found else ("", "?")
    if not number:
        number, unit = unit, ""
    factor = _MINUTES.get(unit) or _MINUTES.get(unit.removesuffix("s"))
    try:
        minutes = (_WORDS.get(number) or typed_number(number)) * (factor or 0.0)
    except ValueError:
        raise TimeError from None
    if minutes <= 0:
        raise TimeError
    return minutes


def read_count(text: str) -> int | None:
    """Nothing typed leaves it to the program. Raises CountError."""
    if not text.strip():
        return None
    try:
        count = _WORDS.get(text.strip().casefold()) or typed_number(text)
    except ValueError:
        raise CountError from None
    if count != round(count) or not 1 <= count <= MOST_RUNS:
        raise CountError
    return round(count)


def amount_text(amount: float | None) -> str:
    """As it is typed."""
    return typed_text(float(f"{amount:.6g}")) if amount is not None else ""

"""The names of a table's columns: whether the first row holds them, and what they are made to be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from engine.data.formats.table.columns import DATE
from engine.data.formats.table.rows import Row, is_value
from engine.messages import Message, say

_FIGURES = re.compile(r"(?!(?:1[89]|20)\d\d$)[\W_]*\d[\W\d_]*")  # 5, <5, 2020-01-01, but no year
_LINE = re.compile(r":?-+:?")
_KINDS, _SHORT = frozenset({"continuous", "discrete", "string", "time"}), frozenset("cdst")
_ROLES = frozenset({"", "class", "meta", "ignore", "i", "m"})
_FRACTION = re.compile(r"[-+]?\d*[.,]\d+")
MANY = 500  # columns that tell it; of more, so many from all over


def has_header(rows: Sequence[Row]) -> bool:
    """Whether the first row differs from the others as names do: text above numbers, or not one of the values below."""
    first, rest = rows[0][1], [row for _, row in rows[1:] if len(row) >= len(rows[0][1]) - 1]
    if not rest:
        return not all(is_value(value) for value in first[:: len(first) // MANY + 1])
    if _counts(first):
        return True
    score = 0.0
    for place, name in list(enumerate(first))[:: len(first) // MANY + 1]:
        below = [row[place] for row in rest if place < len(row) and row[place]]
        score += _vote(name, below)
    if len(set(first)) < len([name for name in first if name]):
        score -= 0.5  # names differ
    return score >= 0


def may_be_row(header: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether names are all numbers, or dates and numbers that count nothing are among them, or they are words of
    several parts above nothing but texts."""
    if all(map(is_value, header)) or any(map(_FRACTION.fullmatch, header)):
        return True
    if not _counts(header) and any(_FIGURES.fullmatch(name) or DATE.fullmatch(name) for name in header):
        return True
    return any(" " in name for name in header) and bool(rows) and not any(is_value(value) for _, row in rows
                                                                          for value in row if value)


def below_names(rows: Sequence[Row]) -> int:
    """How many rows below the first are no values: Orange's kinds and roles, Qualtrics' questions, Markdown's line."""
    second, third = ([*rows[place][1]] if len(rows) > place else [] for place in (1, 2))
    if any("---" in value or ":-" in value for value in second) and all(map(_LINE.fullmatch, filter(None, second))):
        return 1
    if third and all(value.startswith('{"ImportId"') for value in third):
        return 2
    if len(second) < 2 or not (_KINDS | _SHORT).issuperset(second):
        return 0
    has_words = _KINDS.issuperset(second)  # letters alone may be values
    is_role = _ROLES.issuperset(third) and (has_words or not {"class", "meta"}.isdisjoint(third))
    return 2 if is_role else int(has_words)


def _vote(name: str, below: Sequence[str]) -> float:
    if not below:
        return 0.0
    if name in below:
        return -1.0
    numbers = sum(map(is_value, below))
    if 2 * numbers > len(below):
        return -1.0 if is_value(name) else 1.0
    return 0.25


def _counts(first: Sequence[str]) -> bool:
    """0, 1, 2 … or years one after the other: so are columns called that have no names."""
    plain = [text for text in first if text]
    if len(plain) < 3 or not all(text.isdecimal() and len(text) < 5 for text in plain[1:]):
        return False
    numbers = [int(text) for text in plain[1:]]
    steps = all(second - first == 1 for first, second in pairwise(numbers))
    return steps and (numbers[0] in (1, 2) or numbers[0] > 1000) and (
        plain[0] in ("0", "1") or not is_value(plain[0]) or (
            plain[0].isdecimal() and int(plain[0]) == numbers[0] - 1))


def padded(header: list[str], rows: Sequence[Row], width: int, notes: list[Message]) -> list[str]:
    """Where rows are one longer: a nameless column of row names in front, or nothing behind the last delimiter."""
    if len(header) != width - 1 or not rows:
        return header
    ends = all(not row[-1] for _, row in rows if len(row) == width)
    if ends:
        return [*header, ""]
    first = [row[0] for _, row in rows if len(row) == width]
    if len(set(first)) < len(first) or any(value.startswith("'") for value in first):
        notes.append(say("There is one name fewer than there are columns: “{name}” is the name of the second one, and "
                         "the first has none. If a value holds the delimiter, it must be in quotation marks (\")",
                         name=header[0]))
    return ["", *header]


def different_names(header: Sequence[str]) -> tuple[tuple[str, ...], list[Message]]:
    """Column names, made different where they are not."""
    names: list[str] = []
    taken: set[str] = set()
    notes: list[Message] = []
    for index, name in enumerate(header, 1):
        plain = name or f"column {index}"
        chosen, count = plain, 1
        while chosen in taken:
            count += 1
            chosen = f"{plain} ({count})"
        if chosen != plain:
            notes.append(say("There are several columns “{name}”: one of them is called “{other}” here", name=plain,
                             other=chosen))
        names.append(chosen)
        taken.add(chosen)
    return tuple(names), notes

"""How well typed words match a name: from its beginning, at words, at initials, letter by letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from widgets.parts.row_list import Row

NO_MATCH = 99.0


def distance(query: str, text: str) -> float:
    """0 for the same, more the less alike; ``NO_MATCH``: the letters do not even occur in this order."""
    query, text = query.casefold().strip(), text.casefold()
    if query == text:
        return 0.0
    if text.startswith(query):
        return 1.0
    words = re.findall(r"\w+", text)
    typed = query.split()
    if typed and all(any(word.startswith(part) for word in words) for part in typed):
        return 2.0
    if "".join(word[0] for word in words).startswith(query.replace(" ", "")):
        return 3.0
    if query in text:
        return 4.0
    return _scattered(query.replace(" ", ""), text)


def _scattered(query: str, text: str) -> float:
    """Letters in this order with gaps; the wider they lie, the worse."""
    first = last = -1
    for letter in query:
        last = text.find(letter, last + 1)
        if last < 0:
            return NO_MATCH
        first = last if first < 0 else first
    spread = (last - first + 1) / max(1, len(query))
    return NO_MATCH if spread > 4 else 5.0 + spread


def matching(query: str, rows: Iterable[Row], most: int = 200) -> Sequence[Row]:
    """The rows that match, best first; of equal ones those given first. All without a query."""
    rows = list(rows)
    if not query.strip():
        return rows[:most]
    scored = [(_row_distance(query, row), row) for row in rows]
    return [row for score, row in sorted(scored, key=lambda pair: pair[0]) if score < NO_MATCH][:most]


def _row_distance(query: str, row: Row) -> float:
    """By its title, else by what stands beside it, or by words of both."""
    apart = min(distance(query, row.title), distance(query, row.detail) + 2.5)
    both = distance(query, f"{row.detail} {row.title}")
    return min(apart, both + 2.5) if both <= 2 else apart

"""Which rows are shown, and in which order: filtered, sorted by a column, members inside their groups."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from widgets.runs.filtering import Filter
from widgets.runs.rows import Column, RunRow

RUN, CHANGED = "run", "changed"  # the columns that are always there
Key = tuple[int, float, tuple[tuple[int, str], ...]]


class Sorting(NamedTuple):
    """By which column, "" as they were given: the newest first."""

    column: str = ""
    is_descending: bool = False


class Shown(NamedTuple):
    """A row, and which of its members are shown below it."""

    row: RunRow
    members: tuple[Shown, ...] = ()


def arrange(rows: Sequence[RunRow], columns: Sequence[Column], filter: Filter, sorting: Sorting) -> list[Shown]:
    """What is shown. A group that is found itself has all its members, else those that are found."""
    found = ((row, _members(row, columns, filter)) for row in ordered(rows, columns, sorting))
    return [Shown(row, tuple(arrange(members, columns, Filter(), sorting))) for row, members in found
            if members or filter.fits(row, columns)]  # fmt: skip


def _members(row: RunRow, columns: Sequence[Column], filter: Filter) -> tuple[RunRow, ...]:
    if not row.children or filter.fits(row, columns):
        return row.children
    return tuple(child for child in row.children if filter.fits(child, columns))


def count_runs(shown: Iterable[Shown]) -> int:
    """How many runs are shown: groups count by their members."""
    return sum(count_runs(each.members) if each.members else 1 for each in shown)


def ordered(rows: Sequence[RunRow], columns: Sequence[Column], sorting: Sorting) -> Sequence[RunRow]:
    """Sorted; what has no value comes last, whichever way, and equals stay as they were."""
    value_of = _reader(columns, sorting.column)
    if value_of is None or len(rows) < 2:
        return rows
    keyed = [(_sort_key(value_of(row)), row) for row in rows]
    there = [(key, row) for key, row in keyed if key is not None]
    there.sort(key=lambda pair: pair[0], reverse=sorting.is_descending)
    return [row for _, row in there] + [row for key, row in keyed if key is None]


def _reader(columns: Sequence[Column], wanted: str) -> Callable[[RunRow], float | str | None] | None:
    if wanted in (RUN, CHANGED):
        return (lambda row: row.name) if wanted == RUN else (lambda row: row.changed or None)
    place = next((place for place, column in enumerate(columns) if column.key == wanted), None)
    if place is None:
        return None
    return lambda row: row.cells[place].value if place < len(row.cells) else None


def _sort_key(value: float | str | None) -> Key | None:
    """Numbers by size before words; numbers within words count as such: run 10 after run 9."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if not isinstance(value, str):
        return 0, value, ()
    return 1, 0.0, tuple(_part(part) for part in re.findall(r"\d+|\D+", value.casefold()))


def _part(part: str) -> tuple[int, str]:
    """Of digits those with more come later."""
    digits = part.lstrip("0") if part.isdecimal() else ""
    return (len(digits), digits) if part.isdecimal() else (1 << 30, part)

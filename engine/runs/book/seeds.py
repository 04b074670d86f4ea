"""Runs that differ in nothing but their seed are one row: their mean, and how far they lie apart. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.runs.book.entry import Entry, Part
from engine.runs.spread import Difference, Spread, difference, spread


@dataclass(frozen=True)
class Seeds:
    """Two or more runs of one course, in the order of the book, or the folds of a cross-validation."""

    entries: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        """The one that was begun first: its number and its words stand for all."""
        return min(self.entries, key=lambda entry: (entry.begun, entry.folder.name))

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """In order."""
        return tuple(sorted({entry.seed for entry in self.entries if entry.seed is not None}))

    def spread(self, part: Part, name: str) -> Spread:
        """Of one number over all of them."""
        return spread(self.values(part, name))

    def values(self, part: Part, name: str) -> list[float]:
        """One of each seed, or fold, that has come to its end: one cut short says nothing of the others, and one that
        was trained twice gave the same twice."""
        ended = {(entry.seed, entry.title): entry for entry in reversed(self.entries) if entry.state == "ended"}
        return [entry.value(part, name) for entry in ended.values()]


Row = Entry | Seeds


def rows_of(entries: Sequence[Entry]) -> list[Row]:
    """Runs as rows: several seeds are one, where the newest of them stands. One seed again and again is not."""
    courses: dict[str, list[Entry]] = {}
    for entry in entries:
        courses.setdefault(_course(entry), []).append(entry)
    seeds = {course: len({entry.seed for entry in together}) for course, together in courses.items()}
    found: dict[str, Row] = {}
    for entry in entries:
        several = seeds[_course(entry)] > 1
        key = _course(entry) if several else str(entry.folder)
        found.setdefault(key, Seeds(tuple(courses[key])) if several else entry)
    return list(found.values())


def _course(entry: Entry) -> str:
    return entry.course if entry.course and entry.kind == "run" and entry.state != "damaged" else str(entry.folder)


def folds_of(entry: Entry) -> Seeds | None:
    """The folds of a cross-validation together; None: it is none."""
    is_one = entry.kind == "series" and len(entry.members) > 1 and len({each.course for each in entry.members}) == 1
    return Seeds(entry.members) if is_one and entry.members[0].course else None


def compared(row: Row, other: Row, name: str) -> Difference | None:
    """Whether two settings differ in what their best epochs came to; None: too few seeds to say."""
    return difference(*(list(each.values("best", name)) if isinstance(each, Seeds) else [] for each in (row, other)))


def with_base(rows: Sequence[Row]) -> dict[Path, Row]:
    """The row in which each run stands, by its folder."""
    return {entry.folder: row for row in rows for entry in (row.entries if isinstance(row, Seeds) else (row,))}

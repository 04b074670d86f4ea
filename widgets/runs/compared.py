"""What differs between some runs, as rows of texts: plain values, filled in by whoever knows the runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from PySide6.QtCore import QCoreApplication

from widgets.look.text import QT_TRANSLATE_NOOP

About = Literal["network", "data", "recipe", "costs", "results"]
_TITLES: dict[About, str] = {
    "network": QT_TRANSLATE_NOOP("Runs", "Network"),
    "data": QT_TRANSLATE_NOOP("Runs", "Data"),
    "recipe": QT_TRANSLATE_NOOP("Runs", "Recipe"),
    "costs": QT_TRANSLATE_NOOP("Runs", "Costs"),
    "results": QT_TRANSLATE_NOOP("Runs", "Results"),
}


class ComparedRun(NamedTuple):
    """A column: which run, what changed in it in words, its place among the colours of curves."""

    key: str
    name: str
    words: str = ""
    color: int | None = None


class ComparedRow(NamedTuple):
    """Something that is not the same in all runs; ``best``: the places of the best values."""

    about: About
    title: str
    values: tuple[str, ...]
    best: tuple[int, ...] = ()


Line = About | ComparedRow  # a heading, or a row below it


def about_title(about: About) -> str:
    """The heading of a group."""
    return QCoreApplication.translate("Runs", _TITLES[about])


def lines_of(rows: Sequence[ComparedRow]) -> list[Line]:
    """The rows in their groups, with a heading before each."""
    groups = {about: [row for row in rows if row.about == about] for about in _TITLES}
    return [line for about, group in groups.items() if group for line in (about, *group)]


def as_text(runs: Sequence[ComparedRun], lines: Sequence[Line]) -> str:
    """For another program: columns are parted by tabs."""
    heads = [f"{run.name}: {run.words}" if run.words else run.name for run in runs]
    return "\n".join("\t".join(map(_plain, cells)) for cells in (["", *heads], *_cells(lines)))


def _cells(lines: Sequence[Line]) -> Iterator[list[str]]:
    for line in lines:
        yield [about_title(line)] if isinstance(line, str) else [line.title, *line.values]


def _plain(text: str) -> str:
    return " ".join(text.split())

"""The book as the rows of a table: numbers as texts, several seeds as one, words for what each has changed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import is_
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from engine.compare.telling import in_one_line
from engine.messages import Message, say
from engine.runs.book.entry import Entry, Part, State
from engine.runs.book.seeds import Row, Seeds, compared, rows_of, with_base
from engine.runs.spread import spread_text
from engine.units import bytes_text, clock_text, count_text, duration_text, measure_text
from widgets.look.text import message_text, translated
from widgets.runs.rows import IN_HAND, Cell, Column, RunRow
from widgets.runs.rows import State as Shown

PARTS: tuple[Part, ...] = ("best", "last", "train")
STATES: Mapping[State, Shown] = {"running": "running", "stopped": "stopped", "left": "stopped", "damaged": "failed"}
DECIMALS = 4
SEEDS = "seeds:"  # before the key of several
AUTO = ""  # the measure that chose each run's best epoch


def tr(text: str) -> str:
    """In the person's language."""
    return QCoreApplication.translate("Runs", text)


@dataclass(frozen=True)
class View:
    """How runs are shown: by which measure, in which colours, with their network's name or without."""

    metric: str = AUTO
    colors: Mapping[str, int] = field(default_factory=dict)  # of those that are drawn, by key
    named: bool = False


def columns() -> list[Column]:
    """After a run's name and what it changed."""
    tips = {"best": tr("In its best epoch"), "last": tr("In its last epoch"),
            "train": tr("On the training examples, while the best epoch was learned")}
    return [*(Column(part, tr(part), tips[part]) for part in PARTS), Column("params", tr("params"), tr("Parameters")),
            Column("time", tr("time"), tr("How long it has learned, without pauses")), Column("seed", tr("seed"))]


class TableRows:
    """Makes rows, and those that would say the same again only once."""

    def __init__(self) -> None:
        self._made: dict[Path, tuple[tuple[Entry, ...], object, RunRow]] = {}
        self._said: dict[Path, tuple[tuple[Entry, ...], str]] = {}

    def rows(self, entries: Sequence[Entry], view: View) -> list[RunRow]:
        """The rows in the order of the book."""
        rows = rows_of(entries)
        verdicts, before, self._made = self._verdicts(rows), self._made, {}
        for row in rows:
            mine, first = entries_of(row), entries_of(row)[0]
            colors = [view.colors.get(key) for key in _keys(row)]
            asked = view.metric, view.named, colors, verdicts.get(row.first.folder) if isinstance(row, Seeds) else ""
            known = before.get(first.folder)
            is_same = known is not None and known[1] == asked and _are_same(known[0], mine)
            made = known[2] if known is not None and is_same else _row(row, view, verdicts)
            self._made[first.folder] = mine, asked, made
        return [made for _, _, made in self._made.values()]

    def _verdicts(self, rows: Sequence[Row]) -> dict[Path, str]:
        """Of several seeds held against those that they were made from, by the folder of the first of them."""
        standing, before, self._said = with_base(rows), self._said, {}
        for row in rows:
            base = standing.get(row.first.base) if isinstance(row, Seeds) and row.first.base is not None else None
            if not isinstance(row, Seeds) or not isinstance(base, Seeds) or base is row:
                continue
            known, mine = before.get(row.first.folder), (*row.entries, *base.entries)
            said = known[1] if known is not None and _are_same(known[0], mine) else verdict_of(row, base)
            self._said[row.first.folder] = mine, said
        return {folder: said for folder, (_, said) in self._said.items()}


def _are_same(some: Sequence[Entry], others: Sequence[Entry]) -> bool:
    return len(some) == len(others) and all(map(is_, some, others))


def _keys(row: Row) -> Iterator[str]:
    """Whatever stands in a row and may have a colour."""
    if isinstance(row, Seeds):
        yield group_key(row)
    for entry in entries_of(row):
        yield key_of(entry)
        yield from (key for each in (rows_of(entry.members) if entry.kind == "sweep" else entry.members)
                    for key in _keys(each))


def keys_of(rows: Iterable[RunRow]) -> dict[str, RunRow]:
    """Every row by its key, those inside others too."""
    return {key: found for row in rows for key, found in ((row.key, row), *keys_of(row.children).items())}


def _row(row: Row, view: View, verdicts: Mapping[Path, str]) -> RunRow:
    if isinstance(row, Seeds):
        return _seeds(row, view, verdicts)
    return _group(row, view) if row.members else _run(row, view)


# -- one run -----------------------------------------------------------------------------------------------------------


def key_of(entry: Entry) -> str:
    """What a run is known by."""
    return str(entry.folder)


def group_key(row: Seeds) -> str:
    """What several seeds are known by; a sweep may have those of a setting that was also trained by itself."""
    return f"{SEEDS}{row.first.folder.parent}:{row.first.course}"


def entries_of(row: Row) -> tuple[Entry, ...]:
    """The runs that a row stands for, one or several seeds."""
    return row.entries if isinstance(row, Seeds) else (row,)


def rows_within(entries: Sequence[Entry]) -> list[Row]:
    """Single runs and several seeds, as the table has them, also those inside of series and sweeps."""
    return [each for row in rows_of(entries) for each in (
        rows_within(row.members) if isinstance(row, Entry) and row.kind == "sweep" and row.members else
        row.members if isinstance(row, Entry) and row.members else (row,))]


def _run(entry: Entry, view: View) -> RunRow:
    name = measure_of(entry, view)
    numbers = [_number(entry.value(part, name)) for part in PARTS]
    cells = (*numbers, Cell(count_text(entry.params), entry.params) if entry.params else Cell("", None),
             Cell(clock_text(entry.seconds), entry.seconds), _seed(entry.seed))
    key = key_of(entry)
    return RunRow(key, _named(entry, view), STATES.get(entry.state, ""), changed_text(entry), cells, entry.star,
                  entry.note, hint(entry), view.colors.get(key), facts=_facts(entry))


def _number(value: float) -> Cell:
    return Cell(measure_text(value, DECIMALS), value) if math.isfinite(value) else Cell("", None)


def _seed(seed: int | None) -> Cell:
    return Cell("", None) if seed is None else Cell(str(seed), seed)


def _named(entry: Entry, view: View) -> str:
    return f"{entry.network} {entry.number}" if view.named and not entry.is_member else entry.number


def measure_of(entry: Entry, view: View) -> str:
    """The measure that is shown of it."""
    return view.metric or entry.measure


def changed_text(entry: Entry) -> str:
    """What it has otherwise than what it was made from, in one line."""
    if entry.trouble is not None:
        return message_text(_in_folder(entry.trouble, entry.folder))
    if entry.changed is None:
        return ""  # it is being found out
    words = message_text(in_one_line(entry.changed)) if entry.changed else ""
    if entry.title:
        return f"{entry.title}: {words}" if words and words != entry.title else entry.title
    return words or tr("The same again")


def _in_folder(trouble: Message, folder: Path) -> Message:
    """Files by their names alone: which folder they are in is known."""
    def short(value: object) -> object:
        return value.relative_to(folder) if isinstance(value, Path) and value.is_relative_to(folder) else value

    return Message(trouble.template, tuple((name, short(value)) for name, value in trouble.values))


def hint(entry: Entry) -> str:
    """All that there is no column for."""
    trouble = message_text(entry.trouble) if entry.trouble is not None else ""
    facts = [trouble, ", ".join(map(message_text, entry.changed or ())), f"{entry.begun:%Y-%m-%d %H:%M}", entry.device,
             tr("{learned} of {planned} epochs").format(learned=entry.epochs, planned=entry.planned)
             if entry.planned else "", duration_text(entry.seconds) if math.isfinite(entry.seconds) else "",
             bytes_text(entry.size), ", ".join(f"{name} {text}" for name, text in entry.versions.items() if text),
             str(entry.folder)]
    return "\n".join(filter(None, facts))


def _facts(entry: Entry) -> tuple[tuple[str, float | str], ...]:
    measures = ((name, value) for name, value in entry.numbers.get("best", {}).items())
    return (*entry.facts.items(), *measures, ("network", entry.network), ("device", entry.device))


# -- several -----------------------------------------------------------------------------------------------------------


def _seeds(row: Seeds, view: View, verdicts: Mapping[Path, str]) -> RunRow:
    """Mean and deviation; what was said of one of them counts for all."""
    first, name = row.first, measure_of(row.first, view)
    count = tr("{number} × {count} seeds").format(number=_named(first, view), count=len(row.entries))
    running = any(entry.state == "running" for entry in row.entries)
    seconds = _total(row.entries)
    cells = (*(_spread(row, part, name) for part in PARTS), Cell(count_text(first.params), first.params),
             Cell(clock_text(seconds), seconds), Cell(_range(row.seeds), row.seeds[0] if row.seeds else None))
    key = group_key(row)
    words = ". ".join(filter(None, (changed_text(first), verdicts.get(first.folder, ""))))
    has_own = any(view.colors.get(key_of(entry)) == IN_HAND for entry in row.entries)
    color = view.colors.get(key, IN_HAND if has_own else None)  # the run in hand is not lost in a folded row
    return RunRow(key, count, "running" if running else "", words, cells, any(entry.star for entry in row.entries),
                  first.note, hint(first), color, tuple(_run(entry, view) for entry in row.entries), _facts(first))


def _spread(row: Seeds, part: Part, name: str) -> Cell:
    found = row.spread(part, name)
    if part != "best" or found.runs < 2:
        return _number(found.mean)
    return Cell(spread_text(found), found.mean)


def _range(seeds: Sequence[int]) -> str:
    if not seeds:
        return ""
    together = len(seeds) > 1 and seeds[-1] - seeds[0] == len(seeds) - 1
    return f"{seeds[0]}–{seeds[-1]}" if together else ", ".join(map(str, seeds))


def _total(entries: Iterable[Entry]) -> float:
    return math.fsum(entry.seconds for entry in entries if math.isfinite(entry.seconds))


def _group(entry: Entry, view: View) -> RunRow:
    """A series or a sweep: folds have a mean, variants and settings are told by their best."""
    sweep = tr("{number} × 1 run") if len(entry.members) == 1 else tr("{number} × {count} runs")
    kinds = {"series": tr("{number} × {count}"), "sweep": sweep}
    name = kinds.get(entry.kind, "{number}").format(number=_named(entry, view), count=len(entry.members))
    together = Seeds(entry.members)
    folds = entry.kind == "series" and len({member.course for member in entry.members}) == 1
    shown = measure_of(entry, view)
    cells = (*((_spread(together, part, shown) if folds else _best(entry, part, shown)) for part in PARTS),
             Cell(count_text(entry.params), entry.params) if entry.params else Cell("", None),
             Cell(clock_text(_total(entry.runs)), _total(entry.runs)), Cell("", None))
    children = tuple(_row(row, view, {}) for row in rows_of(entry.members)) if entry.kind == "sweep" else tuple(
        _run(member, view) for member in entry.members)
    key = key_of(entry)
    return RunRow(key, name, STATES.get(entry.state, ""), changed_text(entry), cells, entry.star, entry.note,
                  hint(entry), view.colors.get(key), children, _facts(entry))


def _best(entry: Entry, part: Part, name: str) -> Cell:
    """Of the member that is best."""
    known = [member for member in entry.runs if math.isfinite(member.value("best", name))]
    if not known:
        return Cell("", None)
    chosen = (max if entry.is_larger_better else min)(known, key=lambda member: member.value("best", name))
    return _number(chosen.value(part, name))


def verdict_of(row: Seeds, base: Seeds) -> str:
    """What is said of several seeds held against those that they were made from, where chance may have made it."""
    differs = compared(row, base, row.first.measure)
    return "" if differs is None or differs.is_real else message_text(say(
        "{first} and {other} overlap: no real difference", first=row.first.number, other=base.first.number))


def metrics_of(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    """Measures that runs have, each with its words; the first is each run's own, by its name where all have one."""
    runs = [run for entry in entries for run in entry.runs if run.numbers.get("best")]
    names, own = dict.fromkeys(name for run in runs for name in run.numbers["best"]), {run.measure for run in runs}
    if not names:
        return []
    if len(own) == 1 and own <= names.keys():
        [name] = own
        return [(AUTO, _measured(name)), *((other, _measured(other)) for other in names if other != name)]
    return [(AUTO, tr("what chose the best epoch")), *((name, _measured(name)) for name in names)]


def _measured(name: str) -> str:
    return tr("validation {measure}").format(measure=translated(name.replace("_", " ")))

"""``runs``: the book of all runs in a terminal: listed, shown, compared, taken elsewhere. No Qt, no torch."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from app.terminal.exits import UnreadableError, console
from app.terminal.plain import plain
from engine.compare.telling import in_one_line
from engine.experiment.experiment import FileError
from engine.experiment.recipe import Recipe
from engine.experiment.series import series_of
from engine.files import WriteError
from engine.graph.json import changed_options
from engine.messages import LayerloomError
from engine.runs.book.book import Book, read_book
from engine.runs.book.entry import PARTS, Entry, Part
from engine.runs.book.seeds import Row, Seeds, compared, folds_of, rows_of, with_base
from engine.runs.comparing import compared as compared_runs
from engine.runs.comparing import names_in
from engine.runs.exporting import write_csv, write_tensorboard
from engine.runs.findings import Finding, findings_of
from engine.runs.naming import HERE, places
from engine.runs.opened import RunError
from engine.runs.spread import spread_text
from engine.units import bytes_text, clock_text, count_text, measure_text

if TYPE_CHECKING:
    from argparse import _SubParsersAction


SHOWN: tuple[Part, ...] = ("best", "last", "train")
DAYS = "%Y-%m-%d %H:%M"
WIDE = 96  # letters, for all columns
LEAST_SAID = (7, 5, 4, 3)  # their places, from the last one on: seed, params, train, last
MOST = 24  # letters of a network's name in a table
LEAST = 16  # letters in a line of what changed


def add(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command with its own commands."""
    runs = commands.add_parser("runs", help="all runs that were kept: list, show, compare, export")
    inner = runs.add_subparsers(metavar="list | show | compare | export", required=False)
    listed = inner.add_parser("list", help="a line for each run, the newest first (as without a word)")
    show = inner.add_parser("show", help="all that is known of a run")
    compare = inner.add_parser("compare", help="what differs between runs, and what they came to")
    export = inner.add_parser("export", help="take curves elsewhere: one table, or TensorBoard event files")
    for parser, does in ((runs, _list), (listed, _list), (show, _show), (compare, _compare), (export, _export)):
        usual = argparse.SUPPRESS if parser is not runs else None  # what was said before the second word counts
        parser.add_argument("--in", dest="places", type=Path, action="append", metavar="DIR", default=usual,
                            help="where the runs lie (default: ./runs, and where the window keeps its own); may be "
                            "given several times")
        parser.set_defaults(run=partial(_in_words, does))
    for parser in (runs, listed, show, compare):
        parser.add_argument("--json", action="store_true", help="as JSON",
                            default=argparse.SUPPRESS if parser is not runs else False)
    for parser in (runs, listed):
        parser.add_argument("--network", metavar="NAME", help="only runs of this network",
                            default=argparse.SUPPRESS if parser is listed else None)
        parser.add_argument("--each", action="store_true", help="a line for each run of seeds, series and sweeps",
                            default=argparse.SUPPRESS if parser is listed else False)
    for parser, count in ((show, None), (compare, "+"), (export, "+")):
        parser.add_argument("names", metavar="RUN", nargs=count, help="a run's folder, its folder's name, or its "
                            "number in the list: 7, or lenet-7 where several networks have one")
    way = export.add_mutually_exclusive_group(required=True)
    way.add_argument("--csv", type=Path, metavar="F", help="every epoch and point, a row each")
    way.add_argument("--tensorboard", type=Path, metavar="DIR", help="event files, a folder for each run")


def _in_words(does: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """What cannot be read or written has an exit code of its own."""
    try:
        return does(options)
    except (FileError, RunError, WriteError) as error:
        raise UnreadableError("{reason}", reason=error) from error


def _book(options: argparse.Namespace) -> Book:
    return read_book(options.places or places())


def _print(*lines: str) -> None:
    out = console()
    for line in lines:
        out.print(plain(line), markup=False, highlight=False, soft_wrap=True)


# -- list --------------------------------------------------------------------------------------------------------------


def _list(options: argparse.Namespace) -> int:
    book = _book(options)
    if options.network is not None:
        book = book.of(options.network)
    if options.json:
        print(json.dumps([entry_json(entry) for entry in book], indent=1, ensure_ascii=False))
        return 0
    if not book.entries:
        where = ", ".join(map(str, options.places or places()))
        _print(f"There are no runs in {where}: each “train” keeps one in {HERE}" if options.network is None else
               f"There are no runs of {options.network} in {where}")
        return 0
    rows: Sequence[Row] = book.runs if options.each else rows_of(book.entries)
    out = console()
    out.print(_table(rows, out.width), highlight=False)
    count = "1 run" if len(book.runs) == 1 else f"{len(book.runs)} runs"
    _print(*_verdicts(rows), f"{count}, {bytes_text(book.size)} on the disk")
    return 0


def _table(rows: Sequence[Row], width: int) -> Table:
    """Where there is no room for all, what was found out comes first."""
    table = Table(box=None, pad_edge=False)
    networks = _has_several(rows)
    measures = list(dict.fromkeys(_one(row).measure for row in rows))
    of = f" {measures[0].replace('_', ' ')}" if len(measures) == 1 and measures[0] else ""
    table.add_column("run", no_wrap=True)
    table.add_column("what changed", ratio=1, min_width=LEAST)
    for title in (f"best{of}", *SHOWN[1:], "params", "time"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("seed", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row, networks))
    for place in () if width >= WIDE else LEAST_SAID:
        table.columns.pop(place)
    return table


def _one(row: Row) -> Entry:
    return row.first if isinstance(row, Seeds) else row


def _has_several(rows: Sequence[Row]) -> bool:
    """Whether a number alone does not say which run it is: each network has its own."""
    return len({_one(row).network for row in rows}) > 1


def _cells(row: Row, networks: bool) -> list[Text]:
    entry = _one(row)
    best, together = entry.best_run, row if isinstance(row, Seeds) else folds_of(row)
    numbers = [measure_text(best.value(part, best.measure), 4) if together is None else _spread_text(together, part)
               for part in SHOWN]
    seconds = math.fsum(each.seconds for each in row.entries if not math.isnan(each.seconds)) if isinstance(
        row, Seeds) else entry.seconds
    return [Text(plain(text)) for text in (_name(row, networks), changed_text(entry), *numbers,
                                    count_text(entry.params) if entry.params else "", clock_text(seconds), _seeds(row))]


def _name(row: Row, networks: bool) -> str:
    entry = _one(row)
    name = f"{_short(entry.network)} {entry.number}" if networks else entry.number
    count = f" × {len(row.entries)} seeds" if isinstance(row, Seeds) else ""
    kind = f" × {len(entry.members)}" if entry.members else ""
    state = f" {entry.state}" if entry.state != "ended" else ""
    return f"{name}{count}{kind}{state}{' ★' if entry.star else ''}"


def _short(network: str) -> str:
    """A long name would leave no room for what changed."""
    return network if len(network) <= MOST else f"{network[:MOST - 1]}…"


def _seeds(row: Row) -> str:
    if isinstance(row, Seeds):
        seeds = row.seeds
        together = seeds == tuple(range(seeds[0], seeds[-1] + 1))
        return f"{seeds[0]}–{seeds[-1]}" if together else ", ".join(map(str, seeds))
    return "" if row.seed is None else str(row.seed)


def _spread_text(row: Seeds, part: Part) -> str:
    found = row.spread(part, row.first.measure)
    return spread_text(found) if found.runs > 1 and part == "best" else measure_text(found.mean, 4)


def changed_text(entry: Entry) -> str:
    """What it has otherwise, in one line; a note stands behind it."""
    if entry.trouble is not None:
        return str(entry.trouble)
    words = str(in_one_line(entry.changed)) if entry.changed else "" if entry.title else "the same again"
    note = f" · {entry.note.strip().splitlines()[0]}" if entry.note.strip() else ""
    reason = f" · {entry.reason}" if entry.reason is not None and entry.state != "ended" else ""
    return f"{': '.join(filter(None, (entry.title, words)))}{reason}{note}"


def _verdicts(rows: Sequence[Row]) -> list[str]:
    """Where several seeds of a setting and of the one it was made from overlap, and where they do not."""
    found, standing, networks = [], with_base(rows), _has_several(rows)
    for row in rows:
        folder = _one(row).base
        base = standing.get(folder) if folder is not None else None
        if not isinstance(row, Seeds) or not isinstance(base, Seeds) or base is row:
            continue
        differs = compared(row, base, row.first.measure)
        if differs is not None:
            words = "overlap: no real difference" if not differs.is_real else (
                f"differ: {measure_text(differs.mean, 4)}, between {measure_text(differs.low, 4)} and "
                f"{measure_text(differs.high, 4)} (95 %)")
            one, other = (f"{_short(each.first.network)} {each.first.number}" if networks else each.first.number
                          for each in (row, base))
            found.append(f"{one} and {other} {words}")
    return found


# -- one ---------------------------------------------------------------------------------------------------------------


def _show(options: argparse.Namespace) -> int:
    entry = _book(options).find(options.names)
    found = _findings(entry)
    if options.json:
        findings = [finding.as_json() for finding in found]
        print(json.dumps({**entry_json(entry), "findings": findings}, indent=1, ensure_ascii=False))
        return 0
    _print(f"{entry.network} {entry.number}".strip(), *(f"  {name:<10} {text}" for name, text in _facts(entry) if text))
    if entry.members:
        console().print(_members_table(entry), highlight=False)
    elif names_in([entry]):
        console().print(_numbers_table(entry), highlight=False)
    for finding in found:
        _print("", f"  epoch {finding.epoch}{f' of {finding.run}' if finding.run else ''}: {finding.remark.line}",
               *([f"    try: {' · '.join(finding.cures)}"] if finding.cures else []))
    return 0


def _findings(entry: Entry) -> list[Finding]:
    if entry.trouble is not None or entry.kind == "sweep":
        return []
    try:
        return list(findings_of(entry.open()))
    except LayerloomError:  # what it is, its facts say
        return []


def _members_table(entry: Entry) -> Table:
    table = Table(box=None, pad_edge=False)
    measures = list(dict.fromkeys(member.measure for member in entry.members if member.measure))
    of = f" {measures[0].replace('_', ' ')}" if len(measures) == 1 else ""
    table.add_column("  run", no_wrap=True)
    table.add_column("what changed", min_width=LEAST)
    for title in (f"best{of}", *SHOWN[1:], "epochs"):
        table.add_column(title, justify="right", no_wrap=True)
    for member in entry.members:
        state = f" {member.state}" if member.state != "ended" else ""
        numbers = (measure_text(member.value(part, member.measure), 4) for part in SHOWN)
        table.add_row(*(Text(plain(text)) for text in (f"  {member.number}{state}", changed_text(member), *numbers,
                                                       str(member.epochs) if member.kind == "run" else "")))
    return table


def _facts(entry: Entry) -> list[tuple[str, str]]:
    versions = ", ".join(f"{name} {text}" for name, text in entry.versions.items() if text)
    facts = [("folder", str(entry.folder)), ("begun", f"{entry.begun:{DAYS}}"), ("state", entry.state),
             ("changed", changed_text(entry)), ("against", "" if entry.base is None else str(entry.base)),
             ("epochs", _epochs(entry)), ("params", count_text(entry.params) if entry.params else ""),
             ("time", clock_text(entry.seconds)), ("seed", "" if entry.seed is None else str(entry.seed)),
             ("device", entry.device), ("versions", versions), ("disk", bytes_text(entry.size)), ("note", entry.note)]
    if entry.trouble is None and entry.kind != "sweep":
        facts[3:3] = _experiment_facts(entry)
    return facts


def _experiment_facts(entry: Entry) -> list[tuple[str, str]]:
    try:
        experiment = entry.open().experiment
    except LayerloomError as error:
        return [("trouble", str(error))]
    kind, runs = series_of(experiment)
    recipe = ", ".join(f"{name} {value}" for name, value in changed_options(experiment.recipe).items()
                       if name in Recipe.model_fields)
    series = f" ({runs} {kind})" if kind else ""
    return [("network", f"{experiment.title or entry.network}{series}"), ("data", experiment.data.source.title),
            ("recipe", recipe or "as usual")]


def _epochs(entry: Entry) -> str:
    if entry.kind != "run":
        return ""  # its runs' own
    planned = f" of {entry.planned}" if entry.planned and entry.planned != entry.epochs else ""
    best = f", best {entry.best_epoch}" if entry.best_epoch else ""
    return f"{entry.epochs}{planned}{best}"


def _numbers_table(entry: Entry) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("", *PARTS):
        table.add_column(title, justify="left" if not title else "right")
    for name in names_in([entry]):
        table.add_row(escape(name.replace("_", " ")), *(measure_text(entry.value(part, name), 4) for part in PARTS))
    return table


# -- several -----------------------------------------------------------------------------------------------------------


def _compare(options: argparse.Namespace) -> int:
    book = _book(options)
    entries = _each_once(book.find(name) for name in options.names)
    if len(entries) < 2:
        raise RunError("Name two runs at least to compare them")
    rows = compared_runs(entries)
    names = [f"{entry.network} {entry.number}".strip() or entry.folder.name for entry in entries]
    if options.json:
        print(json.dumps([{"about": row.about, "what": " · ".join(row.titles),
                           "values": [str(value) for value in row.values], "best": list(row.best)} for row in rows],
                         indent=1, ensure_ascii=False))
        return 0
    table = Table(box=None, pad_edge=False)
    for title in ("", *names):
        table.add_column(Text(plain(title)))
    about = ""
    for row in rows:
        if row.about != about:
            about = row.about
            table.add_row(Text(about, style="bold"))
        table.add_row(Text("  " + " · ".join(row.titles)), *(
            Text(plain(str(value)), style="bold" if place in row.best else "")
            for place, value in enumerate(row.values)))
    console().print(table, highlight=False)
    if not rows:
        _print("Nothing differs")
    return 0


def _each_once(entries: Iterable[Entry]) -> list[Entry]:
    return list({entry.folder: entry for entry in entries}.values())


def _export(options: argparse.Namespace) -> int:
    book = _book(options)
    entries = _each_once(book.find(name) for name in options.names)
    if options.csv is not None:
        write_csv(entries, options.csv)
        _print(f"{options.csv} is written")
        return 0
    folders = write_tensorboard(entries, options.tensorboard)
    _print(*map(str, folders), f"See them with: tensorboard --logdir {options.tensorboard}")
    return 0


# -- as JSON -----------------------------------------------------------------------------------------------------------


def entry_json(entry: Entry) -> dict[str, Any]:
    """All of a line; what is no number is null."""
    return {
        "run": entry.number, "folder": str(entry.folder), "network": entry.network, "kind": entry.kind,
        "state": entry.state, "title": entry.title, "begun": entry.begun.isoformat(),
        "changed": [str(words) for words in entry.changed or ()], "base": None if entry.base is None else str(
            entry.base), "measure": entry.measure or None,
        **{part: {name: value for name, value in entry.numbers.get(part, {}).items() if math.isfinite(value)}
           for part in PARTS},
        "best_epoch": entry.best_epoch, "epochs": entry.epochs, "planned_epochs": entry.planned,
        "params": entry.params, "seconds": None if math.isnan(entry.seconds) else entry.seconds, "seed": entry.seed,
        "device": entry.device, "versions": dict(entry.versions), "bytes": entry.size, "star": entry.star,
        "note": entry.note, "reason": None if entry.reason is None else str(entry.reason),
        "trouble": None if entry.trouble is None else str(entry.trouble),
        **({"members": [entry_json(member) for member in entry.members]} if entry.members else {}),
    }  # fmt: skip

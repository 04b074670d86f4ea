"""The command “suspects”: likely mislabelled examples of a k-fold run. No Qt."""

from __future__ import annotations

import argparse
import json
import math
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.terminal.exits import CODE_INSIDE, DONE, CodeInsideError, UnreadableError, add_place_options, console
from app.terminal.plain import plain
from engine.experiment.experiment import FileError
from engine.experiment.trust import allow, not_allowed, sources_of
from engine.runs.opened import RunError, experiment_of
from engine.units import grouped, share_text, value_text

if TYPE_CHECKING:
    from engine.runs.suspects import Suspect, Suspects

LIMIT, DIGITS = 20, 3


def add(commands: Any) -> None:
    """The command and its options."""
    suspects = commands.add_parser("suspects", help="examples of a k-fold run whose labels are likely wrong (label "
                                   "issues), by confident learning: each is judged by the fold that did not learn it")
    suspects.add_argument("run_folder", metavar="RUN", type=Path, help="the folder of a run with --k-fold")
    suspects.add_argument("--limit", type=_count, default=LIMIT, metavar="N",
                          help=f"the N likeliest (default: {LIMIT})")
    suspects.add_argument("--json", action="store_true", help="as JSON")
    add_place_options(suspects)
    suspects.set_defaults(run=_suspects)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of examples")
    return int(text)


def _suspects(options: argparse.Namespace) -> int:
    try:
        experiment = experiment_of(options.run_folder)
        if options.allow_code:
            allow(sources_of(experiment.graph))
        if not_allowed(experiment.graph):
            raise CodeInsideError(CODE_INSIDE)
        found = _found(options)
    except (FileError, RunError) as error:
        raise UnreadableError("{reason}", reason=error) from error
    if options.json:
        print(json.dumps(as_json(found), indent=1, ensure_ascii=False))
        return DONE
    out = console()
    if found.found:
        out.print(_table(found), highlight=False)
    for line in (_summary(found), *map(str, found.notes)):
        out.print(plain(line), markup=False, highlight=False, soft_wrap=True)
    return DONE


def _found(options: argparse.Namespace) -> Suspects:
    """How far it is is shown where a person is looking."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # takes a while to load

    from engine.runs.suspects import suspecting  # loads torch

    screen = Console(stderr=True)
    with (Progress(TextColumn("judging"), BarColumn(), MofNCompleteColumn(), console=screen, transient=True,
                   disable=not screen.is_terminal) as bar,
          closing(suspecting(options.run_folder, options.data_root, most=options.limit)) as steps):
        task = bar.add_task("", total=None)
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                found: Suspects = end.value
                return found
            bar.update(task, completed=step.done, total=step.total or None)


def as_json(found: Suspects) -> dict[str, Any]:
    """All that is known of them; JSON knows no NaN."""
    return {"count": found.count, "judged": found.judged, "examples": found.total,
            **({} if found.classes else {"spread": _finite(found.spread)}),
            "suspects": [_one(each, bool(found.classes)) for each in found.found],
            "notes": [str(note) for note in found.notes]}


def _one(each: Suspect, of_classes: bool) -> dict[str, Any]:
    place = {"part": each.id.part, "index": each.id.number, "fold": each.fold, "given": each.was}
    if of_classes:
        return {**place, "suggested": each.suggested, "confidence": _finite(each.confidence),
                "margin": _finite(each.margin)}
    return {**place, "predicted": _finite(float(each.label)), "spreads": _finite(each.margin)}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _summary(found: Suspects) -> str:
    judged, count = grouped(found.judged), grouped(found.count)
    if not found.count:
        return f"None of {judged} examples is suspect"
    told = "are likely mislabelled" if found.classes else (
        f"have a residual of more than three spreads ({value_text(found.spread)} is one)")
    shown = "" if len(found.found) == found.count else f", the first {grouped(len(found.found))} are shown"
    return f"{count} of {judged} examples {told}{shown}"


def _table(found: Suspects) -> Table:
    """A line for each, the likeliest first."""
    table = Table(box=None, pad_edge=False)
    table.add_column("example")
    table.add_column("given", overflow="fold")
    table.add_column("suggested" if found.classes else "predicted", overflow="fold")
    for heading in ("confidence", "margin") if found.classes else ("spreads",):
        table.add_column(heading, justify="right")
    for each in found.found:
        numbers = [share_text(each.confidence), value_text(each.margin, DIGITS)] if found.classes else [
            value_text(each.margin, DIGITS)]
        table.add_row(*(Text(plain(text)) for text in (
            f"{each.id.part}:{each.id.number}", each.given, each.suggested, *numbers)))
    return table

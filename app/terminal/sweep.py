"""The command “sweep”: many runs over fields of recipe, data or layers, as a table that grows. No Qt."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from app.terminal import cli
from app.terminal.exits import DONE, WRONG, UnreadableError, add_place_options, console
from app.terminal.stopping import stopped_by_ctrl_c
from engine.experiment.experiment import FileError
from engine.experiment.sweep.axes import axes_of
from engine.experiment.sweep.fields import FieldError, text_of
from engine.experiment.sweep.plan import Plan, PlanError, told, usual_axes
from engine.experiment.trust import allow, sources_of
from engine.files import WriteError
from engine.messages import Message, say
from engine.runs.opened import RunError
from engine.runs.sweeping.events import (
    AtOnce,
    RunAdvanced,
    RunBegan,
    RunEnded,
    RunHeld,
    SweepBegan,
    SweepEnded,
    SweepEvent,
)
from engine.runs.sweeping.log import ETAS, MOST_MINUTES, has_sweep, plan_in
from engine.runs.sweeping.opened import Member, State, Sweep
from engine.runs.sweeping.sweep import rest_of, sweep
from engine.training.control import Control
from engine.units import UNKNOWN, grouped, measure_text

OF_A_NEW_ONE = tuple(name for name in cli.GIVEN if name != "data_root")
SHOWN = 16  # rows while it goes on
LEAST_DIGITS = 4
MOST_FIGURES = 9  # of a count
STATES: dict[State, Message] = {"waiting": say("waits"), "left": say("left"), "done": say("done")}


def add(commands: Any) -> None:
    """The command and its options."""
    command = commands.add_parser("sweep", help="train many runs over fields of recipe, data or layers, and say which "
                                  "matters")
    command.add_argument("file", metavar="FILE", nargs="?", help="a .loom file, or gallery:ID; not needed to go on "
                         "with the sweep in --out")
    command.add_argument("--over", action="append", metavar="FIELD=V,V|A..B", help="a field and its values: "
                         "lr=0.01,0.1, seed=0..4 (every one), lr=1e-4..0.1 (drawn), conv2.out_channels=8,16, "
                         "Dropout.p=0.0..0.6, Sigmoid=ReLU,Tanh; may be given several times (default: what pays most "
                         "often, with --minutes or --runs)")
    command.add_argument("--runs", type=_count, metavar="N", help="draw so many runs at random")
    command.add_argument("--minutes", type=_minutes, metavar="M", help="begin no more runs after so long")
    command.add_argument("--halving", type=_eta, nargs="?", const=2, metavar="N", help="stop losers early, and say "
                         "why: of N runs (default 2) one goes on, at epochs that lie a factor N apart")
    command.add_argument("--processes", type=_count, metavar="N", help="so many runs at once (default: as many as "
                         "are found to pay)")
    command.add_argument("--out", type=_folder, metavar="DIR", required=True, help="each run is written into a "
                         "folder of its own below it; a sweep that was begun there goes on with what is missing")
    cli.add_data_options(command)
    cli.add_recipe_options(command)
    add_place_options(command)
    command.set_defaults(run=_sweep, refuse=command.error)


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > MOST_FIGURES or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of at least 1")
    return int(text)


def _folder(text: str) -> Path:
    if not text.strip():  # as of a variable that is not set: the current folder is not meant
        raise argparse.ArgumentTypeError("it names no folder")
    return Path(text)


def _eta(text: str) -> int:
    if not text.isdecimal() or len(text) > 2 or int(text) not in ETAS:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 2 to 10")
    return int(text)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = math.nan
    if not 0 < minutes < MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes")
    return minutes


def _sweep(options: argparse.Namespace) -> int:
    out = console()
    try:
        plan = _plan(options)
        view = _View(out, plan)
        control = Control()
        given = [{"data_root": str(options.data_root.absolute())}] if options.data_root is not None else []
        events = sweep(plan, options.out, control, root=options.data_root, processes=options.processes or 0,
                       given=given)
        with stopped_by_ctrl_c(control), closing(events):
            ended = view.show(events)
    except (FileError, RunError, WriteError, PlanError, FieldError) as error:
        raise UnreadableError("{reason}", reason=error) from error
    return _tell(ended, out, rest_of(ended.sweep))


def _plan(options: argparse.Namespace) -> Plan:
    """What is asked for; without a file the sweep that was begun, for longer where that is said."""
    if options.file is None:
        if not has_sweep(options.out):
            options.refuse(f"FILE is needed: in {options.out} no sweep was begun that could go on")
        if options.over or options.halving or any(getattr(options, name, None) for name in OF_A_NEW_ONE):
            options.refuse("what another sweep is to be like needs FILE: one that goes on has all but --runs, "
                           "--minutes and --processes from when it was begun")
        plan = plan_in(options.out)
        if options.allow_code:
            allow(sources_of(plan.experiment.graph))
        return replace(plan, runs=options.runs or plan.runs, minutes=options.minutes or plan.minutes)
    experiment = cli.single(options)
    if options.over:
        axes = axes_of(experiment, options.over)
    elif options.minutes or options.runs:
        axes = usual_axes(experiment)
        print(told(axes))
    else:
        axes = ()
    return Plan(experiment, axes, options.runs or 0, options.minutes or 0.0, options.halving or 0,
                experiment.recipe.seed)


def _tell(ended: SweepEnded, out: Console, rest: Message | None) -> int:
    """What came of it."""
    sweep = ended.sweep
    if ended.stopped:
        print("Stopped: what was learned so far is kept.")
    out.print(table(sweep), highlight=False)
    for line in [*sweep.importance_lines, *sweep.doubts, *([] if rest is None else [rest])]:
        out.print(str(line), markup=False, highlight=False, soft_wrap=True)
    best = next((member for member in [sweep.winner, *sweep.ranked] if member is not None), None)
    if best is not None and math.isfinite(sweep.best(best)):
        print(f"Run folder: {best.folder}")
    return WRONG if sweep.members and all(member.state == "failed" for member in sweep.members) else DONE


# -- the table ---------------------------------------------------------------------------------------------------------


def table(sweep: Sweep, running: dict[int, RunAdvanced] | None = None, most: int | None = None) -> Table:
    """Runs, the best first: what each has otherwise, the measure, epochs, and why it came no further."""
    fields = [axis.field for axis in sweep.plan.axes]
    found = Table(box=None, pad_edge=False)
    for field in fields:
        found.add_column(Text(field), no_wrap=True)
    name = sweep.measure.words
    for title in (f"best {name}", "last"):
        found.add_column(title, justify="right", no_wrap=True)
    found.add_column("epochs", justify="right", no_wrap=True)
    found.add_column("")
    ranked = _ranked(sweep, running or {})
    for member in ranked[:most]:
        is_held = running is not None and member.state == "left" and member.index not in running
        found.add_row(*map(Text, _cells(member, sweep, fields, (running or {}).get(member.index), is_held=is_held)))
    if most is not None and len(ranked) > most:
        found.add_row(Text(f"… {grouped(len(ranked))} in all"))
    return found


def _ranked(sweep: Sweep, running: dict[int, RunAdvanced]) -> list[Member]:
    """With those that are going on among them."""
    sign = 1.0 if sweep.measure.is_larger_better else -1.0

    def score(member: Member) -> float:
        now = running.get(member.index)
        return sign * now.best if now is not None and math.isfinite(now.best) else sweep.score(member)

    return sorted(sweep.members, key=lambda member: (-score(member), -member.epochs, member.index))


def _cells(member: Member, sweep: Sweep, fields: list[str], now: RunAdvanced | None, *,
           is_held: bool) -> Iterator[str]:
    yield from (text_of(member.setting.value(field)) for field in fields)
    best, last = (now.best, now.last) if now is not None else (sweep.best(member), sweep.last(member))
    yield from (measure_text(value, LEAST_DIGITS) if math.isfinite(value) else UNKNOWN for value in (best, last))
    yield f"{now.position:.1f}" if now is not None else grouped(member.epochs)
    yield "goes on" if now is not None else str(member.reason or STATES["waiting" if is_held else member.state])


# -- while it goes on --------------------------------------------------------------------------------------------------


class _View:
    """A table that is drawn anew as runs go on; where there is no terminal a line for each that is over."""

    def __init__(self, console: Console, plan: Plan) -> None:
        self._console, self._plan = console, plan
        self._running: dict[int, RunAdvanced] = {}
        self._begun: set[int] = set()  # here
        self._sweep: Sweep | None = None

    def show(self, events: Iterator[SweepEvent]) -> SweepEnded:
        """All of them; the last one."""
        with Live(console=self._console, get_renderable=self._drawn, refresh_per_second=4, transient=True,
                  auto_refresh=self._console.is_terminal):
            for event in events:
                self._hear(event)
                if isinstance(event, SweepEnded):
                    self._sweep = None  # the whole table follows
                    return event
        raise AssertionError("a sweep that did not raise has ended")

    def _drawn(self) -> RenderableType:
        if self._sweep is None:
            return ""
        over, count = sum(member.is_over for member in self._sweep.members), self._plan.count
        of_all = f" of {grouped(count)}" if count is not None else ""
        return Group(table(self._sweep, self._running, SHOWN), Text(f"{grouped(over)}{of_all} runs are over"))

    def _hear(self, event: SweepEvent) -> None:
        if isinstance(event, RunAdvanced):
            self._running[event.index] = event
        elif isinstance(event, SweepBegan):
            self._sweep = event.sweep
            if over := sum(member.is_over for member in event.sweep.members):
                self._print(f"{grouped(over)} runs are over already: the rest goes on")
        elif isinstance(event, AtOnce):
            self._print(str(event.reason))
        elif isinstance(event, (RunBegan, RunHeld, RunEnded)) and self._sweep is not None:
            self._sweep = self._sweep.with_member(event.member)
            self._of_run(event)

    def _of_run(self, event: RunBegan | RunHeld | RunEnded) -> None:
        member = event.member
        if isinstance(event, RunBegan):
            if event.after and member.index not in self._begun:
                self._print(f"{member.setting.title} goes on after epoch {grouped(event.after)}")
            self._begun.add(member.index)
            return
        self._running.pop(member.index, None)
        if isinstance(event, RunEnded) and self._sweep is not None:
            best = f"best {self._sweep.measure.words} {measure_text(self._sweep.best(member), LEAST_DIGITS)}"
            self._print(f"{member.setting.title}: {member.reason or best}")

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

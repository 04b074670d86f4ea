"""The selected runs on one page: only what differs in network, data and recipe, what they cost and came to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtWidgets import QWidget

from app.document.page import Page
from app.features.run_book import RunBook
from app.features.run_opening import RunOpening
from app.features.run_rows import changed_text, entries_of, group_key, key_of
from app.features.run_table import RunTable
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from app.window.panel import Tab
from engine.messages import Message, say
from engine.runs.book.entry import Entry
from engine.runs.book.seeds import Seeds, compared
from engine.runs.comparing import Row as ComparedLine
from engine.runs.comparing import compared as compared_runs
from engine.units import measure_text
from widgets.look.text import message_text, translated
from widgets.runs.compared import ComparedRow, ComparedRun

if TYPE_CHECKING:
    from widgets.runs.comparison import RunsComparison

MOST = 12  # columns


class _Found(NamedTuple):
    """What a job has found out."""

    lines: list[ComparedLine]
    verdicts: list[Message]


class RunCompare(Feature):
    """The tab “Compare” where one trains; of several seeds the first stands for all."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Compare"), self._make, self._show_page, rank=-10, workspaces=("train",))
        self._widget: RunsComparison | None = None
        self._jobs = Jobs(self)
        self._job: Job | None = None
        self._shown: tuple[object, ...] = ()

    @property
    def _table(self) -> RunTable:
        return self.host.feature(RunTable)

    def begin(self) -> None:
        self._table.selected.connect(self._refresh)
        self.host.feature(RunBook).changed.connect(self._refresh)

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [Command("run_compare", "Compare runs", self.bring, "Train", "runs", submenu="Runs")]

    def _make(self) -> QWidget:
        from widgets.plot.run_colors import run_color  # not seen at first
        from widgets.runs.comparison import RunsComparison

        widget = self._widget = RunsComparison(run_color)
        widget.open_canvas.connect(lambda key: self._with([key], self.host.feature(RunOpening).open))
        widget.show_on_canvas.connect(lambda first, other: self._with(
            [first, other], self.host.feature(RunOpening).hold_against))
        return widget

    def _with(self, keys: Sequence[str], act: object) -> None:
        entries = self._table.entries(keys)
        if len(entries) == len(keys) and callable(act):
            act(*entries)

    def bring(self) -> None:
        """Show what differs between the runs that are selected."""
        self.host.places.stage.choose("train")
        self.host.places.bottom.bring(self.tab)
        self._refresh()

    def _show_page(self, page: Page) -> None:
        self._refresh()

    def _refresh(self) -> None:
        """Where it is seen, and others are selected or they have come farther."""
        if self._widget is None or not self.host.places.bottom.shows(self.tab):
            return
        chosen = self._table.chosen_rows
        mark = tuple((entry.folder, entry.size, entry.state, entry.changed)
                     for row in chosen for entry in entries_of(row))
        if mark == self._shown:
            return
        self._shown = mark
        if self._job is not None:
            self._job.drop()
            self._job = None
        readable = [row for row in chosen if _one(row).state != "damaged"]
        rows = readable[:MOST]
        if len(rows) < 2:
            self._widget.set_verdicts(())
            self._widget.show_runs((), ())
            return
        left_out = _left_out(chosen, len(readable) - len(rows))
        self._job = self._jobs.start(lambda _: _Found(compared_runs(rows), [*_verdicts(rows), *left_out]),
                                     partial(self._take, rows), self._fail)

    def _take(self, rows: Sequence[Entry | Seeds], found: _Found) -> None:
        self._job = None
        if self._widget is None:
            return
        colors = self._table.view.colors
        runs = [ComparedRun(key_of(_one(row)), _name(row), changed_text(_one(row)), colors.get(_key(row)))
                for row in rows]
        self._widget.set_verdicts([message_text(each) for each in found.verdicts])
        self._widget.show_runs(runs, [_line(line) for line in found.lines])

    def _fail(self, message: Message) -> None:
        self._job, self._shown = None, ()
        self.host.say(message, "error")

    def finish(self) -> None:
        self._jobs.finish()


def _one(row: Entry | Seeds) -> Entry:
    return row.first if isinstance(row, Seeds) else row


def _key(row: Entry | Seeds) -> str:
    return group_key(row) if isinstance(row, Seeds) else key_of(row)


def _name(row: Entry | Seeds) -> str:
    entry = _one(row)
    return f"{entry.number} × {len(row.entries)}" if isinstance(row, Seeds) else entry.number


def _line(line: ComparedLine) -> ComparedRow:
    title = " · ".join(map(translated, line.titles))
    return ComparedRow(line.about, title, tuple(map(message_text, line.values)), line.best)


def _left_out(chosen: Sequence[Entry | Seeds], count: int) -> list[Message]:
    """Which of them the page does not show, and why."""
    broken = ", ".join(_one(row).number for row in chosen if _one(row).state == "damaged")
    return [*([say("Left out, as it cannot be read: {runs}", runs=broken)] if broken else ()),
            *([say("The first {most} are shown, {count} more are not", most=MOST, count=count)] if count else ())]


def _verdicts(rows: Sequence[Entry | Seeds]) -> list[Message]:
    """Of every two that have several seeds: whether they differ, or chance alone may have made it."""
    found = []
    for row, other in combinations([row for row in rows if isinstance(row, Seeds)], 2):
        differs = compared(row, other, row.first.measure)
        if differs is None:
            continue
        names = {"first": row.first.number, "other": other.first.number}
        found.append(say("{first} and {other} overlap: no real difference", **names) if not differs.is_real else say(
            "{first} and {other} differ by {mean}, which lies between {low} and {high} (95 %)", **names,
            mean=measure_text(differs.mean, 4), low=measure_text(differs.low, 4), high=measure_text(differs.high, 4)))
    return found

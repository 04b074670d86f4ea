"""Every run in a table below the curves: what it changed and came to; what is selected there is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.document.page import Page
from app.features.curves import Curves
from app.features.run_book import RunBook
from app.features.run_exports import RunExports
from app.features.run_opening import RunOpening
from app.features.run_overlays import MOST, Wanted, as_wanted, curves_of, overlaid
from app.features.run_rows import (
    AUTO,
    SEEDS,
    TableRows,
    View,
    columns,
    entries_of,
    key_of,
    keys_of,
    metrics_of,
    rows_within,
)
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from app.window.panel import Tab
from engine.messages import LayerloomError, Message, say
from engine.runs.book.book import Book
from engine.runs.book.entry import Entry
from engine.runs.book.seeds import Seeds
from engine.runs.book.tidying import remove, spare_in
from engine.runs.naming import safe_name
from engine.units import bytes_text, grouped
from widgets.runs.rows import IN_HAND, RunRow

if TYPE_CHECKING:
    from widgets.plot.overlaid import Overlaid
    from widgets.runs.table import RunsTable

MOMENT_S = 0.2  # between two looks at what is read of many long runs
Acts = Sequence[tuple[str, str, Callable[[], object]]]


class RunTable(Feature):
    """The tab “Runs” where one trains."""

    selected = Signal()  # other runs are

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.table: RunsTable | None = None
        self.tab = Tab(self.tr("Runs"), self._make, self._show_page, rank=-30, workspaces=("train",))
        self._book, self._curves = host.feature(RunBook), host.feature(Curves)
        self._jobs = Jobs(self)
        self._job: Job | None = None
        self._settings: dict[str, Any] = dict(host.settings.runs_view)
        self._in_hand = ""  # the run whose curves are the first, as it was shown last
        self._network = ""  # whose runs are shown; “”: of all
        self._made, self._rows = TableRows(), dict[str, RunRow]()
        self._shown: tuple[Book, str, Book] = Book(), "", Book()  # of all, of which network, those of it
        self._keys: tuple[str, ...] = ()  # that are selected
        self._colors: dict[str, int] = {}
        self._drawn: dict[str, tuple[Wanted, Overlaid | None]] = {}  # by key; None: it cannot be read
        self._book.changed.connect(self._refresh)

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        acts: Acts = (("run_open", "Open the canvas of the run", self._open),
                      ("run_star", "Star the run", lambda: self._table.toggle_star()),
                      ("run_note", "Note on the run", self._write),
                      ("run_csv", "Export runs as CSV…", lambda: self._table.export_selected("csv")),
                      ("run_board", "Export runs for TensorBoard…",
                       lambda: self._table.export_selected("tensorboard")),
                      ("run_delete", "Delete runs", lambda: self._table.delete_selected()))
        return [Command(id, text, self._where_selected(does), "Train", "runs", submenu="Runs")
                for id, text, does in acts]

    def _where_selected(self, act: Callable[[], object]) -> Callable[[], None]:
        def do() -> None:
            if self._keys:
                act()
            else:
                self.host.say(say("Select a run in the table of runs first"))

        return do

    def _open(self) -> None:
        if len(self._keys) == 1:
            self._table.open_selected()
        else:
            self.host.say(say("Select one run to open its canvas"))

    def _write(self) -> None:
        """In its row, which has to be seen for that."""
        self.host.places.stage.choose("train")
        self.host.places.bottom.bring(self.tab)
        self._table.edit_note()

    @property
    def _table(self) -> RunsTable:
        assert self.table is not None  # it is selected in it
        return self.table

    # -- made -----------------------------------------------------------------------------------------------------

    def _make(self) -> QWidget:
        from widgets.plot.run_colors import run_color  # not seen at first
        from widgets.runs.ordering import Sorting
        from widgets.runs.table import RunsTable

        table = self.table = RunsTable(run_color)
        table.set_scope("all" if self._settings.get("scope") == "all" else "network")
        column, falls = self._settings.get("sort"), self._settings.get("falls")
        if isinstance(column, str):
            table.set_sorting(Sorting(column, falls is True))
        widths = self._settings.get("widths")
        if isinstance(widths, dict):
            table.set_widths({name: width for name, width in widths.items() if type(width) is int})
        self._connect(table)
        self._refresh()
        return table

    def _connect(self, table: RunsTable) -> None:
        table.selected.connect(self._select)
        table.hovered.connect(lambda key: self._light(key))
        table.activated.connect(lambda key: self._with(key, self.host.feature(RunOpening).open))
        table.star_changed.connect(lambda keys, on: self._book.mark(self._folders(keys), star=on))
        table.note_changed.connect(self._note)
        table.delete_requested.connect(self._delete)
        table.compare_requested.connect(lambda _keys: self._compare())
        table.folder_requested.connect(lambda key: self._with(key, _show_folder))
        table.export_requested.connect(lambda keys, kind: self.host.feature(RunExports).export(
            self.entries(keys), kind))
        table.metric_changed.connect(lambda name: self._remember(metric=name))
        table.scope_changed.connect(lambda scope: self._remember(scope=scope))
        table.tidy_requested.connect(self._tidy)
        table.arranged.connect(self._arranged)

    def torch_is_here(self) -> None:
        """The plots are made."""
        plots = self._curves.plots
        if plots is not None:
            plots.run_hovered.connect(lambda key: self.table.light(key) if self.table is not None else None)
            plots.run_clicked.connect(lambda key: self.table.pick(key) if self.table is not None else None)
            plots.view_changed.connect(self._keep_view)
            self._restore_view()
        self._draw()

    # -- what is shown --------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """How runs are told."""
        metric = self._settings.get("metric")
        return View(metric if isinstance(metric, str) else AUTO, self._all_colors(), not self._network)

    def _all_colors(self) -> dict[str, int]:
        own = self._own
        return {**self._colors, own: IN_HAND} if own else dict(self._colors)

    @property
    def _own(self) -> str:
        """The key of the run in hand."""
        run = self.page.document.run if self.page is not None else None
        entry = self._book.entry(run.folder) if run is not None else None
        return key_of(entry) if entry is not None else ""

    @property
    def shown(self) -> Book:
        """The runs of the network in front, or all."""
        book, network = self._book.book, self._network
        if self._shown[0] is not book or self._shown[1] != network:
            self._shown = book, network, book.of(network) if network else book
        return self._shown[2]

    def show(self, page: Page) -> None:
        network = "" if self._settings.get("scope") == "all" else safe_name(page.document.network)
        if network != self._network:
            self._network = network
            self._refresh()
        elif self._own != self._in_hand:
            self._refresh()

    def _show_page(self, page: Page) -> None:
        self.show(page)

    def _refresh(self) -> None:
        """The book, or how it is looked at, is another."""
        table, entries = self.table, self.shown.entries
        if table is None:
            return
        self._colors, self._in_hand = self._colored(), self._own
        metrics, view = metrics_of(entries), self.view
        if view.metric not in dict(metrics):  # none of these runs has it
            view = replace(view, metric=AUTO)
        rows = self._made.rows(entries, view)
        self._rows = keys_of(rows)
        table.set_metrics(metrics, view.metric)
        table.show_rows(columns(), rows)
        count = len(self.shown.runs)
        table.set_foot(self._foot(count) if count else "", self.tr("Tidy up…") if count > 1 else "")
        self.host.places.bottom.rename(self.tab, f"{self.tab.title} {count}" if count else self.tab.title)
        self._draw()

    def _foot(self, count: int) -> str:
        told = self.tr("1 run") if count == 1 else self.tr("{count} runs").format(count=grouped(count))
        drawn = self.tr("{count} of those selected are drawn").format(count=MOST) if len(self._colors) == MOST else ""
        return " · ".join(filter(None, (drawn, told, bytes_text(self.shown.size))))

    def _remember(self, **changes: object) -> None:
        self._settings |= changes
        self.host.settings.runs_view = self._settings
        if "scope" in changes and self.page is not None:
            self._network = "" if changes["scope"] == "all" else safe_name(self.page.document.network)
        self._refresh()

    def _arranged(self) -> None:
        table = self._table
        self._remember(sort=table.sorting.column, falls=table.sorting.is_descending, widths=table.widths)

    # -- what is selected -----------------------------------------------------------------------------------------

    def entries(self, keys: Iterable[str]) -> list[Entry]:
        """The lines of the book with these keys."""
        known = {key_of(run): run for entry in self._book.book for run in (entry, *entry.members, *entry.runs)}
        return [known[key] for key in keys if key in known]

    @property
    def chosen(self) -> list[Entry]:
        """The runs that are selected."""
        return self.entries(self._keys)

    @property
    def chosen_rows(self) -> list[Entry | Seeds]:
        """The same, several seeds of which all are selected as one."""
        keys = set(self._keys)
        return [row for row in rows_within(self.shown.entries) if all(key_of(run) in keys for run in entries_of(row))]

    @property
    def keys(self) -> list[str]:
        """Of every run that is shown."""
        return [key_of(run) for run in self.shown.runs]

    def select(self, keys: Sequence[str]) -> None:
        """Select these, as if they were in the table."""
        if self.table is not None:
            self.table.select(keys)
            self._select(self.table.keys)

    def _select(self, keys: list[str]) -> None:
        self._keys = tuple(keys)
        self._refresh()
        self.selected.emit()

    def _colored(self) -> dict[str, int]:
        """A colour for each curve, the one that it had, else the first that is free."""
        wanted = [key for key in self._curves_chosen() if key != self._own]
        kept = {key: color for key, color in self._colors.items() if key in wanted}
        free = iter(sorted(set(range(len(wanted) + len(kept))) - set(kept.values())))
        return {key: kept[key] if key in kept else next(free) for key in wanted}

    def _curves_chosen(self) -> dict[str, tuple[Entry, ...]]:
        return curves_of(rows_within(self.shown.entries), self._keys)

    def _with(self, key: str, act: Callable[[Entry], object]) -> None:
        for entry in self.entries([key]):
            act(entry)

    def _folders(self, keys: Iterable[str]) -> list[Path]:
        return [entry.folder for entry in self.entries(keys)]

    def _note(self, key: str, text: str) -> None:
        row = self._rows.get(key)
        folders = self._folders([key]) or (self._folders(row.runs) if row is not None else [])
        self._book.mark(folders, note=text)

    def _delete(self, keys: list[str]) -> None:
        """Members of a series or a sweep go with the whole of it only."""
        tops = {key_of(entry): entry for entry in self._book.book}
        whole = [entry for key, entry in tops.items() if key in keys or (
            entry.members and all(key_of(run) in keys for run in entry.runs))]
        if whole:
            self._book.delete(whole)
        elif keys:
            self.host.say(say("A run of a series goes with the whole series: select all of it to delete it"))

    def _compare(self) -> None:
        from app.features.run_compare import RunCompare  # stands on this feature

        self.host.feature(RunCompare).bring()

    # -- curves ---------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        """What is selected lies behind the run in hand; what is not read yet comes when it is."""
        plots, own = self._curves.plots, self._own
        if plots is None:
            return
        plots.name_own(own)
        names = {key: row.title for key, row in self._rows.items()}
        wanted = [Wanted(key, names.get(key, ""), self._colors[key], entries)
                  for key, entries in self._curves_chosen().items() if key in self._colors]
        self._drawn = {each.key: (self._drawn[each.key][0], as_wanted(self._drawn[each.key][1], each))
                       for each in wanted if each.key in self._drawn}
        plots.show_others([curve for _, curve in self._drawn.values() if curve is not None])
        missing = [each for each in wanted if each.key not in self._drawn or self._drawn[each.key][0].mark != each.mark]
        if missing and self._job is None:
            self._job = self._jobs.start(lambda _: _read(missing), self._take, self._fail)

    def _take(self, found: list[tuple[Wanted, Overlaid | None]]) -> None:
        """Some of them; what is read anew of a run that goes on stands for what was read of it before."""
        self._job = None
        self._drawn |= {wanted.key: (wanted, curve) for wanted, curve in found}
        self._draw()

    def _fail(self, message: Message) -> None:
        self._job = None
        self.host.say(message, "error")

    def _light(self, key: str) -> None:
        """A row is hovered: its curve stands out, or that of its seeds."""
        plots = self._curves.plots
        if plots is None:
            return
        group = next((row.key for row in self._rows.values() if row.key.startswith(SEEDS) and key in row.runs), "")
        plots.light((group if group in self._colors else key) or None)

    def _keep_view(self, view: Any) -> None:
        self._settings |= {"axis": view.axis, "smoothing": view.smoothing, "what": view.what}
        self.host.settings.runs_view = self._settings

    def _restore_view(self) -> None:
        plots = self._curves.plots
        if plots is None:
            return
        from widgets.plot.view_options import WHATS  # loads numpy
        from widgets.plot.ways import AXES  # the same

        view, known = plots.view, self._settings
        axis = next((each for each in AXES if each == known.get("axis")), view.axis)
        what = next((each for each in WHATS if each == known.get("what")), view.what)
        smoothing = smooth if isinstance(smooth := known.get("smoothing"), float) else view.smoothing
        plots.set_view(view._replace(axis=axis, what=what, smoothing=smoothing))

    # -- room on the disk -----------------------------------------------------------------------------------------

    def _tidy(self) -> None:
        spares = spare_in(self._book.book, 0)
        freed = bytes_text(sum(spare.size for spare in spares))
        if not spares:
            self.host.say(say("There is nothing to tidy up: what ended runs do not need is gone"))
            return

        def go() -> None:
            try:
                remove(spares)
            except LayerloomError as error:
                self.host.say(error.message, "error")
            self._book.refresh()

        self.host.say(say("{count} ended runs could do without their checkpoints and moments ({freed}). Their "
                          "networks, curves, best and last weights stay, but they could learn on no more, and nobody "
                          "could travel back in them. Those with a star keep theirs", freed=freed,
                          count=grouped(len({spare.run.folder for spare in spares}))),
                      actions=[(self.tr("Remove them"), go)])

    def finish(self) -> None:
        self._jobs.finish()


def _read(wanted: Sequence[Wanted]) -> list[tuple[Wanted, Overlaid | None]]:
    """As many as are read in a moment, so that one after the other is seen. In a job's thread; what cannot be read is
    left out, its row says why."""
    found: list[tuple[Wanted, Overlaid | None]] = []
    begun = monotonic()
    for each in wanted:
        if found and monotonic() - begun > MOMENT_S:
            break
        try:
            found.append((each, overlaid(each)))
        except LayerloomError:
            found.append((each, None))
    return found


def _show_folder(entry: Entry) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(entry.folder.absolute())))

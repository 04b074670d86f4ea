"""A sweep in the window: a form says what to try, processes train it, and what comes of it is seen while it comes."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, QTimer
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.document.page import Page
from app.features.run_book import RunBook
from app.features.run_opening import RunOpening
from app.features.run_table import RunTable
from app.features.sweep_shown import Progress, choices, shown, words_of
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Jobs, message_of
from app.window.leaving import leave
from app.window.panel import Tab
from engine.experiment.experiment import Experiment
from engine.experiment.series import without_variants
from engine.experiment.sweep.axes import Axis, axes_of, axis_of
from engine.experiment.sweep.plan import EndlessPlanError, LongPlanError, Plan, checked, usual_axes
from engine.experiment.trust import not_allowed
from engine.messages import LayerloomError, Message, say
from engine.runs.naming import forget_if_empty, new_run_folder, safe_name
from engine.runs.sweeping.events import (
    RunAdvanced,
    RunBegan,
    RunEnded,
    RunHeld,
    SweepBegan,
    SweepEnded,
    SweepEvent,
)
from engine.runs.sweeping.offered import offered
from engine.runs.sweeping.opened import Sweep, open_sweep
from engine.training.control import Control
from engine.units import clock_text, grouped
from widgets.look.guarded import guarded
from widgets.look.text import message_text

if TYPE_CHECKING:
    from widgets.sweep.form import SweepForm
    from widgets.sweep.values import SweepWish
    from widgets.sweep.view import SweepView

DRAIN_MS = 200
LEAST = 60  # pixels: in a low panel the form scrolls
LEAVE_MS = 3000  # that its processes have to write down where they are


@guarded
class SweepThread(QThread):
    """Hands runs out to processes; what is told of them waits in ``events`` for the window."""

    def __init__(self, parent: QObject, plan: Plan, folder: Path, root: Path | None, processes: int) -> None:
        super().__init__(parent)
        self.control = Control()
        self.events: deque[SweepEvent | Message] = deque()
        self._given = plan, folder, root, processes

    def run(self) -> None:
        """All of it."""
        from engine.runs.sweeping.sweep import sweep  # its processes are started from here

        plan, folder, root, processes = self._given
        try:
            for event in sweep(plan, folder, self.control, root=root, processes=processes):
                self.events.append(event)
        except BaseException as error:
            self.events.append(message_of(error))


class Sweeping(Feature):
    """The tab “Sweep” where one trains. One sweep goes on at a time, whatever network is in front."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Sweep"), self._make, self._show_page, rank=-20, workspaces=("train",))
        self.form: SweepForm | None = None
        self.view: SweepView | None = None
        self._thread: SweepThread | None = None
        self._network = ""  # of the sweep that goes on
        self._running: dict[int, RunAdvanced | None] = {}
        self._begun, self._done_before = 0.0, 0
        self._sweeps: dict[str, Sweep] = {}  # the latest that is known of each network
        self._titles: dict[str, str] = {}
        self._of: Experiment | None = None  # what the form offers the fields of
        self._jobs = Jobs(self)
        self._reading: set[Path] = set()
        self._take_back: Callable[[], None] = lambda: None  # the message of the latest end
        self._timer = QTimer(self, interval=DRAIN_MS)
        self._timer.timeout.connect(self._drain)

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [Command("sweep", "Sweep…", self.bring, "Train", "runs"),
                Command("sweep_go_on", "Go on with the sweep", self.go_on, "Train", "runs"),
                Command("sweep_stop", "Stop the sweep", self.stop, "Train", "runs")]

    def begin(self) -> None:
        self.host.feature(RunBook).changed.connect(self._look)
        self._show_state()

    def show(self, page: Page) -> None:
        self._show_state()

    def show_start(self) -> None:
        self._show_state()

    def bring(self) -> None:
        """Ask what to try."""
        if self.page is None:
            self.host.say(say("Open a network first"))
            return
        self.host.places.stage.choose("train")
        self.host.places.bottom.bring(self.tab)
        if self.form is not None:
            self.form.setFocus()

    # -- made -----------------------------------------------------------------------------------------------------

    def _make(self) -> QWidget:
        from widgets.sweep.form import SweepForm  # not seen at first
        from widgets.sweep.view import SweepView

        form, view = SweepForm(), SweepView()
        self.form, self.view = form, view
        form.offer_processes(max(1, os.cpu_count() or 1))
        form.changed.connect(self._plan_anew)
        form.started.connect(self.start)
        form.stop_requested.connect(self.stop)
        view.selected.connect(self._select)
        view.activated.connect(self._open)
        self._go_on = QPushButton(self.tr("Go on"))
        self._go_on.setToolTip(self.tr("Train what is missing of this sweep"))
        self._go_on.clicked.connect(self.go_on)
        self._go_on.hide()
        self._stop = QPushButton(self.tr("Stop"))
        self._stop.setToolTip(self.tr("Stop the sweep: it can go on later"))
        self._stop.clicked.connect(self.stop)
        self._stop.hide()
        self._pages = QStackedWidget()
        self._last = self._link(self.tr("The last sweep ▸"), 1)
        self._last.hide()
        self._pages.addWidget(self._page(form, self._last))
        self._pages.addWidget(self._page(view, self._link(self.tr("◂ What to try"), 0), self._go_on, self._stop))
        return self._pages

    def _page(self, inner: QWidget, *beside: QWidget) -> QWidget:
        """The form or the sweep, and how one comes to the other."""
        page, line = QWidget(), QHBoxLayout()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        inner.setMinimumHeight(LEAST)
        column.addWidget(inner, 1)
        line.setContentsMargins(12, 0, 12, 6)
        for each in beside:
            line.addWidget(each)
        line.addStretch(1)
        column.addLayout(line)
        return page

    def _link(self, text: str, page: int) -> QPushButton:
        link = QPushButton(text)
        link.setProperty("role", "quiet")
        link.clicked.connect(lambda: self._turn(page))
        return link

    def _turn(self, page: int) -> None:
        """To the form, or to the sweep."""
        self._pages.setCurrentIndex(page)
        shown = self.form if page == 0 else self.view
        if shown is not None:
            shown.setFocus()

    # -- the form -------------------------------------------------------------------------------------------------

    def _show_page(self, page: Page) -> None:
        if self.form is None:
            return
        experiment = without_variants(page.document.experiment)
        if self._of is None or (experiment.graph, experiment.recipe, experiment.data) != (
                self._of.graph, self._of.recipe, self._of.data):
            self._of = experiment
            fields = choices(offered(experiment))
            self._titles |= {field.id: field.title for field in fields}
            self.form.show_choices(fields)
            wish = self.form.wish()
            if wish is not None:
                self._plan_anew(wish)
        self._look()
        self._show_sweep()

    def _plan_anew(self, wish: SweepWish) -> None:
        """Say what will happen, or why it cannot."""
        form, page = self.form, self.page
        if form is None or page is None:
            return
        experiment, is_wrong, lacks = without_variants(page.document.experiment), False, False
        for index, (field, text) in enumerate(wish.axes):
            try:
                axis_of(experiment, f"{field}={text}")
            except LayerloomError as error:
                if text:
                    form.set_field_error(index, message_text(error.message))
                is_wrong, lacks = is_wrong or bool(text), lacks or not text
        if is_wrong:
            form.set_plan(self.tr("These values cannot be tried"), error=True)
            return
        if lacks:
            form.set_plan(self.tr("Say which values to try"), lacks=True)
            return
        try:
            plan = self._plan(experiment, wish)
        except LayerloomError as error:
            begins = not (wish.axes or wish.minutes or wish.runs)
            form.set_plan(message_text(_words(error)), error=not begins, lacks=begins)
        else:
            form.set_plan(self._told(plan, wish))

    def _plan(self, experiment: Experiment, wish: SweepWish) -> Plan:
        """What is wished for. Raises PlanError, AxisError."""
        texts = [f"{field}={text}" for field, text in wish.axes]
        if wish.seeds > 1 and not any(field == "seed" for field, _ in wish.axes):
            first = experiment.recipe.seed
            texts.append(f"seed={first}..{first + wish.seeds - 1}")
        axes: tuple[Axis, ...] = axes_of(experiment, texts)
        if not wish.axes:
            if not (wish.minutes or wish.runs):
                raise LayerloomError("Choose a field to try, or a time: then the program chooses the fields")
            axes = (*usual_axes(experiment), *axes)
        return checked(Plan(experiment, axes, wish.runs or 0, wish.minutes or 0.0, 2 if wish.halving else 0,
                            experiment.recipe.seed))

    def _told(self, plan: Plan, wish: SweepWish) -> str:
        """“12 runs, about 6:00”, as far as that can be known."""
        count, seconds = plan.count, self._seconds_of_a_run(plan)
        runs = self.tr("As many runs as there is time for") if count is None or (plan.minutes and plan.draws) else (
            self.tr("1 run") if count == 1 else self.tr("{count} runs").format(count=grouped(count)))
        limit = self.tr("{minutes} at most").format(minutes=clock_text(60 * plan.minutes)) if plan.minutes else ""
        about = self.tr("about {time} one after the other").format(time=clock_text(seconds * count)) if (
            seconds and count is not None and not plan.minutes) else ""
        chosen = "" if wish.axes else self.tr("over {fields}").format(
            fields=", ".join(self._titles.get(axis.field, axis.field) for axis in plan.axes))
        return ", ".join(filter(None, (runs, chosen, limit, about)))

    def _seconds_of_a_run(self, plan: Plan) -> float:
        """As its network was trained before; 0: it was not."""
        page = self.page
        known = self.host.feature(RunBook).book.of(page.document.network).runs if page is not None else ()
        paces = [run.seconds / run.epochs for run in known if run.epochs and run.seconds == run.seconds]
        return paces[0] * plan.experiment.recipe.epochs if paces else 0.0

    # -- going on -------------------------------------------------------------------------------------------------

    @property
    def is_going(self) -> bool:
        """Whether a sweep goes on, of whatever network."""
        return self._thread is not None

    def start(self, wish: SweepWish) -> None:
        """Begin it, of the network in front."""
        page = self.page
        if page is None or self._thread is not None or not self.host.settle():
            return
        experiment = without_variants(page.document.experiment)
        if not_allowed(experiment.graph):
            self.host.say(say("This network contains code: agree to run it before you sweep"), "error")
            return
        try:
            plan = self._plan(experiment, wish)
        except LayerloomError as error:
            self.host.say(_words(error), "error")
            return
        folder = new_run_folder(self.host.settings.runs, page.document.network)
        self._begin(plan, folder, page.document.network, wish.processes or 0)

    def go_on(self) -> None:
        """With what is missing of the sweep of the network in front."""
        sweep = self._sweep
        if sweep is None or self._thread is not None or self.page is None:
            self.host.say(say("There is no sweep of this network that could go on"))
            return
        self._begin(sweep.plan, sweep.folder, self.page.document.network, 0)

    def _begin(self, plan: Plan, folder: Path, network: str, processes: int) -> None:
        self._take_back()  # what the one before came to
        self._network, self._running = safe_name(network), {}
        self._begun, self._done_before = monotonic(), 0
        self._sweeps[self._network] = Sweep(folder, plan, ())
        self._thread = SweepThread(self, plan, folder, self.host.settings.data_root, processes)
        self._thread.start()
        self._timer.start()
        self._show_state()
        if self.view is not None:
            self._pages.setCurrentIndex(1)

    def stop(self) -> None:
        """What is begun can go on later."""
        if self._thread is not None:
            self._thread.control.stop()

    def _drain(self) -> None:
        thread = self._thread
        if thread is None:
            return
        over, heard = thread.isFinished(), False  # asked first: nothing can be said after it
        while thread.events:
            heard = True
            event = thread.events.popleft()
            if isinstance(event, Message):
                self.host.say(event, "error")
            else:
                self._hear(event)
        if heard:
            self._show_sweep()
        if over:
            self._end()

    def _hear(self, event: SweepEvent) -> None:
        if isinstance(event, (SweepBegan, SweepEnded)):
            self._sweeps[self._network] = event.sweep
            if isinstance(event, SweepBegan):
                self._done_before = sum(member.is_over for member in event.sweep.members)
            return
        if isinstance(event, RunAdvanced):
            self._running[event.index] = event
            return
        if isinstance(event, (RunBegan, RunHeld, RunEnded)):
            self._sweeps[self._network] = self._sweeps[self._network].with_member(event.member)
            if isinstance(event, RunBegan):
                self._running[event.member.index] = None
            else:
                self._running.pop(event.member.index, None)
                self.host.feature(RunBook).refresh()

    def _end(self) -> None:
        assert self._thread is not None
        self._thread.wait()
        self._thread.deleteLater()
        self._thread, self._running = None, {}
        self._timer.stop()
        sweep = self._sweeps.get(self._network)
        if sweep is not None:
            forget_if_empty(sweep.folder)
            self._tell_end(sweep)
        self.host.feature(RunBook).refresh()
        self._show_state()
        self._show_sweep()

    def _tell_end(self, sweep: Sweep) -> None:
        winner = sweep.winner
        if winner is not None and sweep.is_over:
            self._take_back = self.host.say(
                say("The sweep has ended. Best: {setting}", setting=words_of(winner)), passes=True,
                actions=[(self.tr("Open its canvas"), partial(self._open, str(winner.folder)))])

    def _show_state(self) -> None:
        if self.form is not None:
            self.form.set_running(self._thread is not None)
        if "sweep_stop" in self.host.commands:
            self.host.commands["sweep_stop"].setEnabled(self._thread is not None)
            self.host.commands["sweep_go_on"].setEnabled(self._can_go_on)
        if self.form is not None:
            self._go_on.setVisible(self._can_go_on)
            self._stop.setVisible(self._thread is not None)
            self._last.setVisible(self._sweep is not None)

    @property
    def _can_go_on(self) -> bool:
        sweep = self._sweep
        if sweep is None or self._thread is not None:
            return False
        count = sweep.plan.count
        lacks = count is not None and len(sweep.members) < count and not sweep.plan.minutes
        return lacks or not sweep.is_over

    # -- what is seen ---------------------------------------------------------------------------------------------

    @property
    def _sweep(self) -> Sweep | None:
        """The latest of the network in front."""
        return self._sweeps.get(safe_name(self.page.document.network)) if self.page is not None else None

    def _look(self) -> None:
        """The book may know of a sweep of the network in front that was made before."""
        if self.view is None or self.page is None or not self.host.places.bottom.shows(self.tab):
            return
        name = self.page.document.network
        if self._thread is not None and safe_name(name) == self._network:
            return
        found = next((entry for entry in self.host.feature(RunBook).book.of(name) if entry.kind == "sweep"), None)
        known = self._sweep
        if found is None or found.folder in self._reading or (known is not None and known.folder == found.folder):
            return
        self._reading.add(found.folder)
        self._jobs.start(lambda _job: open_sweep(found.folder), partial(self._take, safe_name(name)),
                         lambda _message: None)

    def _take(self, name: str, sweep: Sweep) -> None:
        self._reading.discard(sweep.folder)
        if self._thread is None or name != self._network:
            is_first = name not in self._sweeps
            self._sweeps[name] = sweep
            self._show_sweep()
            if is_first and self.view is not None and not sweep.is_over:
                self._pages.setCurrentIndex(1)  # it can go on

    def _show_sweep(self) -> None:
        sweep, view = self._sweep, self.view
        if view is None:
            return
        if sweep is None:
            from widgets.sweep.values import SweepShown  # not seen at first

            view.show_sweep(SweepShown())
        else:
            is_going = self._thread is not None and self.page is not None and (
                safe_name(self.page.document.network) == self._network)
            now = Progress(self._running if is_going else {}, is_going, monotonic() - self._begun, self._done_before)
            view.show_sweep(shown(sweep, self._titles, now))
        self._show_state()

    def _select(self, keys: list[str]) -> None:
        self.host.feature(RunTable).select(keys)

    def _open(self, key: str) -> None:
        entry = self.host.feature(RunBook).entry(Path(key))
        if entry is not None:
            self.host.feature(RunOpening).open(entry)

    def finish(self) -> None:
        self._timer.stop()
        self._jobs.finish()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.control.stop()
            if not thread.wait(LEAVE_MS):
                leave(thread)


def _words(error: LayerloomError) -> Message:
    """What the command line says with its options is said here with the form's."""
    if isinstance(error, EndlessPlanError):
        return say("Values are drawn from a range: say how long it may take, or how many runs there are")
    if isinstance(error, LongPlanError):
        return say("These are too many runs: say how many of them shall be drawn")
    return error.message



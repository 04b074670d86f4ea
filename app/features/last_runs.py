"""The last run that was kept of a network that is opened: what was found then is known again."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from PySide6.QtCore import Signal

from app.document.page import Page
from app.features.run_book import RunBook
from app.features.training import Training
from app.window.host import Feature, Host
from app.window.jobs import Jobs
from engine.compare.belonging import same_network
from engine.experiment.experiment import Experiment
from engine.messages import LayerloomError
from engine.runs.book.entry import Entry
from engine.runs.evidence import evidence_in
from engine.runs.opened import examined_in, open_run
from engine.training.events import NumbersEnded
from engine.training.state import RunState


class LastRuns(Feature):
    """Of each page that has no run of its own; read once, in the background."""

    came = Signal(object)  # Page

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._jobs = Jobs(self)
        self._states: dict[Page, RunState | None] = self.per_page()  # None: it is read, or there is none
        host.feature(Training).trainer.state_changed.connect(lambda _state: self._look())

    def begin(self) -> None:
        self.host.feature(RunBook).changed.connect(self._look)

    def of(self, page: Page) -> RunState | None:
        """What is known of it."""
        return self._states.get(page)

    def show(self, page: Page) -> None:
        self._look()

    def _look(self) -> None:
        page = self.page
        if page is None or page in self._states or page.document.run is not None:
            return
        entry = self._newest(page)
        if entry is not None:
            self._states[page] = None
            experiment = page.document.experiment
            self._jobs.start(lambda _job: _read(entry, experiment), partial(self._take, page), lambda _message: None)

    def _newest(self, page: Page) -> Entry | None:
        """A run by itself: those of a series are of variants."""
        newest_first = self.host.feature(RunBook).book.of(page.document.network)
        return next((entry for entry in newest_first if entry.kind == "run" and entry.trouble is None), None)

    def _take(self, page: Page, state: RunState | None) -> None:
        if state is not None and page in self.host.pages:
            self._states[page] = state
            self.came.emit(page)

    def finish(self) -> None:
        self._jobs.finish()


def _read(entry: Entry, experiment: Experiment) -> RunState | None:
    """In a job's thread; None: it was of another network."""
    kept = open_run(entry.folder, points=False)
    if not same_network(kept.experiment, experiment):
        return None
    state = kept.states.current
    state.examined = examined_in(entry.folder)
    with suppress(LayerloomError):  # what is damaged is as if it were not there
        born = evidence_in(entry.folder)
        state.numbers_ended = None if born is None else NumbersEnded(born)
    return state

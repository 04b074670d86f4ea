"""The exact canvas of a run: its network, data and recipe as they were, with its curves and weights."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.document.document import Document, Run
from app.features.comparing import Comparing
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from engine.experiment.experiment import Experiment, load_experiment
from engine.files import real
from engine.layout.unplaced import laid_out
from engine.messages import LayerloomError, Message
from engine.runs.book.entry import Entry
from engine.runs.names import NETWORK
from engine.runs.opened import Run as Kept
from engine.runs.opened import open_run


class RunOpening(Feature):
    """Opens a run in a tab of its own, or comes back to the one where it is open."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._jobs = Jobs(self)
        self._job: Job | None = None  # whoever asks for another run does not wait for this one any more

    def open(self, entry: Entry) -> None:
        """Show what was trained, as it was drawn."""
        if entry.kind == "sweep":
            self._open_network(entry)
        elif not self._is_here(entry.folder):
            self._start(entry, partial(self._take, entry))

    def _start(self, entry: Entry, take: Callable[[Kept], object]) -> None:
        self._job = self._jobs.start(lambda _: _read(entry.folder), take, self._fail)

    def hold_against(self, first: Entry, other: Entry) -> None:
        """The canvas of the other run, with what it has otherwise than the first."""
        def compare(_: object = None) -> None:
            page = self.page
            if page is not None:
                self.host.feature(Comparing).compare_with(page, f"{first.network} {first.number}", first.folder.name,
                                                          lambda: _drawn(open_run(first.folder, points=False)))

        def take(kept: Kept) -> None:
            self._take(other, kept)
            compare()

        if self._is_here(other.folder):
            compare()
        else:
            self._start(other, take)

    def _is_here(self, folder: Path) -> bool:
        """Turn to the tab that has it unchanged, with its own curves; what was asked for before is left."""
        if self._job is not None:
            self._job.drop()
            self._job = None
        for index, page in enumerate(self.host.pages):
            if _holds(page.document, folder):
                self.host.turn_to(index)
                return True
        return False

    def _take(self, entry: Entry, kept: Kept) -> None:
        self._job = None
        document = Document(_drawn(kept), entry.network)
        document.opened_from = entry.folder
        document.run = Run(kept.states, entry.folder)
        self.host.open(document)

    def _open_network(self, entry: Entry) -> None:
        try:
            experiment = load_experiment(entry.folder / NETWORK)
        except LayerloomError as error:
            self.host.say(error.message, "error")
            return
        self.host.open(Document(replace(experiment, graph=laid_out(experiment.graph)), entry.network))

    def _fail(self, message: Message) -> None:
        self._job = None
        self.host.say(message, "error")

    def finish(self) -> None:
        self._jobs.finish()


def _drawn(kept: Kept) -> Experiment:
    """As it is on the canvas."""
    return replace(kept.experiment, graph=laid_out(kept.experiment.graph))


def _holds(document: Document, folder: Path) -> bool:
    """Whether it is what this run has trained, with its curves and weights: nothing was edited or trained since."""
    run, opened = document.run, document.opened_from
    if run is None or real(run.folder) != real(folder):
        return False
    is_untouched = opened is not None and real(opened) == real(folder) and not document.history.earlier
    return is_untouched or document.experiment == run.drawn


def _read(folder: Path) -> Kept:
    """With its weights, where it has some. In a job's thread. Raises RunError, FileError."""
    run = open_run(folder)
    for part in run.members or (run,):
        with suppress(LayerloomError):
            part.state.best = part.best_weights()
            part.state.latest = part.last_weights()
    return run

"""The training thread as the window sees it: begun, its events drained on a timer, the document's run kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.document.document import Document, Pinned, Run
from app.window.jobs import TrainingThread
from app.window.leaving import leave
from engine.experiment.series import is_series, without_variants
from engine.experiment.trust import sources_of
from engine.messages import Message
from engine.runs.naming import forget_if_empty, new_run_folder
from engine.training.control import Stretch
from engine.training.events import Event, Paused, Point, Resumed, Started
from engine.training.listening import Listener
from engine.training.observer import Observer
from engine.training.state import SeriesState
from engine.training.steering import Changes
from widgets.look.later import later

if TYPE_CHECKING:
    from engine.runs.continuing import Going

DRAIN_MS = 50  # curves redraw at most 20 times a second
PATIENCE_MS = 3000  # that a person's own code has to end by itself
LEAVE_MS = 300  # that a run has to end before what it belongs to is closed


class Trainer(QObject, Listener):
    """At most one run at a time."""

    state_changed = Signal(str)  # idle, preparing, running, paused, stopping
    points_arrived = Signal(list)
    event_arrived = Signal(object)  # every other event, once the document's run knows it
    failed = Signal(object)  # Message

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.document: Document | None = None
        self.state = "idle"
        self.doctor = True  # whether the layers of the next run are examined
        self._thread: TrainingThread | None = None
        self._timer = QTimer(self, interval=DRAIN_MS)
        self._timer.timeout.connect(self.drain)

    def trains(self, document: Document) -> bool:
        """Whether this document's run is going on."""
        return document is self.document and self.state != "idle"

    @property
    def folder(self) -> Path | None:
        """Of the run that is going on."""
        run = self.document.run if self.document is not None and self.state != "idle" else None
        return run.folder if run is not None else None

    def start(self, document: Document, runs: Path, root: Path | None, series: bool = False,
              observers: Sequence[Observer] = (), stretch: Stretch | None = None, parent: Path | None = None,
              pinned: Pinned | None = None) -> None:
        """Train the document's network as it was ``pinned``, else as it is now, in folds where its recipe asks for
        them; or all its variants; or for one ``stretch`` only, to be held then. ``parent``: the run that has learned
        the weights it begins with."""
        pinned = pinned or document.pinned
        experiment = pinned.experiment if series else without_variants(pinned.experiment)
        folder, weights, base = new_run_folder(runs, document.network), pinned.weights, pinned.base

        def going() -> Going:
            from engine.runs.continuing import Going  # loads torch
            from engine.runs.folder import About

            return Going(experiment, folder, about=About(weights, str(parent or ""), str(base or "")))

        document.begin_run(folder, pinned=pinned)
        self._begin(document, going, sources_of(experiment.graph), root, series or is_series(experiment), observers,
                    stretch)

    def go_on(self, document: Document, going: Going, states: SeriesState, root: Path | None,
              observers: Sequence[Observer] = (), stretch: Stretch | None = None) -> None:
        """Go on with a run of the document's network, of which ``states`` are known."""
        document.begin_run(going.folder, states)
        sources = sources_of(going.experiment.graph)
        self._begin(document, lambda: going, sources, root, going.is_series, observers, stretch)

    def _begin(self, document: Document, going: Callable[[], Going], sources: Collection[str], root: Path | None,
               series: bool, observers: Sequence[Observer], stretch: Stretch | None) -> None:
        self.document = document
        self._thread = TrainingThread(self, going, sources, root, series, observers, self.doctor)
        if stretch is not None:
            self._thread.control.go_on_for(stretch)
        self._thread.start()
        self._timer.start()
        self._set_state("preparing")

    @property
    def is_held(self) -> bool:
        """Whether it is paused, or will be after this batch."""
        return self._thread is not None and self._thread.control.paused

    def pause_or_resume(self) -> None:
        """Hold, or go on."""
        if self._thread is None:
            return
        if self.is_held:
            self._thread.control.resume()
        else:
            self._thread.control.pause()

    def go_on_for(self, stretch: Stretch) -> None:
        """Learn one batch, or to the end of the epoch, and hold."""
        if self._thread is not None:
            self._thread.control.go_on_for(stretch)

    @property
    def ends_with_epoch(self) -> bool:
        """Whether it will end after this epoch."""
        return self._thread is not None and self._thread.control.ends_with_epoch

    def stop_after_epoch(self, stops: bool) -> None:
        """End the run once this epoch was judged, or do not after all."""
        if self._thread is not None:
            self._thread.control.stop_after_epoch(stops)

    def stop(self) -> None:
        """End the run; what it has reached so far stays."""
        if self._thread is not None:
            thread = self._thread
            thread.control.stop()
            self._set_state("stopping")
            later(self, lambda: thread.interrupt() if thread is self._thread else None, PATIENCE_MS)

    def steer(self, changes: Changes) -> None:
        """Change the running run's options before its next batch."""
        if self._thread is not None:
            self._thread.control.steer(changes)

    def finish(self) -> None:
        """Leave the run where it is, before the document or the window closes; what it wrote stays.

        One that does not end at once, in a long batch, ends by itself after it.
        """
        thread = self._thread
        if thread is not None:
            thread.control.abandon()
            if not thread.wait(LEAVE_MS):
                thread.interrupt()
            self.drain()
            if thread is self._thread:
                leave(thread)
                self._forget()
        self.document = None

    def drain(self) -> None:
        """Take what the thread has said since last time; redraw once."""
        thread = self._thread
        if thread is None:
            return
        over = thread.isFinished()  # asked first: nothing can be said after it
        points: list[Point] = []
        for _ in range(len(thread.events)):  # what is said meanwhile comes next time: a fast run says more and more
            if self.document is None or not thread.events:  # whoever hears may close it
                break
            event = thread.events.popleft()
            if isinstance(event, Point):
                points.append(event)
                self._run.states.hear(event)
                continue
            if points:
                self.points_arrived.emit(points)
                points = []
            self._take(event)
        if points:
            self.points_arrived.emit(points)
        if over and self._thread is thread:
            self._end()

    @property
    def _run(self) -> Run:
        assert self.document is not None and self.document.run is not None
        return self.document.run

    def _take(self, event: Event | Message) -> None:
        if isinstance(event, Message):
            self.failed.emit(event)
            return
        self._run.states.hear(event)
        self.hear(event)
        self.event_arrived.emit(event)

    def on_started(self, event: Started) -> None:
        self._go_to("running")

    def on_resumed(self, event: Resumed) -> None:
        self._go_to("running")

    def on_paused(self, event: Paused) -> None:
        self._go_to("paused")

    def _go_to(self, state: str) -> None:
        """Unless it is being stopped."""
        if self.state != "stopping":
            self._set_state(state)

    def _end(self) -> None:
        assert self._thread is not None
        self._thread.wait()
        self._thread.deleteLater()
        forget_if_empty(self._run.folder)
        self._forget()

    def _forget(self) -> None:
        self._timer.stop()
        self._thread = None
        self._set_state("idle")

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

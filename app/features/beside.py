"""Runs in processes of their own, beside the one that the window trains: begun, followed in their folders, ended."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.document.document import Document, Run
from app.features.waiting import Order
from app.window.jobs import BEHIND, Jobs
from engine.experiment.experiment import to_json
from engine.experiment.trust import digest, is_allowed, sources_of
from engine.messages import LayerloomError, Message
from engine.runs.naming import forget_if_empty, new_run_folder
from engine.runs.opened import open_run
from engine.runs.sweeping.crew import Crew, Hand
from engine.runs.texts import message_read
from engine.training.state import SeriesState
from widgets.look.later import later

LISTEN_MS, READ_MS = 100, 1000
PATIENCE_MS = 8000  # that a person's own code has to end by itself


@dataclass(eq=False)
class Running:
    """One that trains, as far as it has said."""

    document: Document
    order: Order
    run: Run
    hand: Hand
    epochs: int
    position: float | None = None  # in epochs; None: it gets ready
    is_stopping: bool = False
    key: str = field(default="")  # of its row

    @property
    def folder(self) -> Path:
        """Where it is written."""
        return self.run.folder

    @property
    def progress(self) -> float | None:
        """A share of 1."""
        return None if self.position is None else min(1.0, self.position / max(1, self.epochs))


class Beside(QObject):
    """At most one for each network. What it writes is read again and again, as that of any other process."""

    changed = Signal()  # one has begun, or ended
    advanced = Signal(object)  # Running
    grown = Signal(object, object)  # Document, RunState as it was: its run knows more now
    ended = Signal(object, object)  # Document, Message of why it broke off, or None

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.running: list[Running] = []
        self._crew, self._jobs = Crew(), Jobs(self)
        self._reading: set[str] = set()  # whose folders are read now
        self._ending: set[str] = set()  # of which the rest is read now
        self._listening = QTimer(self, interval=LISTEN_MS)
        self._listening.timeout.connect(self.listen)
        self._looking = QTimer(self, interval=READ_MS)
        self._looking.timeout.connect(self._read_all)

    def of(self, document: Document | None) -> Running | None:
        """The run of this network."""
        return next((each for each in self.running if each.document is document), None)

    def trains(self, document: Document | None) -> bool:
        """Whether one of this network goes on."""
        return self.of(document) is not None

    # -- orders -------------------------------------------------------------------------------------------------

    def begin(self, document: Document, order: Order, runs: Path, root: Path | None) -> None:
        """Train it in a process of its own. Raises CrewError."""
        hand = self._crew.hire()
        _stand_back(hand.process.pid)
        folder = new_run_folder(runs, document.network)
        run = document.begin_run(folder, pinned=order.pinned)
        hand.run = hand.process.pid
        hand.order({"train": _job(hand.process.pid, order, folder, root)})
        self.running.append(Running(document, order, run, hand, order.experiment.recipe.epochs,
                                    key=f"beside {hand.process.pid}"))
        self._listening.start()
        self._looking.start()
        self.changed.emit()

    def stop(self, document: Document) -> None:
        """After its batch; what it has reached so far stays, and it can go on."""
        one = self.of(document)
        if one is not None and not one.is_stopping:
            one.is_stopping = True
            one.hand.order({"stop": True})
            if sources_of(one.order.experiment.graph):
                later(self, one.hand.leave, PATIENCE_MS)
            self.advanced.emit(one)

    def forget(self, document: Document) -> None:
        """Its page is closed: leave the run where it is."""
        one = self.of(document)
        if one is not None:
            self._leave(one)
            self.changed.emit()

    def finish(self) -> None:
        """The window closes: all are left where they are."""
        for one in list(self.running):
            self._leave(one)
        self._jobs.finish()

    def _leave(self, one: Running) -> None:
        """Its process ends by itself after this batch, or is ended."""
        self._drop(one)
        if one.key not in self._ending:
            one.hand.leave()
            Thread(target=one.hand.gone, daemon=True).start()

    def _drop(self, one: Running) -> None:
        self.running.remove(one)
        with suppress(ValueError):
            self._crew.hands.remove(one.hand)
        if not self.running:
            self._listening.stop()
            self._looking.stop()

    # -- what they say ------------------------------------------------------------------------------------------

    def listen(self) -> None:
        """Take what was said since last time."""
        while (said := self._crew.next(0)) is not None:
            hand, line = said
            one = next((each for each in self.running if each.hand is hand), None)
            if one is not None:
                self._hear(one, line)

    def _hear(self, one: Running, line: dict[str, Any] | None) -> None:
        if line is None:
            self._end(one, None, is_broken=True)
        elif "began" in line:
            one.position = float(line["began"])
        elif "at" in line:
            one.position = float(line["at"])
        elif "failed" in line:
            self._end(one, message_read(line["reason"]))
        elif "ended" in line:
            self._end(one, None)
        if line is not None and ("began" in line or "at" in line):
            self.advanced.emit(one)

    def _end(self, one: Running, reason: Message | None, is_broken: bool = False) -> None:
        """Its process goes; what it has come to is read with its weights, and told then."""
        if one.key in self._ending:
            return
        self._ending.add(one.key)

        def work(_: object) -> tuple[Message, SeriesState | None]:
            last = one.hand.gone()
            return last, _states(one.folder, with_weights=True)

        def take(found: tuple[Message, SeriesState | None]) -> None:
            last, states = found
            self._ending.discard(one.key)
            if one not in self.running:
                return
            self._drop(one)
            if states is not None:
                one.run.states = states
            if one.document.run is one.run:
                one.document.run = replace(one.run)  # is shown anew
            forget_if_empty(one.folder)
            self.changed.emit()
            self.ended.emit(one.document, last if is_broken else reason)

        self._jobs.start(work, take, lambda message: self._fail(one, message))

    def _fail(self, one: Running, message: Message) -> None:
        if one in self.running:
            self._drop(one)
            self.changed.emit()
            self.ended.emit(one.document, message)

    # -- what they write ----------------------------------------------------------------------------------------

    def _read_all(self) -> None:
        for one in self.running:
            if one.position is not None and one.key not in self._ending and one.key not in self._reading:
                self._read(one)

    def _read(self, one: Running) -> None:
        self._reading.add(one.key)

        def take(states: SeriesState | None) -> None:
            self._reading.discard(one.key)
            if states is not None and one in self.running and one.key not in self._ending:
                before, one.run.states = one.run.state, states
                self.grown.emit(one.document, before)

        self._jobs.start(lambda _: _states(one.folder), take, lambda _message: self._reading.discard(one.key))


def _job(number: int, order: Order, folder: Path, root: Path | None) -> dict[str, Any]:
    experiment, parent, base = order.trained, order.parent, order.pinned.base
    allowed = [digest(source) for source in sources_of(experiment.graph) if is_allowed(source)]
    return {"run": number, "experiment": to_json(experiment), "folder": str(folder.absolute()), "until": 0,
            "root": str(root.absolute()) if root is not None else None, "given": [], "allowed": allowed,
            "parent": str(parent or ""), "base": str(base or "")}


def _states(folder: Path, with_weights: bool = False) -> SeriesState | None:
    """What is known of the run there, as far as it is written; None: nothing yet. In a job's thread."""
    with suppress(LayerloomError):
        run = open_run(folder)
        with suppress(LayerloomError):
            if with_weights:
                run.state.best, run.state.latest = run.best_weights(), run.last_weights()
        return run.states
    return None


def _stand_back(process: int) -> None:
    """It takes no core from the window, as the training in the window does not."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process, BEHIND)

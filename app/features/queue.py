"""The queue: what is trained, what waits for it, and whether it is trained meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.document.document import Document
from app.features.beside import Running
from app.features.remarks import Remarks
from app.features.run_book import RunBook
from app.features.training import Training
from app.features.waiting import Entry
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.panel import Tab
from engine.experiment.experiment import Experiment
from engine.messages import LayerloomError, Message, say
from engine.runs.names import CHECKPOINT
from engine.training.events import Event, Progress
from engine.training.state import RunState
from engine.units import clock_text
from widgets.look.text import message_text
from widgets.parts.notice import Action
from widgets.sweep.values import Waiting

if TYPE_CHECKING:
    from widgets.sweep.queue_view import QueueView

BOOK_MS = 1000  # between two looks of the table of runs at what trains meanwhile


class Queue(Feature):
    """The tab “Queue” where one trains, and what is said of whatever waits."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.view: QueueView | None = None
        self.tab = Tab(self.tr("Queue"), self._make, lambda _page: self._fill(), rank=-15, workspaces=("train",))
        self._training = host.feature(Training)
        self._trainer, self._line = self._training.trainer, self._training.line
        self._beside = self._training.beside
        self._said: dict[str, Callable[[], None]] = {}  # of what waits, by its key
        self._costs: dict[str, Message | None] = {}  # of training it meanwhile, by its key
        self._book = QTimer(self, interval=BOOK_MS)

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [Command("queue_add", "Put into the queue", self.on_page(self._training.train_after), "Train", "runs"),
                Command("queue_clear", "Empty the queue", self._line.clear, "Train", "runs")]

    def begin(self) -> None:
        self._line.changed.connect(self._follow)
        self._line.added.connect(self._tell_of)
        self._trainer.state_changed.connect(lambda _state: self._show())
        self._trainer.event_arrived.connect(self._hear)
        self._beside.changed.connect(self._follow_beside)
        self._beside.advanced.connect(lambda _one: self._show())
        self._beside.ended.connect(self._tell_of_end)
        self._beside.grown.connect(self._tell_remarks)
        self._book.timeout.connect(self.host.feature(RunBook).refresh)
        self._follow()

    def _make(self) -> QWidget:
        from widgets.sweep.queue_view import QueueView  # not seen at first

        view = self.view = QueueView()
        view.moved.connect(self._line.put_in_order)
        view.removed.connect(self._line.take)
        view.meanwhile_changed.connect(lambda key, on: self._training.train_meanwhile(key) if on else None)
        self._fill()
        return view

    # -- what is shown ------------------------------------------------------------------------------------------

    def _hear(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._show()

    def _follow(self) -> None:
        """Another one waits, or one less."""
        keys = {entry.key for entry in self._line.entries}
        for key in self._said.keys() - keys:
            self._said.pop(key)()
        self._costs = {key: cost for key, cost in self._costs.items() if key in keys}
        if "queue_clear" in self.host.commands:
            self.host.commands["queue_clear"].setEnabled(bool(keys))
        self.host.places.bottom.rename(self.tab, f"{self.tr('Queue')} {len(keys)}" if keys else self.tr("Queue"))
        self._show()

    def _follow_beside(self) -> None:
        """The table of runs reads it from its folder, like that of any other process."""
        (self._book.start if self._beside.running else self._book.stop)()
        self.host.feature(RunBook).refresh()
        self._show()

    def _show(self) -> None:
        """While one sees it: runs say often how far they are."""
        if self.view is not None and self.view.isVisible():
            self._fill()

    def _fill(self) -> None:
        if self.view is not None:
            self.view.show_queue([*self._rows()])

    def _rows(self) -> Iterator[Waiting]:
        if self._trainer.state != "idle" and self._trainer.document is not None:
            yield self._trained(self._trainer.document)
        for one in self._beside.running:
            yield Waiting(one.key, one.document.name, message_text(_told(one)), running=True, progress=one.progress)
        if self._line.turn is not None:
            yield Waiting(self._line.turn.key, self._line.turn.document.name, self.tr("gets ready"), running=True)
        for entry in self._line.entries:
            yield self._waiting(entry)

    def _trained(self, document: Document) -> Waiting:
        progress = document.run.state.progress if document.run is not None else None
        what = {"paused": self.tr("is paused: what waits is held until it goes on and has ended"),
                "preparing": self.tr("gets ready"), "stopping": self.tr("stops")}.get(
            self._trainer.state, self.tr("trains"))
        left = self.tr("{time} left").format(time=clock_text(progress.seconds_left)) if progress is not None and (
            self._trainer.state == "running") else ""
        return Waiting("trained", document.name, what, left, running=True,
                       progress=progress.fraction if progress is not None else None)

    def _waiting(self, entry: Entry) -> Waiting:
        why = entry.why_alone
        can = why is None and not self._training.trains(entry.document)
        hint = message_text(why) if why is not None else message_text(self._hint(entry)) if can else ""
        return Waiting(entry.key, entry.document.name, message_text(entry.what), can_meanwhile=can, hint=hint)

    # -- what it costs to train it meanwhile --------------------------------------------------------------------

    def _hint(self, entry: Entry) -> Message:
        return self._cost(entry) or say("Train it now, in a process of its own, on a core that is free")

    def _cost(self, entry: Entry) -> Message | None:
        """Why it would not pay, or what it would take; None: it is faster than one after the other."""
        if entry.key not in self._costs:
            self._costs[entry.key] = cost_of(entry.order.experiment) if entry.order is not None else None
        return self._costs[entry.key]

    # -- what is said -------------------------------------------------------------------------------------------

    def _tell_of(self, entry: Entry) -> None:
        """That it waits, over its network, until it does no more."""
        document, cost = entry.document, None
        actions: list[Action] = [(self.tr("Do not"), partial(self._line.take, entry.key))]
        if entry.why_alone is None and not self._training.trains(document):
            cost = self._cost(entry)
            actions.insert(0, (self.tr("Train meanwhile"), partial(self._training.train_meanwhile, entry.key)))
        words = self._words(entry)
        if cost is not None:
            words = say("{words} Meanwhile: {cost}", words=words, cost=cost)
        if entry.key in self._said:
            self._said.pop(entry.key)()
        self._said[entry.key] = self.host.say(words, "info", actions, of=document)

    def _words(self, entry: Entry) -> Message:
        name, before = entry.document.name, self._trainer.document
        waiting = self._line.entries.index(entry) if entry in self._line.entries else 0
        if waiting:
            return say("{name} waits as it is now, in place {place} of the queue.", name=name, place=waiting + 1)
        if before in (None, entry.document) or self._trainer.state == "idle" or self._training.trains(entry.document):
            return say("{name} waits as it is now, until its run has ended.", name=name)
        if self._trainer.state == "paused":
            return say("{name} waits as it is now: {before} is paused, and holds the queue until it has gone on and "
                       "ended.", name=name, before=before.name)
        return say("{name} waits as it is now, and is trained after {before}.", name=name, before=before.name)

    def _tell_remarks(self, document: Document, before: RunState) -> None:
        """What a run shows to be wrong that is trained meanwhile."""
        run = document.run
        for remark in run.state.remarks[len(before.remarks):] if run is not None else ():
            self.host.feature(Remarks).remark(document, remark)

    def _tell_of_end(self, document: Document, reason: Message | None) -> None:
        """What was trained meanwhile has ended, or why it could not."""
        run = document.run
        summary = run.summary if run is not None else None
        if reason is not None:
            words = say("Training {name} broke off: {reason}", name=document.name, reason=reason)
            if run is not None and (run.folder / CHECKPOINT).exists():
                words = say("{words}. Continue goes on with what it has kept", words=words)
            self.host.say(words, "error", of=document)
        elif summary is not None and run is not None and not run.state.was_stopped:
            self.host.say(say("Training {name} has ended: {line}", name=document.name, line=summary.brief),
                          waits=True, of=document)
        self.host.refresh()


def _told(one: Running) -> Message:
    if one.is_stopping:
        return say("stops")
    return say("gets ready") if one.position is None else say("trains meanwhile")


def cost_of(experiment: Experiment) -> Message | None:
    """What it would cost to train it beside another; None: nothing that counts."""
    from engine.training.devices import resolve_device, useful_threads  # loads torch, which is here

    cores = os.cpu_count() or 1
    try:
        device = resolve_device(experiment.recipe.device)
    except LayerloomError as error:
        return error.message
    if device.type != "cpu":
        return say("both would share {device}: each is slower, and both must fit into its memory", device=str(device))
    if cores == 1:
        return say("this computer has one core: both take turns on it, and take as long as one after the other")
    threads = useful_threads(experiment)
    if threads >= cores:
        return say("both would share the {count} cores: together they take about as long as one after the other, and "
                   "last digits may differ", count=cores)
    return None

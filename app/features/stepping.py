"""Training a little at a time: one batch, one epoch, to the end of this epoch, as many epochs again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.document.page import Page
from app.features.continuing import Continuing
from app.features.training import Training
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from engine.experiment.experiment import Experiment
from engine.messages import say
from engine.training.control import Stretch
from engine.training.events import Finished
from engine.training.listening import Listener
from engine.units import grouped


class Stepping(Feature, Listener):
    """Steers how far the run goes, or begins one that goes no farther."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._training = host.feature(Training)
        self._trainer = self._training.trainer
        self._trainer.event_arrived.connect(self.hear)
        self._trainer.state_changed.connect(self._follow)
        self._take_back: Callable[[], None] | None = None  # what was said of where it stops
        self._ended: dict[Page, tuple[Experiment, Callable[[], None]]] = self.per_page()  # what was said of a run's end

    def commands(self) -> Sequence[Row]:
        return [
            Command("one_batch", "Train one batch", self.on_page(lambda page: self._go_on_for(page, "batch")), "Train",
                    "run", rank=1),
            Command("one_epoch", "Train one epoch", self.on_page(lambda page: self._go_on_for(page, "epoch")), "Train",
                    "run", rank=1),
            Command("stop_after_epoch", "Stop after this epoch", self.stop_after_epoch, "Train", "run", rank=1),
            Command("more_epochs", "Train as many epochs again", self.on_page(self.more_epochs), "Train", "run",
                    rank=1),
        ]

    def begin(self) -> None:
        top = self.host.places.top
        top.one_batch_clicked.connect(self.host.commands["one_batch"].trigger)
        top.one_epoch_clicked.connect(self.host.commands["one_epoch"].trigger)
        top.set_steps(True)
        self._follow(self._trainer.state)

    def _go_on_for(self, page: Page, stretch: Stretch) -> None:
        """One more batch or epoch of the run that there is, also of one that has ended, and hold; else a new run begins
        with it."""
        if self._trainer.trains(page.document):
            self._trainer.go_on_for(stretch)
        elif _is_over(page) and self.host.feature(Continuing).why_not_farther(page) is None:
            if self._training.may_begin(page):
                self._ask_for_more(page, 1, stretch)
        elif not self.host.feature(Continuing).go_on_with(page, stretch):
            self._training.train(stretch=stretch)

    def stop_after_epoch(self) -> None:
        """Asked for again, it does not stop after all."""
        document = self._trainer.document
        if document is None or self._trainer.state == "idle":
            return
        stops = not self._trainer.ends_with_epoch
        self._trainer.stop_after_epoch(stops)
        self._take_back = self.host.say(say("Training stops after this epoch") if stops else
                                        say("Training does not stop after this epoch"), of=document)

    def _follow(self, state: str) -> None:
        """What can be asked for, and what is not so any more."""
        self.host.commands["stop_after_epoch"].setEnabled(state not in ("idle", "stopping"))
        if state == "idle" and self._take_back is not None:
            self._take_back()
            self._take_back = None

    def more_epochs(self, page: Page) -> None:
        """The recipe asks for more; a run that goes on follows, one that has ended goes on."""
        if self._trainer.trains(page.document) or self._may_go_on(page):
            epochs, run = page.document.experiment.recipe.epochs, page.document.run
            started = run.states.members[-1].started if run is not None and run.states.members else None
            self._ask_for_more(page, min(started.epochs, epochs) if started is not None else epochs)

    def _may_go_on(self, page: Page) -> bool:
        """Whether its run, which has ended, can go on with another recipe; why not is said."""
        reason = self.host.feature(Continuing).why_not_farther(page)
        if reason is not None:
            page.refuse(reason)
        return reason is None and self._training.may_begin(page)

    def _ask_for_more(self, page: Page, count: int, stretch: Stretch | None = None) -> None:
        document, recipe = page.document, page.document.experiment.recipe
        epochs = max(recipe.epochs, _learned(page)) + count
        words = self.tr("Train an epoch more") if count == 1 else self.tr("Train {count} epochs more").format(
            count=grouped(count))
        document.edit(words, replace(document.experiment, recipe=recipe.with_options(epochs=epochs)))
        if not self._trainer.trains(document):
            self.host.feature(Continuing).go_on_with(page, stretch)

    def on_finished(self, event: Finished) -> None:
        """One may have looked elsewhere: what it came to is said, and how to go on."""
        document = self._trainer.document
        page = next((page for page in self.host.pages if page.document is document), None)
        if document is None or page is None or document.run is None or document.run.states.is_series or event.stopped:
            return
        more = self.host.commands["more_epochs"].text()
        message = say("Training {name} has ended: {line}", name=document.name, line=event.summary.brief)
        self._ended[page] = document.experiment, self.host.say(
            message, "info", [(more, lambda: self.more_epochs(page))], waits=True, passes=True, of=document)

    def show(self, page: Page) -> None:
        """Whoever goes on has seen it: it does not lie over what is done next."""
        if page in self._ended and page.document.experiment is not self._ended[page][0]:
            _, take_back = self._ended.pop(page)
            take_back()


def _is_over(page: Page) -> bool:
    """Whether its run came to its end by itself, and the recipe does not ask for more epochs than it has learned."""
    run, way = page.document.run, page.document.way_on
    if run is None or run.states.is_series or run.state.summary is None or run.state.was_stopped:
        return False
    return way == "same" or (way == "changed" and page.document.experiment.recipe.epochs <= _learned(page))


def _learned(page: Page) -> int:
    """Whole epochs of its run."""
    rows = page.document.run.state.epochs if page.document.run is not None else ()
    return sum(row.position == row.epoch for row in rows)

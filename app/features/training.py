"""Training the network in front: the buttons of the top bar, what can be trained and what cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication

from app.document.document import Document
from app.document.page import Page
from app.features.beside import Beside
from app.features.problems import Problems
from app.features.trainer import Trainer
from app.features.waiting import Entry, Line, Order
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from engine.blocks.custom import Custom
from engine.compare.belonging import since
from engine.data.sources import SOURCES
from engine.data.spec.changes import changes
from engine.experiment.experiment import Experiment
from engine.experiment.trust import not_allowed
from engine.layers.base import OptionError
from engine.messages import LayerloomError, Message, say
from engine.training.control import Stretch
from engine.training.observer import Observer
from engine.training.state import SeriesState
from engine.training.steering import steered, steering, values_of
from widgets.look.text import message_text, translated
from widgets.parts.notice import Action

if TYPE_CHECKING:
    from engine.runs.continuing import Going


class _Wish(NamedTuple):
    """How a run is to begin: for one ``stretch`` only, with what the run ``parent`` has learned."""

    stretch: Stretch | None = None
    parent: Path | None = None
    is_more: bool = False  # also of a network that is trained now
    anyway: bool = False  # whatever has become of its data


class Training(Feature):
    """The window trains one network at a time; every feature hears of it from ``trainer``. Others wait in ``line``, or
    are trained ``beside`` it."""

    data_changed = Signal(object, object, bool)  # Page, Message, whether all variants were to be trained
    code_waits = Signal(object)  # Page: it cannot be trained before one agrees to run its code

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.trainer, self.beside = Trainer(self), Beside(self)
        self.line = Line(self, lambda document: not self.must_wait(document))
        self._jobs = Jobs(self)  # that look for what changed
        self._wishes: dict[Page, _Wish] = self.per_page()  # of runs that are about to begin
        self._told: Experiment | None = None  # what the run follows, as it was told last
        self._seen: Experiment | None = None  # what was shown then: another where it was pinned before
        self._take_back: Callable[[], None] | None = None  # what was said of what the run cannot follow
        self.trainer.state_changed.connect(self._follow)
        self.beside.changed.connect(self._follow_beside)
        top = host.places.top
        top.set_datasets([(source.id, translated(source.title)) for source in SOURCES.values()])
        top.set_devices([("auto", self.tr("Auto"))])
        top.train_clicked.connect(self.train)
        top.pause_clicked.connect(self.pause_or_resume)
        top.stop_clicked.connect(self.stop)

    def commands(self) -> Sequence[Row]:
        return [
            Command("train", "Train", self.train, "Train", "run", ("Ctrl+Return",)),
            Command("pause", "Pause or resume", self.pause_or_resume, "Train", "run", ("Ctrl+P",)),
            Command("stop", "Stop", self.stop, "Train", "run"),
            Command("train_series", "Train all variants or folds", lambda: self.train(series=True), "Train", "run"),
        ]

    def show(self, page: Page) -> None:
        self._steer(page)
        self.show_trainability()

    def _steer(self, page: Page) -> None:
        """What is trained follows what is drawn, also when a change is undone."""
        if self._told is None or self._seen is None or not self.trainer.trains(page.document):
            return
        changes = steering(self._seen, page.document.experiment)
        self._seen = steered(self._seen, changes)
        known = {name: value for name, value in changes.items() if _knows(self._told, name)}
        if known:
            self._told = steered(self._told, known)
            self.trainer.steer(known)
        self._tell_of_other(page, since(self._seen, page.document.experiment).anything)

    def takes_over(self, page: Page, name: str) -> bool:
        """Whether the run knows this layer of the level that is shown, so that it follows what may change in it."""
        graph = self._told.graph if self._told is not None and self.trainer.trains(page.document) else None
        for block in page.level.path:
            layer = graph.nodes[block].layer if graph is not None and block in graph.nodes else None
            graph = layer.graph if isinstance(layer, Custom) else None
        known = graph.nodes.get(name) if graph is not None else None
        return known is not None and type(known.layer) is type(page.level.graph.nodes[name].layer)

    def _tell_of_other(self, page: Page, is_another: bool) -> None:
        """A run cannot follow a change of the network or its data: that it goes on as it was is said once."""
        if is_another and self._take_back is None:
            self._take_back = self.host.say(
                say("The run goes on as it began: this change of the network or its data counts for the next one"),
                of=page.document)
        elif not is_another and self._take_back is not None:
            self._take_back()
            self._take_back = None

    def show_start(self) -> None:
        self.show_trainability()

    def torch_is_here(self) -> None:
        self.show_trainability()

    def show_trainability(self) -> None:
        """Whether Train can be pressed, else why not."""
        top, reason = self.host.places.top, self._reason()
        if self._is_beside:
            top.set_state("meanwhile", "", self._waits())
        else:
            top.set_state(self.trainer.state if self.host.is_ready else "loading", self._other, self._waits())
        top.set_train_enabled(not reason, reason)
        if self._take_back is not None and self.trainer.state == "idle":
            self._take_back()  # it is over
            self._take_back = None
        if "pause" in self.host.commands:
            self.host.commands["pause"].setEnabled(self.trainer.state in ("running", "paused"))
            self.host.commands["stop"].setEnabled(
                self._is_beside or self.trainer.state in ("preparing", "running", "paused"))

    def trains(self, document: Document) -> bool:
        """Whether a run of this network goes on, here or in a process of its own."""
        return self.trainer.trains(document) or self.beside.trains(document)

    def must_wait(self, document: Document) -> bool:
        """Whether a run of this network cannot begin now, because another goes on or is about to."""
        return self.trainer.state != "idle" or self.line.turn is not None or self.beside.trains(document)

    @property
    def _is_beside(self) -> bool:
        """Whether the network in front trains in a process of its own."""
        return self.page is not None and self.beside.trains(self.page.document)

    def _waits(self) -> str:
        """What Train does where it cannot begin at once."""
        if self.page is None or not (self._other or self._is_beside):
            return ""
        if self._is_beside:
            words = self.tr("{name} is trained meanwhile: what is asked for now waits until that run has ended")
        elif self.trainer.state == "paused":
            words = self.tr("{other} is paused: {name} waits as it is now, until that run has gone on and ended")
        else:
            words = self.tr("{other} is trained now: {name} waits as it is now, and is trained after it")
        return words.replace("{other}", self._other).replace("{name}", self.page.document.name)

    @property
    def _other(self) -> str:
        """What the network that is trained is called, where it is not the one in front."""
        document = self.trainer.document
        is_in_front = self.page is not None and self.page.document is document
        return "" if document is None or is_in_front or self.trainer.state == "idle" else document.name

    def _reason(self) -> str:
        if self.page is None:
            return self.tr("Open a network first")
        if not_allowed(self.page.document.experiment.graph):
            return ""  # whoever presses it is asked
        errors = [problem for problem in self.page.problems if problem.severity == "error"]
        return message_text(errors[0].message) if errors else ""

    def _follow(self, state: str) -> None:
        if state == "idle":
            self.line.look()
        else:
            self.line.has_begun()
        self._show_state()

    def _follow_beside(self) -> None:
        self.line.look()
        self.host.refresh()

    def _show_state(self) -> None:
        focus = QApplication.focusWidget()
        if self.page is not None and focus is not None and self.host.places.top.isAncestorOf(focus):
            self.page.view.setFocus()  # a button that goes grey would hand it to whatever comes next
        self.show_trainability()

    def train(self, series: bool = False, stretch: Stretch | None = None, parent: Path | None = None) -> None:
        """Train the document in front, or all its variants, or go on after a pause; folds are asked for by a recipe.

        For one ``stretch`` only, to be held then. ``parent``: the run that has learned what it begins with.
        """
        if self.trainer.state == "paused" and not self._other:
            self.trainer.pause_or_resume()
            return
        page = self.page
        if self.host.settle() and page is not None and self.host.is_ready:
            self._wishes[page] = _Wish(stretch, parent)
            self._train(page, series)

    def train_after(self, page: Page) -> None:
        """The network as it is now waits for its turn, also where a run of it goes on."""
        if self.host.settle() and self.host.is_ready:
            self._wishes[page] = _Wish(is_more=True)
            self._train(page, series=False)

    def pause_or_resume(self) -> None:
        """Hold the run, or go on; of a network that one does not see it is said."""
        if self.trainer.state == "stopping":
            return
        self.trainer.pause_or_resume()
        if self._other and self.trainer.is_held:
            self.host.say(say("Training {name} is paused", name=self._other))
        elif self._other:
            self.host.say(say("Training {name} goes on", name=self._other))

    def stop(self) -> None:
        """End the run; of a network that one does not see it is said."""
        if self.page is not None and self.beside.trains(self.page.document):
            self.beside.stop(self.page.document)
            return
        if self._other:
            self.host.say(say("Training {name} is stopped", name=self._other))
        self.trainer.stop()

    def train_anyway(self, page: Page, series: bool) -> None:
        """Train, whatever became of the data since they were read."""
        if self.host.settle():
            self._wishes[page] = self._wishes.get(page, _Wish())._replace(anyway=True)
            self._train(page, series, anyway=True)

    def _train(self, page: Page, series: bool, anyway: bool = False) -> None:
        if self._is_refused(page):
            return
        page.notice.clear()  # what it says is of the time before
        self._prepare(page, series, anyway)

    def _is_refused(self, page: Page) -> bool:
        """Whether it cannot be trained now; why not is said."""
        if self.trainer.trains(page.document) and not self._wishes.get(page, _Wish()).is_more:
            return True
        errors = [problem for problem in page.problems if problem.severity == "error"]
        if errors and page is self.page:
            self.host.feature(Problems).bring()
        elif errors:
            self.host.say(errors[0].message, "error", of=page.document)
        if errors and not_allowed(page.document.experiment.graph):
            self.code_waits.emit(page)
        return bool(errors)

    def _prepare(self, page: Page, series: bool, anyway: bool) -> None:
        """What takes a while before it begins; whatever is changed meanwhile, another page in front is no reason."""
        document = page.document
        known = document.experiment.data.known
        if not document.begins_with_its_own:
            self._fit_loaded(page, series, anyway)
        elif anyway or known is None or known.fingerprint is None:
            self._begin_or_wait(page, series)
        else:
            self._look_at_data(page, series)

    def _goes_on(self, page: Page) -> bool:
        """Whether it still can be trained, after a while in which more may have happened; why not is said."""
        return page in self.host.pages and not self._is_refused(page)

    def _look_at_data(self, page: Page, series: bool) -> None:
        """They may have changed since they were read: nobody trains on them without knowing."""
        experiment, root = page.document.experiment, self.host.settings.data_root

        def take(found: Message | None) -> None:
            if not self._goes_on(page):
                return
            if page.document.experiment is not experiment:
                self._prepare(page, series, anyway=False)
            elif found is None:
                self._prepare(page, series, anyway=True)
            else:
                self.data_changed.emit(page, found, series)

        self._jobs.start(lambda _job: changes(experiment.data, root), take, partial(self._fail, page))

    def _fit_loaded(self, page: Page, series: bool, anyway: bool) -> None:
        """The network was changed since weights were loaded: what still fits is where training starts."""
        document, experiment = page.document, page.document.experiment
        loaded = document.loaded

        def work(_: Job) -> Any:
            from engine.export.state_dicts import Held  # loads torch
            from engine.network.fitting import fitted  # loads torch

            return fitted(experiment, [Held("", dict(loaded or {}), {})])

        def is_same() -> bool:
            return document.experiment is experiment and document.loaded is loaded

        def take(fit: Any) -> None:
            from engine.network.fitting import told  # is loaded by now

            if not self._goes_on(page):
                return
            words, waits = None, self.must_wait(document)
            if is_same():
                document.load_weights(fit.weights)
                words = told(fit, self.tr("The loaded weights"))
            self._prepare(page, series, anyway)
            if words is not None:
                self.host.say(words, of=document, waits=waits)  # after what is said of the queue

        def fail(message: Message) -> None:
            if is_same():
                forget = self.tr("Forget loaded weights"), lambda: self._forget_weights(document)
                self._fail(page, message, [forget])
            elif self._goes_on(page):
                self._prepare(page, series, anyway)

        self._jobs.start(work, take, fail)

    def _forget_weights(self, document: Document) -> None:
        from app.features.exporting import Exporting  # not made at first

        self.host.feature(Exporting).forget_weights(document)

    def _fail(self, page: Page, message: Message, actions: Sequence[Action] = ()) -> None:
        if page in self.host.pages:
            self.host.say(message, "error", actions, of=page.document)

    # -- beginning, or waiting ----------------------------------------------------------------------------------

    def _begin_or_wait(self, page: Page, series: bool) -> None:
        wish = self._wishes.pop(page, _Wish())
        order = Order(page.document.pinned, series, wish.stretch, wish.parent, wish.anyway)
        if self.must_wait(page.document):
            self.line.add(Entry(page, order.what, order.likeness, self._begin_waiting, order))
        else:
            self._begin_run(page, order)

    def _begin_run(self, page: Page, order: Order) -> None:
        settings, document = self.host.settings, page.document
        self._told, self._take_back = order.experiment, None  # a variant may be another
        self._seen = document.experiment
        self.trainer.start(document, settings.runs, settings.data_root, order.series, self._observers(page),
                           order.stretch, order.parent, order.pinned)
        if order.parent is not None:
            self.host.say(say("A new run begins with the weights that {name} has now", name=document.name), of=document)

    def _begin_waiting(self, entry: Entry) -> None:
        """It is its turn. Its data may have changed while it waited."""
        order, root = entry.order, self.host.settings.data_root
        assert order is not None  # only what begins comes here
        data = order.experiment.data
        if order.anyway or data.known is None or data.known.fingerprint is None:
            self._begin_run(entry.page, order)
            return

        def take(found: Message | None) -> None:
            if not self.line.is_turn(entry):
                return
            if found is None:
                self._begin_run(entry.page, order)
            else:
                self._pass_over(entry, found, [(self.tr("Train anyway"), lambda: self._wait_again(entry))])

        self._jobs.start(lambda _job: changes(data, root), take, lambda message: self._pass_over(entry, message))

    def _pass_over(self, entry: Entry, reason: Message, actions: Sequence[Action] = ()) -> None:
        if self.line.is_turn(entry):
            self.host.say(say("{name} was not trained: {reason}", name=entry.document.name, reason=reason), "error",
                          actions, of=entry.document)
            self.line.pass_over(entry)

    def _wait_again(self, entry: Entry) -> None:
        """With the data as they are by now."""
        assert entry.order is not None  # see _begin_waiting
        if entry.page in self.host.pages:
            order = entry.order._replace(anyway=True)
            self.line.add(Entry(entry.page, entry.what, entry.likeness, self._begin_waiting, order))

    def train_meanwhile(self, key: str) -> None:
        """What waits is trained at once, in a process of its own."""
        entry = next((each for each in self.line.entries if each.key == key), None)
        if entry is None or entry.order is None or entry.why_alone is not None or self.beside.trains(entry.document):
            return
        if self.trainer.trains(entry.document):
            entry.page.refuse(say("{name} is trained now: another run of it waits", name=entry.document.name))
            return
        try:
            self.beside.begin(entry.document, entry.order, self.host.settings.runs, self.host.settings.data_root)
        except LayerloomError as error:
            self.host.say(error.message, "error", of=entry.document)
        else:
            self.line.take(key)

    def _observers(self, page: Page) -> list[Observer]:
        return [one for feature in self.host.features for one in feature.observers(page.document)]

    def may_begin(self, page: Page) -> bool:
        """Whether it can be trained now; why not is said."""
        return self.host.settle() and self.host.is_ready and not self._is_refused(page)

    def go_on(self, page: Page, going: Going, states: SeriesState, stretch: Stretch | None = None, *,
              is_pinned: bool = False) -> None:
        """Go on with a run of this network, of which these states are known. ``is_pinned``: what is shown is another
        by now, and only what is changed from here on is taken over."""
        self._told, self._take_back = going.trained, None
        self._seen = page.document.experiment if is_pinned else going.trained
        self.trainer.go_on(page.document, going, states, self.host.settings.data_root, self._observers(page), stretch)
        self._steer(page)

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        self.line.forget(page)
        self.beside.forget(page.document)
        if self.trainer.document is page.document:
            self.trainer.finish()

    def finish(self) -> None:
        self.line.finish()
        self._jobs.finish()
        self.beside.finish()
        self.trainer.finish()


def _knows(experiment: Experiment, name: str) -> bool:
    """Whether a run of it has what this change is about."""
    try:
        values_of(experiment, [name])
    except OptionError:
        return False
    return True

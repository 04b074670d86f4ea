"""Training the network in front: the buttons of the top bar, what can be trained and what cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication

from app.document.page import Page
from app.features.problems import Problems
from app.features.trainer import Trainer
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from engine.data.sources import SOURCES
from engine.data.spec.changes import changes
from engine.experiment.trust import not_allowed
from engine.messages import Message
from widgets.look.text import message_text, translated


class Training(Feature):
    """At most one run at a time; every feature hears of it from ``trainer``."""

    data_changed = Signal(object, object, bool)  # Page, Message, whether all variants were to be trained
    code_waits = Signal(object)  # Page: it cannot be trained before one agrees to run its code

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.trainer = Trainer(self)
        self._jobs = Jobs(self)  # that look for what changed
        self._lr = 0.0  # the recipe's, as the run was told last
        self.trainer.state_changed.connect(lambda _state: self._show_state())
        top = host.places.top
        top.set_datasets([(source.id, translated(source.title)) for source in SOURCES.values()])
        top.set_devices([("auto", self.tr("Auto"))])
        top.train_clicked.connect(self.train)
        top.pause_clicked.connect(self.trainer.pause_or_resume)
        top.stop_clicked.connect(self.trainer.stop)

    def commands(self) -> Sequence[Row]:
        return [
            Command("train", "Train", self.train, "Train", "run", ("Ctrl+Return",)),
            Command("pause", "Pause or resume", self.trainer.pause_or_resume, "Train", "run", ("Ctrl+P",)),
            Command("stop", "Stop", self.trainer.stop, "Train", "run"),
            Command("train_series", "Train all variants or folds", lambda: self.train(series=True), "Train", "run"),
        ]

    def show(self, page: Page) -> None:
        recipe = page.document.experiment.recipe
        if self.trainer.document is page.document and recipe.lr != self._lr:
            self._lr = recipe.lr
            self.trainer.set_lr(recipe.lr)  # also when a change of it is undone
        self.show_trainability()

    def show_start(self) -> None:
        self.show_trainability()

    def torch_is_here(self) -> None:
        self.show_trainability()

    def show_trainability(self) -> None:
        """Whether Train can be pressed, else why not."""
        top, reason = self.host.places.top, self._reason()
        top.set_state(self.trainer.state if self.host.is_ready else "loading")
        top.set_train_enabled(not reason, reason)

    def _reason(self) -> str:
        if self.page is None:
            return self.tr("Open a network first")
        if not_allowed(self.page.document.experiment.graph):
            return ""  # whoever presses it is asked
        errors = [problem for problem in self.page.problems if problem.severity == "error"]
        return message_text(errors[0].message) if errors else ""

    def _show_state(self) -> None:
        focus = QApplication.focusWidget()
        if self.page is not None and focus is not None and self.host.places.top.isAncestorOf(focus):
            self.page.view.setFocus()  # a button that goes grey would hand it to whatever comes next
        self.show_trainability()

    def train(self, series: bool = False) -> None:
        """Train the document in front, or all its variants, or go on after a pause; folds are asked for by a recipe."""
        if self.trainer.state == "paused":
            self.trainer.pause_or_resume()
            return
        self.host.settle()
        page = self.page
        if page is None or not self.host.is_ready or self.trainer.state != "idle":
            return
        if any(problem.severity == "error" for problem in page.problems):
            self.host.feature(Problems).bring()
            if not_allowed(page.document.experiment.graph):
                self.code_waits.emit(page)
            return
        page.notice.clear()  # what it says is of the time before
        if not page.document.begins_with_its_own:
            self._fit_loaded(page, series)
            return
        data = page.document.experiment.data
        if data.known is None or data.known.fingerprint is None:
            self.begin_run(page, series)
            return

        def go_on(found: Message | None) -> None:
            if page is not self.page or data is not page.document.experiment.data:
                return
            if found is None:
                self.begin_run(page, series)
            else:
                self.data_changed.emit(page, found, series)

        root = self.host.settings.data_root
        self._jobs.start(lambda _job: changes(data, root), go_on, lambda message: self.host.say(message, "error"))

    def _fit_loaded(self, page: Page, series: bool) -> None:
        """The network was changed since weights were loaded: what still fits is where training starts."""
        document, experiment = page.document, page.document.experiment
        loaded = document.loaded or {}

        def work(_: Job) -> Any:
            from engine.export.state_dicts import Held  # loads torch
            from engine.network.fitting import fitted  # loads torch

            return fitted(experiment, [Held("", dict(loaded), {})])

        def take(fit: Any) -> None:
            from engine.network.fitting import told  # is loaded by now

            if page is not self.page or experiment is not document.experiment or document.loaded is not loaded:
                return
            document.load_weights(fit.weights)
            self.train(series)
            if (words := told(fit, self.tr("The loaded weights"))) is not None:
                self.host.say(words)

        forget = (self.tr("Forget loaded weights"), self.host.commands["forget_weights"].trigger)
        self._jobs.start(work, take, lambda message: self.host.say(message, "error", [forget]))

    def begin_run(self, page: Page, series: bool) -> None:
        """Train, whatever became of the data since they were read."""
        settings = self.host.settings
        if self.trainer.state != "idle":
            return
        page.notice.clear()
        self._lr = page.document.experiment.recipe.lr  # a variant may have another
        observers = [one for feature in self.host.features for one in feature.observers(page.document)]
        self.trainer.start(page.document, settings.runs, settings.data_root, series, observers)

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if self.trainer.document is page.document:
            self.trainer.finish()

    def finish(self) -> None:
        self._jobs.finish()
        self.trainer.finish()

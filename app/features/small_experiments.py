"""Small experiments on the open network, each one click, each with its picture: a tab of Look inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.document.page import Page
from app.features.inside import Inside, PageInside
from app.window.commands import Command, Row
from app.window.host import Feature, Host, Tab
from app.window.jobs import Job, Jobs, stand_back
from app.window.taking import take
from engine.experiment.experiment import Experiment
from engine.messages import Message, say
from engine.training.values import Weights
from widgets.look.text import sentence_text

if TYPE_CHECKING:
    from pathlib import Path

    from engine.inspect.trying.values import Progress
    from widgets.findings.experiments import Experiments
    from widgets.findings.values import FindingShown, Offer


class SmallExperiments(Feature):
    """One at a time, on a copy: nothing of the document changes."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Experiments"), self._make, self._show_page, rank=-50, workspaces=("inside",))
        self.view: Experiments | None = None
        self._inside = host.feature(Inside)
        self._inside.came.connect(self._come)
        self._jobs = Jobs(self)
        self._job: Job | None = None
        self._running = ""
        self._of: Experiment | None = None  # what is offered for

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [Command("experiments", "Small experiments", self.bring, "Network", "inside")]

    def bring(self) -> None:
        """Show what can be tried."""
        if self.page is None:
            self.host.say(say("Open a network first"))
            return
        self.host.places.stage.choose("inside")
        self.host.places.bottom.bring(self.tab)

    def _make(self) -> QWidget:
        from widgets.findings.experiments import Experiments  # not seen at first

        view = self.view = Experiments()
        view.asked.connect(self._try)
        view.stopped.connect(self.stop)
        view.save_requested.connect(self._save)
        return view

    # -- what is offered ----------------------------------------------------------------------------------------

    def _show_page(self, page: Page) -> None:
        if self._inside.now is not None:
            self._come(self._inside.now)

    def _come(self, inside: PageInside) -> None:
        view, experiment = self.view, inside.page.document.experiment
        if view is None or not self.host.is_ready or not view.isVisible() or _is_like(self._of, experiment):
            return
        self.stop()
        self._of = experiment
        view.forget()

        def tell(offers: list[Offer]) -> None:
            if self._of is experiment:
                view.show_offers(offers)

        self._jobs.start(lambda _job: _offers(experiment), tell, lambda message: self.host.say(message, "error"))

    # -- trying -------------------------------------------------------------------------------------------------

    def _try(self, id: str) -> None:
        now, view = self._inside.now, self.view
        if now is None or view is None or self._job is not None:
            return
        document, root = now.page.document, self.host.settings.data_root
        experiment, weights = document.experiment, self._inside.in_hand(now).weights
        self._running = id
        view.show_progress(id, 0.0, "")

        def tell(found: FindingShown | None) -> None:
            self._job = None
            if found is not None:
                view.show_finding(id, found)

        def fail(message: Message) -> None:
            self._job = None
            view.show_error(id, sentence_text(message))

        job = self._job = self._jobs.start(lambda job: _tried(job, id, experiment, weights, root), tell, fail)
        job.progress.connect(lambda step, _total: self._tell(job, id, step))

    def _tell(self, job: Job, id: str, step: Progress) -> None:
        if job is self._job and self.view is not None:
            self.view.show_progress(id, step.done / max(1, step.total), "")

    def stop(self) -> None:
        """Leave the one that runs."""
        if self._job is not None:
            self._job.drop()
            self._job = None
            if self.view is not None:
                self.view.show_stopped()

    def _save(self, id: str, kind: str) -> None:
        from widgets.findings.saving import pictures_npz, pictures_png, pictures_svg  # not seen at first

        finding = self.view.finding(id) if self.view is not None else None
        if finding is None or self.page is None:
            return
        make = {"png": pictures_png, "svg": pictures_svg, "npz": pictures_npz}[kind]
        take(self.asking("pictures"), self.tr("Save"), f"{self.page.document.network}-{id}", kind,
             lambda: make(finding.pictures), lambda message, tone: self.host.say(message, tone))

    def show_start(self) -> None:
        self.stop()

    def finish(self) -> None:
        self._jobs.finish()


def _is_like(one: Experiment | None, other: Experiment) -> bool:
    return one is not None and one.graph is other.graph and one.data is other.data and one.recipe == other.recipe


def _offers(experiment: Experiment) -> list[Offer]:
    from app.insight.findings import offers  # loads torch

    return offers(experiment)


def _tried(job: Job, id: str, experiment: Experiment, weights: Weights | None, root: Path | None) -> Any:
    from app.insight.findings import tried  # loads torch
    from engine.inspect.trying.values import Progress

    stand_back()
    last = None
    for step in tried(id, experiment, weights, root, job.cancelled):
        if isinstance(step, Progress):
            job.progress.emit(step, None)
        else:
            last = step
    return last

"""Checks of seconds before a run: which learning rate, and whether the network can learn at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.document.page import Page
from app.features.check import BUT, Check, Kind, steps_of, told_of
from app.features.training import Training
from app.features.trying import bring, data_of, what_counts, why_not
from app.window.commands import Command, Row
from app.window.host import Feature, Host, Section
from app.window.jobs import Job, Jobs, stand_back
from engine.experiment.experiment import Experiment
from engine.experiment.series import without_variants
from engine.messages import Message, say
from engine.units import share_text, short_measure, typed_text
from widgets.look.text import message_text, sentence_text
from widgets.training.check_line import CheckState

if TYPE_CHECKING:
    from widgets.training.check_line import CheckLine
    from widgets.training.checks_section import ChecksSection

SPAN = (1e-6, 10.0)  # rates that are tried


class Checking(Feature):
    """One check at a time; each network keeps what its last ones have come to."""

    at_work = Signal(bool)

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._jobs = Jobs(self)
        self._checks: dict[Page, dict[Kind, Check]] = self.per_page()
        self._now: Check | None = None
        self._section: ChecksSection | None = None
        host.feature(Training).trainer.state_changed.connect(self._follow)

    def commands(self) -> Sequence[Row]:
        return [
            Command("find_rate", "Find a learning rate…", self.on_page(lambda page: self.ask(page, "rate")), "Train",
                    "check"),
            Command("overfit_batch", "Overfit one batch", self.on_page(lambda page: self.ask(page, "overfit")),
                    "Train", "check"),
        ]

    def train_sections(self) -> Sequence[Section]:
        return [Section(self.tr("Checks"), self._make, rank=14, show=self._show)]

    def _make(self) -> QWidget:
        from widgets.training.checks_section import ChecksSection  # not seen at first

        self._section = section = ChecksSection()
        for kind, line in self._lines(section):
            line.asked.connect(self.on_page(partial(self.start, kind=kind)))
            line.stopped.connect(self.stop)
        section.rate.taken.connect(self.on_page(self._use))
        return section

    def _lines(self, section: ChecksSection) -> list[tuple[Kind, CheckLine]]:
        return [("rate", section.rate), ("overfit", section.overfit)]

    def connect_page(self, page: Page) -> None:
        page.document.changed.connect(lambda: self._follow_edit(page))

    # -- begun and ended ----------------------------------------------------------------------------------------

    @property
    def is_at_work(self) -> bool:
        """Whether a check goes on."""
        return self._now is not None

    def ask(self, page: Page, kind: Kind) -> None:
        """A check, seen while it goes on."""
        section = self._section
        if section is not None:
            bring(self.host, dict(self._lines(section))[kind])
        reason = why_not(self.host, page)
        if reason is not None:
            page.refuse(reason)
        else:
            self.start(page, kind)

    def start(self, page: Page, kind: Kind) -> None:
        """Begin it in the place of one that goes on."""
        if not self.host.settle() or why_not(self.host, page) is not None:
            self._show_front()
            return
        self._end_now(say("It was stopped: another check began"))
        experiment, root = without_variants(page.document.experiment), self.host.settings.data_root
        check = self._now = Check(kind, page, what_counts(page.document.experiment, BUT[kind]))
        self._checks.setdefault(page, {})[kind] = check

        def work(job: Job) -> Any:
            stand_back()
            return told_of(steps_of(kind, experiment, data_of(experiment, root, job), job), check, job)

        check.job = self._jobs.start(work, partial(self._take, check), partial(self._fail, check))
        check.job.progress.connect(self._hear)
        self._show_front()
        self.at_work.emit(True)

    def stop(self) -> None:
        """What it has found so far stays."""
        if self._now is not None and self._now.job is not None:
            self._now.job.cancel()

    def _end_now(self, why: Message) -> None:
        """Nobody waits for it any more."""
        check = self._now
        if check is not None and check.job is not None:
            check.job.cancel()
            check.said = why
            self._end(check)

    def _end(self, check: Check) -> None:
        check.job = None
        if check is self._now:
            self._now = None
            self._show_front()
            self.at_work.emit(False)

    def _take(self, check: Check, result: Any) -> None:
        if check.job is not None:
            check.result = result
            self._end(check)

    def _fail(self, check: Check, message: Message) -> None:
        if check.job is not None:
            check.said = message
            self._end(check)

    def _hear(self, check: Check, steps: Sequence[Any]) -> None:
        if check is self._now:
            check.steps.extend(steps)
            if check.page is self.page:
                self._show_front()

    def _follow(self, state: str) -> None:
        if state != "idle":
            self._end_now(say("It was stopped: a training began"))
        self._show_front()

    def _follow_edit(self, page: Page) -> None:
        if self._now is not None and self._now.page is page and not self._now.is_of(page.document.experiment):
            self._end_now(say("It was stopped: what it was about has changed"))

    def forget_page(self, page: Page) -> None:
        if self._now is not None and self._now.page is page:
            self._end_now(say("It was stopped"))
        super().forget_page(page)

    def finish(self) -> None:
        self._now = None
        self._jobs.finish()

    # -- what it comes to ---------------------------------------------------------------------------------------

    def _use(self, page: Page) -> None:
        check = self._checks.get(page, {}).get("rate")
        experiment = page.document.experiment
        lr = check.result.proposed if check is not None and check.result is not None else None
        if check is None or lr is None or not check.is_of(experiment):
            return
        words = self.tr("Set the learning rate to {lr}").format(lr=typed_text(lr))
        page.document.edit(words, replace(experiment, recipe=experiment.recipe.with_options(lr=lr)))

    def _show_front(self) -> None:
        if self.page is not None:
            self._show(self.page)

    def _show(self, page: Page) -> None:
        section = self._section
        if section is None or page is not self.page or self.host.places.panels.workspace != "train":
            return
        why = why_not(self.host, page)
        reason = "" if why is None else message_text(why)
        checks, experiment = self._checks.get(page, {}), page.document.experiment
        for kind, line in self._lines(section):
            check = checks.get(kind)
            line.show_state(CheckState(reason=reason) if check is None else self._state(check, experiment, reason))
        rate = checks.get("rate")
        section.plot.setVisible(rate is not None and bool(rate.steps))
        if rate is not None:
            proposed = rate.result.proposed if rate.result is not None else None
            section.plot.show_curve(rate.steps, SPAN, proposed, old=not rate.is_of(experiment))

    def _state(self, check: Check, experiment: Experiment, reason: str) -> CheckState:
        state = CheckState(check.job is not None, reason=reason)
        if check.job is not None:
            return state._replace(beside=self._far(check))
        if check.said is not None:
            return state._replace(words=sentence_text(check.said))
        if check.result is None:
            return state
        if not check.is_of(experiment):
            return state._replace(words=self.tr("Before the last changes: {words}").format(
                words=sentence_text(check.result.line)))
        return self._overfit(check, state) if check.kind == "overfit" else self._rate(check, state, experiment)

    def _far(self, check: Check) -> str:
        """How far it is."""
        if not check.steps:
            return self.tr("getting ready…")
        last = check.steps[-1]
        if check.kind == "rate":
            return self.tr("at {lr}").format(lr=typed_text(float(f"{last.lr:.1g}")))
        words = self.tr("step {step} · loss {loss}") if last.accuracy != last.accuracy else self.tr(
            "step {step} · {share}")
        return words.format(step=last.step, loss=short_measure(last.loss), share=share_text(last.accuracy))

    def _rate(self, check: Check, state: CheckState, experiment: Experiment) -> CheckState:
        words, lr = sentence_text(check.result.line), check.result.proposed
        if lr is None:
            return state._replace(words=words)
        if experiment.recipe.lr == lr:
            return state._replace(beside=self.tr("{lr} is in use").format(lr=typed_text(lr)), words=words)
        offer = "" if state.reason else self.tr("Use")
        beside = self.tr("suggests {lr}") if check.result.suggestion is not None else self.tr("try {lr}")
        return state._replace(beside=beside.format(lr=typed_text(lr)), action=offer, words=words)

    def _overfit(self, check: Check, state: CheckState) -> CheckState:
        tone = {"learned": "plain", "stopped": "", "slowly": "plain"}.get(check.result.verdict, "warning")
        return state._replace(words=sentence_text(check.result.line), tone=tone)

"""How good the network in hand is on a part of its data: judged in a thread of its own, and kept for a while."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.document.page import Page
from app.features.inside import Inside, PageInside
from app.features.training import Training
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs, stand_back
from engine.compare.belonging import divided_alike, same_answers, same_network
from engine.experiment.experiment import Experiment
from engine.experiment.series import Fold
from engine.experiment.trust import not_allowed
from engine.messages import Message, say
from engine.training.values import Weights
from widgets.look.text import translated

if TYPE_CHECKING:
    from app.insight.evaluated import Evaluated
    from engine.evaluation.values import Progress

KEPT = 8  # evaluations, whichever networks they are of
JUDGED_BY = "class_weights", "label_smoothing", "reduction"  # beside the loss, what of a recipe decides its number


@dataclass(frozen=True, eq=False)
class Asked:
    """Which part is judged by which network, with which weights."""

    experiment: Experiment
    weights: Weights | None
    part: str
    waits: frozenset[str] = frozenset()  # code that nobody has agreed to run
    marks: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # of the data that the run had
    fold: Fold | None = None  # the data are divided as they were for this one
    is_other: bool = False  # the weights are a fold's, of data that were divided otherwise

    def is_like(self, other: Asked | None) -> bool:
        """Whether the answer would be the same."""
        return other is not None and self.weights is other.weights and self._how == other._how and same_answers(
            self.experiment, other.experiment, begins=self.weights is None
        ) and _judged_alike(self.experiment, other.experiment)

    @property
    def _how(self) -> Hashable:
        return self.part, self.waits, self.fold, self.is_other


def _judged_alike(one: Experiment, other: Experiment) -> bool:
    return all(getattr(one.recipe, name) == getattr(other.recipe, name) for name in JUDGED_BY)


@dataclass(eq=False)
class PageEvaluation:
    """What is judged of one page, and what is known of it."""

    page: Page
    part: str = "validation"
    may_test: bool = False  # somebody has asked to touch the test examples
    asked: Asked | None = None  # what is wanted
    shown: Evaluated | None = None  # what came last
    shown_for: Asked | None = None
    progress: Progress | None = None  # of what is asked for; None: nothing runs
    wrong: Message | None = None  # why there is nothing to see
    has_failed: bool = False  # what is asked for was tried, and cannot be judged
    question: bool = False  # the test examples are asked for, and not yet agreed to
    missing: bool = False  # the data are not on this computer

    @property
    def is_here(self) -> bool:
        """Whether what is shown is what was asked for."""
        return self.shown is not None and self.asked is not None and self.asked.is_like(self.shown_for)


@dataclass(eq=False)
class _Running:
    """What is judged now, for which page."""

    of: PageEvaluation
    asked: Asked
    job: Job


@dataclass
class _Kept:
    """The last few evaluations."""

    found: list[tuple[Asked, Evaluated]] = field(default_factory=list)

    def of(self, asked: Asked) -> Evaluated | None:
        return next((evaluated for known, evaluated in self.found if asked.is_like(known)), None)

    def keep(self, asked: Asked, evaluated: Evaluated) -> None:
        self.found = [*self.found[-(KEPT - 1):], (asked, evaluated)]


class Evaluating(Feature):
    """Judges what is looked at, whenever it becomes another and somebody wants to know; the newest question counts."""

    told = Signal(object)  # PageEvaluation: something is known that was not before

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._pages: dict[Page, PageEvaluation] = self.per_page()
        self._jobs = Jobs(self)
        self._running: _Running | None = None
        self._next: tuple[PageEvaluation, Asked] | None = None
        self._kept = _Kept()

    @property
    def _inside(self) -> Inside:
        return self.host.feature(Inside)

    def connect_page(self, page: Page) -> None:
        self._pages[page] = PageEvaluation(page)

    def of(self, page: Page) -> PageEvaluation:
        """What is known of a page."""
        return self._pages[page]

    # -- asking -------------------------------------------------------------------------------------------------

    def choose_part(self, part: str) -> None:
        """Judge these examples of the page in front."""
        now = self._inside.now
        if now is not None:
            self._pages[now.page].part = part
            self.ask(now)

    def agree_to_test(self) -> None:
        """The test examples may be touched, of the page in front."""
        now = self._inside.now
        if now is not None:
            self._pages[now.page].may_test = True
            self.ask(now)

    def ask(self, inside: PageInside) -> None:
        """Judge what is looked at there, unless that is known."""
        of, document = self._pages[inside.page], inside.page.document
        of.question = of.part == "test" and not of.may_test
        of.missing = _is_missing(document.experiment, self.host.settings.data_root)
        if of.question or of.missing or not self.host.is_ready:
            of.asked, of.has_failed = None, False
            of.wrong = self._why_not(of, document.experiment)
            self._leave(of)
            self.told.emit(of)
            return
        held = self._inside.in_hand(inside)
        is_own = divided_alike(held.experiment.data, document.experiment.data)
        asked = Asked(document.experiment, held.weights, of.part, frozenset(not_allowed(document.experiment.graph)),
                      self._marks(inside), held.fold if is_own else None, held.fold is not None and not is_own)
        if asked.is_like(of.asked) and (of.is_here or of.has_failed or self._is_on_its_way(of)):
            return
        of.asked, of.wrong, of.has_failed = asked, None, False
        known = self._kept.of(asked)
        if known is not None:
            self._leave(of)
            self._show(of, asked, known)
        else:
            self._begin_or_wait(of, asked)

    def _marks(self, inside: PageInside) -> Mapping[str, tuple[int, str]]:
        """Of the data that the weights in hand were learned from, where these are to be the same."""
        document, run = inside.page.document, inside.page.document.trained
        if run is None or self._inside.source_of(inside) in ("initial", "loaded") or document.since.data:
            return {}
        state = run.furthest
        return state.started.marks if state.started is not None else {}

    def _why_not(self, of: PageEvaluation, experiment: Experiment) -> Message:
        if not self.host.is_ready:
            return say("PyTorch is still loading")
        if of.missing:
            return say("{data} is not on this computer yet: Train fetches it",
                       data=translated(experiment.data.source.title))
        return say("The test examples are for the end: whatever is chosen by them, an epoch or an option, makes their "
                   "number worthless")

    # -- judging ------------------------------------------------------------------------------------------------

    def _is_on_its_way(self, of: PageEvaluation) -> bool:
        is_running = self._running is not None and self._running.of is of
        return is_running or (self._next is not None and self._next[0] is of)

    def _begin_or_wait(self, of: PageEvaluation, asked: Asked) -> None:
        """While the network trains, epochs may end faster than one is judged: what was begun comes to its end."""
        now, trainer = self._running, self.host.feature(Training).trainer
        if now is not None and now.of is of and now.asked.part == asked.part and trainer.trains(
                of.page.document) and same_network(now.asked.experiment, asked.experiment):
            self._next = of, asked
            return
        self._drop()
        self._begin(of, asked)

    def _begin(self, of: PageEvaluation, asked: Asked) -> None:
        root, of.progress = self.host.settings.data_root, None
        job = self._jobs.start(lambda job: _judged(job, asked, root), lambda found: self._take(of, asked, found),
                               lambda message: self._fail(of, asked, message))
        self._running = _Running(of, asked, job)
        job.progress.connect(lambda step, _total: self._tell(job, step))
        self.told.emit(of)

    def _tell(self, job: Job, step: Progress) -> None:
        if self._running is not None and self._running.job is job:
            self._running.of.progress = step
            self.told.emit(self._running.of)

    def _take(self, of: PageEvaluation, asked: Asked, found: Evaluated | None) -> None:
        self._end(asked)
        if found is not None:
            self._kept.keep(asked, found)
            if of.asked is not None and of.asked.part == asked.part:
                self._show(of, asked, found)

    def _fail(self, of: PageEvaluation, asked: Asked, message: Message) -> None:
        self._end(asked)
        if of.asked is asked:
            of.shown, of.shown_for, of.progress, of.wrong, of.has_failed = None, None, None, message, True
            self.told.emit(of)

    def _show(self, of: PageEvaluation, asked: Asked, found: Evaluated) -> None:
        of.shown, of.shown_for, of.wrong = found, asked, None
        of.progress = None
        self.told.emit(of)

    def _end(self, asked: Asked) -> None:
        """The next one begins."""
        if self._running is not None and self._running.asked is asked:
            self._running = None
        waits, self._next = self._next, None
        if waits is not None:
            self._begin(*waits)

    def _drop(self) -> None:
        if self._running is not None:
            self._running.job.drop()
        self._running = self._next = None

    def _leave(self, of: PageEvaluation) -> None:
        if self._is_on_its_way(of):
            self._drop()

    def rest(self) -> None:
        """Nobody looks any more."""
        if self._running is not None:
            self._running.of.asked = None
        self._drop()

    @property
    def is_busy(self) -> bool:
        """Whether something is being judged."""
        return self._running is not None

    def forget_page(self, page: Page) -> None:
        if page in self._pages:
            self._leave(self._pages[page])
        super().forget_page(page)
        if not self._pages:
            self._kept = _Kept()  # they hold weights and data

    def finish(self) -> None:
        self._jobs.finish()


def _is_missing(experiment: Experiment, root: Path | None) -> bool:
    from engine.data.fetching.folder import missing_files  # needed only when something is fetched

    return bool(missing_files(experiment.data.files, root))


def _judged(job: Job, asked: Asked, root: Path | None) -> Evaluated | None:
    """In the job's thread."""
    from app.insight.evaluated import evaluated  # loads torch

    stand_back()
    return evaluated(asked.experiment, asked.weights, asked.part, root, lambda step: job.progress.emit(step, None),
                     job.cancelled, asked.marks, asked.fold, is_other=asked.is_other)

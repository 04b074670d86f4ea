"""Likely mislabelled examples of a k-fold run: a page on which each is excluded, relabelled or kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from app.document.document import Document, Run
from app.document.page import Page
from app.features.correcting import Correcting
from app.features.training import Training
from app.window.commands import Command, Row
from app.window.host import Feature, Host, Tab
from app.window.jobs import Job, Jobs, stand_back
from engine.data.options.corrections import Correction, ExampleId, example_words
from engine.experiment.series import series_of
from engine.messages import Message, say
from engine.units import grouped, share_text, typed_text, value_text
from widgets.look.text import message_text, sentence_text, translated

if TYPE_CHECKING:
    from engine.runs.suspects import Suspect, Suspects
    from widgets.parts.example_list import ExampleRow
    from widgets.runs.suspects import SuspectsPage

DIGITS = 3


@dataclass(eq=False)
class _Looked:
    """What was found in a run, and which of it a person has looked at and leaves as it is."""

    run: Run
    found: Suspects | None = None
    error: Message | None = None
    stopped: bool = False
    kept: set[ExampleId] = field(default_factory=set)


class Suspecting(Feature):
    """Judges the examples once somebody looks at the page; what was decided is an edit of the data."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Label issues"), self._make, self._show_page, rank=-20, hidden=True,
                       workspaces=("train", "inside"), tip=self.tr("Examples whose labels are likely wrong"))
        self.view: SuspectsPage | None = None
        self._looked: dict[Page, _Looked] = self.per_page()
        self._trainer, self._correcting = host.feature(Training).trainer, host.feature(Correcting)
        self._trainer.state_changed.connect(lambda _state: self._show_front())
        self._jobs = Jobs(self)
        self._job: Job | None = None

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [Command("suspects", "Label issues", self.bring, "Train", "results")]

    def bring(self) -> None:
        """Show what is likely mislabelled, or say what is needed for it."""
        if self.page is None or _run_of(self.page.document) is None:
            self.host.say(say("Train with K-fold first: a label is judged by a network that has not learned it"))
            return
        if self.host.places.stage.workspace == "build":
            self.host.places.stage.choose("train")
        self.host.places.bottom.bring(self.tab)

    def _make(self) -> QWidget:
        from widgets.runs.suspects import SuspectsPage  # not seen at first

        view = self.view = SuspectsPage()
        view.decided.connect(self._decide)
        view.menu_asked.connect(self._open_menu)
        view.stopped.connect(self._stop)
        view.asked_again.connect(self._ask_again)
        view.train_asked.connect(lambda: self.host.feature(Training).train(series=True))
        return view

    # -- when it is seen ----------------------------------------------------------------------------------------

    def show(self, page: Page) -> None:
        self._show_front()

    def show_start(self) -> None:
        self._show_front()

    def _show_front(self) -> None:
        page = self.page
        there = page is not None and _run_of(page.document) is not None
        self.host.places.bottom.set_there(self.tab, there)
        if there and page is not None and self.view is not None and self.view.isVisible():
            self._show_page(page)

    def _show_page(self, page: Page) -> None:
        view, run = self.view, _run_of(page.document)
        if view is None or not self.host.is_ready:
            return
        if run is None:
            view.show_message("")
        elif self._trainer.trains(page.document):
            view.show_message(self.tr("The folds are being trained. Every example is judged by the one that has not "
                                      "learned it, once they have ended."))
        else:
            self._show_run(page, run)

    def _show_run(self, page: Page, run: Run) -> None:
        assert self.view is not None
        looked = self._looked.get(page)
        if looked is None or looked.run is not run:
            self._leave()
            looked = self._looked[page] = _Looked(run)
        if looked.found is not None:
            self._show_found(page, looked, looked.found)
        elif looked.error is not None:
            self.view.show_message(sentence_text(looked.error), can_ask=True)
        elif looked.stopped:
            self.view.show_message(self.tr("Stopped."), can_ask=True)
        elif self._job is None:
            self._judge(page, looked)

    # -- judging ------------------------------------------------------------------------------------------------

    def _judge(self, page: Page, looked: _Looked) -> None:
        assert self.view is not None
        folder, root = looked.run.folder, self.host.settings.data_root
        self.view.show_progress(self.tr("Judging the examples…"), 0, 0)

        def tell(found: Suspects | None) -> None:
            self._job = None
            looked.found, looked.stopped = found, found is None
            self._show_front()

        def fail(message: Message) -> None:
            self._job = None
            looked.error = message
            self._show_front()

        job = self._job = self._jobs.start(lambda job: _judged(job, folder, root), tell, fail)
        job.progress.connect(lambda done, total: self._tell(job, done, total))

    def _tell(self, job: Job, done: int, total: int) -> None:
        if job is self._job and self.view is not None:
            text = self.tr("Judging {done} of {total} examples…").format(done=grouped(done), total=grouped(total))
            self.view.show_progress(text if total else self.tr("Reading…"), done, total)

    def _leave(self) -> None:
        if self._job is not None:
            self._job.drop()
            self._job = None

    def _stop(self) -> None:
        self._leave()
        if self.page in self._looked:
            self._looked[self.page].stopped = True
        self._show_front()

    def _ask_again(self) -> None:
        if self.page in self._looked:
            del self._looked[self.page]
        self._show_front()

    # -- what was found -----------------------------------------------------------------------------------------

    def _show_found(self, page: Page, looked: _Looked, found: Suspects) -> None:
        assert self.view is not None
        data = page.document.experiment.data
        decided = {each.id: each for each in data.corrections}
        rows = [self._row(each, decided.get(each.id), each.id in looked.kept, bool(found.classes))
                for each in found.found]
        if not rows:
            self.view.show_message("\n".join([self._summary(found), *map(message_text, found.notes)]))
            return
        is_other = data.corrections != looked.run.drawn.data.corrections
        self.view.show_rows(self._summary(found), rows, "\n".join(map(message_text, found.notes)),
                            can_relabel=bool(found.classes), can_train=is_other)

    def _summary(self, found: Suspects) -> str:
        if not found.count:
            text = self.tr("No label is suspect among {judged} examples.")
        elif not found.classes:
            text = self.tr("{count} of {judged} examples: their fold errs by more than three times the usual spread, "
                           "{spread}")
        elif found.count > len(found.found):
            text = self.tr("{count} of {judged} examples are likely mislabelled; the likeliest {shown} are shown")
        else:
            text = self.tr("{count} of {judged} examples are likely mislabelled, says the fold that did not learn them")
        return text.format(count=grouped(found.count), judged=grouped(found.judged), shown=grouped(len(found.found)),
                           spread=value_text(found.spread, DIGITS))

    def _row(self, suspect: Suspect, decided: Correction | None, kept: bool, of_classes: bool) -> ExampleRow:
        from widgets.parts.example_list import ExampleRow  # is loaded

        given, into = translated(suspect.given), translated(suspect.suggested)
        words = message_text(example_words(suspect.id))
        numbers = "  ".join(value_text(number, DIGITS) for number in suspect.numbers)
        title = self.tr("{given} → {suggested}") if of_classes else self.tr("{given}, predicted {suggested}")
        right = share_text(suspect.confidence) if of_classes else self.tr("{count} spreads").format(
            count=value_text(suspect.margin, DIGITS))
        state = self._decided(decided) if decided is not None else self.tr("kept") if kept else ""
        pixels = suspect.picture[:] if suspect.picture.width else None
        told = (self.tr("Labelled {given}, likely {suggested}: its fold gives {given} a probability of {right}")
                if of_classes else self.tr("Its fold predicts {suggested}: {right} away from {given}"))
        return ExampleRow(suspect.id, title.format(given=given, suggested=into), numbers or words, right, pixels, state,
                          f"{told.format(given=given, suggested=into, right=right)} ({words})")

    def _decided(self, correction: Correction) -> str:
        label = correction.label
        if label is None:
            return self.tr("excluded")
        return self.tr("now {label}").format(label=typed_text(label) if isinstance(label, float) else translated(label))

    # -- deciding -----------------------------------------------------------------------------------------------

    def _decide(self, act: str, ids: Sequence[ExampleId]) -> None:
        page = self.page
        looked = self._looked.get(page) if page is not None else None
        if page is None or looked is None or looked.found is None or self.view is None:
            return
        document = page.document
        looked.kept -= set(ids)
        if act == "exclude":
            self._correcting.exclude(document, ids)
        elif act == "relabel":
            labels = {each.id: each.label for each in looked.found.found}
            self._correcting.relabel_each(document, [(id, labels[id]) for id in ids])
        else:
            self._correcting.restore(document, [id for id in ids if id in _corrected(document)])
            looked.kept |= set(ids) if act == "keep" else set()
        self._show_front()
        if act != "restore":
            self.view.list.go_on()

    def _open_menu(self, ids: Sequence[ExampleId], at: QPoint) -> None:
        if self.page is not None and self.view is not None:
            self._correcting.open_menu(self.page.document, ids, at, self.view)

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        self._leave()

    def finish(self) -> None:
        self._jobs.finish()


def _corrected(document: Document) -> set[ExampleId]:
    return {each.id for each in document.experiment.data.corrections}


def _run_of(document: Document) -> Run | None:
    """The latest run, where it is one of folds."""
    run = document.run
    return run if run is not None and series_of(run.drawn).kind == "folds" else None


def _judged(job: Job, folder: Path, root: Path | None) -> Suspects | None:
    """In the job's thread; None: it was stopped."""
    from engine.runs.suspects import suspecting  # loads torch

    stand_back()
    with closing(suspecting(folder, root)) as steps:
        while not job.cancelled():
            try:
                step = next(steps)
            except StopIteration as end:
                found: Suspects = end.value
                return found
            job.progress.emit(step.done, step.total)
    return None

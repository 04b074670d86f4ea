"""What a run came to, on the screen: notes, reported numbers beside one's own, variants, what was learned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtWidgets import QWidget

from app.document.document import Document, Kernel, Run
from app.document.page import Page
from app.features.belonging import Belonging
from app.features.training import Training
from app.window.host import Feature, Host
from app.window.jobs import Jobs
from app.window.panel import Tab
from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.experiment.notes import Notes
from engine.experiment.series import series_of
from engine.messages import Message
from engine.training.events import (
    EpochEnded,
    Event,
    Finished,
    MemberEnded,
    MemberStarted,
    SeriesFinished,
    SeriesRow,
    Started,
)
from engine.training.judge.reported import NORM, Own, own_numbers, reported_rows
from engine.training.listening import Listener
from engine.training.telling import OF_A_SERIES, WHILE_LEARNING, about
from engine.training.values import Weights, of_epoch
from widgets.look.text import message_text, translated
from widgets.results.values import MOST_VALUES, Parameter, ReportedRow, RunRow

if TYPE_CHECKING:
    from engine.training.judge.outcomes import Outcome

HEADINGS = {"after train": "train after"}  # of columns
NO_ROW = ("train loss", "validation loss")  # have columns of their own


class Looked(NamedTuple):
    """What was computed of a run's weights: of the latest, and of each ended run of a series."""

    outcome: Outcome
    norms: dict[str, float]  # of the only matrix, by the run's title; “” is the latest


class Results(Feature, Listener):
    """Fills the results panel for the document in front; looks at weights in the background."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Results"), self._make, lambda page: self.show_document(page.document), rank=3)
        self._trainer = host.feature(Training).trainer
        self._document: Document | None = None
        self._jobs = Jobs(self)
        self._shown: object = None  # what ``show_document`` made of it last
        self._looking = self._again = False

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def _make(self) -> QWidget:
        from widgets.results.results import Results as Panel  # not seen at first

        self.panel = panel = Panel()
        panel.run_variants_requested.connect(lambda: self.host.feature(Training).train(series=True))
        return self.host.feature(Belonging).over(panel)

    def begin(self) -> None:
        self._trainer.event_arrived.connect(self._take)
        self._trainer.state_changed.connect(lambda _state: self._offer_series())

    def connect_page(self, page: Page) -> None:
        """Where variants are run, and what to look at."""
        if page.document.experiment.variants:
            self.host.places.bottom.put_in_front(self.tab)

    def show_document(self, document: Document) -> None:
        """Everything about this document's latest run, and what the gallery says."""
        if document is not self._document:
            self.panel.clear()
        experiment, run = document.experiment, document.run
        about = (id(document), experiment.notes, experiment.about, series_of(experiment), id(run))
        found = () if run is None else (id(run.latest), id(run.summary), len(run.ended), id(run.states.series))
        if (about, found) == self._shown:  # most edits are of the network, and change nothing here
            return
        self._document, self._shown = document, (about, found)
        self.panel.show_notes(experiment.notes, experiment.about)
        self._offer_series()
        self._show_comparison(experiment, run, {})
        self._show_measures(run)
        self._show_series(run)
        self.panel.show_kernel_steps(run.kernels if run is not None else ())
        if run is None or run.latest is None:
            self.panel.show_parameters(())
            self.panel.show_kernel(())
        else:
            self._look()

    def _offer_series(self) -> None:
        if self._document is not None:
            self.panel.offer_series(*series_of(self._document.experiment), not self._trainer.trains(self._document))

    def _take(self, event: Event) -> None:
        trained = self._trainer.document
        if trained is not None and trained.run is not None:
            KernelSteps(trained.run).hear(event)
        if self._document is not None and trained is self._document:
            self.hear(event)

    def on_started(self, event: Started) -> None:
        self._show_again()

    def on_finished(self, event: Finished) -> None:
        self._show_again()

    def on_member_ended(self, event: MemberEnded) -> None:
        self._show_again()

    def on_series_finished(self, event: SeriesFinished) -> None:
        self._show_again()

    def _show_again(self) -> None:
        assert self._document is not None
        self.show_document(self._document)

    def on_epoch_ended(self, event: EpochEnded) -> None:
        assert self._document is not None
        self.panel.show_kernel_steps(self._document.run.kernels if self._document.run is not None else ())
        self._look()

    # -- numbers that are there ---------------------------------------------------------------------------------

    def _show_comparison(self, experiment: Experiment, run: Run | None, norms: dict[str, float]) -> None:
        yours = {} if run is None else own_of(run, norms)
        self.panel.show_comparison([ReportedRow(*row) for row in reported_rows(experiment.notes, yours)],
                                   self._whose(experiment.notes, run))

    def _whose(self, notes: Notes, run: Run | None) -> str:
        """What one's own numbers are of, where it is not what the reported ones are of."""
        if run is None or not notes.reported or not measures_of(run):
            return ""
        assert run.summary is not None
        theirs, data = _gallery().get(notes), run.experiment.data
        done, planned = run.summary.epochs, run.experiment.recipe.epochs
        alike = theirs is not None and (theirs.data.dataset, theirs.recipe.epochs) == (data.dataset, done)
        folds = folds_of(run)
        if alike and not folds and run.summary.best_epoch == done:
            return ""  # the last epoch, as theirs
        epochs = message_text(of_epoch(run.summary))
        if folds:
            epochs = self._epochs(done) if done == planned else self.tr("{done} of {planned} epochs").format(
                done=done, planned=planned)
        mean = self.tr("mean of {count} folds").format(count=folds) if folds else ""
        what = [part for part in (mean, translated(data.source.title), epochs) if part]
        yours = self.tr("Yours: {what}").format(what=", ".join(what))
        return yours if theirs is None else self.tr("{yours}; reported: {data}, {epochs}").format(
            yours=yours, data=translated(theirs.data.source.title), epochs=self._epochs(theirs.recipe.epochs))

    def _epochs(self, count: int) -> str:
        return self.tr("1 epoch") if count == 1 else self.tr("{count} epochs").format(count=count)

    def _show_measures(self, run: Run | None) -> None:
        parts = {part: named for part, named in measures_of(run).items() if named}
        names = list(dict.fromkeys(name for named in parts.values() for name in named))
        rows = [(name, [named.get(name, math.nan) for named in parts.values()]) for name in names]
        self.panel.show_measures([HEADINGS.get(part, part) for part in parts], rows, self._about(run))

    def _about(self, run: Run | None) -> list[str]:
        """Which epoch the measures are of, what chose it, how long it took, and where."""
        if run is None or run.summary is None or not measures_of(run):
            return []
        folds = folds_of(run)
        told = list(about(run.summary))
        if folds:
            return [self.tr("Mean of {count} folds").format(count=folds), message_text(OF_A_SERIES),
                    *map(message_text, told[-1:])]
        title = next((member.title for member in reversed(run.states.members) if member.summary is run.summary), "")
        words = [*map(message_text, told), message_text(WHILE_LEARNING)]
        return [f"{title}: {words[0]}" if title else words[0], *words[1:]]

    def _show_series(self, run: Run | None, norms: dict[str, float] | None = None) -> None:
        if run is None or not (run.ended or run.states.series):
            self.panel.show_series(())
            return
        words, finished = message_text(OF_A_SERIES), run.states.series
        if finished is None:
            lasts = [(member, member.last or member.summary) for member in run.ended]
            rows = [RunRow(member.title, member.summary.epochs, last.train.loss, last.validation.loss)
                    for member, last in lasts if member.summary is not None and last is not None]
            self.panel.show_series(rows, about=words)
            return
        epochs = {member.title: member.summary.epochs for member in run.ended if member.summary is not None}
        rows = [_row(row, epochs.get(row.title), norms or {}) for row in finished.rows]
        mean, std = (_row(SeriesRow(title, values), None, {}) for title, values in (
            (self.tr("mean"), finished.mean), (self.tr("sd"), finished.std)))
        self.panel.show_series(rows, mean if finished.mean else None, std if finished.mean else None, words)

    # -- numbers that must be computed --------------------------------------------------------------------------

    def _look(self) -> None:
        """One look at a time; what happens meanwhile is looked at afterwards."""
        document = self._document
        run = document.run if document is not None else None
        if run is None or run.latest is None:
            return
        if self._looking:
            self._again = True
            return
        self._looking = True
        weights = run.best if run.summary is not None and run.best is not None else run.latest
        experiment = run.experiment
        ended = [] if folds_of(run) else [(member.title, member.experiment, member.best) for member in run.ended
                                          if member.experiment is not None and member.best is not None]

        def tell(looked: Looked) -> None:
            self._end_look()
            if self._document is not None and self._document.run is run:
                self._show_looked(run, looked)

        def fail(message: Message) -> None:
            self._end_look()
            if self.is_open(document):
                self.host.say(message, "error", of=document)

        self._jobs.start(lambda _job: _looked_at(experiment, weights, ended), tell, fail)

    def _end_look(self) -> None:
        self._looking = False
        if self._again:
            self._again = False
            self._look()

    def _show_looked(self, run: Run, looked: Looked) -> None:
        assert self._document is not None
        self._show_comparison(self._document.experiment, run, looked.norms)
        self._show_series(run, looked.norms)
        self.panel.show_parameters([Parameter(row.name, row.learned, row.true) for row in looked.outcome.learned])
        self.panel.show_kernel(looked.outcome.kernel)

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if page.document is self._document:
            self._document = self._shown = None

    def finish(self) -> None:
        self._jobs.finish()


@cache
def _gallery() -> dict[Notes, Experiment]:
    """The gallery's experiments by their notes, which stay when a person changes data or recipe."""
    return {one.notes: one for one in map(load_experiment, (f"gallery:{id}" for id in gallery_ids()))}


def folds_of(run: Run) -> int:
    """Of how many folds the numbers are, or will be; 0: it is no cross-validation."""
    series, planned = run.states.series, run.experiment.recipe
    if series is not None:
        done = [member.summary.epochs for member in run.ended if member.summary is not None]
        return done.count(planned.epochs) if series.mean else 0
    return planned.folds if run.state.is_fold else 0


def measures_of(run: Run | None) -> dict[str, dict[str, float]]:
    """The run's numbers by part of the data; of folds their mean, which is known when all have ended."""
    if run is None or run.summary is None:
        return {}
    if not folds_of(run):
        return {part: metrics.named for part, metrics in run.summary.parts.items()}
    if run.states.series is None:
        return {}
    mean = run.states.series.mean
    return {part: {name.removeprefix(f"{part} "): value for name, value in mean.items() if name.startswith(f"{part} ")}
            for part in ("train", "after train", "validation", "test")
            if part != "after train" or any(name.startswith(part) for name in mean)}


class KernelSteps(Listener):
    """After each epoch, the numbers of a network's one small kernel; each run of a series begins anew."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def on_member_started(self, event: MemberStarted) -> None:
        self._run.kernels.clear()

    def on_epoch_ended(self, event: EpochEnded) -> None:
        kernel = small_kernel(event.weights)
        if kernel:
            self._run.kernels.append((event.epoch, kernel))


def small_kernel(weights: Weights) -> Kernel:
    """The only kernel with one channel in and out, row by row; empty: there is none, or it has many numbers."""
    kernels = [value for value in weights.values() if value.dim() == 4]
    if len(kernels) != 1 or tuple(kernels[0].shape[:2]) != (1, 1) or kernels[0].numel() > MOST_VALUES:
        return ()
    return tuple(tuple(row) for row in kernels[0][0, 0].double().tolist())


def _row(row: SeriesRow, epochs: int | None, norms: dict[str, float]) -> RunRow:
    values = row.values
    others = [(name, value) for name, value in values.items()
              if name.startswith(("train", "validation")) and name not in NO_ROW]
    others += [(NORM, norms[row.title])] if row.title in norms else []
    return RunRow(row.title, epochs, values.get("train loss", math.nan), values.get("validation loss", math.nan),
                  tuple(others))


def own_of(run: Run, norms: dict[str, float]) -> dict[str, float]:
    """The numbers that stand beside the reported ones."""
    series, members = run.states.series, [Own(member.summary, norms.get(member.title), member.title)
                                          for member in run.ended]
    mean = (series.mean if series is not None else {}) if folds_of(run) else None
    return own_numbers(Own(run.summary, norms.get("")), members, mean)


def _looked_at(experiment: Experiment, weights: Weights,
               ended: list[tuple[str, Experiment, Weights]]) -> Looked:
    from engine.data.tensors.loading import load_data  # loads torch
    from engine.training.judge.outcomes import only_norm, outcome

    is_made = experiment.data.source.kind == "synthetic"
    truth = load_data(experiment.data).truth if is_made else {}
    latest = outcome(experiment, weights, truth)
    norms = {"": only_norm(latest), **{title: only_norm(outcome(of, theirs)) for title, of, theirs in ended}}
    return Looked(latest, {title: norm for title, norm in norms.items() if norm is not None})

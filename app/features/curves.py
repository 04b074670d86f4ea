"""A run on the screen: the recipe and the curves, progress and the last line at the top."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.document.document import Document, Run
from app.document.page import Page
from app.features.belonging import Belonging
from app.features.beside import Running
from app.features.curve_rows import epoch_row, point_row, rows_of
from app.features.inspecting import Inspecting
from app.features.training import Training
from app.window.host import Feature, Host, Section
from app.window.panel import Tab
from engine.experiment.recipe import Recipe
from engine.messages import Message, say
from engine.runs.curves import seconds_of, steps_of
from engine.runs.left import place_of
from engine.training.events import (
    EpochEnded,
    Event,
    Finished,
    MemberStarted,
    Paused,
    Point,
    Preparing,
    Progress,
    SeriesFinished,
    Started,
    Steered,
)
from engine.training.listening import Listener
from engine.training.state import RunState, row_of
from engine.training.steering import LIVE, told
from engine.units import grouped
from widgets.look.text import message_text
from widgets.parts.holder import Holder
from widgets.training.recipe_panel import RecipePanel
from widgets.training.recipe_scroll import RecipeScroll

if TYPE_CHECKING:
    from widgets.training.curves import Curves as Plots

WAYS_EVERY = 0.5  # seconds


class Curves(Feature, Listener):
    """Shows what the trainer says, when it is about the document in front."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._training = host.feature(Training)
        self.trainer, self._meanwhile = self._training.trainer, self._training.beside
        self.recipe, self._place = RecipePanel(), QVBoxLayout()
        self._charts = self._assembled(host)
        self._beside, self._over = Holder(), Holder()  # of the recipe in the column; of the curves on the tab
        self._scrolled = Holder()  # of the recipe on the tab
        self.tab = Tab(self.tr("Training"), self._make, rank=0, workspaces=("build",))
        self.plots: Plots | None = None
        self._document: Document | None = None
        self._run: Run | None = None
        self._shown_recipe: Recipe | None = None
        self._lines: tuple[str, ...] | None = None  # what the latest run came to, as it stands at the top, and in brief
        self._told_ways = 0.0  # when it was told last where the run was
        self._elsewhere = _Elsewhere(self)
        self.trainer.points_arrived.connect(self._add_points)
        self.trainer.event_arrived.connect(self._take)
        self.trainer.failed.connect(self._fail)
        self.trainer.state_changed.connect(self._follow)
        self._meanwhile.advanced.connect(self._follow_beside)
        self._meanwhile.grown.connect(self._grow)
        host.places.stage.rearranged.connect(self._arrange)

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def train_sections(self) -> Sequence[Section]:
        return [Section("", lambda: self._beside, rank=0)]

    def _assembled(self, host: Host) -> QWidget:
        plots = QWidget()
        plots.setLayout(self._place)
        self._place.setContentsMargins(0, 0, 0, 0)
        return host.feature(Belonging).over(plots)

    def _make(self) -> QWidget:
        panel = QWidget()
        self._row = QHBoxLayout(panel)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(RecipeScroll(self._scrolled))
        self._row.addWidget(self._over, 1)
        self._arrange()
        return panel

    def _arrange(self) -> None:
        """On their tab side by side, or where one trains: the curves in the middle, the recipe in the column."""
        places = self.host.places
        trains = places.panels.workspace == "train"
        (places.curves if trains else self._over).hold(self._charts)
        (self._beside if trains else self._scrolled).hold(self.recipe)

    def begin(self) -> None:
        self.recipe.recipe_changed.connect(self.host.feature(Inspecting).editing.change_recipe)

    def torch_is_here(self) -> None:
        """The plots, for which pyqtgraph is loaded."""
        from widgets.training.curves import Curves as Plots  # pyqtgraph takes half a second to import

        self.plots = Plots()
        self.plots.save_requested.connect(self.host.commands["save_curves"].trigger)
        self.plots.view_changed.connect(lambda _view: self._tell_ways(plots) if (plots := self.plots) else None)
        self._place.addWidget(self.plots)
        self._document = None  # all is to be shown

    # -- the document in front ----------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many runs wait for their turn."""
        return len(self._training.line.entries)

    @property
    def _in_front(self) -> bool:
        return self._document is not None and self.trainer.document is self._document

    def show(self, page: Page) -> None:
        recipe = page.document.experiment.recipe
        if recipe is not self._shown_recipe:  # an edit of the network leaves it as it is
            self._shown_recipe = recipe
            self.recipe.show_recipe(recipe)
        if (page.document, page.document.run) != (self._document, self._run):
            self._show_document(page.document)
        elif not self._training.trains(page.document) and self._lines != self._last_lines(page.document):
            self._show_last_line(page.document)

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if page.document is self._document:
            self._document = self._run = None

    def show_start(self) -> None:
        self.show_state()

    def _show_document(self, document: Document) -> None:
        """The curves and the last line of this document's latest run."""
        run, is_another = document.run, document is not self._document
        self._document, self._run = document, run
        if self.plots is not None:
            self._show_curves(self.plots, document, run)
            if is_another:
                self.plots.set_log(document.experiment.notes.log_scale)
        self._show_last_line(document)
        self.show_state()

    def _show_last_line(self, document: Document) -> None:
        """What the latest run came to; while it trains other things are said."""
        beside = self._meanwhile.of(document)
        if beside is not None:
            self._lines = None
            self._tell_beside(beside)
            return
        if not self.trainer.trains(document):
            self._come_to(document)
            return
        self._lines, progress = None, document.run.state.progress if document.run is not None else None
        if progress is None:
            self.host.places.top.show_status("")
        elif self.trainer.state == "paused":
            self.on_paused(Paused())
        else:
            self.on_progress(progress)

    def _tell_beside(self, one: Running) -> None:
        """How far the run is that goes on in a process of its own."""
        if one.is_stopping:
            words = self.tr("Meanwhile: stopping after this batch")
        elif one.position is None:
            words = self.tr("Meanwhile: getting ready…")
        else:
            words = self.tr("Meanwhile: epoch {epoch} of {epochs}").replace(
                "{epochs}", str(one.epochs)).replace("{epoch}", str(min(one.epochs, int(one.position) + 1)))
        self.host.places.top.show_status(words, one.progress)

    def _follow_beside(self, one: Running) -> None:
        if one.document is self._document and self.page is not None:
            self._tell_beside(one)

    def _grow(self, document: Document, before: RunState) -> None:
        """A run that goes on elsewhere has written more."""
        run = document.run
        if document is not self._document or self.plots is None or run is None:
            return
        state = run.state
        self.plots.add_points([point_row(point) for point in state.points[len(before.points):]])
        for row in state.epochs[len(before.epochs):]:
            self.plots.add_epoch(*epoch_row(row, row.epoch == state.best_epoch))

    def _come_to(self, document: Document) -> None:
        self._lines = self._last_lines(document)
        self.host.places.top.show_status(self._lines[0], shorter=self._lines[1:])

    def _last_lines(self, document: Document) -> tuple[str, ...]:
        """What the latest run came to, and whether something is another since then; the same in brief."""
        run = document.run
        if run is None or not run.has_begun:
            return ("",)
        line = "{line}" if document.is_as_it_ran else (
            self.tr("Changed since training · {line}") if document.since_run.anything else
            self.tr("Recipe changed since training · {line}"))
        summary = run.summary
        if summary is None:  # it was broken off
            left = message_text(say("Left {place}", place=place_of(run.states, run.as_steered.recipe.epochs)))
            return line.replace("{line}", left), left
        texts = [self._of_member(message_text(words)) for words in (summary.line, summary.brief, summary.briefest)]
        return tuple(line.replace("{line}", text) for text in (*texts, message_text(summary.briefest)))

    def _show_curves(self, plots: Plots, document: Document, run: Run | None) -> None:
        experiment = run.experiment if run else document.experiment
        with_classes = experiment.data.task == "classification"
        plots.set_second(self.tr("Accuracy") if with_classes else None, is_share=True)
        plots.clear(_epochs(run) if run else experiment.recipe.epochs)
        if run is None:
            return
        if run.states.is_series:
            plots.show_series([(member.title, *rows_of(member)) for member in run.states.members])
        else:
            plots.show_all(*rows_of(run.state))
        for index, member in enumerate(run.states.members):
            for change in member.changes:
                plots.add_mark(change.position, _told(change), holds=True, member=index)
        self._tell_ways(plots)
        plots.set_over(not self._training.trains(document))

    def show_state(self) -> None:
        """What may be changed while it trains: what the run takes over with its next batch."""
        busy = self._document is not None and self.trainer.trains(self._document)
        if self.plots is not None:
            is_beside = self._meanwhile.trains(self._document)
            self.plots.set_hint(self._hint() if busy else self.tr("The curves begin in a moment") if is_beside else "")
        self.recipe.set_locked(busy, self.tr("Stop the training to change this") if busy else "", LIVE)

    def _hint(self) -> str:
        """What stands where no curve is yet."""
        return {"running": self.tr("The curves begin in a moment"),
                "paused": self.tr("Paused: the curves begin with more batches")}.get(
            self.trainer.state, self.tr("Getting ready…"))

    def _follow(self, state: str) -> None:
        """A run begins: its curves come to the front, and stray keys shall not land in the recipe beside them."""
        page = self.page
        if state == "preparing" and page is not None and self.trainer.trains(page.document):
            self.host.places.bottom.put_in_front(self.tab)
            self._show_document(page.document)
            focus = QApplication.focusWidget()
            if focus is None or any(place.isAncestorOf(focus) for place in (self.host.places.bottom, self._beside)):
                page.view.setFocus()
        self.show_state()

    # -- what the trainer says ----------------------------------------------------------------------------------

    def _fail(self, _message: Message) -> None:
        """The run ended with an error, which the canvas says."""
        self.host.places.top.show_status("")

    def _add_points(self, points: list[Point]) -> None:
        if self._in_front and self.plots is not None:
            self.plots.add_points([point_row(point) for point in points])
            if self.plots.view.axis != "epochs" and monotonic() - self._told_ways > WAYS_EVERY:
                self._tell_ways(self.plots)

    def _tell_ways(self, plots: Plots) -> None:
        """Where the run in hand was after so many steps and seconds, for another axis than that of epochs."""
        run, self._told_ways = self._run, monotonic()
        if run is None or not run.has_begun:
            return
        from widgets.plot.ways import Ways  # loads numpy

        members = run.states.members if run.states.is_series else [run.state]
        for index, state in enumerate(members):
            steps, seconds = steps_of(state), seconds_of(state)
            plots.set_ways(Ways(steps if steps[0] else None, seconds if seconds[0] else None), index)

    def _take(self, event: Event) -> None:
        if self._in_front:
            self.hear(event)
        elif not self._meanwhile.trains(self._document):  # how far that is stands there
            self._elsewhere.hear(event)

    def on_preparing(self, event: Preparing) -> None:
        self.host.places.top.show_status(self._of_member(message_text(event.text)),
                                         event.done / event.total if event.total else None)

    def on_member_started(self, event: MemberStarted) -> None:
        self.host.places.top.show_status(self._of_member())
        if self.plots is not None:
            self.plots.begin_member(event.index - 1, event.title)

    def on_started(self, event: Started) -> None:
        begun = self._run is not None and self._run.begun_from
        words = self.tr("Training on {device}, from the loaded weights") if begun else self.tr("Training on {device}")
        self.host.places.top.show_status(self._of_member(words.format(device=event.device)))

    def on_progress(self, event: Progress) -> None:
        self.host.places.top.show_progress(event.epoch, event.epochs, event.fraction, event.examples_per_second,
                                           event.seconds_left, self._of_member())

    def on_paused(self, event: Paused) -> None:
        state = self._run.state if self._run is not None else None
        if state is not None and state.progress is not None:
            far = state.progress
            self.host.places.top.show_pause(far.epoch, far.epochs, far.fraction, far.batch, far.batches,
                                            self._of_member())

    def on_epoch_ended(self, event: EpochEnded) -> None:
        if self.plots is not None:
            self.plots.add_epoch(*epoch_row(row_of(event), event.is_best))

    def on_steered(self, event: Steered) -> None:
        if self.plots is not None:
            self.plots.add_mark(event.position, _told(event), holds=True)
            if "epochs" in event.changes:
                self.plots.set_epochs(event.changes["epochs"])

    def on_finished(self, event: Finished) -> None:
        if self._document is not None:
            self._come_to(self._document)
        if self.plots is not None:
            self._tell_ways(self.plots)
            if not self._is_series:
                self.plots.set_over(True)

    def on_series_finished(self, event: SeriesFinished) -> None:
        if self.plots is not None:
            self.plots.set_over(True)

    @property
    def _is_series(self) -> bool:
        return self._run is not None and self._run.states.is_series

    def _of_member(self, words: str = "") -> str:
        """What is said, and of which run of a series: ``2 of 2: λ = 3 · Training on cpu``."""
        states = self._document.run.states if self._document is not None and self._document.run else None
        if states is None or not states.current.title:
            return words
        index, count, title = len(states.members), states.count, states.current.title
        member = self.tr("{index} of {count}: {title}").format(index=index, count=count, title=title)
        if states.current.is_fold:  # its title is its number
            member = self.tr("fold {index} of {count}").format(index=index, count=count)
        return f"{member} · {words}" if words else member


class _Elsewhere(Listener):
    """Another tab's run is named at the top, so that nobody takes it for this one's."""

    def __init__(self, curves: Curves) -> None:
        self._curves = curves

    def _show(self, words: str, fraction: float | None = None) -> None:
        document = self._curves.trainer.document
        if document is not None:
            self._curves.host.places.top.show_status(words.format(name=document.name), fraction)

    def on_progress(self, event: Progress) -> None:
        words = self._curves.tr("{name}: epoch {epoch} of {epochs}")
        words = words.replace("{epoch}", str(event.epoch)).replace("{epochs}", str(event.epochs))
        waiting = self._curves.waiting
        more = [self._curves.tr("1 waits") if waiting == 1 else self._curves.tr("{count} wait").replace(
            "{count}", grouped(waiting))] if waiting else []
        self._show(" · ".join([words, *more]), event.fraction)

    def on_finished(self, event: Finished) -> None:
        self._show("{name}: " + message_text(event.summary.line).replace("{", "{{").replace("}", "}}"))


def _epochs(run: Run) -> int:
    """How many a run shall learn, as it was steered last."""
    steered = [change.changes["epochs"] for change in run.state.changes if "epochs" in change.changes]
    return steered[-1] if steered else run.experiment.recipe.epochs


def _told(change: Steered) -> str:
    """What was changed, as it stands beside the curve."""
    return ", ".join(map(message_text, told(change.changes, change.before)))

"""A run on the screen: curves, progress and the last line, for the document in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.document.document import Document, Run
from app.document.page import Page
from app.features.training import Trainer
from app.window.layout import Layout
from engine.runs.history import EpochRow, History
from engine.training.events import (
    Advice,
    EpochEnded,
    Event,
    Finished,
    MemberStarted,
    Point,
    Preparing,
    Progress,
    RunNotSaved,
    Started,
)
from widgets.look.text import message_text

if TYPE_CHECKING:
    from widgets.training.curves import Curves


class TrainingView(QObject):
    """Shows what the trainer says, when it is about the document in front."""

    save_requested = Signal()
    warned = Signal(object)  # Message
    advised = Signal(object, object)  # Document, Advice

    def __init__(self, layout: Layout, trainer: Trainer) -> None:
        super().__init__(layout)
        self._layout, self._trainer = layout, trainer
        self._document: Document | None = None
        self._shown: Document | None = None  # whose curves the axis was chosen for
        self.curves: Curves | None = None
        trainer.points_arrived.connect(self._add_points)
        trainer.event_arrived.connect(self._take)
        trainer.state_changed.connect(self._free_focus)

    def make_curves(self) -> None:
        """The plots, once pyqtgraph is loaded."""
        from widgets.training.curves import Curves

        self.curves = Curves()
        self.curves.save_requested.connect(self.save_requested)
        self._layout.curves_place.addWidget(self.curves)

    @property
    def _in_front(self) -> bool:
        return self._document is not None and self._trainer.document is self._document

    def show(self, document: Document) -> None:
        """The curves and the last line of this document's latest run."""
        self._document = document
        run = document.run
        if self.curves is not None:
            self._show_curves(document, run)
        if not (self._in_front and self._trainer.state != "idle"):
            self._layout.top.show_status(self._of_member(run.summary.line) if run and run.summary else "")
        self.show_state()

    def _show_curves(self, document: Document, run: Run | None) -> None:
        assert self.curves is not None
        experiment = run.experiment if run else document.experiment
        with_classes = experiment.data.task == "classification"
        self.curves.set_second(self.tr("Accuracy") if with_classes else None, is_share=True)
        self.curves.clear(experiment.recipe.epochs)
        if document is not self._shown:
            self._shown = document
            self.curves.set_log(document.experiment.notes.log_scale)
        if run is None:
            return
        members = run.histories.members
        if len(members) > 1 or (members and members[0].title):
            self.curves.show_series([(member.title, *_rows(member.history)) for member in members])
        else:
            self.curves.show_all(*_rows(run.history))

    def show_state(self) -> None:
        """What may be changed while it trains: only the learning rate."""
        busy = self._in_front and self._trainer.state != "idle"
        if self.curves is not None:
            self.curves.set_hint(self.tr("Getting ready…") if busy else "")
        self._layout.recipe.set_locked(busy, self.tr("Stop the training to change this") if busy else "")

    def show_failure(self) -> None:
        """The run ended with an error, which the canvas says."""
        self._layout.top.show_status("")

    def _add_points(self, points: list[Point]) -> None:
        if self._in_front and self.curves is not None:
            self.curves.add_points([_point(point) for point in points])

    def _take(self, event: Event) -> None:
        if isinstance(event, RunNotSaved):
            self.warned.emit(event.message)
        elif isinstance(event, Advice):
            self.advised.emit(self._trainer.document, event)
        elif self._in_front:
            self._show_event(event)
        else:
            self._show_elsewhere(event)

    def _show_event(self, event: Event) -> None:
        top = self._layout.top
        if isinstance(event, Preparing):
            top.show_status(self._of_member(message_text(event.text)),
                            event.done / event.total if event.total else None)
        elif isinstance(event, MemberStarted):
            top.show_status(self._of_member())
            if self.curves is not None:
                self.curves.begin_member(event.index - 1, event.title)
        elif isinstance(event, Started):
            self._show_start(event)
        elif isinstance(event, Progress):
            top.show_progress(event.epoch, event.epochs, event.fraction, event.examples_per_second, event.seconds_left,
                              self._of_member())
        elif isinstance(event, EpochEnded) and self.curves is not None:
            self.curves.add_epoch(event.position, event.train.loss, event.train.accuracy, event.validation.loss,
                                  event.validation.accuracy, event.is_best)
        elif isinstance(event, Finished):
            top.show_status(self._of_member(event.summary.line))

    def _show_start(self, event: Started) -> None:
        begun = self._document is not None and self._document.run is not None and self._document.run.begun_from
        words = self.tr("Training on {device}, from the loaded weights") if begun else self.tr("Training on {device}")
        self._layout.top.show_status(self._of_member(words.format(device=event.device)))

    def _of_member(self, words: str = "") -> str:
        """What is said, and of which run of a series: ``2 of 2: λ = 3 · Training on cpu``."""
        histories = self._document.run.histories if self._document is not None and self._document.run else None
        if histories is None or not histories.current.title:
            return words
        index, count, title = len(histories.members), histories.count, histories.current.title
        numbered = self.tr("{index} of {count}: {title}").format(index=index, count=count, title=title)
        member = title if title.endswith(f"{index} of {count}") else numbered  # a fold is numbered already
        return f"{member} · {words}" if words else member

    def _free_focus(self, state: str) -> None:
        """A run begins: its curves come to the front, and stray keys shall not land in the recipe beside them."""
        focus, page = QApplication.focusWidget(), self._layout.stack.currentWidget()
        if state == "preparing" and isinstance(page, Page) and (
                focus is None or self._layout.bottom.isAncestorOf(focus)):
            page.view.setFocus()

    def _show_elsewhere(self, event: Event) -> None:
        """Another tab's run is named, so that nobody takes it for this one's."""
        document, top = self._trainer.document, self._layout.top
        if document is not None and isinstance(event, Progress):
            words = self.tr("{name}: epoch {epoch} of {epochs}")
            text = words.format(name=document.name, epoch=event.epoch, epochs=event.epochs)
            top.show_status(text, event.fraction)
        elif document is not None and isinstance(event, Finished):
            top.show_status(f"{document.name}: {event.summary.line}")


def _rows(history: History) -> tuple[list[tuple[float, ...]], list[tuple[float, ...]]]:
    """Points and epochs as the curves take them."""
    epochs = [(*_row(epoch), epoch.epoch == history.best_epoch) for epoch in history.epochs]
    return [_point(point) for point in history.points], epochs


def _point(point: Point) -> tuple[float, float, float]:
    return (point.position, point.loss, point.accuracy)


def _row(epoch: EpochRow) -> tuple[float, float, float, float, float]:
    return (epoch.position, epoch.train.loss, epoch.train.accuracy, epoch.validation.loss, epoch.validation.accuracy)

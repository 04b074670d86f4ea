"""A run on the screen: curves, progress and the last line, for the document in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.document import Document
from app.layout import Layout
from app.trainer import Trainer
from engine.training.events import EpochEnded, Event, Finished, Point, Preparing, Progress, RunNotSaved, Started
from widgets.text import message_text

if TYPE_CHECKING:
    from widgets.curves import Curves


class TrainingView(QObject):
    """Shows what the trainer says, when it is about the document in front."""

    save_requested = Signal()
    warned = Signal(object)  # Message

    def __init__(self, layout: Layout, trainer: Trainer) -> None:
        super().__init__(layout)
        self._layout, self._trainer = layout, trainer
        self._document: Document | None = None
        self.curves: Curves | None = None
        trainer.points_arrived.connect(self._add_points)
        trainer.event_arrived.connect(self._take)

    def make_curves(self) -> None:
        """The plots, once pyqtgraph is loaded."""
        from widgets.curves import Curves

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
            self.curves.clear(run.experiment.recipe.epochs if run else document.experiment.recipe.epochs)
            if run is not None:
                best = run.history.best_epoch
                rows = [(*_row(epoch), epoch.epoch == best) for epoch in run.history.epochs]
                self.curves.show_all([tuple(_point(point)) for point in run.history.points], rows)
        if not (self._in_front and self._trainer.state != "idle"):
            self._layout.top.show_status(run.summary.line if run and run.summary else "")
        self.show_state()

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
        elif self._in_front:
            self._show_event(event)
        else:
            self._show_elsewhere(event)

    def _show_event(self, event: Event) -> None:
        top = self._layout.top
        if isinstance(event, Preparing):
            top.show_status(message_text(event.text), event.done / event.total if event.total else None)
        elif isinstance(event, Started):
            begun = self._document is not None and self._document.run is not None and self._document.run.begun_from
            words = self.tr("Training on {device}")
            if begun:
                words = self.tr("Training on {device}, from the loaded weights")
            top.show_status(words.format(device=event.device))
        elif isinstance(event, Progress):
            top.show_progress(event.epoch, event.epochs, event.fraction, event.examples_per_second, event.seconds_left)
        elif isinstance(event, EpochEnded) and self.curves is not None:
            self.curves.add_epoch(event.position, event.train.loss, event.train.accuracy, event.validation.loss,
                                  event.validation.accuracy, event.is_best)
        elif isinstance(event, Finished):
            top.show_status(event.summary.line)

    def _show_elsewhere(self, event: Event) -> None:
        """Another tab's run is named, so that nobody takes it for this one's."""
        document, top = self._trainer.document, self._layout.top
        if document is not None and isinstance(event, Progress):
            words = self.tr("{name}: epoch {epoch} of {epochs}")
            text = words.format(name=document.name, epoch=event.epoch, epochs=event.epochs)
            top.show_status(text, event.fraction)
        elif document is not None and isinstance(event, Finished):
            top.show_status(f"{document.name}: {event.summary.line}")


def _point(point: Point) -> tuple[float, float, float]:
    return (point.position, point.loss, point.accuracy)


def _row(epoch) -> tuple[float, float, float, float, float]:  # type: ignore[no-untyped-def]
    return (epoch.position, epoch.train.loss, epoch.train.accuracy, epoch.validation.loss, epoch.validation.accuracy)

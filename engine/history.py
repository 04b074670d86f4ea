"""What a run has shown so far: points within the epochs, and epochs. No torch."""

from __future__ import annotations

from typing import NamedTuple

from engine.training.events import EpochEnded, Event, Metrics, Point


class EpochRow(NamedTuple):
    """One judged epoch; ``position`` is ``epoch`` unless the run was stopped within it."""

    epoch: int
    train: Metrics
    validation: Metrics
    position: float


class History:
    """Grows with the events of one run; curves, tables and pictures read it."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.epochs: list[EpochRow] = []
        self.best_epoch: int | None = None

    def add(self, event: Event) -> None:
        """Take in any event; those that carry no numbers change nothing."""
        if isinstance(event, Point):
            self.points.append(event)
        elif isinstance(event, EpochEnded):
            self.epochs.append(EpochRow(event.epoch, event.train, event.validation, event.position))
            if event.is_best:
                self.best_epoch = event.epoch

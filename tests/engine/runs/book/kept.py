"""Runs as folders hold them, without the training: what the book reads is written by the run's own writer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from engine.experiment.experiment import Experiment
from engine.runs.folder import About, record
from engine.runs.naming import TIME
from engine.training.events import EpochEnded, Event, Finished, Point, Started, Steered
from engine.training.values import Metrics, Summary
from tests.engine.cases import experiment

BEGAN = datetime(2026, 3, 1, 12, 0, 0)


def folder_of(root: Path, minute: int, network: str = "net") -> Path:
    """As the program calls it."""
    return root / f"{network}-{BEGAN + timedelta(minutes=minute):{TIME}}"


def events(base: Experiment, accuracies: Sequence[float], *, ends: bool = True, stopped: bool = False,
           changes: Iterable[Steered] = ()) -> Iterable[Event]:
    """A run that reaches these validation accuracies, two seconds an epoch."""
    recipe = base.recipe
    yield Started("cpu", 1234, 1000, recipe.epochs, 1, planned=recipe.epochs)
    yield from changes
    rows = [(Metrics(2 - each, each - 0.01), Metrics(1 - each, each)) for each in accuracies]
    best = max(range(len(rows)), key=lambda place: accuracies[place])
    for epoch, (train, validation) in enumerate(rows, 1):
        yield Point(epoch - 0.5, train.loss, train.accuracy, 2 * epoch - 1.0)
        yield Point(float(epoch), train.loss, train.accuracy, 2.0 * epoch)
        yield EpochEnded(epoch, train, validation, max(accuracies[:epoch]) == accuracies[epoch - 1], {})
    if ends:
        train, validation = rows[best]
        test, learned = Metrics(0.5, accuracies[best] - 0.05), len(rows)
        yield Finished(Summary(learned, best + 1, train, validation, test, 500.0, "cpu", 1234, recipe.seed, None,
                               recipe.epochs, float(learned), 1.5 * learned, 2.0 * learned), stopped)


def kept(root: Path, minute: int, base: Experiment | None = None, accuracies: Sequence[float] = (0.5, 0.9, 0.8),
         network: str = "net", about: About | None = None, **how: object) -> Path:
    """A run's folder; returns it."""
    base, folder = base or experiment(epochs=3), folder_of(root, minute, network)
    for _ in record(events(base, accuracies, **how), base, folder, about=about or About()):  # type: ignore[arg-type]
        pass
    return folder

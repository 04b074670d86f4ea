"""What a run noted on its way, for one that goes on from there or repeats it. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from engine.experiment.experiment import Experiment
from engine.training.events import Noted, Steered, Stop, ThreadsChanged
from engine.training.steering import AUGMENT, steered

Place = tuple[int, int]  # an epoch, and how many batches of it were learned
BEGINNING: Place = (0, 0)
REGROUPS = ("batch_size", AUGMENT)  # what decides which examples are fetched together


class Cut(NamedTuple):
    """From a batch of an epoch on its examples are cut into batches of another size."""

    batch: int
    size: int


class Script:
    """Changes in the order they were made. ``since`` is where the run goes on: what came before it has been done, what
    came later comes again. One that ``repeats`` a run also takes its threads and its end from it."""

    def __init__(self, experiment: Experiment, noted: Iterable[Noted] = (), since: Place = BEGINNING, *,
                 repeats: bool = False) -> None:
        """Raises OptionError where a change cannot be made in the experiment."""
        self.repeats, noted = repeats, list(noted)
        self._before = experiment
        self.done = tuple(change for change in noted if isinstance(change, Steered) and place_of(change) < since)
        self._due = [change for change in noted if isinstance(change, Steered) and place_of(change) >= since]
        self._threads = [change for change in noted if repeats and isinstance(change, ThreadsChanged)]
        self._stop = next((each for each in noted if repeats and isinstance(each, Stop)), None)
        self.experiment = steered_by(experiment, self.done)  # as it was when the run was left
        self.first = self.experiment  # as it is from its first step on
        for change in self._due:
            if place_of(change) <= since:
                self.first = steered(self.first, change.changes)
        self.last = steered_by(self.experiment, self._due)  # with all that comes again

    def cuts(self, epoch: int) -> list[Cut]:
        """How the examples of the epoch in which the run goes on are cut: from its first batch on, and from others."""
        experiment, cuts = self._before, list[Cut]()
        for change in self.done:
            if change.epoch == epoch and not cuts:
                cuts.append(Cut(0, experiment.recipe.batch_size))
            experiment = steered(experiment, change.changes)
            if change.epoch == epoch and regroups(change.changes):
                cuts.append(Cut(change.batch, experiment.recipe.batch_size))
        return cuts or [Cut(0, experiment.recipe.batch_size)]

    def seed_of(self, epoch: int) -> int:
        """The seed that held when the first batch of the epoch in which the run goes on was learned."""
        made = (change for change in self.done if place_of(change) <= (epoch, 0))
        return steered_by(self._before, made).recipe.seed

    def changes_at(self, place: Place) -> Iterator[dict[str, Any]]:
        """What is to be changed here, each once."""
        while self._due and place_of(self._due[0]) <= place:
            yield dict(self._due.pop(0).changes)

    def threads_at(self, place: Place) -> int | None:
        """How many threads there are from here on, where their number changes."""
        count = None
        while self._threads and place_of(self._threads[0]) <= place:
            count = self._threads.pop(0).threads
        return count

    @property
    def due(self) -> tuple[Steered, ...]:
        """What is still to come."""
        return tuple(self._due)

    def stop_at(self, place: Place) -> Stop | None:
        """That it was stopped here."""
        return self._stop if self._stop is not None and place_of(self._stop) <= place else None


def place_of(noted: Noted) -> Place:
    """Where it was noted."""
    return noted.epoch, noted.batch


def steered_by(experiment: Experiment, noted: Iterable[Steered]) -> Experiment:
    """The experiment with these changes, one after the other. Raises OptionError, in words."""
    for change in noted:
        experiment = steered(experiment, change.changes)
    return experiment


def regroups(changes: Iterable[str]) -> bool:
    """Whether the examples that are left of an epoch are cut and fetched anew."""
    return any(name in REGROUPS for name in changes)

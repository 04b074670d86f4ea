"""Runs that were left before their end, and can go on. No torch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from engine.compare.belonging import same_network
from engine.experiment.experiment import Experiment
from engine.files import real
from engine.messages import LayerloomError, Message, say
from engine.runs.claim import is_being_written
from engine.runs.names import CHECKPOINT
from engine.runs.naming import RunFolder, run_folders
from engine.runs.opened import Run, open_run, parent_of
from engine.training.state import RunState, SeriesState
from engine.units import grouped

LOOKED_AT = 40  # of the newest runs


@dataclass(frozen=True)
class Left:
    """A run or a series that was stopped, or broken off."""

    folder: RunFolder
    run: Run

    @property
    def experiment(self) -> Experiment:
        """What was trained last: of a single run as it was steered."""
        return self.run.experiment if self.run.members else self.run.state.experiment or self.run.experiment

    def is_of(self, experiment: Experiment) -> bool:
        """Whether this network was trained, as it was begun or as it was steered."""
        begun, data = self.run.experiment, experiment.data
        if data.known is None:  # its files were not read yet
            data = data.model_copy(update={"known": begun.data.known})
        now = replace(experiment, data=data)
        return same_network(begun, now) or same_network(self.experiment, now)

    @property
    def line(self) -> Message:
        """Where it was left: ``in epoch 4 of 10``, or of a series ``in run 2``."""
        return place_of(self.run.states, self.experiment.recipe.epochs)


def place_of(states: SeriesState, epochs: int) -> Message:
    """How far a run or a series has come, of so many epochs: ``in epoch 4 of 10``, ``in run 2``."""
    if states.is_series:
        return say("in run {index}", index=len(states.members))
    reached = _reached(states.current)
    if reached == int(reached):
        return say("after epoch {epoch} of {epochs}", epoch=grouped(reached), epochs=grouped(epochs))
    return say("in epoch {epoch} of {epochs}", epoch=grouped(int(reached) + 1), epochs=grouped(epochs))


def _reached(state: RunState) -> float:
    """In epochs, as far as it can be read."""
    places = [point.position for point in state.points if 0 <= point.position < math.inf]
    return places[-1] if places else float(len(state.epochs))


def left_runs(places: Iterable[Path], most: int, name: str | None = None, of: Experiment | None = None) -> list[Left]:
    """The newest runs below these folders that can go on, of networks of this name and of this network, or of any.

    One that has gone on as another run is none of them.
    """
    folders = [*islice((each for each in run_folders(places) if name is None or each.is_of(name)), LOOKED_AT)]
    gone_on = {real(parent) for each in folders if (parent := parent_of(each.path))}
    found = (left for each in folders if real(each.path) not in gone_on and (left := left_in(each)) is not None)
    return list(islice((left for left in found if of is None or left.is_of(of)), most))


def left_in(folder: RunFolder) -> Left | None:
    """The run in a folder, unless it has ended or goes on, or nothing was kept of it, or it cannot be read."""
    with suppress(LayerloomError, OSError):
        if is_being_written(folder.path):
            return None
        run = open_run(folder.path)
        if is_left(run):
            return Left(folder, run)
    return None


def is_left(run: Run) -> bool:
    """Whether it can go on where it was left."""
    if run.members:
        return (run.series is None or run.series.stopped) and any(
            (member.folder / CHECKPOINT).exists() for member in run.members)
    return (run.state.summary is None or run.state.was_stopped) and (run.folder / CHECKPOINT).exists()

"""How a run goes on: found out in the background, and what the recipe that is shown becomes by it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.data.spec.changes import changes, difference
from engine.experiment.experiment import Experiment
from engine.messages import LayerloomError
from engine.runs.claim import is_being_written
from engine.runs.naming import new_run_folder
from engine.runs.opened import experiment_of
from engine.training.steering import OPTIONS, steered, steering

if TYPE_CHECKING:
    from engine.runs.continuing import Going
    from engine.training.state import SeriesState


class Wish(NamedTuple):
    """Which run shall go on, and as what."""

    folder: Path
    name: str  # of the network
    experiment: Experiment  # as it is now
    first: tuple[Experiment, Experiment] | None  # of a run of another time: as it was left, as it was opened here
    runs: Path  # where a new run is written
    root: Path | None  # where data are


def prepared(wish: Wish, is_cancelled: Callable[[], bool]) -> tuple[Going, SeriesState]:
    """How it goes on, and what is known of it so far; one that nobody waits for leaves nothing behind.

    Raises LayerloomError, in words.
    """
    from engine.runs.continuing import check_not_over  # loads torch

    _check_data(wish)
    going = _going(wish)
    try:
        check_not_over(going)
        return going, going.states
    except LayerloomError:
        forget(going, wish)
        raise
    finally:
        if is_cancelled():
            forget(going, wish)


def forget(going: Going, wish: Wish) -> None:
    """It does not go on after all: a new run's folder that was made for it goes, unless it is written by now."""
    place, runs = going.folder.absolute(), wish.runs.absolute()
    if place != wish.folder.absolute() and runs in place.parents and not is_being_written(place):
        shutil.rmtree(place, ignore_errors=True)


def _check_data(wish: Wish) -> None:
    """They may have changed since they were read, or were read again since the run was begun."""
    from engine.runs.continuing import is_same_network  # loads torch

    changed = changes(wish.experiment.data, wish.root)
    if changed is None and is_same_network(wish.folder, wish.experiment):
        begun, now = experiment_of(wish.folder).data.known, wish.experiment.data.known
        changed = difference(begun.fingerprint if begun else None, now.fingerprint if now else None,
                             wish.experiment.data)
    if changed is not None:
        raise LayerloomError("{changes}. This run cannot go on with other data: put them back, or train anew",
                             changes=changed)


def _going(wish: Wish) -> Going:
    from engine.runs.continuing import begun_anew, going_on, is_same_network  # loads torch

    def other() -> Path:
        return new_run_folder(wish.runs, wish.name)

    if is_same_network(wish.folder, wish.experiment):
        return going_on(wish.folder, wish.experiment, other, since_left=_since_left(wish))
    return begun_anew(wish.folder, wish.experiment, other)


def _since_left(wish: Wish) -> bool:
    """Whether what is shown was what the run had come to when it was left: what is another since is a change."""
    return wish.first is None or not steering(*wish.first, OPTIONS)


def as_it_is_shown(going: Going, shown: Experiment) -> Experiment:
    """What is shown, with the recipe that is really trained."""
    return steered(shown, steering(shown, going.trained, OPTIONS)) if not going.is_series else shown

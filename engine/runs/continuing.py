"""Going on with a run as an experiment is now: the same run, or a new one that begins where the old one was left."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.experiment.series import is_series
from engine.files import WriteError, reason_of_os_error
from engine.messages import Message
from engine.network.growing.keeping import kept
from engine.runs.folder import ANEW, About
from engine.runs.names import BEST, CHANGES, CHECKPOINT, EXPERIMENT, LAST, METRICS, OLD_CHANGES, POINTS, REMARKS, START
from engine.runs.opened import experiment_of, open_run
from engine.runs.resuming import check_same, load_checkpoint, load_series, parts_of, resumed, resumed_series
from engine.runs.texts import change_line
from engine.training.checkpoint import Checkpoint
from engine.training.events import Steered
from engine.training.series import Begun
from engine.training.state import SeriesState
from engine.training.steering import steered, steering, told, values_of

TAKEN_OVER = (EXPERIMENT, METRICS, POINTS, CHANGES, OLD_CHANGES, REMARKS, START, LAST, BEST)
OPTIONS = tuple(name for name in Recipe.model_fields if name not in ("device", "folds", "initialization"))


@dataclass(frozen=True)
class Going:
    """How a run goes on: everything that ``fit`` (or ``fit_series``) and ``record`` are given."""

    experiment: Experiment
    folder: Path
    checkpoint: Checkpoint | None = None
    begun: Begun | None = None  # of a series
    about: About = ANEW
    changes: tuple[Message, ...] = ()  # what is another than it was; empty: the same run goes on

    @property
    def is_series(self) -> bool:
        """Whether it is several runs."""
        return is_series(self.experiment)

    @property
    def states(self) -> SeriesState:
        """What is known of it so far, for whoever shows it."""
        if self.begun is not None:
            return resumed_series(self.folder, self.begun)
        return resumed(self.folder, self.checkpoint) if self.checkpoint is not None else SeriesState(self.experiment)


def going_on(folder: Path, asked: Experiment, other: Callable[[], Path] | None = None, *, since_left: bool = False,
             changed_data: bool = False) -> Going:
    """How the run in ``folder`` goes on as ``asked`` says: as it was, or with another recipe in the folder that
    ``other`` makes (default: beside it), which begins where this one was left.

    ``asked`` may be what was begun, or what steering had made of it: then it is the same run. Else what is another is
    what differs from the first; ``since_left``: from the second.
    Raises RunError where it cannot go on, as with another network.
    """
    saved = experiment_of(folder)
    if is_series(saved) or is_series(asked):
        return Going(asked, folder, begun=load_series(folder, asked, changed_data))
    begun = _begun_with(saved, asked)
    checkpoint = load_checkpoint(folder, begun, changed_data)
    left = _as_left(begun, checkpoint)
    left = left if since_left or not steering(left, asked, OPTIONS) else begun
    changes = steering(left, asked, OPTIONS)
    if parts_of(steered(left, changes)) != parts_of(asked):
        check_same(saved, asked, folder)
    if not changes or checkpoint is None:
        return Going(asked if checkpoint is None else begun, folder, checkpoint)
    place = _beside(folder) if other is None else other()
    _take_over(folder, place, checkpoint, changes, left)
    was = values_of(left, tuple(changes))
    return Going(begun, place, load_checkpoint(place, begun, changed_data), about=About(parent=str(folder)),
                 changes=tuple(told(changes, was)))


def _as_left(begun: Experiment, checkpoint: Checkpoint | None) -> Experiment:
    for change in checkpoint.noted if checkpoint is not None else ():
        begun = steered(begun, change.changes)
    return begun


def begun_anew(folder: Path, asked: Experiment, other: Callable[[], Path]) -> Going:
    """A new run of a network, or of data, that is another by now: it begins with all weights of the run in ``folder``
    that still fit. Raises WeightsFileError where the run has none."""
    run = open_run(folder)
    run = run.members[-1] if run.members else run
    carried = kept(run.experiment, run.last_weights(), asked)
    return Going(asked, other(), about=About(carried.weights, str(folder)), changes=(carried.line,))


def is_same_network(folder: Path, asked: Experiment) -> bool:
    """Whether network and data are those of the run, so that ``going_on`` can go on with it."""
    saved = experiment_of(folder)
    if is_series(saved) or is_series(asked):
        return saved.variants == asked.variants
    left = steered(saved, steering(saved, asked, OPTIONS))
    return all(parts_of(left)[part] == parts_of(asked)[part] for part in ("network", "data"))


def _begun_with(saved: Experiment, asked: Experiment) -> Experiment:
    """What was begun, with what is known of the data now, on the device that is asked for."""
    recipe = saved.recipe.model_copy(update={"device": asked.recipe.device})
    return replace(saved, data=saved.data.model_copy(update={"known": asked.data.known}), recipe=recipe)


def _beside(folder: Path) -> Path:
    """A folder of a similar name that is not there yet."""
    return next(path for number in count(2) if not (path := folder.with_name(f"{folder.name}-{number}")).exists())


def _take_over(folder: Path, place: Path, checkpoint: Checkpoint, changes: dict[str, Any], left: Experiment) -> None:
    """A new folder with all that the old one had, and the change that makes it another run."""
    course = checkpoint.course
    change = Steered(*course.place, course.position, changes, values_of(left, tuple(changes)))
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name in (*TAKEN_OVER, CHECKPOINT):
            if (folder / name).exists():
                shutil.copyfile(folder / name, place / name)
        kept = _before((*checkpoint.noted,), change)
        (place / CHANGES).write_text("".join(f"{change_line(each)}\n" for each in kept), encoding="utf-8")
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)  # half of a run is none
        raise WriteError("{path} could not be written: {reason}", path=place,
                         reason=reason_of_os_error(error)) from error


def _before(noted: Sequence[Steered], change: Steered) -> list[Steered]:
    """What was changed by hand until the run was left, and what is now; what would have come later does not."""
    place = change.epoch, change.batch
    return [*(each for each in noted if (each.epoch, each.batch) < place), change]

"""Going on with a run as an experiment is now: the same run, or a new one that begins where the old one was left."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from engine.experiment.experiment import Experiment
from engine.experiment.series import is_series, series_of
from engine.export.weight_files import load_weights
from engine.files import WriteError, reason_of_os_error
from engine.messages import Message, say
from engine.network.growing.keeping import kept
from engine.runs.folder import ANEW, About, make_folder
from engine.runs.moments.names import name_of, positions_in
from engine.runs.names import (
    BEST,
    CHANGES,
    CHECKPOINT,
    EXPERIMENT,
    HEALTH,
    LAST,
    METRICS,
    MOMENTS,
    OLD_CHANGES,
    POINTS,
    REMARKS,
    RUN,
    START,
    TIMES,
    member_folder,
)
from engine.runs.opened import RunError, experiment_of, given_in, json_in, members_in, open_run
from engine.runs.resuming import (
    LostCheckpointError,
    begun_with,
    changes_before,
    check_same,
    expect_possible,
    kept_until,
    load_checkpoint,
    load_series,
    notes_on,
    notes_on_ended,
    parts_of,
    resumed,
    resumed_series,
)
from engine.runs.texts import change_line
from engine.training.checkpoint import Checkpoint
from engine.training.events import Steered
from engine.training.script import place_of, steered_by
from engine.training.series import Begun, plans
from engine.training.state import SeriesState
from engine.training.steering import OPTIONS, steered, steering, told, values_of
from engine.training.stopping import waits_no_longer
from engine.units import grouped

TAKEN_OVER = (METRICS, POINTS, TIMES, CHANGES, OLD_CHANGES, REMARKS, HEALTH, START, LAST, BEST)


class RunOverError(RunError):
    """There is no epoch left to learn."""


@dataclass(frozen=True)
class Going:
    """How a run goes on: everything that ``fit`` (or ``fit_series``) and ``record`` are given."""

    experiment: Experiment
    folder: Path
    checkpoint: Checkpoint | None = None
    begun: Begun | None = None  # of a series
    about: About = ANEW
    changes: tuple[Message, ...] = ()  # what is another than it was; empty: the same run goes on
    notes: tuple[Message, ...] = ()  # what else is to be said before it goes on: what is lost, or begins again

    @property
    def is_series(self) -> bool:
        """Whether it is several runs."""
        return is_series(self.experiment)

    @property
    def trained(self) -> Experiment:
        """What is really trained: what was begun, with all that was changed on the way."""
        if self.is_series:
            return self.experiment
        return steered_by(self.experiment, self.about.noted if self.checkpoint is None else self.checkpoint.noted)

    @property
    def states(self) -> SeriesState:
        """What is known of it so far, for whoever shows it."""
        if self.begun is not None:
            return resumed_series(self.folder, self.begun)
        return resumed(self.folder, self.checkpoint) if self.checkpoint is not None else SeriesState(self.experiment)


def going_on(folder: Path, asked: Experiment, other: Callable[[], Path] | None = None, *, since_left: bool = False,
             changed_data: bool = False, named: Collection[str] = ()) -> Going:
    """How the run in ``folder`` goes on as ``asked`` says: as it was, or with another recipe in the folder that
    ``other`` makes (default: beside it), which begins where this one was left.

    ``asked`` may be what was begun, or what steering had made of it: then it is the same run. Else what is another is
    what differs from the first; ``since_left``: from the second. Options of the recipe that are ``named`` count as they
    are asked for, also where the run was begun so and steered since.
    Where there is nothing to go on from it begins again; ``notes`` say so.
    Raises RunError where it cannot go on, as with another network; RunOverError where it would be another run without
    an epoch to learn.
    """
    saved = experiment_of(folder)
    begun, about = begun_with(saved, asked), _about(folder)
    if is_series(saved) or is_series(asked):
        series = load_series(folder, asked, changed_data)
        return Going(begun, folder, begun=series, about=about, notes=_notes_on_series(series, begun, folder))
    try:
        checkpoint = load_checkpoint(folder, begun, changed_data)
    except LostCheckpointError:
        checkpoint = None
    if checkpoint is None:
        return _again(folder, begun, asked, about, other)
    notes = notes_on(checkpoint, folder)
    left, full = steered_by(begun, _done(checkpoint)), steered_by(begun, checkpoint.noted)
    if parts_of(steered(full, steering(full, asked, OPTIONS))) != parts_of(asked):
        check_same(saved, asked, folder)
    others = steering(full, asked, OPTIONS)
    wanted = steering(begun, asked, OPTIONS) | {name: value for name, value in others.items() if name in named}
    if not others or not (since_left or wanted):
        return Going(begun, folder, checkpoint, about=about, notes=notes)
    if since_left:
        changes = steering(left, asked, OPTIONS)
    else:  # what was steered stays, but for what is asked for now
        changes = steering(left, full, OPTIONS) | wanted
    before = values_of(left, tuple(changes))
    changes = {name: value for name, value in changes.items() if value != before[name]}
    was = {name: before[name] for name in changes}
    course = checkpoint.course
    change = Steered(*course.place, course.position, changes, was)
    _expect_more(steered(left, changes), checkpoint, (*_done(checkpoint), change))
    place = _beside(folder) if other is None else other()
    _take_over(folder, place, checkpoint, change)
    return Going(begun, place, load_checkpoint(place, begun, changed_data), about=_begun_from(about, folder),
                 changes=tuple(told(changes, was)), notes=notes)


def check_not_over(going: Going) -> None:
    """Raise RunOverError for the same run that has come to its end, with all of its results."""
    if going.is_series or going.checkpoint is None or going.changes:
        return
    state = open_run(going.folder).state
    has_results = all((going.folder / name).exists() for name in (LAST, BEST))
    if has_results and state.summary is not None and not state.was_stopped:  # else it is judged to its end
        _expect_more(going.trained, going.checkpoint, going.checkpoint.noted)


def _expect_more(experiment: Experiment, checkpoint: Checkpoint, noted: Sequence[Steered]) -> None:
    """Raise RunOverError where nothing is left to learn for what is really trained, with these changes."""
    learned, recipe = checkpoint.whole_epochs, experiment.recipe
    if learned > recipe.epochs:
        raise RunOverError("This run has learned {count} epochs already, more than {epochs}: raise the epochs to go on",
                           count=grouped(learned), epochs=grouped(recipe.epochs))
    if learned == recipe.epochs == 1:
        raise RunOverError("This run has learned its only epoch: raise the epochs to go on")
    if learned == recipe.epochs:
        raise RunOverError("This run has learned all of its {count} epochs: raise the epochs to go on",
                           count=grouped(learned))
    changed = [change.epoch for change in noted if {"epochs", "early_stop"} & change.changes.keys()]
    is_whole = checkpoint.sums is None
    if is_whole and waits_no_longer(recipe, learned, max(checkpoint.best.epoch, *changed, 0)):
        raise RunOverError("This run ended early, after {count} epochs: raise the early stop to go on, or the epochs",
                           count=grouped(learned))


def _again(folder: Path, begun: Experiment, asked: Experiment, about: About, other: Callable[[], Path] | None) -> Going:
    """Without a checkpoint it begins again, with what was changed in it by hand; what is asked for otherwise counts at
    once. In another folder where that is another run, or where the first would lose what it has learned.

    Raises LostCheckpointError for one that came to its end: whoever threw its checkpoint away does not miss it.
    """
    if parts_of(steered(begun, steering(begun, asked, OPTIONS))) != parts_of(asked):
        check_same(begun, asked, folder)
    noted, changes = changes_before(folder), steering(begun, asked, OPTIONS)
    expect_possible(noted, begun, folder)
    if not steering(steered_by(begun, noted), asked, OPTIONS):
        changes = {}
    state = open_run(folder).state
    has_learned = len(state.epochs) > 1 or any((folder / name).exists() for name in (LAST, BEST))
    if has_learned and state.summary is not None and not state.was_stopped:
        raise LostCheckpointError(folder)
    place = folder if not (changes or has_learned) else _beside(folder) if other is None else other()
    if has_learned:
        note = say("{folder} has no {file} any more: the run begins anew in {place}, and what was learned stays",
                   folder=folder, file=CHECKPOINT, place=place)
    else:
        note = _nothing_kept(folder)
    about = about._replace(noted=() if changes else noted)
    return Going(asked if changes else begun, place, about=about if place == folder else _begun_from(about, folder),
                 changes=tuple(told(changes, values_of(begun, tuple(changes)))), notes=(note,))


def _notes_on_series(series: Begun, begun: Experiment, folder: Path) -> tuple[Message, ...]:
    """Those on the runs that have ended, and on the one in whose middle it goes on."""
    ended = [note for index, row in enumerate(series.rows, 1) for note in notes_on_ended(
        folder / member_folder(index, row.title))]
    rest = plans(begun)[len(series.rows):]
    inside = folder / member_folder(len(series.rows) + 1, rest[0].title) if rest else folder
    if series.checkpoint is not None:
        return *ended, *notes_on(series.checkpoint, inside)
    return *ended, *([_nothing_kept(inside)] if rest and (inside / EXPERIMENT).exists() else [])


def _nothing_kept(folder: Path) -> Message:
    return say("Nothing that it could go on from was kept in {folder}: the run begins with its first epoch",
               folder=folder)


def _about(folder: Path) -> About:
    """What a run, or the first of a series, began with."""
    first = next(iter(members_in(folder)), folder)
    return ANEW._replace(weights=load_weights(first / START) if (first / START).exists() else None,
                         given=given_in(folder))


def _begun_from(about: About, folder: Path) -> About:
    """The same for a run that begins where another was left."""
    return about._replace(parent=str(folder))


def _done(checkpoint: Checkpoint) -> list[Steered]:
    """What was changed before the run was left."""
    return [change for change in checkpoint.noted if place_of(change) < checkpoint.course.place]


def begun_anew(folder: Path, asked: Experiment, other: Callable[[], Path]) -> Going:
    """A new run of a network, or of data, that is another by now: it begins with all weights of the run in ``folder``
    that still fit, but for folds: what one has learned another would be judged by. Raises WeightsFileError where the
    run has none."""
    run = open_run(folder)
    if series_of(asked).kind == "folds":
        return Going(asked, other(), about=About(base=str(folder)), changes=(say("All folds are trained anew"),))
    run = run.members[-1] if run.members else run
    carried = kept(run.experiment, run.last_weights(), asked)
    return Going(asked, other(), about=About(carried.weights, str(folder)), changes=(carried.line,))


def is_same_network(folder: Path, asked: Experiment) -> bool:
    """Whether network and data are those of the run, so that ``going_on`` can go on with it."""
    saved = experiment_of(folder)
    if is_series(saved) or is_series(asked):
        return saved.variants == asked.variants and saved.data.corrections == asked.data.corrections
    left = steered(saved, steering(saved, asked, OPTIONS))
    return all(parts_of(left)[part] == parts_of(asked)[part] for part in ("network", "data"))


def _beside(folder: Path) -> Path:
    """A folder of a similar name that is not there yet."""
    return next(path for number in count(2) if not (path := folder.with_name(f"{folder.name}-{number}")).exists())


def _take_over(folder: Path, place: Path, checkpoint: Checkpoint, change: Steered) -> None:
    """A new folder with all that the old one had until it was left, and the change that makes it another run."""
    kept = kept_until(checkpoint, folder).changes
    make_folder(place)
    try:
        for name in TAKEN_OVER:
            if (folder / name).exists():
                shutil.copyfile(folder / name, place / name)
        _copy_moments(folder / MOMENTS, place / MOMENTS)
        (place / CHANGES).write_text("".join(f"{change_line(each)}\n" for each in (*kept, change)), encoding="utf-8")
        about = json_in(folder / RUN)
        begin = {name: about[name] for name in ("threads", "channels_last") if name in about}
        (place / RUN).write_text(json.dumps(begin), encoding="utf-8")
        shutil.copyfile(folder / CHECKPOINT, place / CHECKPOINT)
        unfinished = place / f".{EXPERIMENT}.new"
        shutil.copyfile(folder / EXPERIMENT, unfinished)
        unfinished.replace(place / EXPERIMENT)  # last: without it there is no run
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)  # half of a run is none
        raise WriteError("{path} could not be written: {reason}", path=place,
                         reason=reason_of_os_error(error)) from error


def _copy_moments(old: Path, new: Path) -> None:
    """Those that there are; what comes after the checkpoint goes when the run does go on."""
    if positions := positions_in(old):
        new.mkdir()
    for position in positions:
        shutil.copyfile(old / name_of(position), new / name_of(position))

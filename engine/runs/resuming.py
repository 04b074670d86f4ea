"""Going on with a run, or with a series of them, where it was left. Loads torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from engine.data.spec.changes import difference
from engine.experiment.experiment import Experiment
from engine.layers.base import OptionError
from engine.messages import LayerloomError, Message, say
from engine.runs.health import examined_line, examined_read
from engine.runs.names import (
    CHANGES,
    CHECKPOINT,
    EXPERIMENT,
    HEALTH,
    METRICS,
    POINTS,
    REMARKS,
    RUN,
    SERIES_ROWS,
    TIMES,
    member_folder,
)
from engine.runs.opened import (
    Kept,
    RunError,
    checkpoint_in,
    experiment_of,
    json_in,
    members_in,
    noted_in,
    open_run,
    take_lines,
    text_in,
    with_current_keys,
)
from engine.runs.texts import UNKNOWN_BATCH, changes_read, metrics_read, remarks_read, rows_read
from engine.training.checkpoint import Checkpoint
from engine.training.devices import fewer_threads
from engine.training.events import Noted, SeriesRow, Steered, Stop
from engine.training.script import place_of
from engine.training.series import Begun, plans
from engine.training.state import RunState, SeriesState
from engine.training.steering import listed, steered, told, values_of
from engine.units import grouped

MAY_DIFFER = ("device", "early_stop")  # of recipes: where a run is computed, and when it is left


class LostCheckpointError(RunError):
    """What a run was to go on from is gone, though it had learned."""

    def __init__(self, folder: Path) -> None:
        super().__init__("{folder} has no {file} any more: this run cannot be continued, and to begin it again would "
                         "replace what is there. Move the folder away to train it anew", folder=folder, file=CHECKPOINT)


def load_checkpoint(folder: Path | str, experiment: Experiment, changed_data: bool = False) -> Checkpoint | None:
    """What ``fit`` and ``record`` need to continue the run in ``folder``; None: nothing of it was kept yet.

    Raises RunError unless it is a run of this experiment (epochs, early stop and device may differ) with the same data
    (``changed_data``: their files may be others), FileError for a torn one.
    """
    folder = Path(folder)
    saved = experiment_of(folder)
    check_same(saved, experiment, folder)
    if not changed_data:
        _check_same_files(saved, experiment, folder)
    found = checkpoint_in(folder / CHECKPOINT)
    if found is None and len(metrics_read(text_in(folder / METRICS))) > 1:  # the first is written before its checkpoint
        raise LostCheckpointError(folder)
    found = with_current_keys(found, experiment)
    if found is None:
        return None
    found = replace(found, noted=changes_of(found, folder))
    expect_possible(found.noted, experiment, folder)
    return found


def begun_with(saved: Experiment, asked: Experiment) -> Experiment:
    """What was begun, with what is known of the data now, on the device that is asked for."""
    recipe = saved.recipe.model_copy(update={"device": asked.recipe.device})
    return replace(saved, data=saved.data.model_copy(update={"known": asked.data.known}), recipe=recipe)


def changes_before(folder: Path) -> tuple[Steered, ...]:
    """What was changed by hand in a run that was broken off before it had a checkpoint."""
    return tuple(each for each in noted_in(folder) if isinstance(each, Steered) and each.batch != UNKNOWN_BATCH)


def changes_of(checkpoint: Checkpoint, folder: Path) -> tuple[Steered, ...]:
    """What was changed by hand in the run: before its checkpoint what that says, later also what its folder does.

    An earlier version did not say exactly where, and its checkpoint has the rate.
    """
    known = set(map(_key, checkpoint.noted))
    later = [each for each in changes_before(folder)
             if place_of(each) >= checkpoint.course.place and _key(each) not in known]
    return tuple(sorted([*checkpoint.noted, *later], key=place_of))


def _key(change: Steered) -> tuple[int, int, tuple[str, ...]]:
    return change.epoch, change.batch, tuple(change.changes)


def expect_possible(noted: Sequence[Noted], begun: Experiment, folder: Path) -> None:
    """Raise RunError for a change by hand that cannot be made in what was begun, naming its line."""
    experiment = begun
    for change in noted:
        if isinstance(change, Steered):
            try:
                values_of(experiment, tuple(change.changes))
                experiment = steered(experiment, change.changes)
            except OptionError as error:
                raise RunError("{file}, line {line}: {reason}. Correct this line, or delete it", file=folder / CHANGES,
                               line=_line_of(change, folder), reason=error.message) from error


def _line_of(change: Noted, folder: Path) -> int:
    """Where it stands in its file, from 1."""
    lines = text_in(folder / CHANGES).split("\n")
    return next((number for number, line in enumerate(lines, 1) if changes_read(line) == [change]), 1)


def notes_on(checkpoint: Checkpoint, folder: Path) -> tuple[Message, ...]:
    """What is to be said before a run goes on from it: what is lost, and why it may not become the same."""
    whole = checkpoint.whole_epochs
    lost = _lost(kept_until(checkpoint, folder).metrics, whole)
    missing = say("{file} lacks {lost} of the {whole} epochs that were learned: the run goes on, without them in its "
                  "curves and tables", file=folder / METRICS, lost=grouped(lost), whole=grouped(whole))
    threads = fewer_threads(checkpoint.numerics.threads) if checkpoint.numerics is not None else None
    known = set(map(_key, checkpoint.noted))
    untrue = [say("{file}, line {line}: the run did not make this change, as its checkpoint says: it is left out",
                  file=folder / CHANGES, line=_line_of(change, folder)) for change in changes_before(folder)
              if place_of(change) < checkpoint.course.place and _key(change) not in known]
    return (*([missing] if lost else []), *untrue, *([threads] if threads is not None else []))


def notes_on_ended(folder: Path) -> tuple[Message, ...]:
    """The same of a run of a series that is not made again."""
    run = open_run(folder)
    whole = run.state.summary.epochs if run.state.summary is not None else 0
    lost, notes = _lost(text_in(folder / METRICS), whole), []
    if lost:
        notes.append(say("{file} lacks {lost} of the {whole} epochs that were learned: the series goes on, without "
                         "them in its curves and tables", file=folder / METRICS, lost=grouped(lost),
                         whole=grouped(whole)))
    try:
        run.last_weights()
    except LayerloomError as error:
        notes.append(say("{reason}. The series goes on without these weights", reason=error.message))
    return tuple(notes)


def _lost(metrics: str, whole: int) -> int:
    """How many epochs were learned of which nothing is known any more."""
    have = {row.epoch for row in metrics_read(metrics)}
    return whole - len(have & set(range(1, whole + 1)))


def load_series(folder: Path | str, experiment: Experiment, changed_data: bool = False) -> Begun:
    """What ``fit_series`` and ``record`` need to continue the series in ``folder``: runs that have ended are not made
    again. Raises as ``load_checkpoint`` does."""
    folder = Path(folder)
    saved = experiment_of(folder)
    if saved.variants != experiment.variants:
        raise RunError("The series in {folder} was made of other variants: it cannot be continued with these",
                       folder=folder)
    _check_same_series(saved, experiment, folder)
    experiment = begun_with(saved, experiment)
    members, rows = plans(experiment), list[SeriesRow]()
    for index, (plan, row) in enumerate(zip(members, rows_read(text_in(folder / SERIES_ROWS)), strict=False), 1):
        if row.title != plan.title or not _has_ended(folder / member_folder(index, plan.title), plan.experiment):
            break
        rows.append(row)
    if len(rows) == len(members):
        return Begun(tuple(rows))
    inside, plan = folder / member_folder(len(rows) + 1, members[len(rows)].title), members[len(rows)]
    if not (inside / EXPERIMENT).exists():
        return Begun(tuple(rows))
    checkpoint = load_checkpoint(inside, plan.experiment, changed_data)
    noted = changes_before(inside) if checkpoint is None else ()
    expect_possible(noted, plan.experiment, inside)
    return Begun(tuple(rows), checkpoint, noted)


def _check_same_series(saved: Experiment, asked: Experiment, folder: Path) -> None:
    """As it was begun, or as the run that was left had been steered to."""
    inside = [member.state.experiment for member in open_run(folder).members[-1:]] if not saved.variants else []
    for begun in (saved, *(each for each in inside if each is not None)):
        if parts_of(begun) == parts_of(asked) and begun.recipe.epochs == asked.recipe.epochs:
            return
    check_same(saved, asked, folder)
    raise RunError("The series in {folder} was begun with {before} epochs, not {now}: its runs would not be of one "
                   "kind. Train it anew", folder=folder, before=saved.recipe.epochs, now=asked.recipe.epochs)


def _has_ended(folder: Path, experiment: Experiment) -> bool:
    """Whether a run of a series came to its end, and all that is needed of it is there."""
    with suppress(LayerloomError):
        run = open_run(folder)
        return (run.state.summary is not None and not run.state.was_stopped and bool(run.best_weights())
                and parts_of(run.experiment) == parts_of(experiment))
    return False


def resumed(folder: Path, checkpoint: Checkpoint) -> SeriesState:
    """What is known of the run in ``folder`` at this checkpoint, for whoever shows how it goes on."""
    left = _left(folder, checkpoint)
    states = SeriesState(left.experiment)
    states.members = [left]
    return states


def resumed_series(folder: Path, begun: Begun) -> SeriesState:
    """The same of a series: its runs that have ended, and the one in whose middle it goes on."""
    states = SeriesState(experiment_of(folder))
    ended = [open_run(folder / member_folder(index, row.title)) for index, row in enumerate(begun.rows, 1)]
    for run, row in zip(ended, begun.rows, strict=True):
        run.state.title, run.state.best = row.title, run.best_weights()
    states.members = [run.state for run in ended]
    inside = [path for path in members_in(folder) if path.name.startswith(f"{len(ended) + 1}-")]
    if begun.checkpoint is not None and inside:
        states.left = _left(inside[0], begun.checkpoint)
    return states


def _left(folder: Path, checkpoint: Checkpoint) -> RunState:
    """A run as it was when it was left."""
    about = json_in(folder / RUN)
    state = RunState(experiment_of(folder), str(about.get("title") or ""), is_fold=bool(about.get("is_fold")))
    take_lines(state, kept_until(checkpoint, folder))
    state.go_on(checkpoint.best.epoch, checkpoint.best.weights, checkpoint.weights)
    return state


def check_same(saved: Experiment, asked: Experiment, folder: Path) -> None:
    """Raise RunError, in words, unless both are of one network, data and recipe."""
    for part in ("network", "data", "recipe"):
        if parts_of(saved)[part] == parts_of(asked)[part]:
            continue
        if part == "recipe":
            before, now = dict(saved.recipe), dict(asked.recipe)
            others = {name: now[name] for name in now if before[name] != now[name] and name not in MAY_DIFFER}
            raise RunError("The run in {folder} was made with another {part}: it cannot be continued with this one "
                           "({options})", folder=folder, part=say(part), options=listed(told(others, before)))
        raise RunError("The run in {folder} was made with another {part}: it cannot be continued with this one",
                       folder=folder, part=say(part))


def _check_same_files(saved: Experiment, asked: Experiment, folder: Path) -> None:
    known = [each.data.known for each in (saved, asked)]
    before, now = (each.fingerprint if each is not None else None for each in known)
    found = difference(before, now, asked.data)
    if found is not None:
        raise RunError("{changes}. The run in {folder} was begun with the data as they were: put them back, begin "
                       "anew, or go on with them as they are now with --changed-data", changes=found, folder=folder)


def parts_of(experiment: Experiment) -> dict[str, object]:
    """What decides a run's course."""
    graph = experiment.graph.active  # how it is drawn is no part of it
    epochs = {} if experiment.recipe.spans_run else {"epochs": 1}
    return {
        "network": ({name: (node.layer, node.parameters, node.shares, node.listed)
                     for name, node in graph.nodes.items()},
                    {(edge.source, edge.target, edge.port) for edge in graph.edges}),
        "data": experiment.data.with_options(known=None),
        "recipe": experiment.recipe.model_copy(update={**epochs, "early_stop": 0, "device": "auto"}),
    }


def kept_until(checkpoint: Checkpoint, folder: Path) -> Kept:
    """What a run that goes on keeps of its lines: what came after the checkpoint comes again."""
    whole = checkpoint.whole_epochs
    position = checkpoint.position + 1e-6  # as it is written, rounded
    place, noted = checkpoint.course.place, noted_in(folder)
    by_hand = changes_of(checkpoint, folder)
    others = [each for each in noted if not isinstance(each, Stop) and each.position <= position
              and not (isinstance(each, Steered) and each.batch != UNKNOWN_BATCH)]
    changes = sorted([*others, *(each for each in by_hand if place_of(each) < place)], key=lambda each: each.position)
    later = [each for each in by_hand if place_of(each) >= place]
    said = checkpoint.health.said  # also within the epoch that it goes on in
    remarks = "".join(f"{line}\n" for line in text_in(folder / REMARKS).split("\n")
                      if any(epoch <= whole or (epoch == whole + 1 and remark.kind in said)
                             for epoch, remark in remarks_read(line)))
    return Kept(_upto(folder / METRICS, lambda first: first <= whole),
                _upto(folder / POINTS, lambda first: first <= position),
                _upto(folder / TIMES, lambda first: first <= position), tuple(changes), remarks, tuple(later),
                "".join(f"{examined_line(each)}\n" for each in examined_read(text_in(folder / HEALTH))
                        if each.position <= position))


def _upto(path: Path, is_kept: Callable[[float], bool]) -> str:
    """The head and the whole lines whose first number is kept; nothing where there is no line."""
    head, *lines = text_in(path).split("\n")[:-1] or [""]
    kept = [line for line in lines if is_kept(_first(line))]
    return "".join(f"{line}\n" for line in (head, *kept)) if kept else ""


def _first(line: str) -> float:
    try:
        return float(line.split(",")[0])
    except ValueError:
        return math.inf

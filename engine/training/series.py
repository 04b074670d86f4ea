"""Several runs one after the other: the variants of an experiment, or the folds of a cross-validation."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from engine.data.errors import StoppedError
from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data
from engine.data.tensors.splitting import folded
from engine.experiment.experiment import Experiment
from engine.experiment.series import folds_of, series_of
from engine.messages import LayerloomError, say
from engine.network.weights import check_weights
from engine.training.checkpoint import Checkpoint
from engine.training.control import AbandonedError, Control
from engine.training.events import Event, MemberEnded, MemberStarted, SeriesFinished, SeriesRow, Steered
from engine.training.failures import check_trainable
from engine.training.loop import Repeat, fit, prepare
from engine.training.observer import Observer
from engine.training.state import RunState
from engine.training.values import Metrics, Remark, Summary, Weights


class SeriesError(LayerloomError):
    """A series cannot be run."""


class Plan(NamedTuple):
    """One run of a series; ``fold`` counts from 0, None: all of the data."""

    title: str
    experiment: Experiment
    fold: int | None = None


class Begun(NamedTuple):
    """How far a series had come: the rows of its first runs, and of the next where it was left."""

    rows: tuple[SeriesRow, ...] = ()
    checkpoint: Checkpoint | None = None
    noted: tuple[Steered, ...] = ()  # of the next, where there is no checkpoint


def plans(experiment: Experiment) -> list[Plan]:
    """The runs an experiment asks for: its variants, or else its folds; empty for a single run.

    Raises OptionError where a variant asks for what cannot be.
    """
    if series_of(experiment).kind == "variants":
        return [Plan(variant.title, variant.of(experiment)) for variant in experiment.variants]
    return [Plan(fold.title, experiment, fold.number) for fold in folds_of(experiment)]


def fit_series(experiment: Experiment, control: Control | None = None, *, data: Data | None = None,
               root: Path | None = None, weights: Weights | None = None,
               observers: Sequence[Observer] = (), resume: Begun | None = None,
               repeats: Sequence[Repeat] = (), doctor: bool = True) -> Iterator[Event]:
    """Train every run of the series; each is a ``MemberStarted``, the events of ``fit``, and a ``MemberEnded``.

    Each begins with ``weights``, or afresh where there are none; ``resume`` leaves out those that have ended, and goes
    on in the middle of the next; ``repeats`` makes runs again.

    ``SeriesFinished`` is the last event. A stop ends the run that is going on and begins no other; after
    ``Control.abandon`` it just ends. ``data`` are those of an experiment with folds. Raises as ``fit`` does.
    """
    control = control or Control()
    members, rows = plans(experiment), list[SeriesRow]()
    if not members:
        raise SeriesError("This experiment has no variants, and its recipe asks for no folds")
    for plan in members:  # what is wrong with the last is said before the first is trained
        if plan.experiment.data.is_known:
            check_trainable(plan.experiment)
            if weights is not None:
                check_weights(plan.experiment, weights)
    loaded, begun = {} if data is None else {experiment.data: data}, resume or Begun()
    rows += begun.rows
    whole = [row for row, plan in zip(rows, members, strict=False) if plan.fold is not None]
    given, is_cut = _Given(root, weights, observers, doctor), False
    try:
        for index, plan in list(enumerate(members, 1))[len(rows):]:
            if control.stopped:
                break
            control.wishes()  # those for the run before are not for this one
            yield MemberStarted(index, len(members), plan.title, plan.experiment, plan.fold is not None)
            is_next = index == len(begun.rows) + 1
            repeat = repeats[index - 1] if index <= len(repeats) else None
            row, stopped = yield from _member(index, plan, control, loaded, given,
                                              begun.checkpoint if is_next else None, repeat,
                                              begun.noted if is_next else ())
            is_cut |= stopped
            rows += [] if row is None else [row]
            whole += [] if row is None or stopped or plan.fold is None else [row]
        control.check_abandoned()
    except AbandonedError:
        return
    except StoppedError:
        if not rows:
            raise
    yield SeriesFinished(tuple(rows), _over(whole, statistics.fmean), _over(whole, _deviation),
                         control.stopped and (is_cut or len(rows) < len(members)))


class _Given(NamedTuple):
    """What every run of a series is given alike."""

    root: Path | None
    weights: Weights | None
    observers: Sequence[Observer]
    doctor: bool


def _member(index: int, plan: Plan, control: Control, loaded: dict[DataSpec, Data], given: _Given,
            resume: Checkpoint | None, repeat: Repeat | None,
            noted: Sequence[Steered]) -> Generator[Event, None, tuple[SeriesRow | None, bool]]:
    """One run, None when it was abandoned; and whether it was stopped: a fold cut short says nothing of the mean."""
    data = yield from _data(plan, control, loaded, given.root)
    state = RunState(plan.experiment)
    for event in fit(plan.experiment, control, data=data, resume=resume, repeat=repeat, noted=noted,
                     **given._asdict()):
        state.hear(event)
        yield _named(event, plan.title)
    if state.summary is None or (ended := _ended(index, plan.title, state, resume)) is None:
        return None, True
    yield ended if not state.was_stopped else replace(ended, row=None)
    return ended.row, state.was_stopped


def _ended(index: int, title: str, state: RunState, resume: Checkpoint | None) -> MemberEnded | None:
    """What came of a run: of one that went on after its last epoch, what its checkpoint says of that."""
    assert state.summary is not None
    last, best = state.last, state.best
    if last is not None:
        train, validation, after = last.train, last.validation, last.after
    elif resume is not None:
        (train, validation), after = resume.course.last, resume.course.after
    else:
        return None
    if resume is not None and state.summary.best_epoch == resume.best.epoch:
        best = resume.best.weights
    if not best:
        return None
    return MemberEnded(index, title, state.summary, best, SeriesRow(
        title, row_values(train, validation, state.summary, after)))


def _named(event: Event, title: str) -> Event:
    """A remark says which run it is about; every other event as it is."""
    if not isinstance(event, Remark):
        return event
    return replace(event, message=say("Run “{title}”. {remark}", title=title, remark=event.message))


def _data(plan: Plan, control: Control, loaded: dict[DataSpec, Data],
          root: Path | None) -> Generator[Event, None, Data]:
    """Read once, however many runs share the data; the last read only are kept."""
    spec = plan.experiment.data
    if spec not in loaded:
        fresh = yield from prepare(spec, root, control)
        loaded.clear()
        loaded[spec] = fresh
    data = loaded[spec]
    return data if plan.fold is None else folded(data, plan.experiment.recipe.folds, plan.fold)


def row_values(train: Metrics, validation: Metrics, summary: Summary,
               after: Metrics | None = None) -> dict[str, float]:
    """The numbers of a run: those of its last epoch, as the book's k-fold has them, and of its best."""
    parts = {"train": train, **({} if after is None else {"after train": after}), "validation": validation,
             "best validation": summary.validation, "test": summary.test}
    return {f"{part} {name}": value for part, metrics in parts.items() for name, value in metrics.named.items()}


def _over(rows: list[SeriesRow], statistic: Callable[[list[float]], float]) -> Mapping[str, float]:
    """The statistic of every number that all rows have; nan of what is not finite, or not in a number's reach."""
    names = [name for name in (rows[0].values if rows else ()) if all(name in row.values for row in rows)]
    found = dict.fromkeys(names, math.nan)
    for name in names:
        values = [row.values[name] for row in rows]
        if all(map(math.isfinite, values)):
            with suppress(OverflowError):
                found[name] = statistic(values)
    return found


def _deviation(values: list[float]) -> float:
    return statistics.stdev(values) if len(values) > 1 else math.nan

"""``fit``: an experiment becomes a stream of events."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch

from engine.data.errors import StoppedError
from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data
from engine.data.tensors.loading import loading
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.layers.code.running import StoppedCodeError
from engine.messages import say
from engine.network.weights import check_weights
from engine.training.backend import Backend
from engine.training.checkpoint import Checkpoint, going_on_from
from engine.training.checks.memory import expect_room
from engine.training.control import AbandonedError, Control
from engine.training.devices import expect_precision, resolve_device
from engine.training.events import DataRead, Event, Noted, Preparing, Steered
from engine.training.exactness import as_exact_as
from engine.training.failures import TrainingError, check_trainable, in_words
from engine.training.learner import Learner
from engine.training.numerics import Numerics
from engine.training.observer import Observer
from engine.training.run import Run
from engine.training.script import BEGINNING, Script
from engine.training.threads import Cores, threads_as_before
from engine.training.tuning import tuned
from engine.training.values import Weights


class Repeat(NamedTuple):
    """A run that is made again: what it noted on its way, and how it was computed."""

    noted: Sequence[Noted]
    numerics: Numerics


def fit(experiment: Experiment, control: Control | None = None, *, data: Data | None = None, root: Path | None = None,
        weights: Weights | None = None, resume: Checkpoint | None = None, observers: Sequence[Observer] = (),
        backend: Callable[[torch.device, Recipe], Backend] | None = None,
        repeat: Repeat | None = None, noted: Sequence[Steered] = (), doctor: bool = True) -> Iterator[Event]:
    """Train, yielding events; ``Finished`` is the last one. One seed on one machine gives one run, bit for bit.

    ``data`` spares loading; ``root`` is where data lie (default: the per-user folder); ``weights`` is what to begin
    with; ``resume`` is a ``CheckpointReached.checkpoint`` to go on from; ``observers`` see every batch; ``backend``
    makes another than the plain one; ``repeat`` is a run to be made again; ``noted``
    is what was changed in one that was broken off before there was a checkpoint; ``doctor``: every so many steps the
    layers are looked at, and what ails them is a Remark (engine/training/doctor). Raises
    LayerloomError, in words, on the iteration where something is wrong; StoppedError when stopped before anything was
    learned. After ``Control.abandon`` it just ends. Seeds torch's global generator.
    """
    control = control or Control()
    try:
        yield from _fit(experiment, control, data, root, weights, resume, observers, backend, repeat, noted, doctor)
    except AbandonedError:
        return
    except StoppedCodeError as error:  # whoever steers the run has lost patience with code that does not end
        raise TrainingError("The code of a layer did not end: it was interrupted") from error


def _fit(experiment: Experiment, control: Control, data: Data | None, root: Path | None, weights: Weights | None,
         resume: Checkpoint | None, observers: Sequence[Observer],
         backend: Callable[[torch.device, Recipe], Backend] | None, repeat: Repeat | None,
         noted: Sequence[Steered], doctor: bool) -> Iterator[Event]:
    if experiment.data.is_known:  # what is wrong is said before anything is read
        check_trainable(experiment)
    device, cores = resolve_device(experiment.recipe.device), Cores()
    expect_precision(device, experiment.recipe.precision_row)
    if data is None:
        data = yield from prepare(experiment.data, root, control)
    if data.spec != experiment.data:  # reading has found out shapes and classes
        experiment = replace(experiment, data=data.spec)
        check_trainable(experiment)
    made = repeat.noted if repeat else resume.noted if resume else noted
    script = Script(experiment, made, resume.course.place if resume else BEGINNING, repeats=repeat is not None)
    experiment = script.experiment
    if script.first is not experiment:
        check_trainable(script.first)
    expect_precision(device, script.first.recipe.precision_row)
    start = resume.weights if resume else weights
    if resume is not None:
        with going_on_from(resume):
            check_weights(experiment, resume.weights)
            check_weights(experiment, resume.best.weights or resume.weights)
    elif weights is not None:
        check_weights(experiment, weights)
    control.check_abandoned()
    if control.stopped:
        raise StoppedError("Stopped before anything was learned")
    if backend is None:  # several processes have memory of their own
        expect_room(script.first, device, data)
    with in_words(experiment, device), threads_as_before(), as_exact_as(script.first.recipe, device):
        known = resume.numerics if resume else repeat.numerics if repeat else None
        learner = Learner(experiment, device, start, data.train.targets, known or tuned(experiment, device),
                          backend(device, experiment.recipe) if backend else None)
        yield from Run(experiment, control, data, learner, resume, observers, cores, script,
                       doctor=doctor).events()


def prepare(spec: DataSpec, root: Path | None, control: Control) -> Generator[Event, None, Data]:
    """The data, downloaded where they are missing. Raises DataError; StoppedError once it is stopped."""
    yield Preparing(say("Reading {data}", data=spec.source.title), 0, 0)
    with closing(loading(spec, root)) as steps:
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                data: Data = end.value
                break
            control.check_abandoned()
            downloads = step.doing == "downloading"
            if control.stopped:
                raise StoppedError("The download was stopped" if downloads else "Reading was stopped")
            words = "Downloading {data}: {file}" if downloads else "Reading {data}: {file}"
            if step.file:
                yield Preparing(say(words, data=spec.source.title, file=step.file), step.done, step.total)
    if data.report.notes or data.report.skipped:
        yield DataRead(data.report.notes, data.report.skipped)
    return data

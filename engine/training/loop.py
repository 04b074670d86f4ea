"""``fit``: an experiment becomes a stream of events."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.data.download import fetch
from engine.data.sources import read_arrays
from engine.data.spec import DataSpec
from engine.data.tensors import Data, StoppedError, split_data
from engine.experiment import Experiment
from engine.messages import say
from engine.training.control import AbandonedError, Control
from engine.training.devices import resolve_device
from engine.training.events import Event, Preparing, Weights
from engine.training.failures import check_trainable, in_words
from engine.training.learner import Learner
from engine.training.run import Run
from engine.weights import check_weights


def fit(experiment: Experiment, control: Control | None = None, *, data: Data | None = None, root: Path | None = None,
        weights: Weights | None = None, resume: Mapping[str, Any] | None = None) -> Iterator[Event]:
    """Train, yielding events; ``Finished`` is the last one. One seed on one machine gives one run, bit for bit.

    ``data`` spares loading; ``root`` is where data lie (default: the per-user folder); ``weights`` is what to begin
    with; ``resume`` is an ``EpochEnded.checkpoint`` to go on from. Raises LayerloomError, in words, on the iteration
    where something is wrong; StoppedError when stopped before anything was learned. After ``Control.abandon`` it just
    ends. Seeds torch's global generator.
    """
    try:
        yield from _fit(experiment, control or Control(), data, root, weights, resume)
    except AbandonedError:
        return


def _fit(experiment: Experiment, control: Control, data: Data | None, root: Path | None, weights: Weights | None,
         resume: Mapping[str, Any] | None) -> Iterator[Event]:
    check_trainable(experiment)
    device = resolve_device(experiment.recipe.device)
    start = resume["weights"] if resume else weights
    if start is not None:
        check_weights(experiment, start)
    if data is None:
        data = yield from _prepare(experiment.data, root, control)
    control.check_abandoned()
    if control.stopped:
        raise StoppedError("Stopped before anything was learned")
    with in_words(experiment, device):
        yield from Run(experiment, control, data, Learner(experiment, device, start), resume).events()


def _prepare(spec: DataSpec, root: Path | None, control: Control) -> Generator[Event, None, Data]:
    for step in fetch(spec.dataset, root):
        control.check_abandoned()
        if control.stopped:
            raise StoppedError("The download was stopped")
        yield Preparing(say("Downloading {data}: {file}", data=spec.info.title, file=step.file), step.done, step.total)
    yield Preparing(say("Reading {data}", data=spec.info.title), 0, 0)
    return split_data(spec, read_arrays(spec.dataset, root))

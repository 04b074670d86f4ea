"""A network judged on a part of its data: an experiment, a file or a run, with its weights or others."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace

from engine.data.spec.changes import difference
from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data
from engine.data.tensors.marks import what_changed
from engine.data.tensors.splitting import folded
from engine.evaluation.judging import judging
from engine.evaluation.values import Evaluation, Progress
from engine.experiment.series import fold_called
from engine.messages import Message
from engine.runs.looking import Network, Source, Weights, network_of, root_of, warn
from engine.runs.opened import Run, RunError


def evaluate(source: Source, weights: Weights = None, *, data: DataSpec | Data | None = None, split: str = "validation",
             root: str | os.PathLike[str] | None = None, by_order: bool = False,
             progress: Callable[[int, int], object] | None = None) -> Evaluation:
    """Judge a network on the ``train``, ``validation`` or ``test`` examples: what it gets right, and what not.

    ``source`` and ``weights`` as of ``predict``; ``data`` are others than its own, as a spec or loaded; ``root`` is
    where they lie; ``progress(done, total)`` counts examples. It is computed on the CPU in float32, and the loss is
    the one that training reports. Raises LayerloomError: EvaluationError where the part is empty.
    """
    network = network_of(source, weights, by_order=by_order)
    warn(network.notes)
    with closing(evaluating(network, data=data, split=split, root=root)) as steps:
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                found: Evaluation = end.value
                return found
            if progress is not None:
                progress(step.done, step.total)


def evaluating(network: Network, *, data: DataSpec | Data | None = None, split: str = "validation",
               root: str | os.PathLike[str] | None = None) -> Generator[Progress, None, Evaluation]:
    """The same step by step; to stop, close it. Of a run that had other data than there are now a note says so."""
    experiment, notes = network.experiment, list[Message]()
    if isinstance(data, DataSpec):
        experiment = replace(experiment, data=data)
    is_own = data is None or (isinstance(data, DataSpec) and _asked(data) == _asked(network.experiment.data))

    def given(loaded: Data) -> Data:
        """As the run had them: its fold, and whether they have changed."""
        if network.run is None or not is_own:
            return loaded
        made = _of_fold(network.run, loaded)
        before, now = network.run.experiment.data.known, loaded.spec.known
        started = network.run.state.started
        changed = (what_changed(started.marks, made) if started is not None else None) or (
            difference(before.fingerprint, now.fingerprint, loaded.spec) if before and now else None)
        notes.extend([changed] if changed is not None else [])
        return made

    found = yield from judging(experiment, network.weights, split, root_of(root, network),
                               data=data if isinstance(data, Data) else None, given=given)
    return replace(found, notes=(*notes, *found.notes))


def _asked(data: DataSpec) -> DataSpec:
    """What was chosen, whatever was found in the files."""
    return data.model_copy(update={"known": None})


def _of_fold(run: Run, data: Data) -> Data:
    """The examples of one fold of a cross-validation are divided as they were for its run. Raises RunError."""
    if not run.state.is_fold:
        return data
    fold = fold_called(run.experiment, run.state.title)
    if fold is None:
        raise RunError("{folder} is one fold of a cross-validation, but which one is not known: its files do not say",
                       folder=run.folder)
    return folded(data, fold.folds, fold.number)

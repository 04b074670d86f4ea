"""A network that has grown: what it was and is, how it is called, and the proof that it answers as before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.document.document import Document, Run
from app.window.jobs import Job
from engine.experiment.experiment import Experiment
from engine.experiment.trust import not_allowed
from engine.graph.graph import Graph
from engine.messages import LayerloomError
from engine.training.values import Weights

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from engine.network.growing.widening import Grown

SAMPLES = 32  # that both networks are asked about
TEXTS = {  # of both commands, and why they cannot be done now
    "make_wider": {
        "": "Make wider without changing the answer…",
        "untrained": "Make wider without changing the answer (train it first)",
        "changed": "Make wider without changing the answer (its weights are of the network before)",
        "training": "Make wider without changing the answer (while it trains it stays as it is)",
    },
    "make_deeper": {
        "": "Insert a layer that changes nothing…",
        "untrained": "Insert a layer that changes nothing (train it first)",
        "changed": "Insert a layer that changes nothing (the weights are of the network before)",
        "training": "Insert a layer that changes nothing (while it trains it stays as it is)",
    },
}
Grow = Callable[[Experiment, Weights], "Grown"]


@dataclass(frozen=True)
class Growth:
    """What was grown: the graphs before and after it, and the loaded weights that went with each."""

    before: Graph
    after: Graph
    was: tuple[Weights | None, Experiment | None]
    now: tuple[Weights, Experiment]
    run: Run | None  # the one whose weights have grown, or that was there beside loaded ones


def in_hand(document: Document) -> Weights | None:
    """The weights that there are of it: those loaded last, or the best of its latest run."""
    if document.weights_are_loaded:
        return document.loaded
    return document.trained.best if document.trained is not None else None


def grown_from(experiment: Experiment, weights: Weights, grow: Grow, root: Path | None, job: Job
               ) -> tuple[Grown, float]:
    """In a job's thread: also how much the answers differ."""
    from engine.network.growing.proving import difference  # loads torch

    if not_allowed(experiment.graph):
        raise LayerloomError("It holds code that nobody has agreed to run yet: Train asks about it")
    larger = grow(experiment, weights)
    return larger, difference(experiment, weights, larger, _examples(experiment, root, job))


def _examples(experiment: Experiment, root: Path | None, job: Job) -> Tensor:
    """A few of the data, or random ones where these are not there."""
    import torch  # loads torch

    from engine.data.fetching.folder import missing_files  # needed only when something is fetched
    from engine.data.tensors.batches import Batches
    from engine.data.tensors.loading import load_data

    shape = experiment.data.sample_shape
    try:
        if not missing_files(experiment.data.files, root):
            data: Any = load_data(experiment.data, root, cancelled=job.cancelled)
            batches = Batches(data.train, data, torch.device("cpu"))
            if len(batches):
                return batches.take(torch.arange(min(SAMPLES, len(batches))))[0]
    except LayerloomError:
        pass
    return torch.rand(SAMPLES, *(shape or ()), generator=torch.Generator().manual_seed(0))

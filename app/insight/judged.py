"""What changes make of a whole part of the data, and every channel of a layer masked in turn: in a job's thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from engine.data.fetching.folder import missing_files
from engine.data.tensors.batches import Batches
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment
from engine.inspect.changes import Change
from engine.inspect.lens import Lens
from engine.inspect.samples.sample import Part
from engine.inspect.samples.splits import PARTS
from engine.inspect.why.ablation import Masked, WhatIf, ablation, what_if
from engine.messages import LayerloomError, Message

ORDER: tuple[Part, ...] = ("validation", "train", "test")  # the first that has examples; the test part is kept to last
Cancelled = Callable[[], bool]


class NoExamplesError(LayerloomError):
    """There is nothing to judge a network on."""


class Judged(NamedTuple):
    """What is judged on: which part, and its examples."""

    part: Message
    batches: Batches


def expect_here(experiment: Experiment, root: Path | None) -> None:
    """Nothing is downloaded because one looks. Raises NoExamplesError."""
    if missing_files(experiment.data.files, root):
        raise NoExamplesError("{data} is not on this computer yet: Train fetches it",
                              data=experiment.data.source.title)


def examples_of(experiment: Experiment, root: Path | None, cancelled: Cancelled) -> Judged:
    """The examples that a change is judged on. Raises NoExamplesError, or DataError."""
    expect_here(experiment, root)
    data = load_data(experiment.data, root, cancelled=cancelled)
    for part in ORDER:
        split = getattr(data, part)
        if len(split):
            return Judged(PARTS[part], Batches(split, data, torch.device("cpu"), channels_last=False))
    raise NoExamplesError("The data have no examples")


def effects(lens: Lens, x: Tensor, changes: Sequence[Change], seed: int, root: Path | None,
            cancelled: Cancelled) -> Iterator[tuple[Judged, WhatIf]]:
    """What the changes make of the answer and of the accuracy, batch by batch; the lens is one's own."""
    judged = examples_of(lens.experiment, root, cancelled)
    for found in what_if(lens, x, judged.batches, changes, seed=seed, cancelled=cancelled):
        yield judged, found


def masked(lens: Lens, place: str, root: Path | None, cancelled: Cancelled) -> Iterator[Masked]:
    """Every channel of a layer at 0, one after the other; the lens is one's own."""
    judged = examples_of(lens.experiment, root, cancelled)
    yield from ablation(lens, place, judged.batches, cancelled=cancelled)

"""Examples that a network is judged on, and what comes out: loss and accuracy, of each class too."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.data.tensors.batches import Batches
from engine.data.tensors.data import Split
from engine.experiment.experiment import Experiment
from engine.messages import LayerloomError
from engine.training.failures import DataShapeError
from engine.training.losses import Criterion
from engine.units import shape_text

Given = Batches | Split | tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Scores:
    """Of so many examples ``of`` all there are. Accuracy is nan where numbers are learned, that of a class without
    examples too."""

    examples: int
    of: int
    loss: float
    accuracy: float = math.nan
    by_class: tuple[float, ...] = ()


class StoredExamplesError(LayerloomError):
    """Examples as they are stored, where the network gets them otherwise."""


class Examples:
    """At most ``most`` of them, spread evenly over all, in batches as the network gets them."""

    def __init__(self, given: Given, experiment: Experiment, most: int, batch_size: int) -> None:
        """``given``: batches of the data, or inputs N×… with targets as the network gets them.

        Raises StoredExamplesError for a split that would have to be resized or normalized first.
        """
        self._given = given if isinstance(given, Batches) else _plain(given, experiment)
        self.of = len(self._given) if isinstance(self._given, Batches) else len(self._given[1])
        self.count = min(most, self.of)
        self._index = torch.linspace(0, max(0, self.of - 1), self.count).round().long()
        self._size = batch_size

    @property
    def batches(self) -> int:
        """How many batches there are."""
        return -(-self.count // self._size)

    def take(self, number: int) -> tuple[Tensor, Tensor]:
        """One batch: inputs B×… and targets."""
        index = self._index[number * self._size:(number + 1) * self._size]
        if isinstance(self._given, Batches):
            return self._given.still().take(index)
        return self._given[0].index_select(0, index), self._given[1].index_select(0, index)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return map(self.take, range(self.batches))


def _plain(given: Split | tuple[Tensor, Tensor], experiment: Experiment) -> tuple[Tensor, Tensor]:
    if not isinstance(given, Split):
        return given
    inputs, spec = given.inputs, experiment.data
    if spec.normalize or (spec.is_image and tuple(inputs.shape[1:]) != spec.sample_shape):
        raise StoredExamplesError("These examples are as they are stored: the network gets them normalised or resized")
    return (inputs.float() / 255 if inputs.dtype == torch.uint8 else inputs), given.targets


class Sums:
    """Adds up what a network answers, batch by batch."""

    def __init__(self, experiment: Experiment, of: int, class_weights: Tensor | None = None) -> None:
        self._criterion = Criterion(experiment.recipe, class_weights)
        self._wanted = experiment.data.output_shape
        self._classes = experiment.data.num_classes if experiment.data.task == "classification" else 0
        self._of, self._examples, self._loss, self._weight = of, 0, 0.0, 0.0
        self._right = torch.zeros(2, max(1, self._classes), dtype=torch.int64)  # of each class: all, right ones

    def add(self, answer: Tensor, targets: Tensor) -> None:
        """Take in a batch. Raises DataShapeError where it is not what the data ask for."""
        if self._wanted and tuple(answer.shape[1:]) != self._wanted:
            raise DataShapeError("The network ends in {given}, but {wanted} is to be predicted",
                                 given=shape_text(tuple(answer.shape[1:])), wanted=shape_text(self._wanted))
        loss, weight = float(self._criterion(answer, targets)), float(self._criterion.weight(targets))
        self._loss += loss if self._criterion.is_summed else loss * weight
        self._weight += weight
        self._examples += len(targets)
        if self._classes:
            right = answer.argmax(1) == targets
            self._right[0] += torch.bincount(targets, minlength=self._classes)
            self._right[1] += torch.bincount(targets[right], minlength=self._classes)

    def read(self) -> Scores:
        """What came out so far; nan where nothing did."""
        loss = self._loss / self._weight if self._weight else math.nan
        if not self._classes:
            return Scores(self._examples, self._of, loss)
        real, right = self._right.tolist()
        each = tuple(found / count if count else math.nan for count, found in zip(real, right, strict=True))
        accuracy = sum(right) / self._examples if self._examples else math.nan
        return Scores(self._examples, self._of, loss, accuracy, each)

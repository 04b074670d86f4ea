"""The numbers whose gradient tells something: the loss of the recipe, the score of a class."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.experiment.experiment import Experiment
from engine.inspect.lens import Scalar
from engine.messages import LayerloomError
from engine.training.losses import Criterion


class NoSuchClassError(LayerloomError):
    """The network has no output for it."""


def loss_of(experiment: Experiment, target: int | Tensor, class_weights: Tensor | None = None) -> Scalar:
    """The recipe's loss against the number of a class, or a target for each example (int64 B, or float32 B×…).

    What it gives raises DataShapeError or NoSuchClassError where the target does not fit the answer.
    """
    criterion = Criterion(experiment.recipe, class_weights)

    def loss(answer: Tensor) -> Tensor:
        wanted = target if isinstance(target, Tensor) else torch.full((len(answer),), target)
        if not wanted.is_floating_point():
            _check(answer, int(wanted.max()), int(wanted.min()))
        return criterion(answer, wanted)

    return loss


def score_of(class_number: int) -> Scalar:
    """What the network gives for this class, or for this of several numbers, before any softmax of the loss.

    Of several examples the sum, so that each has its own gradient. What it gives raises NoSuchClassError.
    """

    def score(answer: Tensor) -> Tensor:
        _check(answer, class_number, class_number)
        return answer.flatten(1)[:, class_number].sum()

    return score


def _check(answer: Tensor, highest: int, lowest: int) -> None:
    count = answer.shape[1:].numel()
    if lowest < 0 or highest >= count:
        raise NoSuchClassError("There is no class {number}: the network has {count} outputs", count=count,
                               number=highest if highest >= count else lowest)

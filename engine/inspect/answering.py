"""A network asked about many examples: probabilities of classes, or numbers; and what each example costs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.experiment.trust import sources_of
from engine.inspect.answers import end_of, probabilities
from engine.inspect.lens import ALWAYS, Lens, no_answer
from engine.messages import LayerloomError
from engine.training.failures import DataShapeError
from engine.units import shape_text

SHARES = ("Softmax", "Sigmoid")  # ends that give probabilities


class AnswerError(LayerloomError):
    """The network gives something else than the data ask for."""


class Answers:
    """Runs a network on many examples and says what its outputs mean. Raises NoAnswerError where it has no end."""

    def __init__(self, lens: Lens) -> None:
        self._lens, self._experiment = lens, lens.experiment
        self._draws = bool(sources_of(lens.experiment.graph)) or any(
            isinstance(part, ALWAYS) for part in lens.module.modules())

    def outputs(self, x: Tensor) -> Tensor:
        """B×… → what the network gives, as the lens is: learning or predicting."""
        if self._draws or self._lens.training or not self._lens.ends:
            look = self._lens.look(x)
            if look.answer is None:
                raise no_answer(look)
            return look.answer
        with torch.no_grad():  # nothing is kept of the layers on the way
            try:
                answer: Tensor = self._lens.module(x)
            except Exception as error:  # whatever a layer may raise: once more, slower, to say at which
                look = self._lens.look(x)
                raise no_answer(look) from error
        return answer

    def probabilities(self, outputs: Tensor) -> Tensor:
        """B×… → B×classes, between 0 and 1. Raises AnswerError where outputs and classes are not as many."""
        classes = self._experiment.data.num_classes
        found = probabilities(outputs, self._experiment) if tuple(outputs.shape[1:]) == (classes,) else None
        if found is None:
            raise AnswerError("The network ends in {given}, but there are {count} classes",
                              given=shape_text(tuple(outputs.shape[1:])) or "1", count=classes)
        return found

    def values(self, outputs: Tensor) -> Tensor:
        """B×… in the target's own unit: where its logarithm was learned, without it; of BCE, whose sigmoid is in the
        loss, between 0 and 1. Raises AnswerError where the targets have another shape.
        """
        data = self._experiment.data
        if data.output_shape and tuple(outputs.shape[1:]) != data.output_shape:
            raise AnswerError("The network ends in {given}, but {wanted} is to be predicted",
                              given=shape_text(tuple(outputs.shape[1:])) or "1", wanted=shape_text(data.output_shape))
        return in_unit(outputs, self._experiment)


def in_unit(outputs: Tensor, experiment: Experiment) -> Tensor:
    """Numbers as the target has them: without its logarithm, and of BCE between 0 and 1."""
    if experiment.recipe.loss_row.within_unit and end_of(experiment) not in SHARES:
        return outputs.float().sigmoid()
    return without_log(outputs.float(), experiment)


def without_log(targets: Tensor, experiment: Experiment) -> Tensor:
    """Targets as the table has them, where their logarithm is learned."""
    data = experiment.data
    return targets.exp() if data.table.log_target and "preparation" in data.source.pages(data) else targets


def losses(recipe: Recipe, outputs: Tensor, targets: Tensor) -> Tensor:
    """The recipe's loss of each example, B: outputs B×…, targets int64 B or float32 B×…. Classes are not weighted.

    Raises DataShapeError where numbers have another shape, or a class has no output.
    """
    row = recipe.loss_row
    if not targets.is_floating_point() and (outputs.dim() < 2 or int(targets.max()) >= outputs.shape[1]):
        raise DataShapeError("The network ends in {given}: it has no output for class {number}",
                             given=shape_text(tuple(outputs.shape[1:])) or "1", number=int(targets.max()))
    options: dict[str, Any] = {"label_smoothing": recipe.label_smoothing} if row.is_smoothed else {}
    if not row.classes_only:
        if not targets.is_floating_point():
            targets = functional.one_hot(targets, outputs.shape[1])
        targets = targets.to(outputs.dtype)
        if targets.shape != outputs.shape:
            raise DataShapeError("The network ends in {given}, but {wanted} is to be predicted",
                                 given=shape_text(tuple(outputs.shape[1:])),
                                 wanted=shape_text(tuple(targets.shape[1:])))
    each: Tensor = getattr(functional, row.torch)(outputs, targets, reduction="none", **options)
    flat = each.reshape(len(outputs), -1) * row.factor
    return flat.sum(1) if recipe.reduction == "sum" else flat.mean(1)

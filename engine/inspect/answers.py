"""What a network's outputs mean: probabilities of classes, or numbers; and what each example costs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional

from engine.experiment.recipe import Recipe
from engine.experiment.trust import sources_of
from engine.inspect.lens import ALWAYS, Lens, no_answer
from engine.messages import LayerloomError
from engine.training.failures import DataShapeError
from engine.units import shape_text

PASSING = (nn.Flatten, nn.Identity, nn.modules.dropout._DropoutNd)  # what comes out is what came in
SHARES = (nn.Softmax, nn.Sigmoid)  # what comes out are probabilities


class AnswerError(LayerloomError):
    """The network gives something else than the data ask for."""


class Answers:
    """Runs a network on many examples and says what its outputs mean. Raises NoAnswerError where it has no end."""

    def __init__(self, lens: Lens) -> None:
        self._lens, self._experiment = lens, lens.experiment
        self._end = end_of(lens)
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
        """B×… → B×classes, between 0 and 1. Raises AnswerError where outputs and classes are not as many.

        Softmax of scores, unless the network itself ends in one; of binary cross-entropy each output's own sigmoid.
        Where a distance to 0 and 1 is learned, the outputs themselves, cut off below 0 and made to add up to 1.
        """
        data, loss = self._experiment.data, self._experiment.recipe.loss_row
        if tuple(outputs.shape[1:]) != (data.num_classes,):
            raise AnswerError("The network ends in {given}, but there are {count} classes",
                              given=shape_text(tuple(outputs.shape[1:])) or "1", count=data.num_classes)
        outputs = outputs.float()
        if isinstance(self._end, SHARES):
            return outputs
        if loss.within_unit:
            return outputs.sigmoid()
        if loss.classes_only:  # also of log-probabilities: softmax leaves them as they are
            return outputs.softmax(1)
        plain = outputs.clamp(min=0)
        total = plain.sum(1, keepdim=True)
        return torch.where(total > 0, plain / total.clamp(min=1e-30), 1 / data.num_classes)

    def values(self, outputs: Tensor) -> Tensor:
        """B×… in the target's own unit: where its logarithm was learned, without it; of BCE, whose sigmoid is in the
        loss, between 0 and 1. Raises AnswerError where the targets have another shape.
        """
        data = self._experiment.data
        if data.output_shape and tuple(outputs.shape[1:]) != data.output_shape:
            raise AnswerError("The network ends in {given}, but {wanted} is to be predicted",
                              given=shape_text(tuple(outputs.shape[1:])) or "1", wanted=shape_text(data.output_shape))
        if self._experiment.recipe.loss_row.within_unit and not isinstance(self._end, SHARES):
            return outputs.float().sigmoid()
        is_log = data.table.log_target and "preparation" in data.source.pages(data)
        return outputs.float().exp() if is_log else outputs.float()


def end_of(lens: Lens) -> nn.Module | None:
    """The layer that gives the answer, behind what only passes it on, inside blocks too; None: it is no module."""
    if not lens.ends:
        return None
    place = _last(lens.module)
    while True:
        module = lens.modules.get(place)
        if isinstance(module, fx.GraphModule):
            place = f"{place}.{_last(module)}"
        elif isinstance(module, PASSING) and len(lens.sources[place]) == 1:
            place = lens.sources[place][0]
        else:
            return module


def _last(module: fx.GraphModule) -> str:
    end = next(node for node in reversed(module.graph.nodes) if node.op == "output")
    last = end.all_input_nodes[0]
    return str(last.meta.get("layer", last.name))


def losses(recipe: Recipe, outputs: Tensor, targets: Tensor) -> Tensor:
    """The recipe's loss of each example, B: outputs B×…, targets int64 B or float32 B×…. Classes are not weighted.

    Raises DataShapeError where numbers have another shape.
    """
    row = recipe.loss_row
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

"""Losses: what a batch's outputs cost, as the recipe says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from engine.experiment.recipe import Recipe
from engine.training.failures import DataShapeError
from engine.units import shape_text


def balanced_weights(labels: Tensor, classes: int) -> Tensor:
    """One weight for each class: N / (classes × its count); a class without examples gets 1."""
    counts = torch.bincount(labels.cpu(), minlength=classes).float()
    return torch.where(counts > 0, len(labels) / (int((counts > 0).sum()) * counts), torch.ones(()))


class Criterion:
    """The loss of a batch, and how much that batch weighs in a mean over several."""

    def __init__(self, recipe: Recipe, class_weights: Tensor | None = None) -> None:
        row = recipe.loss_row
        self._loss: Callable[..., Tensor] = getattr(functional, row.torch)
        self._factor, self._takes_classes = row.factor, row.classes_only
        self.is_summed = recipe.reduction == "sum"  # over the batch; a summed loss is counted per example
        self._weights = class_weights if recipe.class_weights == "balanced" and row.is_weighted else None
        self._options: dict[str, Any] = {"reduction": recipe.reduction}
        if self._weights is not None:
            self._options["weight"] = self._weights
        if row.is_smoothed and recipe.label_smoothing:
            self._options["label_smoothing"] = recipe.label_smoothing

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The scalar loss of outputs B×… against int64 classes B, or float32 numbers of the outputs' shape.

        Raises DataShapeError where numbers have another shape.
        """
        if not self._takes_classes:
            if not targets.is_floating_point():
                targets = functional.one_hot(targets, outputs.shape[1])
            targets = targets.to(outputs.dtype)
            if targets.shape != outputs.shape:  # torch would broadcast, and the number would mean nothing
                raise DataShapeError("The network ends in {given}, but {wanted} is to be predicted",
                                     given=shape_text(tuple(outputs.shape[1:])),
                                     wanted=shape_text(tuple(targets.shape[1:])))
        elif self._weights is not None and self._weights.dtype != outputs.dtype:
            self._options["weight"] = self._weights = self._weights.to(outputs.dtype)
        loss = self._loss(outputs, targets, **self._options)
        return loss if self._factor == 1.0 else loss * self._factor

    def weight(self, targets: Tensor) -> Tensor | int:
        """What a batch's loss counts in a mean over several, so that no batch size changes the mean."""
        if self.is_summed or self._weights is None:
            return len(targets)
        return self._weights.index_select(0, targets).sum()

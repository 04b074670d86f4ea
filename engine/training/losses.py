"""Losses: what a batch's outputs cost, as the recipe says."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from engine.experiment.recipe import CLASSES_ONLY, Loss, Recipe

_DISTANCES: dict[Loss, Callable[..., Tensor]] = {
    "bce": functional.binary_cross_entropy_with_logits, "mse": functional.mse_loss, "half_mse": functional.mse_loss,
    "l1": functional.l1_loss, "huber": functional.huber_loss,
}  # fmt: skip


def balanced_weights(labels: Tensor, classes: int) -> Tensor:
    """One weight for each class: N / (classes × its count); a class without examples gets 1."""
    counts = torch.bincount(labels.cpu(), minlength=classes).float()
    return torch.where(counts > 0, len(labels) / (int((counts > 0).sum()) * counts), torch.ones(()))


class Criterion:
    """The loss of a batch, and how much that batch weighs in a mean over several."""

    def __init__(self, recipe: Recipe, class_weights: Tensor | None = None) -> None:
        self._loss, self._reduction, self._smoothing = recipe.loss, recipe.reduction, recipe.label_smoothing
        self._weights = class_weights if recipe.class_weights == "balanced" and recipe.loss in CLASSES_ONLY else None

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The scalar loss of outputs B×… against int64 classes B, or float32 numbers of the outputs' shape."""
        if self._loss == "cross_entropy":
            return functional.cross_entropy(outputs, targets, weight=self._weights, reduction=self._reduction,
                                            label_smoothing=self._smoothing)
        if self._loss == "nll":
            return functional.nll_loss(outputs, targets, weight=self._weights, reduction=self._reduction)
        if not targets.is_floating_point():
            targets = functional.one_hot(targets, outputs.shape[1])
        loss = _DISTANCES[self._loss](outputs, targets.to(outputs.dtype), reduction=self._reduction)
        return loss / 2 if self._loss == "half_mse" else loss

    def total(self, loss: Tensor, targets: Tensor) -> tuple[Tensor, Tensor | int]:
        """A batch's loss as a sum, and the weight to divide it by: together they give means that no batch size changes.

        A summed loss is counted per example.
        """
        if self._reduction == "sum":
            return loss, len(targets)
        weight = len(targets) if self._weights is None else self._weights.index_select(0, targets).sum()
        return loss * weight, weight

"""What happens to gradients before a step: the mean of those gathered, clipping, L1."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from engine.experiment.recipe import Recipe
from engine.training.groups import Group


class Shaping:
    """In the order: mean, values, norm, L1. Clipping sees the loss's gradient alone, as weight decay comes after it."""

    def __init__(self, recipe: Recipe, groups: Sequence[Group]) -> None:
        self._value, self._norm = recipe.clip_value, recipe.clip_norm
        self._is_mean = recipe.reduction == "mean"  # a loss that is a sum is one over all batches, too
        self._groups = groups
        self._weights = [weight for group in groups for weight in group.weights]
        self._has_l1 = any(group.l1 for group in groups)
        self.is_idle = not (self._value or self._norm or self._has_l1)

    @torch.no_grad()
    def shape(self, gathered: int) -> None:
        """The gradients that so many batches have left."""
        if gathered > 1 and self._is_mean:
            torch._foreach_div_([gradient for _, gradient in _learning(self._weights)], gathered)
        if self._value:
            clip_grad_value_(self._weights, self._value)
        if self._norm:
            clip_grad_norm_(self._weights, self._norm)
        for group in self._groups if self._has_l1 else ():
            pairs = _learning(group.weights) if group.l1 else []
            if pairs:
                signs = torch._foreach_sign([weight for weight, _ in pairs])
                torch._foreach_add_([gradient for _, gradient in pairs], signs, alpha=group.l1)


def _learning(weights: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
    """Those that have a gradient, with it: code may leave some out of a batch."""
    return [(weight, weight.grad) for weight in weights if weight.grad is not None]

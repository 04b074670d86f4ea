"""Ends a run before a step that would make weights of what is no number. On a CPU, where asking costs nothing."""

from __future__ import annotations

import math

import torch
from torch import Tensor, fx

from engine.network.weights import RANDOM
from engine.training.doctor.born import Born, Criterion, Place, find


class NoNumberError(Exception):
    """A batch gave infinity or nan, before its step; whoever trains makes a sentence of it."""

    def __init__(self, loss: float, born: Born | None) -> None:
        super().__init__(loss)
        self.loss, self.born = loss, born


class Guard:
    """Of a model that learns. ``draws``: whether it drops; then what it drops is dropped again when one looks."""

    def __init__(self, model: fx.GraphModule, *, draws: bool) -> None:
        self._model, self._draws = model, draws
        self._drawn: Tensor | None = None
        # whatever is born on the way back comes to the first layer, and is summed up fastest in its smallest weight
        learning = [(key.rpartition(".")[0], each) for key, each in model.named_parameters() if each.requires_grad]
        first = [weight for place, weight in learning if place == learning[0][0]]
        self._last = min(first, key=Tensor.numel, default=None) if _is_chain(model) else None
        self._all = [weight for _, weight in learning]

    def before(self) -> None:
        """The batch is there, and the network about to be called."""
        if self._draws:
            self._drawn = torch.random.get_rng_state()

    def check_loss(self, loss: Tensor, criterion: Criterion, at: Place) -> None:
        """Before the way back. Raises NoNumberError."""
        value = float(loss.detach())
        if not math.isfinite(value):
            raise NoNumberError(value, self.find(criterion, at))

    def check_gradients(self, criterion: Criterion, at: Place) -> None:
        """Before the step. Raises NoNumberError."""
        if self._are_broken():
            raise NoNumberError(math.nan, self.find(criterion, at))

    def _are_broken(self) -> bool:
        gradient = self._last.grad if self._last is not None else None
        if gradient is not None:
            return not math.isfinite(float(gradient.sum())) and not bool(gradient.isfinite().all())
        some = [weight.grad for weight in self._all if weight.grad is not None]  # of several ways back any
        return bool(some) and not math.isfinite(float(torch.stack(torch._foreach_norm(some)).sum())) and any(
            not bool(each.isfinite().all()) for each in some)

    def find(self, criterion: Criterion, at: Place) -> Born | None:
        """Where it was born."""
        with RANDOM:
            if self._drawn is not None:
                torch.random.set_rng_state(self._drawn)
            return find(self._model, criterion, at)


def _is_chain(module: fx.GraphModule) -> bool:
    """Whether there is one way back only, also in its blocks."""
    for node in module.graph.nodes:
        if len(node.users) > 1 or len(node.all_input_nodes) > 1:
            return False
        inner = module.get_submodule(str(node.target)) if node.op == "call_module" else None
        if isinstance(inner, fx.GraphModule) and not _is_chain(inner):
            return False
    return True

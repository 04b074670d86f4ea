"""Steps by torch's own kernels, each a call for all weights of a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.experiment.choices.optimizers import OptimizerRow
from engine.training.groups import Group, described, expect_shape, like, remembered


class ByKernel:
    """torch's own call for a whole step, without its ``Optimizer`` around it: bit for bit the same.

    That class costs more than a small network's gradients, and the first one loads 71 MB (torch._dynamo).
    """

    def __init__(self, row: OptimizerRow, options: Mapping[str, Any], groups: Sequence[Group]) -> None:
        self._row, self._groups = row, groups
        self._momentum, self._dampening = float(options.get("momentum", 0.0)), float(options.get("dampening", 0.0))
        self._nesterov, self._amsgrad = bool(options.get("nesterov")), bool(options.get("amsgrad"))
        self._beta1, self._beta2 = options.get("betas", (0.0, 0.0))
        self._epsilon = float(options.get("eps", 0.0))
        self._weights = [weight for group in groups for weight in group.weights]
        moments = ("step", "exp_avg", "exp_avg_sq", *(["max_exp_avg_sq"] if self._amsgrad else []))
        self._asked = moments if row.kernel != "sgd" else ("momentum_buffer",) if self._momentum else ()

    def clear(self) -> None:
        """Forget the gradients."""
        for weight in self._weights:
            weight.grad = None

    def unscale(self) -> None:
        """They are not scaled."""

    @torch.no_grad()
    def step(self) -> None:
        """One call for each group."""
        for group in self._groups:
            gradients = [weight.grad for weight in group.weights]
            found = [gradient for gradient in gradients if gradient is not None]
            if len(found) == len(gradients):
                self._follow(group, group.weights, found, group.memory)
            elif found:  # code may leave some weights out of a batch
                places = [place for place, gradient in enumerate(gradients) if gradient is not None]
                self._follow(group, [group.weights[place] for place in places], found,
                             [group.memory[place] for place in places])

    def _follow(self, group: Group, weights: list[Tensor], gradients: list[Tensor],
                memory: list[dict[str, Tensor]]) -> None:
        if self._row.kernel != "sgd":
            self._follow_moments(group, weights, gradients, memory)
        elif not self._momentum:
            self._descend(group, weights, gradients, [], is_first=False)
        else:
            self._descend_with_momentum(group, weights, gradients, memory)

    def _descend(self, group: Group, weights: list[Tensor], gradients: list[Tensor], buffers: list[Tensor], *,
                 is_first: bool) -> None:
        torch._fused_sgd_(weights, gradients, buffers, weight_decay=group.decay, momentum=self._momentum, lr=group.lr,
                          dampening=self._dampening, nesterov=self._nesterov, maximize=False, is_first_step=is_first,
                          grad_scale=None, found_inf=None)

    def _descend_with_momentum(self, group: Group, weights: list[Tensor], gradients: list[Tensor],
                               memory: list[dict[str, Tensor]]) -> None:
        """The first gradient of a weight begins its momentum."""
        fresh = [place for place, kept in enumerate(memory) if "momentum_buffer" not in kept]
        others = [place for place in range(len(memory)) if place not in fresh] if fresh else range(len(memory))
        for place in fresh:
            memory[place]["momentum_buffer"] = torch.empty_like(weights[place])
        for places, is_first in ((fresh, True), (others, False)):
            if places:
                self._descend(group, [weights[place] for place in places], [gradients[place] for place in places],
                              [memory[place]["momentum_buffer"] for place in places], is_first=is_first)

    def _follow_moments(self, group: Group, weights: list[Tensor], gradients: list[Tensor],
                        memory: list[dict[str, Tensor]]) -> None:
        for weight, kept in zip(weights, memory, strict=True):
            if "exp_avg" not in kept:
                kept["step"] = torch.zeros((), dtype=torch.float32, device=weight.device)
                kept["exp_avg"], kept["exp_avg_sq"] = torch.zeros_like(weight), torch.zeros_like(weight)
                if self._amsgrad:
                    kept["max_exp_avg_sq"] = torch.zeros_like(weight)
        steps = [kept["step"] for kept in memory]
        torch._foreach_add_(steps, 1.0)
        kernel = torch._fused_adamw_ if self._row.kernel == "adamw" else torch._fused_adam_
        kernel(weights, gradients, [kept["exp_avg"] for kept in memory], [kept["exp_avg_sq"] for kept in memory],
               [kept["max_exp_avg_sq"] for kept in memory] if self._amsgrad else [], steps, amsgrad=self._amsgrad,
               lr=group.lr, beta1=self._beta1, beta2=self._beta2, weight_decay=group.decay, eps=self._epsilon,
               maximize=False, grad_scale=None, found_inf=None)

    def set_lr(self, lr: float, factor: float) -> None:
        """Every group keeps its multiple of it."""
        for group in self._groups:
            group.lr = lr * factor * group.multiplier

    def state(self) -> dict[str, Any]:
        """As torch.optim numbers weights: through all groups."""
        memory = [kept for group in self._groups for kept in group.memory]
        return {"state": {place: dict(kept) for place, kept in enumerate(memory) if kept},
                "param_groups": described(self._groups),
                "names": [name for group in self._groups for name in group.names]}

    def take_state(self, state: Mapping[str, Any]) -> None:
        """Continue with it, each tensor in its weight's own memory order."""
        kept = iter(remembered(state, self._groups))
        for group in self._groups:
            group.memory = [self._memory(weight, next(kept)) for weight in group.weights]

    def _memory(self, weight: Tensor, kept: Mapping[str, Any]) -> dict[str, Tensor]:
        """Of one weight: nothing yet, or all that a step asks for."""
        found = {name: like(weight, value) for name, value in kept.items() if isinstance(value, Tensor)}
        for name in self._asked if found else ():
            expect_shape(weight if name != "step" else weight.new_empty(()), found[name])
        return found

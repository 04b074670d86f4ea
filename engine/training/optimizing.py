"""How weights follow their gradients: the recipe's optimizer over groups of weights of equal rate and decay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.amp import GradScaler

from engine.blocks.settings import settings_at
from engine.experiment.choices.optimizers import OptimizerRow
from engine.experiment.recipe import Recipe
from engine.graph.parameters import NodeParameters

BETAS, EPSILON = (0.9, 0.999), 1e-8  # torch's own, of Adam and AdamW


class Optimizer(Protocol):
    """What a learner asks of it."""

    def clear(self) -> None:
        """Forget the gradients."""

    def step(self) -> None:
        """Follow them."""

    def set_lr(self, lr: float, factor: float) -> None:
        """The recipe's learning rate, and what the schedule makes of it; every group keeps its multiple."""

    def state(self) -> dict[str, Any]:
        """What it remembers, by the numbers and names of torch.optim's ``state_dict``; not a copy."""

    def take_state(self, state: Mapping[str, Any]) -> None:
        """Continue with what ``state`` gave, here or in another of these classes."""


@dataclass
class Group:
    """Weights of one learning rate and decay; ``memory`` holds what is kept for each, by torch's own names."""

    weights: list[Tensor]
    multiplier: float
    decay: float
    lr: float = 0.0
    memory: list[dict[str, Tensor]] = field(default_factory=list)


def make_optimizer(recipe: Recipe, module: nn.Module, settings: Mapping[str, NodeParameters],
                   scaler: GradScaler | None = None) -> Optimizer:
    """The recipe's optimizer over the weights that learn."""
    groups, row = _groups(recipe, module, settings), recipe.optimizer_row
    options = {argument: getattr(recipe, name) for name, argument in row.fields.items()}
    weights = [weight for group in groups for weight in group.weights]
    # one kernel for everything: Adam's step takes a quarter of the time, which small batches notice
    is_fused = bool(row.kernel) and all(weight.device.type in {"cpu", "cuda"} for weight in weights)
    is_alike = len({(weight.device, weight.dtype) for weight in weights}) == 1
    if is_fused and is_alike and scaler is None:
        return ByKernel(row, options, groups)
    return ByClass(row, options | ({"fused": True} if is_fused else {}), groups, scaler)


def _groups(recipe: Recipe, module: nn.Module, settings: Mapping[str, NodeParameters]) -> list[Group]:
    together: dict[tuple[float, float], Group] = {}
    for key, weight in module.named_parameters():
        own = settings_at(settings, key)
        decays = recipe.decay_biases or weight.dim() >= 2
        decay = recipe.weight_decay * own.decay_multiplier if decays else 0.0
        if weight.requires_grad:
            group = together.setdefault((own.lr_multiplier, decay), Group([], own.lr_multiplier, decay))
            group.weights.append(weight)
            group.memory.append({})
    return list(together.values())


class ByKernel:
    """torch's own call for a whole step, without its ``Optimizer`` around it: bit for bit the same.

    That class costs more than a small network's gradients, and the first one loads 71 MB (torch._dynamo).
    """

    def __init__(self, row: OptimizerRow, options: Mapping[str, Any], groups: Sequence[Group]) -> None:
        self._row, self._groups = row, groups
        self._momentum = float(options.get("momentum", 0.0))
        self._weights = [weight for group in groups for weight in group.weights]

    def clear(self) -> None:
        """Forget the gradients."""
        for weight in self._weights:
            weight.grad = None

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
                          dampening=0.0, nesterov=False, maximize=False, is_first_step=is_first, grad_scale=None,
                          found_inf=None)

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
        steps = [kept["step"] for kept in memory]
        torch._foreach_add_(steps, 1.0)
        kernel = torch._fused_adamw_ if self._row.kernel == "adamw" else torch._fused_adam_
        kernel(weights, gradients, [kept["exp_avg"] for kept in memory], [kept["exp_avg_sq"] for kept in memory], [],
               steps, amsgrad=False, lr=group.lr, beta1=BETAS[0], beta2=BETAS[1], weight_decay=group.decay,
               eps=EPSILON, maximize=False, grad_scale=None, found_inf=None)

    def set_lr(self, lr: float, factor: float) -> None:
        """Every group keeps its multiple of it."""
        for group in self._groups:
            group.lr = lr * factor * group.multiplier

    def state(self) -> dict[str, Any]:
        """As torch.optim numbers weights: through all groups."""
        memory = [kept for group in self._groups for kept in group.memory]
        return {"state": {place: dict(kept) for place, kept in enumerate(memory) if kept},
                "param_groups": _described(self._groups)}

    def take_state(self, state: Mapping[str, Any]) -> None:
        """Continue with it, each tensor in its weight's own memory order."""
        place = 0
        for group in self._groups:
            for index, weight in enumerate(group.weights):
                kept = state.get("state", {}).get(place, {})
                group.memory[index] = {name: _like(weight, value) for name, value in kept.items()
                                       if isinstance(value, Tensor)}
                place += 1


def _like(weight: Tensor, value: Tensor) -> Tensor:
    """A copy where the weight is; of its shape also in its memory order, which kernels take for granted."""
    if value.shape != weight.shape or value.dim() == 0:
        return value.detach().clone().to(weight.device)
    return torch.empty_like(weight).copy_(value)


def _described(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """As torch.optim lists them: each weight by its number."""
    places = iter(range(sum(len(group.weights) for group in groups)))
    return [{"params": [next(places) for _ in group.weights], "lr": group.lr, "weight_decay": group.decay}
            for group in groups]


class ByClass:
    """A class of torch.optim: for what has no kernel, or not on this device, or whose loss is scaled."""

    def __init__(self, row: OptimizerRow, options: Mapping[str, Any], groups: Sequence[Group],
                 scaler: GradScaler | None) -> None:
        self._groups, self._scaler = groups, scaler
        self._optimizer = getattr(torch.optim, row.torch)(
            [{"params": group.weights, "weight_decay": group.decay} for group in groups], **options)

    def clear(self) -> None:
        """Forget the gradients."""
        self._optimizer.zero_grad()

    def step(self) -> None:
        """None where a scaled gradient grew beyond all numbers: the scale is lowered instead."""
        if self._scaler is None:
            self._optimizer.step()
        else:
            self._scaler.step(self._optimizer)
            self._scaler.update()

    def set_lr(self, lr: float, factor: float) -> None:
        """Every group keeps its multiple of it."""
        for group, told in zip(self._groups, self._optimizer.param_groups, strict=True):
            group.lr = told["lr"] = lr * factor * group.multiplier

    def state(self) -> dict[str, Any]:
        """What it remembers of each weight."""
        return {"state": self._optimizer.state_dict()["state"], "param_groups": _described(self._groups)}

    def take_state(self, state: Mapping[str, Any]) -> None:
        """Continue with it."""
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": state.get("state", {}), "param_groups": groups})
        for weight, kept in self._optimizer.state.items():
            kept.update({name: _like(weight, value) for name, value in kept.items() if isinstance(value, Tensor)})

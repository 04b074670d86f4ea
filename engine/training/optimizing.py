"""How weights follow their gradients: the recipe's optimizer over groups of weights of equal rate and decay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.amp import GradScaler

from engine.experiment.choices.optimizers import OptimizerRow, optimizer_of
from engine.experiment.recipe import Recipe
from engine.graph.parameters import NodeParameters
from engine.training.groups import Group, described, expect_shape, groups_of, like, remembered
from engine.training.kernels import ByKernel


class Optimizer(Protocol):
    """What a learner asks of it."""

    def clear(self) -> None:
        """Forget the gradients."""

    def unscale(self) -> None:
        """Gradients as they are, where the loss was scaled: before anything looks at them."""

    def step(self) -> None:
        """Follow them."""

    def set_lr(self, lr: float, factor: float) -> None:
        """The recipe's learning rate, and what the schedule makes of it; every group keeps its multiple."""

    def state(self) -> dict[str, Any]:
        """What it remembers, by the numbers and names of torch.optim's ``state_dict``; not a copy."""

    def take_state(self, state: Mapping[str, Any]) -> None:
        """Continue with what ``state`` gave, here or in another of these classes."""


def make_optimizer(recipe: Recipe, module: nn.Module, settings: Mapping[str, NodeParameters],
                   scaler: GradScaler | None = None) -> Optimizer:
    """The recipe's optimizer over the weights that learn."""
    return optimizer_over(recipe, groups_of(recipe, module, settings), scaler)


def optimizer_over(recipe: Recipe, groups: Sequence[Group], scaler: GradScaler | None = None) -> Optimizer:
    """The same over groups that are there."""
    choice, options = recipe.optimizer_choice, arguments_of(recipe)
    weights = [weight for group in groups for weight in group.weights]
    # one kernel for everything: Adam's step takes a quarter of the time, which small batches notice
    is_fused = bool(choice.row.kernel) and all(weight.device.type in {"cpu", "cuda"} for weight in weights)
    is_alike = len({(weight.device, weight.dtype) for weight in weights}) == 1
    if is_fused and is_alike and scaler is None:
        return ByKernel(choice.row, options, groups)
    # in torch's class that kernel wants momentum of all weights or of none, and keeps what a step left out never wrote
    is_fused = is_fused and not options.get("momentum")
    return ByClass(choice.row, options | ({"fused": True} if is_fused else {}), groups, scaler)


def arguments_of(recipe: Recipe) -> dict[str, Any]:
    """What its class in torch.optim is called with, beside rate and decay."""
    choice = recipe.optimizer_choice
    fields = {argument: getattr(recipe, name) for name, argument in choice.row.fields.items()}
    ahead = {"nesterov": False} if fields.get("momentum") == 0 else {}  # which torch refuses without momentum
    return {**choice.row.arguments(choice.options), **fields, **ahead}


class ByClass:
    """A class of torch.optim: for what has no kernel, or not on this device, or whose loss is scaled.

    Where it takes matrices alone another class takes the other weights.
    """

    def __init__(self, row: OptimizerRow, options: Mapping[str, Any], groups: Sequence[Group],
                 scaler: GradScaler | None) -> None:
        self._groups, self._scaler, self._is_fused = groups, scaler, bool(options.get("fused"))
        self._row, self._options = row, options
        self._optimizers = _made(row, options, groups)
        self._of = {weight: part for part in self._optimizers for told in part.param_groups
                    for weight in told["params"]}

    def clear(self) -> None:
        """Forget the gradients."""
        for optimizer in self._optimizers:
            optimizer.zero_grad()

    def unscale(self) -> None:
        """Gradients as they are."""
        if self._scaler is not None:
            for optimizer in self._optimizers:
                self._scaler.unscale_(optimizer)

    def step(self) -> None:
        """None where a scaled gradient grew beyond all numbers: the scale is lowered instead."""
        for optimizer in self._optimizers:
            if self._scaler is None:
                optimizer.step()
            else:
                self._scaler.step(optimizer)
        if self._scaler is not None:
            self._scaler.update()

    def set_lr(self, lr: float, factor: float) -> None:
        """Every group keeps its multiple of it."""
        for group in self._groups:
            group.lr = lr * factor * group.multiplier
        for optimizer in self._optimizers:
            for told in optimizer.param_groups:
                told["lr"] = lr * factor * told["multiplier"]

    def state(self) -> dict[str, Any]:
        """What it remembers of each weight."""
        kept = {place: dict(self._of[weight].state.get(weight, {})) for place, weight in enumerate(self._weights())}
        return {"state": {place: values for place, values in kept.items() if values},
                "param_groups": described(self._groups),
                "names": [name for group in self._groups for name in group.names]}

    def take_state(self, state: Mapping[str, Any]) -> None:
        """Continue with it."""
        for weight, kept in zip(self._weights(), remembered(state, self._groups), strict=True):
            if kept:
                self._expect_alike(weight, kept)
                self._of[weight].state[weight] = {
                    name: self._like(weight, value) if isinstance(value, Tensor) else value
                    for name, value in kept.items()}

    def _expect_alike(self, weight: Tensor, kept: Mapping[str, Any]) -> None:
        """Raise an error unless there is all that a step leaves of such a weight: found out by one of its kind."""
        other = nn.Parameter(torch.zeros_like(weight))
        other.grad = torch.zeros_like(weight)
        [optimizer] = _made(self._row, self._options, [Group([other], 1.0, 0.0)])
        optimizer.step()
        for name, value in optimizer.state[other].items():
            if isinstance(value, Tensor):
                expect_shape(value, kept[name])

    def _like(self, weight: Tensor, value: Tensor) -> Tensor:
        """Counts stay on the CPU, where torch has them unless one kernel does everything."""
        is_count = value.dim() == 0 and weight.dim() > 0
        return value.detach().clone().cpu() if is_count and not self._is_fused else like(weight, value)

    def _weights(self) -> Iterator[Tensor]:
        return (weight for group in self._groups for weight in group.weights)


def _made(row: OptimizerRow, options: Mapping[str, Any], groups: Sequence[Group]) -> list[torch.optim.Optimizer]:
    """One object, or two where others take what is no matrix."""
    if not row.others:
        return _over(row, options, groups, lambda _: True)
    rest = optimizer_of(row.others)
    return [*_over(row, options, groups, lambda weight: weight.dim() == 2),
            *_over(rest.row, rest.row.arguments(rest.options), groups, lambda weight: weight.dim() != 2)]


def _over(row: OptimizerRow, options: Mapping[str, Any], groups: Sequence[Group],
          takes: Callable[[Tensor], bool]) -> list[torch.optim.Optimizer]:
    """An object over the weights that it takes; none where there are none."""
    parts = [{"params": [weight for weight in group.weights if takes(weight)], "weight_decay": group.decay,
              "multiplier": group.multiplier} for group in groups]
    filled = [part for part in parts if part["params"]]
    return [getattr(torch.optim, row.torch)(filled, **options)] if filled else []

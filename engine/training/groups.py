"""The weights that learn, in groups of equal rate and decay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from engine.blocks.settings import settings_at
from engine.experiment.recipe import Recipe
from engine.graph.parameters import NodeParameters


@dataclass
class Group:
    """Weights of one learning rate and decay; ``memory`` holds what is kept for each, by torch's own names."""

    weights: list[Tensor]
    multiplier: float
    decay: float
    l1: float = 0.0
    lr: float = 0.0
    names: list[str] = field(default_factory=list)
    memory: list[dict[str, Tensor]] = field(default_factory=list)


def groups_of(recipe: Recipe, module: nn.Module, settings: Mapping[str, NodeParameters]) -> list[Group]:
    """Those of a module, with what the recipe and the nodes' own settings say of them."""
    together: dict[tuple[float, float, float], Group] = {}
    for key, weight in module.named_parameters():
        own = settings_at(settings, key)
        share = own.decay_multiplier if recipe.decay_biases or weight.dim() >= 2 else 0.0
        decay, l1 = recipe.weight_decay * share, recipe.l1 * share
        if weight.requires_grad:
            group = together.setdefault((own.lr_multiplier, decay, l1), Group([], own.lr_multiplier, decay, l1))
            group.weights.append(weight)
            group.names.append(key)
            group.memory.append({})
    return list(together.values())


def described(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """As torch.optim lists them: each weight by its number."""
    places = iter(range(sum(len(group.weights) for group in groups)))
    return [{"params": [next(places) for _ in group.weights], "lr": group.lr, "weight_decay": group.decay}
            for group in groups]


def remembered(state: Mapping[str, Any], groups: Sequence[Group]) -> list[Mapping[str, Any]]:
    """What a state keeps of each weight, in the order of the groups.

    By name, for the groups of a recipe that was changed on the way are others; by number where there are no names, as
    in what torch.optim and earlier versions wrote.
    """
    names, kept = [name for group in groups for name in group.names], state.get("state", {})
    theirs = state.get("names")
    places = {name: place for place, name in enumerate(theirs)} if theirs else {
        name: place for place, name in enumerate(names)}
    return [kept.get(places.get(name), {}) for name in names]


def expect_shape(of: Tensor, value: Tensor) -> None:
    """Raise ValueError for what cannot have been kept of this tensor: kernels would take it for granted."""
    if value.shape != of.shape:
        raise ValueError(f"{tuple(value.shape)} was kept of {tuple(of.shape)}")


def like(weight: Tensor, value: Tensor) -> Tensor:
    """A copy where the weight is; of its shape also in its memory order, which kernels take for granted."""
    if value.shape != weight.shape or value.dim() == 0:
        return value.detach().clone().to(weight.device)
    return torch.empty_like(weight).copy_(value)

"""A small network with several groups of weights, and steps of optimizers over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.recipe import Recipe
from engine.graph.parameters import NodeParameters
from engine.network.ready import in_channels_last
from engine.training.optimizing import Optimizer, make_optimizer

GROUPS = ((0.1, 0.05, (0,)), (0.1, 0.0, (1,)), (1.0, 0.01, (2, 4)), (1.0, 0.0, (3, 5)))  # rate ×, decay, which weights
SETTINGS = {"conv": NodeParameters(lr_multiplier=0.1, decay_multiplier=5)}
MADE: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": lambda groups: torch.optim.SGD(groups, fused=True),
    "momentum": lambda groups: torch.optim.SGD(groups, momentum=0.8, fused=True),
    "adam": lambda groups: torch.optim.Adam(groups, fused=True),
    "adamw": lambda groups: torch.optim.AdamW(groups, fused=True),
}
STEPS, LR = 20, 0.03
Gradients = dict[str, Tensor]


def network() -> nn.Module:
    """With a convolution whose weights lie channels last."""
    torch.manual_seed(1)
    module = nn.ModuleDict({"conv": nn.Conv2d(3, 8, 3), "fc": nn.Linear(9, 7), "head": nn.Linear(7, 4)})
    in_channels_last(module)
    return module


def recipe_of(name: str) -> Recipe:
    return Recipe.model_validate({"optimizer": name, "lr": LR, "weight_decay": 0.01, "decay_biases": False,
                                  "momentum": 0.8})


def ours_of(name: str, module: nn.Module) -> Optimizer:
    optimizer = make_optimizer(recipe_of(name), module, SETTINGS)
    optimizer.set_lr(LR, 1.0)
    return optimizer


def theirs_of(name: str, module: nn.Module, *, apart: bool = False) -> torch.optim.Optimizer:
    """Groups as one writes them by hand; ``apart``: each weight has one of its own."""
    weights = list(module.parameters())
    groups = [(rate, decay, [place] if apart else list(places)) for rate, decay, places in GROUPS
              for place in (places if apart else (0,))]
    return MADE[name]([{"params": [weights[place] for place in places], "lr": LR * rate, "weight_decay": decay}
                       for rate, decay, places in groups])


def gradients(module: nn.Module, seed: int = 0, *, missing: bool = False) -> Iterator[Gradients]:
    """Random ones for each step; ``missing``: the head has none in the first three steps and in some later ones."""
    generator = torch.Generator().manual_seed(seed)
    for step in range(STEPS):
        drawn = {key: torch.empty_like(weight).copy_(torch.randn(weight.shape, generator=generator))
                 for key, weight in module.named_parameters()}
        yield {key: value for key, value in drawn.items()
               if not (missing and key.startswith("head") and (step < 3 or step % 5 == 0))}


def stepped(module: nn.Module, optimizer: Any, found: Gradients) -> None:
    for key, weight in module.named_parameters():
        weight.grad = found[key].clone() if key in found else None
    optimizer.step()


def equal(one: nn.Module, other: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def by_class(name: str, module: nn.Module, monkeypatch: pytest.MonkeyPatch) -> Optimizer:
    with monkeypatch.context() as patched:
        patched.setitem(OPTIMIZERS, name, replace(OPTIMIZERS[name], kernel=""))
        return ours_of(name, module)

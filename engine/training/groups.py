"""Which weights learn, and how fast: the nodes' own settings as parameter groups of an optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.optim import SGD, Adam, AdamW, Optimizer

from engine.blocks.settings import settings_at
from engine.experiment.recipe import Recipe
from engine.graph.parameters import NodeParameters


def freeze(module: nn.Module, settings: Mapping[str, NodeParameters]) -> list[nn.Module]:
    """Keep gradients from frozen weights. Returns the frozen normalisations, whose statistics must not learn either."""
    for key, weight in module.named_parameters():
        if not settings_at(settings, key).trainable:  # others stay as they are: own code may hold some still itself
            weight.requires_grad_(False)
    return [part for place, part in module.named_modules()
            if isinstance(part, _NormBase) and not settings_at(settings, place).trainable]


def make_optimizer(recipe: Recipe, module: nn.Module, settings: Mapping[str, NodeParameters]) -> Optimizer:
    """The recipe's optimizer over the weights that learn, in groups of equal learning rate and decay."""
    groups = _groups(recipe, module, settings)
    # one kernel for everything: Adam's step takes a quarter of the time, which small batches notice
    fused = all(weight.device.type in {"cpu", "cuda"} for group in groups for weight in group["params"]) or None
    if recipe.optimizer == "adam":
        return Adam(groups, lr=recipe.lr, fused=fused)
    if recipe.optimizer == "adamw":
        return AdamW(groups, lr=recipe.lr, fused=fused)
    momentum = recipe.momentum if recipe.optimizer == "momentum" else 0.0
    return SGD(groups, lr=recipe.lr, momentum=momentum, fused=fused)


def _groups(recipe: Recipe, module: nn.Module, settings: Mapping[str, NodeParameters]) -> list[dict[str, Any]]:
    together: dict[tuple[float, float], list[Tensor]] = {}
    for key, weight in module.named_parameters():
        own = settings_at(settings, key)
        decays = recipe.decay_biases or weight.dim() >= 2
        decay = recipe.weight_decay * own.decay_multiplier if decays else 0.0
        if weight.requires_grad:
            together.setdefault((own.lr_multiplier, decay), []).append(weight)
    return [{"params": weights, "lr": recipe.lr * multiplier, "weight_decay": decay, "base_lr": recipe.lr,
             "lr_multiplier": multiplier} for (multiplier, decay), weights in together.items()]


def set_lr(optimizer: Optimizer, lr: float) -> None:
    """Change the learning rate; every group keeps its multiple of it."""
    for group in optimizer.param_groups:
        group["base_lr"], group["lr"] = lr, lr * group["lr_multiplier"]

"""A model that learns: its weights, its optimizer, and what happens with one batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import SGD, Adam, AdamW, Optimizer

from engine.data.tensors import Batches
from engine.experiment import Experiment
from engine.recipe import Loss, Recipe
from engine.training.events import Weights
from engine.training.meters import Totals
from engine.weights import RANDOM, initial_module, on_cpu


def make_optimizer(recipe: Recipe, module: nn.Module) -> Optimizer:
    """The recipe's optimizer over all of the module's weights."""
    weights = list(module.parameters())
    # one kernel for everything: Adam's step takes a quarter of the time, which small batches notice
    fused = all(weight.device.type in {"cpu", "cuda"} for weight in weights) or None
    lr, decay = recipe.lr, recipe.weight_decay
    if recipe.optimizer == "adam":
        return Adam(weights, lr=lr, weight_decay=decay, fused=fused)
    if recipe.optimizer == "adamw":
        return AdamW(weights, lr=lr, weight_decay=decay, fused=fused)
    momentum = recipe.momentum if recipe.optimizer == "momentum" else 0.0
    return SGD(weights, lr=lr, weight_decay=decay, momentum=momentum, fused=fused)


def loss_of(loss: Loss, outputs: Tensor, labels: Tensor) -> Tensor:
    """The batch's mean loss; outputs B×classes, labels B."""
    if loss == "mse":
        return functional.mse_loss(outputs, functional.one_hot(labels, outputs.shape[1]).to(outputs.dtype))
    return functional.cross_entropy(outputs, labels)


class Learner:
    """The compiled network on its device."""

    def __init__(self, experiment: Experiment, device: torch.device, weights: Weights | None = None) -> None:
        if device.type == "cuda":  # one seed, one run
            torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
        module: nn.Module = initial_module(experiment)
        if weights is not None:
            module.load_state_dict(weights)
        self.device, self._loss, self._seed = device, experiment.recipe.loss, experiment.recipe.seed
        self._model = module.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._optimizer = make_optimizer(experiment.recipe, self._model)
        self.params = sum(weight.numel() for weight in self._model.parameters())

    def order(self, epoch: int, count: int) -> Tensor:
        """The order of the images in this epoch. Dropout's random numbers begin anew with it.

        Both follow from the seed and the epoch's number, so that a run that is continued needs no stored state.
        """
        seed = (self._seed * 1_000_003 + epoch) % 2**63
        with RANDOM:
            torch.manual_seed(seed)
        return torch.randperm(count, generator=torch.Generator().manual_seed(seed)).to(self.device)

    def learn(self, batches: Batches, index: Tensor, totals: Totals) -> None:
        """One step, from the examples numbered ``index``."""
        self._mode(training=True)
        x, labels = batches.take(index)
        self._optimizer.zero_grad()
        with RANDOM:  # Dropout draws
            outputs = self._model(x)
        loss = loss_of(self._loss, outputs, labels)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        totals.add(loss, outputs, labels)

    @torch.no_grad()
    def judge(self, batches: Batches, begin: int, end: int, totals: Totals) -> None:
        """Loss and accuracy of examples ``begin`` … ``end`` − 1, without learning."""
        self._mode(training=False)
        x, labels = batches.take(torch.arange(begin, end, device=self.device))
        outputs = self._model(x)
        totals.add(loss_of(self._loss, outputs, labels), outputs, labels)

    def _mode(self, training: bool) -> None:
        if self._model.training != training:  # walks every module: not for nothing
            self._model.train(training)

    @property
    def lr(self) -> float:
        """The learning rate now."""
        return float(self._optimizer.param_groups[0]["lr"])

    @lr.setter
    def lr(self, value: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = value

    def weights(self) -> dict[str, Tensor]:
        """A copy of the state dict on the CPU."""
        return on_cpu(self._model.state_dict())

    def take_weights(self, weights: Weights) -> None:
        """Continue with these."""
        self._model.load_state_dict(weights)

    def optimizer_state(self) -> dict[str, Any]:
        """A copy of what the optimizer remembers, on the CPU."""
        state: dict[str, Any] = _copied(self._optimizer.state_dict())
        return state

    def take_optimizer_state(self, state: Mapping[str, Any]) -> None:
        """Continue with what ``optimizer_state`` gave."""
        self._optimizer.load_state_dict(_copied(state))


def _copied(state: Any) -> Any:
    """Nested dicts and lists anew, with every tensor on the CPU."""
    if isinstance(state, Tensor):
        return state.detach().to("cpu").clone()
    if isinstance(state, dict):
        return {key: _copied(value) for key, value in state.items()}
    if isinstance(state, list):
        return [_copied(value) for value in state]
    return state

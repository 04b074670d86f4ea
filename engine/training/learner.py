"""A model that learns: its weights, its optimizer, and what happens with one batch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from engine.analysis.analysis import analyze
from engine.blocks.settings import node_settings
from engine.data.tensors.batches import Batches
from engine.experiment.experiment import Experiment
from engine.network.weights import RANDOM, initial_module, on_cpu
from engine.training.events import Weights
from engine.training.groups import freeze, make_optimizer, set_lr
from engine.training.losses import Criterion, balanced_weights
from engine.training.meters import Totals

PROBE = 32  # examples that show whether a network still answers differently to different inputs


class Learner:
    """The compiled network on its device: ``model``."""

    def __init__(self, experiment: Experiment, device: torch.device, weights: Weights | None = None,
                 labels: Tensor | None = None) -> None:
        """``labels`` are those of the training examples: balanced class weights follow from them."""
        if device.type == "cuda":  # one seed, one run
            torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
        module: nn.Module = initial_module(experiment)
        if weights is not None:
            module.load_state_dict(weights)
        shape, recipe = experiment.data.sample_shape, experiment.recipe
        settings = node_settings(experiment.graph, analyze(experiment.graph, shape))
        self.device, self._seed = device, recipe.seed
        self.model = module.to(device)
        if len(shape) == 3:
            _channels_last(self.model)
        self._frozen_norms = freeze(self.model, settings)
        self._optimizer = make_optimizer(recipe, self.model, settings)
        balanced = recipe.class_weights == "balanced" and labels is not None and not labels.is_floating_point()
        self._criterion = Criterion(recipe, balanced_weights(labels, experiment.data.num_classes).to(device)
                                    if balanced and labels is not None else None)
        self.params = sum(weight.numel() for weight in self.model.parameters())

    def order(self, epoch: int, count: int) -> Tensor:
        """The order of the examples in this epoch. Dropout's and augmentation's random numbers begin anew with it.

        All follow from the seed and the epoch's number, so that a run that is continued needs no stored state.
        """
        seed = (self._seed * 1_000_003 + epoch) % 2**63
        with RANDOM:
            torch.manual_seed(seed)
        return torch.randperm(count, generator=torch.Generator().manual_seed(seed)).to(self.device)

    def learn(self, batches: Batches, index: Tensor, totals: Totals) -> None:
        """One step, from the examples numbered ``index``."""
        self._mode(training=True)
        self._optimizer.zero_grad()
        with RANDOM:  # augmentation and Dropout draw
            x, targets = batches.take(index)
            outputs = self.model(x)
        loss = self._criterion(outputs, targets)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        totals.add(*self._criterion.total(loss.detach(), targets), outputs, targets)

    @torch.no_grad()
    def judge(self, batches: Batches, begin: int, end: int, totals: Totals) -> None:
        """The metrics of examples ``begin`` … ``end`` − 1, without learning."""
        self._mode(training=False)
        x, targets = batches.take(torch.arange(begin, end, device=self.device))
        outputs = self.model(x)
        totals.add(*self._criterion.total(self._criterion(outputs, targets), targets), outputs, targets)

    @torch.no_grad()
    def probe(self, batches: Batches) -> tuple[float, float]:
        """Of the first few examples: the mean loss, and the deviation of the output that differs most between them."""
        count = min(PROBE, len(batches))
        if count < 2:
            return math.nan, math.nan
        self._mode(training=False)
        x, targets = batches.take(torch.arange(count, device=self.device))
        outputs = self.model(x)
        loss, weight = self._criterion.total(self._criterion(outputs, targets), targets)
        return float(loss) / float(weight), float(outputs.flatten(1).std(0).max())

    def _mode(self, training: bool) -> None:
        if self.model.training != training:  # walks every module: not for nothing
            self.model.train(training)
            for norm in self._frozen_norms:
                norm.eval()

    @property
    def is_noisy(self) -> bool:
        """Whether learning sees less than judging: there is dropout."""
        return any(_drops(part) for part in self.model.modules())

    @property
    def lr(self) -> float:
        """The learning rate now, before the nodes' own multiples."""
        return float(self._optimizer.param_groups[0]["base_lr"])

    @lr.setter
    def lr(self, value: float) -> None:
        set_lr(self._optimizer, value)

    def weights(self) -> dict[str, Tensor]:
        """A copy of the state dict on the CPU."""
        return on_cpu(self.model.state_dict())

    def take_weights(self, weights: Weights) -> None:
        """Continue with these."""
        self.model.load_state_dict(weights)

    def optimizer_state(self) -> dict[str, Any]:
        """A copy of what the optimizer remembers, on the CPU."""
        state: dict[str, Any] = _copied(self._optimizer.state_dict())
        return state

    def take_optimizer_state(self, state: Mapping[str, Any]) -> None:
        """Continue with what ``optimizer_state`` gave."""
        self._optimizer.load_state_dict(_copied(state))


def _drops(module: nn.Module) -> bool:
    """Whether it is a dropout, or has one as an option (recurrent layers, attention)."""
    share = module.p if isinstance(module, nn.modules.dropout._DropoutNd) else getattr(module, "dropout", 0.0)
    return isinstance(share, float) and share > 0


def _channels_last(module: nn.Module) -> None:
    """Images go through convolutions faster in this memory order; nothing else has a use for it."""
    for weight in module.parameters():
        if weight.dim() == 4:
            weight.data = weight.data.to(memory_format=torch.channels_last)  # unlike “contiguous” also of one channel


def _copied(state: Any) -> Any:
    """Nested dicts and lists anew, with every tensor on the CPU."""
    if isinstance(state, Tensor):
        return state.detach().to("cpu").clone()
    if isinstance(state, dict):
        return {key: _copied(value) for key, value in state.items()}
    if isinstance(state, list):
        return [_copied(value) for value in state]
    return state

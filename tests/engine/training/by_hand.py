"""The loop that one writes by hand with torch's own classes: what a run is held against, to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim.swa_utils import AveragedModel

from engine.data.tensors.batches import Batches
from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment
from engine.network.weights import initial_module
from engine.training.backend import Plain
from engine.training.learner import together
from tests.engine.cases import MLP, experiment, made_data

CPU = torch.device("cpu")
NORMED = (*MLP[:2], ("bn1", "BatchNorm1d", {}), *MLP[2:])
Weights = dict[str, Tensor]


def small(*rows: Any, **recipe: object) -> Experiment:
    """Five batches an epoch, ten epochs."""
    return experiment(*rows, **{"optimizer": "sgd", "lr": 0.05, "batch_size": 10, "epochs": 10, **recipe})


def data() -> Data:
    """Such data: 46 examples to learn from, the last batch of six."""
    return made_data(60)


@dataclass
class ByHand:
    """What a loop is made of; ``epochs`` are the weights after each, ``judged`` each one's validation (loss, accuracy).
    """

    base: Experiment
    optimizer: Callable[[nn.Module], torch.optim.Optimizer]
    scheduler: Callable[[Any], Any] | None = None
    moves: str = "epoch"  # the scheduler, or with every step
    measure: Callable[[float, float], float] | None = None  # of the validation, for a scheduler that follows it
    shape: Callable[[list[nn.Parameter]], object] = lambda _: None  # gradients before the step
    gather: int = 1
    average: Callable[[nn.Module], AveragedModel] | None = None
    averages: Callable[[int, bool], bool] = lambda epoch, ends: True  # after a step, the epoch's last
    epochs: list[Weights] = field(default_factory=list)
    judged: list[tuple[float, float]] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def run(self) -> list[Weights]:
        """The weights after each epoch."""
        module = initial_module(self.base)
        optimizer = self.optimizer(module)
        scheduler = self.scheduler(optimizer) if self.scheduler else None
        average = self.average(module) if self.average else None
        for epoch in range(1, self.base.recipe.epochs + 1):
            module.train()
            self._learn(module, optimizer, scheduler, average, epoch)
            shown = average.module if average is not None and average.n_averaged else module
            self.epochs.append({key: value.detach().clone() for key, value in shown.state_dict().items()})
            self.judged.append(validation(shown))
            if scheduler is not None and self.moves == "epoch":
                scheduler.step(*([self.measure(*self.judged[-1])] if self.measure else []))
        return self.epochs

    def _learn(self, module: nn.Module, optimizer: Any, scheduler: Any, average: Any, epoch: int) -> None:
        batches = list(feed(self.base, epoch))
        for number, (x, y) in enumerate(batches, 1):
            if number % self.gather == 1 or self.gather == 1:
                optimizer.zero_grad()
            cross_entropy(module(x), y).backward()
            ends = number == len(batches)
            if number % self.gather and not ends:
                continue
            gathered = (number - 1) % self.gather + 1
            for weight in module.parameters() if gathered > 1 else ():
                weight.grad /= gathered
            self.shape(list(module.parameters()))
            self.rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if scheduler is not None and self.moves == "batch":
                scheduler.step()
            if average is not None and self.averages(epoch, ends):
                average.update_parameters(module)


def feed(base: Experiment, epoch: int) -> Iterable[tuple[Tensor, Tensor]]:
    """The batches of an epoch, as they lie in memory in a run: the last digit depends on that, too."""
    given, size = data(), base.recipe.batch_size
    batches = Batches(given.train, given, CPU)
    order = torch.randperm(len(batches), generator=torch.Generator().manual_seed(epoch))
    places = [(start, min(start + size, len(batches))) for start in range(0, len(batches), size)]
    return together(batches, order, places, 0, Plain(CPU, base.recipe.precision_row))


@torch.no_grad()
def validation(module: nn.Module) -> tuple[float, float]:
    """Loss and accuracy."""
    given = data()
    x, y = Batches(given.validation, given, CPU).take(torch.arange(len(given.validation)))
    was = module.training
    module.eval()
    outputs = module(x)
    module.train(was)
    return cross_entropy(outputs, y).item(), (outputs.argmax(1) == y).float().mean().item()


def same(ours: list[Any], theirs: list[Weights]) -> bool:
    """Whether every epoch's weights are equal to the last bit."""
    return len(ours) == len(theirs) and all(
        set(mine) == set(other) and all(torch.equal(mine[key], value) for key, value in other.items())
        for mine, other in zip(ours, theirs, strict=True))

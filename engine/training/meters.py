"""Counting while training: outputs are kept and looked at when somebody reads, never while a batch waits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, ClassVar, NamedTuple

import torch
from pydantic import ConfigDict
from torch import Tensor

from engine.training.metrics import Scores
from engine.training.values import Metrics, Others

TOGETHER = 64  # batches whose outputs are looked at together …
KEPT = 2**24  # … if they are no more than so many bytes


class Reading(NamedTuple):
    """Sums over examples, as read from the device; ``correct`` is nan where there are no classes."""

    loss: float = 0.0
    weight: float = 0.0  # what the loss is divided by
    correct: float = 0.0
    examples: int = 0
    others: Others = ()

    def since(self, earlier: Reading) -> Metrics:
        """The mean loss and accuracy of what came after an earlier reading."""
        examples, correct = self.examples - earlier.examples, self.correct - earlier.correct
        accuracy = math.nan if math.isnan(correct) else correct / examples
        return Metrics((self.loss - earlier.loss) / (self.weight - earlier.weight), accuracy)

    @property
    def metrics(self) -> Metrics:
        """The means over everything."""
        return self.since(Reading())._replace(others=self.others)


@dataclass
class Sums:
    """What ``Totals`` has added up, for a checkpoint."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)

    loss: float = 0.0
    weight: float = 0.0
    correct: int = 0
    examples: int = 0
    batches: int = 0  # whose outputs were not looked at yet …
    outputs: Tensor | None = None  # … all in one
    targets: Tensor | None = None
    scores: list[Any] = field(default_factory=list)
    most: int = 0  # batches that are looked at together


def _same(sums: Tensor) -> Tensor:
    return sums


class Totals:
    """Sums over a pass. When somebody reads changes nothing in them, to the last bit."""

    def __init__(self, device: torch.device, scores: Scores | None = None, *, classes: bool = True,
                 is_summed: bool = False, reduce: Callable[[Tensor], Tensor] = _same) -> None:
        """``is_summed``: losses are sums over their batches, not means. ``reduce`` adds up over processes."""
        self._device, self._scores, self._classes, self._is_summed = device, scores, classes, is_summed
        self._reduce = reduce
        self._loss = self._weight = 0.0
        self._correct = torch.zeros((), dtype=torch.int64, device=device)
        self._examples = 0
        self._losses: list[Tensor] = []  # not read yet
        self._weights: list[Tensor | int] = []
        self._outputs: list[Tensor] = []  # not looked at yet
        self._targets: list[Tensor] = []
        self._counted = 0  # of these lists, what is in ``correct``
        self._batches = 0  # since everything was looked at
        self._most = 0  # batches at once

    def add(self, loss: Tensor, weight: Tensor | int, outputs: Tensor, targets: Tensor) -> None:
        """Take in a batch without a graph: its loss, how much it weighs, outputs B×… and targets B or B×…."""
        self._losses.append(loss)
        self._weights.append(weight)
        self._outputs.append(outputs)
        self._targets.append(targets)
        self._examples += len(targets)
        self._batches += 1
        if not self._most:
            self._most = max(1, min(TOGETHER, KEPT // max(1, outputs.nbytes)))
        if self._batches >= self._most:
            self._look()

    def _look(self) -> None:
        """At the outputs that were kept, always at the same batches: sums of rounded numbers depend on the order."""
        if not self._batches:
            return
        self._count()
        if self._scores is not None:
            self._scores.add(torch.cat(self._outputs).float(), torch.cat(self._targets))
        self._outputs, self._targets, self._counted, self._batches = [], [], 0, 0

    def _count(self) -> None:
        if self._classes and self._counted < len(self._outputs):
            answers = torch.cat(self._outputs[self._counted:]).argmax(1)
            self._correct += (answers == torch.cat(self._targets[self._counted:])).sum()
            self._counted = len(self._outputs)

    def _fold(self) -> None:
        """Losses one after the other, so that it does not matter how many are read at once."""
        if not self._losses:
            return
        losses: list[float] = torch.stack(self._losses).tolist()
        weights = [float(weight) for weight in self._weights]
        for loss, weight in zip(losses, weights, strict=True):
            self._loss += loss if self._is_summed else loss * weight
            self._weight += weight
        self._losses, self._weights = [], []

    def read(self) -> Reading:
        """Fetch the sums; waits until the device has computed them."""
        self._fold()
        self._count()
        numbers = torch.tensor([self._loss, self._weight, float(self._correct), self._examples], dtype=torch.float64)
        loss, weight, correct, examples = self._reduce(numbers).tolist()
        return Reading(loss, weight, correct if self._classes else math.nan, int(examples))

    def result(self) -> Reading:
        """The same with every other metric, which costs more to work out."""
        self._look()
        others = self._scores.read(self._reduce) if self._scores is not None and self._examples else ()
        return self.read()._replace(others=others)

    # -- going on -----------------------------------------------------------------------------------------------

    def sums(self) -> Sums:
        """A copy of what there is so far."""
        self._fold()
        self._count()
        outputs, targets = (torch.cat(part).cpu() if part else None for part in (self._outputs, self._targets))
        return Sums(self._loss, self._weight, int(self._correct), self._examples, self._batches, outputs, targets,
                    self._scores.state() if self._scores is not None else [], self._most)

    def go_on_from(self, sums: Sums) -> None:
        """Continue with what ``sums`` gave."""
        self._loss, self._weight, self._examples = sums.loss, sums.weight, sums.examples
        self._correct.fill_(sums.correct)
        self._most = sums.most
        if sums.outputs is not None and sums.targets is not None:
            self._outputs, self._targets = [sums.outputs.to(self._device)], [sums.targets.to(self._device)]
            self._counted, self._batches = 1, sums.batches
        if self._scores is not None:
            self._scores.take_state(sums.scores)


class Stopwatch:
    """Seconds between ``start`` and ``stop``, added up."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._before = seconds
        self._since: float | None = None

    def start(self) -> None:
        """Go on counting; does nothing while it runs."""
        self._since = self._since or perf_counter()

    def stop(self) -> None:
        """Hold; does nothing while it is held."""
        self._before, self._since = self.seconds, None

    @property
    def running(self) -> bool:
        """Whether it counts now."""
        return self._since is not None

    @property
    def seconds(self) -> float:
        """Counted so far."""
        return self._before + (perf_counter() - self._since if self._since else 0.0)

"""Counting while training: sums that stay on the device, and time."""

from __future__ import annotations

import math
from time import perf_counter
from typing import NamedTuple

import torch
from torch import Tensor

from engine.training.events import Metrics, Others
from engine.training.metrics import Scores, precise


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


class Totals:
    """Loss and correct answers, summed on the device so that no batch has to wait to be read."""

    def __init__(self, device: torch.device, scores: Scores | None = None, *, classes: bool = True) -> None:
        self._loss = torch.zeros((), dtype=precise(device), device=device)
        self._weight: Tensor | int = 0
        self._correct = torch.zeros((), dtype=torch.int64, device=device) if classes else None
        self._examples = 0
        self._scores = scores

    def add(self, loss: Tensor, weight: Tensor | int, outputs: Tensor, targets: Tensor) -> None:
        """Take in a batch: its loss as a sum, what to divide that by, outputs B×… and targets B or B×…."""
        self._loss.add_(loss.detach())
        self._weight = self._weight + weight
        self._examples += len(targets)
        if self._correct is not None:
            self._correct.add_((outputs.detach().argmax(1) == targets).sum())
        if self._scores is not None:
            self._scores.add(outputs.detach(), targets)

    def read(self) -> Reading:
        """Fetch the sums; waits until the device has computed them."""
        correct = math.nan if self._correct is None else float(self._correct)
        return Reading(float(self._loss), float(self._weight), correct, self._examples)

    def result(self) -> Reading:
        """The same with every other metric, which costs more to work out."""
        return self.read()._replace(others=self._scores.read() if self._scores and self._examples else ())


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

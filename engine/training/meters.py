"""Counting while training: sums that stay on the device, and time."""

from __future__ import annotations

from time import perf_counter
from typing import NamedTuple

import torch
from torch import Tensor

from engine.training.events import Metrics


class Reading(NamedTuple):
    """Sums over examples, as read from the device."""

    loss: float = 0.0
    correct: float = 0.0
    examples: int = 0

    def since(self, earlier: Reading) -> Metrics:
        """The means over what came after an earlier reading."""
        examples = self.examples - earlier.examples
        return Metrics((self.loss - earlier.loss) / examples, (self.correct - earlier.correct) / examples)

    @property
    def metrics(self) -> Metrics:
        """The means over everything."""
        return self.since(Reading())


class Totals:
    """Loss and correct answers, summed on the device so that no batch has to wait to be read."""

    def __init__(self, device: torch.device) -> None:
        precise = torch.float32 if device.type == "mps" else torch.float64  # mps has no float64
        self._loss = torch.zeros((), dtype=precise, device=device)
        self._correct = torch.zeros((), dtype=torch.int64, device=device)
        self._examples = 0

    def add(self, loss: Tensor, outputs: Tensor, labels: Tensor) -> None:
        """Take in a batch: its mean loss, outputs B×classes and labels B."""
        self._loss.add_(loss.detach(), alpha=len(labels))
        self._correct.add_((outputs.detach().argmax(1) == labels).sum())
        self._examples += len(labels)

    def read(self) -> Reading:
        """Fetch the sums; waits until the device has computed them."""
        return Reading(float(self._loss), float(self._correct), self._examples)


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

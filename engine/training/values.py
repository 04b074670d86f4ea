"""What runs are measured by: metrics, the summary, weights as they are passed on. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from engine.messages import Message, say

if TYPE_CHECKING:
    from torch import Tensor

Weights = Mapping[str, "Tensor"]
"""A state dict on the CPU; shared between events, so read it and never write to it."""
RemarkKind = Literal["not converging", "rising", "swapped", "overfitting", "underfitting", "recovered", "left out",
                     "written again"]
Others = tuple[tuple[str, float], ...]
"""Further metrics by name: top5 precision recall f1 for classes, mae rmse log_rmse r2 for numbers."""


class Metrics(NamedTuple):
    """Mean loss over some examples, the share of correct answers (0 … 1; nan without classes), and other metrics."""

    loss: float
    accuracy: float = math.nan
    others: Others = ()

    @property
    def named(self) -> dict[str, float]:
        """Those that are numbers, by name: ``loss``, ``accuracy``, ``top5`` …"""
        everything = {"loss": self.loss, "accuracy": self.accuracy, **dict(self.others)}
        return {name: value for name, value in everything.items() if math.isfinite(value)}

    @property
    def rank(self) -> tuple[float, float]:
        """Larger is better: the higher accuracy, and of equals the lower loss; of numbers the lower loss alone."""
        return (-self.loss if math.isnan(self.accuracy) else self.accuracy, -self.loss)


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers. Train, validation and test are those of the best epoch, whose weights are the result."""

    epochs: int  # completed
    best_epoch: int
    train: Metrics
    validation: Metrics
    test: Metrics  # nan when the run was stopped: then nobody wants to wait for it
    examples_per_second: float  # while training, validation not counted
    device: str
    params: int
    seed: int

    @property
    def line(self) -> Message:
        """The notes' own form: ``loss 0.473, train acc 0.823, test acc 0.827, 35726 examples/s on cuda:0``."""
        speed = f"{self.examples_per_second:.0f}"
        if math.isnan(self.train.accuracy):  # numbers, not classes
            return say("loss {loss}, validation loss {validation}, test loss {test}, {speed} examples/s on {device}",
                       loss=f"{self.train.loss:.4g}", validation=f"{self.validation.loss:.4g}",
                       test="–" if math.isnan(self.test.loss) else f"{self.test.loss:.4g}", speed=speed,
                       device=self.device)
        return say("loss {loss}, train acc {train}, test acc {test}, {speed} examples/s on {device}",
                   loss=f"{self.train.loss:.3f}", train=f"{self.train.accuracy:.3f}",
                   test="–" if math.isnan(self.test.accuracy) else f"{self.test.accuracy:.3f}", speed=speed,
                   device=self.device)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the run that a person should know, each ``kind`` once; training goes on.

    ``suggestion`` is an option of the recipe with a value to try: ``("lr", 0.09)``.
    """

    kind: RemarkKind
    message: Message
    suggestion: tuple[str, Any] | None = None

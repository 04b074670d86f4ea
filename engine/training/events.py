"""What a training run says while it goes on: frozen values, in the order they happen. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.messages import Message

if TYPE_CHECKING:
    from torch import Tensor

Weights = Mapping[str, "Tensor"]
"""A state dict on the CPU; shared between events, so read it and never write to it."""


class Metrics(NamedTuple):
    """Mean loss and share of correct answers (0 … 1) over some examples."""

    loss: float
    accuracy: float


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
    def line(self) -> str:
        """The notes' own form: ``loss 0.473, train acc 0.823, test acc 0.827, 35726 examples/s on cuda:0``."""
        test = "–" if math.isnan(self.test.accuracy) else f"{self.test.accuracy:.3f}"
        return (f"loss {self.train.loss:.3f}, train acc {self.train.accuracy:.3f}, "
                f"test acc {test}, {self.examples_per_second:.0f} examples/s on {self.device}")


@dataclass(frozen=True, slots=True)
class Preparing:
    """Data are being fetched: ``done`` of ``total`` bytes (0: unknown)."""

    text: Message
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Started:
    """Everything is ready; ``first_epoch`` is above 1 when a run is continued."""

    device: str
    params: int
    train_examples: int
    batches_per_epoch: int
    epochs: int
    first_epoch: int


@dataclass(frozen=True, slots=True)
class Point:
    """Training loss and accuracy since the last point; ``position`` in epochs: 1.25 is a quarter into the second."""

    position: float
    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run is: ``fraction`` of the whole, 0 … 1."""

    epoch: int
    epochs: int
    fraction: float
    examples_per_second: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """An epoch is over and was judged on the validation images. After a stop the last one is incomplete."""

    epoch: int
    train: Metrics
    validation: Metrics
    is_best: bool
    weights: Weights = field(repr=False)
    fraction: float = 1.0  # share of the epoch that was done
    judged: float = 1.0  # share of the validation images that were looked at
    checkpoint: Mapping[str, Any] = field(default_factory=dict, repr=False)  # what ``fit(resume=…)`` takes

    @property
    def complete(self) -> bool:
        """False when the run was stopped within this epoch, or while it was judged."""
        return self.fraction == 1 and self.judged == 1

    @property
    def position(self) -> float:
        """Where it belongs among the points, in epochs."""
        return self.epoch - 1 + self.fraction


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing is computed until ``Control.resume`` or ``stop``."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """It goes on."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of a run that did not fail."""

    summary: Summary
    stopped: bool


@dataclass(frozen=True, slots=True)
class RunNotSaved:
    """The run's folder cannot be written; training goes on. Said once."""

    message: Message


Event = Preparing | Started | Point | Progress | EpochEnded | Paused | Resumed | Finished | RunNotSaved

"""What a training run says while it goes on: frozen values, in the order they happen. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from engine.messages import Message, say

if TYPE_CHECKING:
    from torch import Tensor

    from engine.experiment.experiment import Experiment

Weights = Mapping[str, "Tensor"]
"""A state dict on the CPU; shared between events, so read it and never write to it."""
RemarkKind = Literal["not converging", "rising", "swapped", "overfitting", "underfitting", "recovered"]
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
    """Training loss and accuracy (nan without classes) since the last point.

    ``position`` is in epochs: 1.25 is a quarter into the second. Where only a few examples are left at the end of an
    epoch, its last point also takes in those of the point before.
    """

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
    """An epoch is over and was judged on the validation examples. After a stop the last one is incomplete."""

    epoch: int
    train: Metrics
    validation: Metrics
    is_best: bool
    weights: Weights = field(repr=False)
    fraction: float = 1.0  # share of the epoch that was done
    judged: float = 1.0  # share of the validation examples that were looked at
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


@dataclass(frozen=True, slots=True)
class RateChanged:
    """The learning rate was changed on the way, from this position on (in epochs)."""

    position: float
    lr: float


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the run that a person should know, each ``kind`` once; training goes on.

    ``suggestion`` is an option of the recipe with a value to try: ``("lr", 0.09)``.
    """

    kind: RemarkKind
    message: Message
    suggestion: tuple[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class MemberStarted:
    """In a series: the run number ``index`` (from 1) of ``count`` begins; its own events follow."""

    index: int
    count: int
    title: str
    experiment: Experiment = field(repr=False)
    is_fold: bool = False  # of a cross-validation


@dataclass(frozen=True, slots=True)
class MemberEnded:
    """In a series: a run is over; ``weights`` are those of its best epoch."""

    index: int
    title: str
    summary: Summary
    weights: Weights = field(repr=False)


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One run of a series in numbers, by names such as ``validation loss``.

    ``train …`` and ``validation …`` are those of the last epoch, ``best validation …`` and ``test …`` of the best.
    """

    title: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SeriesFinished:
    """The last event of a series; mean and sample deviation over whole folds, empty where runs differ on purpose."""

    rows: tuple[SeriesRow, ...]
    mean: Mapping[str, float]
    std: Mapping[str, float]
    stopped: bool = False


Event = (Preparing | Started | Point | Progress | EpochEnded | Paused | Resumed | Finished | RunNotSaved | RateChanged
         | Remark | MemberStarted | MemberEnded | SeriesFinished)

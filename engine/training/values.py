"""What runs are measured by: metrics, the summary, weights as they are passed on. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from engine.messages import Message, say
from engine.units import grouped

if TYPE_CHECKING:
    from torch import Tensor

Weights = Mapping[str, "Tensor"]
"""A state dict on the CPU; shared between events, so read it and never write to it."""
RemarkKind = Literal["not converging", "rising", "swapped", "overfitting", "underfitting", "recovered", "left out",
                     "written again", "large batch", "test watched", "early stop", "not followed",
                     "copies", "dead", "saturated", "vanishing", "exploding", "large steps", "small steps", "flat",
                     "plateau", "small batches", "drifting", "imbalance", "unscaled", "wrong loss", "same answers"]
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


NOTHING = Metrics(math.nan)


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers. Train, validation and test are those of the best epoch, whose weights are the result.

    ``train`` is the mean while that epoch was learned; ``after`` of the same examples with the weights after it.
    """

    epochs: int  # learned and judged whole
    best_epoch: int  # 0: the run was stopped before one was whole, and these are the weights of that moment
    train: Metrics
    validation: Metrics  # nan where there are no validation examples: then the last epoch is the result
    test: Metrics  # nan when the run was stopped: then nobody wants to wait for it
    examples_per_second: float  # while training, validation not counted
    device: str
    params: int
    seed: int
    after: Metrics | None = None  # None: nobody asked
    planned: int = 0  # epochs; this and what follows is not known of earlier runs
    position: float = math.nan  # how far it came, in epochs: 6.4 was stopped within the seventh
    training_seconds: float = math.nan  # spent on steps
    total_seconds: float = math.nan  # with judging and writing, without pauses
    device_name: str = ""  # as its maker calls it
    best_by: str = ""  # the measure that the recipe chose by; “”: by the usual one
    ended_early: bool = False  # by itself: epochs brought nothing better

    @property
    def parts(self) -> dict[str, Metrics]:
        """Its metrics by what they are of, in the order of tables; ``after train`` only where it is known."""
        after = {} if self.after is None else {"after train": self.after}
        return {"train": self.train, **after, "validation": self.validation, "test": self.test}

    @property
    def chosen_by(self) -> str:
        """The measure that chose the best epoch: ``validation accuracy`` …; “”: none, the last one counts."""
        if self.best_by or math.isnan(self.validation.loss):
            return self.best_by
        return "validation loss" if math.isnan(self.validation.accuracy) else "validation accuracy"

    @property
    def epoch_seconds(self) -> float:
        """Spent on the steps of one epoch, on average."""
        return self.training_seconds / self.position if self.position > 0 else math.nan

    @property
    def line(self) -> Message:
        """The notes' own form behind the epoch it is of, without what is not known: ``best epoch 7 of 10: train loss
        0.473, train acc 0.823, validation acc 0.815, test acc 0.827, 35 726 examples/s on cuda:0``.
        """
        train, validation, test = self.train, self.validation, self.test
        if math.isnan(train.accuracy):
            known = _known(".4g", ("train loss {value}", train.loss), ("validation loss {value}", validation.loss),
                           ("test loss {value}", test.loss))
        else:
            known = _known(".3f", ("train loss {value}", train.loss), ("train acc {value}", train.accuracy),
                           ("validation acc {value}", validation.accuracy), ("test acc {value}", test.accuracy))
        speed = say("{speed} examples/s on {device}", speed=grouped(self.examples_per_second), device=self.device)
        return say("{of}: {parts}", of=of_epoch(self), parts=_listed([*known, speed]))

    @property
    def brief(self) -> Message:
        """One measure of each part, for little room: ``best epoch 7 of 10: train acc 0.823, test 0.827``."""
        train, validation, test = self.train, self.validation, self.test
        if math.isnan(train.accuracy):
            known = _known(".4g", ("train loss {value}", train.loss), ("validation {value}", validation.loss),
                           ("test {value}", test.loss))
        else:
            known = _known(".3f", ("train acc {value}", train.accuracy), ("validation {value}", validation.accuracy),
                           ("test {value}", test.accuracy))
        return say("{of}: {parts}", of=of_epoch(self), parts=_listed(known)) if known else of_epoch(self)

    @property
    def briefest(self) -> Message:
        """The one measure that counts, for very little room: ``test acc 0.827``, else ``validation acc 0.815``."""
        for form, name in ((".3f", "accuracy"), (".4g", "loss")):
            values = (("test", self.test), ("validation", self.validation), ("train", self.train))
            known = _known(form, *((f"{part} {_SHORT[name]} {{value}}", getattr(of, name)) for part, of in values))
            if known:
                return known[0]
        return of_epoch(self)


_SHORT = {"accuracy": "acc", "loss": "loss"}


def _known(form: str, *measures: tuple[str, float]) -> list[Message]:
    return [say(words, value=format(value, form)) for words, value in measures if not math.isnan(value)]


def _listed(parts: Sequence[Message]) -> Message:
    return reduce(lambda some, one: say("{some}, {one}", some=some, one=one), parts)


def of_epoch(summary: Summary) -> Message:
    """Which epoch its numbers are of: ``best epoch 7 of 10``, and where it was stopped."""
    if not summary.best_epoch:
        return say("stopped within epoch 1 of {planned}", planned=grouped(summary.planned))
    counted = {"epoch": grouped(summary.best_epoch), "count": grouped(summary.epochs)}
    words = (say("best epoch {epoch} of {count}", **counted) if summary.chosen_by else
             say("epoch {epoch} of {count}", **counted))
    last = cut_short(summary)
    if last is not None and summary.ended_early:
        return say("{of}, ended early; {planned} were planned", of=words, planned=grouped(summary.planned))
    return words if last is None else say("{of}, stopped in epoch {last} of {planned}", of=words, last=grouped(last),
                                          planned=grouped(summary.planned))


def cut_short(summary: Summary) -> int | None:
    """The epoch in which fewer were learned than planned; None: it came to its end, or that is not known any more."""
    return math.ceil(summary.position) if summary.position < summary.planned else None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the run that a person should know; training goes on. Each kind but "not followed" comes once.

    ``suggestion`` is an option of the recipe with a value to try: ``("lr", 0.09)``; ``place`` is the layer that it is
    about, dotted, empty for the whole network. What helps is told by ``engine.training.doctor.cures``.
    """

    kind: RemarkKind
    message: Message
    suggestion: tuple[str, Any] | None = None
    place: str = ""

    @property
    def line(self) -> Message:
        """By itself, with the layer that it is about."""
        return say("{place}: {remark}", place=self.place, remark=self.message) if self.place else self.message

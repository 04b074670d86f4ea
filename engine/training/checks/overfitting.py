"""Whether a network can learn at all: one batch of examples, over and over, until it knows them by heart."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment
from engine.messages import Message, say
from engine.training.checks.trial import Trial, guessed_loss, step_by_step, without_dropout, work_of
from engine.training.control import Control
from engine.training.judge.setting import classes_of
from engine.training.values import Weights
from engine.units import duration_text, grouped, measure_text, share_text

EXAMPLES, STEPS = 32, 300
WORK = 100_000_000_000  # multiply-adds in all: some seconds of one core
FEWEST_EXAMPLES, FEWEST_STEPS = 4, 30
BY_HEART = 0.01  # of what guessing costs: numbers that are known
HALF_WAY = 0.8  # of what guessing costs: something is learned

Verdict = Literal["learned", "slowly", "not", "diverged", "stopped"]


class OverfitStep(NamedTuple):
    """The batch's mean loss and accuracy (nan where numbers are learned) before this step, which count from 1."""

    step: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Overfit:
    """What became of it. ``guessed`` is the loss, ``chance`` the accuracy of always the same answer to these examples.

    ``was_still``: dropout and augmentation, which make a batch another each time, were off for it.
    """

    verdict: Verdict
    last: OverfitStep
    examples: int
    guessed: float
    chance: float
    was_still: bool
    seconds: float

    @property
    def line(self) -> Message:
        """In words."""
        words = say(_WORDS[self.verdict], count=grouped(self.examples), known=self._known,
                    steps=grouped(self.last.step), time=duration_text(self.seconds), guess=self._guess)
        return say("{words} Dropout and augmentation were off for it.", words=words) if self.was_still else words

    @property
    def _known(self) -> Message:
        count = grouped(self.examples)
        if math.isnan(self.last.accuracy):
            return say("a loss of {loss} on {count} examples", loss=measure_text(self.last.loss), count=count)
        return say("{share} of {count} examples right", share=share_text(self.last.accuracy), count=count)

    @property
    def _guess(self) -> str:
        return measure_text(self.guessed) if math.isnan(self.chance) else share_text(self.chance)


_WORDS: dict[Verdict, str] = {
    "learned": "It can learn: {count} examples are known by heart after {steps} steps ({time}).",
    "slowly": "It learns slowly: {known} after {steps} steps ({time}), where guessing has {guess}. A higher learning "
              "rate or another optimizer may be quicker.",
    "not": "It did not learn within {steps} steps ({time}): {known}, where guessing has {guess}. Look at the learning "
           "rate, at frozen layers and at activations that let no gradient through.",
    "diverged": "The loss of {count} examples is no number any more after {steps} steps ({time}): the learning rate is "
                "too high.",
    "stopped": "It was stopped after {steps} steps: {known}.",
}  # fmt: skip


def overfit_batch(experiment: Experiment, data: Data, control: Control | None = None, *,
                  weights: Weights | None = None, steps: int = STEPS, examples: int = EXAMPLES
                  ) -> Generator[OverfitStep, None, Overfit]:
    """The recipe's own optimizer and rate on a copy of the network, with the first examples of its first epoch.

    Without dropout, augmentation and schedule, and each batch is a step. It ends when all is known, or the loss is no
    number. One seed gives one course, whatever else is at work (one thread computes it), bit for bit. Between the steps
    torch's random numbers are as they were. A stopped ``control`` ends it after any step. Raises LayerloomError for
    what a run would refuse, such as a network whose weights are all frozen.
    """
    start, control, experiment = perf_counter(), control or Control(), step_by_step(experiment)
    count, steps = _affordable(experiment, min(examples, len(data.train)), steps)
    trial = Trial(experiment, data, weights, batch_size=count, varies=False)
    varied = experiment.data.is_image and experiment.data.augment.is_active
    was_still = without_dropout(trial.learner.model) or varied
    batch = _Batch(trial, count)
    last = OverfitStep(0, math.nan, math.nan)
    verdict: Verdict = "not"
    for step in range(1, steps + 1):
        if control.stopped:
            verdict = "stopped"
            break
        last = batch.learn(step)
        yield last
        verdict = batch.verdict_of(last)
        if verdict in ("learned", "diverged"):
            break
    return Overfit(verdict, last, count, batch.guessed, batch.chance, was_still, perf_counter() - start)


def _affordable(experiment: Experiment, examples: int, steps: int) -> tuple[int, int]:
    """Examples and steps: by the network's work, so that they are the same on every computer."""
    work = work_of(experiment)
    examples = max(min(examples, FEWEST_EXAMPLES), min(examples, WORK // (work * steps)))
    return examples, max(min(steps, FEWEST_STEPS), min(steps, WORK // (work * examples)))


class _Batch:
    """The examples that are learned, and what is known of them without looking."""

    def __init__(self, trial: Trial, count: int) -> None:
        self._trial = trial
        with trial.at_work():
            order = trial.learner.order(1, len(trial.batches))
            self._x, self._targets = trial.batches.take(order[:count])
        targets = self._targets.cpu()
        self.guessed = guessed_loss(trial.experiment, targets)
        self.chance = int(torch.bincount(targets).max()) / count if classes_of(trial.experiment) else math.nan

    def learn(self, step: int) -> OverfitStep:
        """One step with it."""
        learner, totals = self._trial.learner, self._trial.sums()
        with self._trial.at_work():
            learner.mode(training=True)
            learner.learn(self._feed(), 1, step, totals)
            loss, accuracy = totals.read().metrics[:2]
        if not math.isfinite(self.guessed) and math.isfinite(loss):
            self.guessed = loss  # that of the weights at first
        return OverfitStep(step, loss, accuracy)

    def _feed(self) -> Iterator[tuple[Tensor, Tensor]]:
        """A copy: a layer may overwrite what it reads."""
        yield self._x.clone(), self._targets

    def verdict_of(self, last: OverfitStep) -> Verdict:
        """After a step."""
        if not math.isfinite(last.loss):
            return "diverged"
        is_known = last.loss <= BY_HEART * self.guessed if math.isnan(last.accuracy) else last.accuracy == 1
        if is_known:
            return "learned"
        return "slowly" if last.loss < HALF_WAY * self.guessed else "not"

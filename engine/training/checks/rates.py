"""Which learning rate: the loss while the rate grows from step to step (range test; Smith 2017, section 3.3)."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from time import perf_counter
from typing import NamedTuple

from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment
from engine.messages import Message, say
from engine.training.checks.trial import Trial, step_by_step, work_of
from engine.training.control import Control
from engine.training.judge.health import COLLAPSED
from engine.training.values import Weights
from engine.units import duration_text, grouped, typed_text

LOWEST, HIGHEST, STEPS = 1e-6, 10.0, 100
WORK = 100_000_000_000  # multiply-adds in all: some seconds of one core
FEWEST_STEPS, FEWEST_EXAMPLES = 40, 4
INERTIA = 0.85  # share of the mean so far that each loss leaves in it
BLOWN_UP = 4.0  # times the lowest mean loss: from there on nothing is learned
FALLS = 0.03  # share of what guessing costs by which it must be cheaper for anything to be said
SHARE = 0.1  # of the rate with the lowest loss: there one step more would begin to spoil what was learned
# where the loss only comes down to that of guessing, as with sigmoids before they begin to learn; shares of that:
NEAR, BELOW = 0.03, 0.01  # it is there, and not below
RISES, DEVIATIONS = 0.02, 5.0  # from there on it rises; and by so many standard deviations of the mean
FOLLOWED = 10  # batches until the mean is more than chance


class RatePoint(NamedTuple):
    """After a step: the rate it was taken with, and the smoothed loss of the batches before it and up to it."""

    lr: float
    loss: float


class _Step(NamedTuple):
    """A point with what else is known of its batch: its own loss, and how much outputs differ between examples."""

    point: RatePoint
    loss: float
    spread: float


class Bound(NamedTuple):
    """Of a loss that stays at guessing: up to ``highest`` it does so steadily, and ``lr``, where it is lowest, is worth
    a try. Whether the network learns there these batches do not say."""

    highest: float
    lr: float


@dataclass(frozen=True)
class RateCurve:
    """The whole curve. ``suggestion`` is None where it says nothing, for the ``reason``; never a number that is none.

    It is a tenth of the rate at which the smoothed loss is lowest, where it is about to blow up: the usual rule
    (fastai's “minimum”). The steepest place, the other rule, is often noise at rates that change nothing.
    Where there is none there may be a ``bound``.
    """

    points: tuple[RatePoint, ...]
    suggestion: float | None
    reason: Message | None
    bound: Bound | None
    batch_size: int  # of its batches: less than the recipe's where these would take too long
    seconds: float

    @property
    def proposed(self) -> float | None:
        """What it suggests, else what is worth a try."""
        return self.bound.lr if self.suggestion is None and self.bound is not None else self.suggestion

    @property
    def line(self) -> Message:
        """In words."""
        took = say("{steps} batches of {size}, {time}", steps=grouped(len(self.points)), size=grouped(self.batch_size),
                   time=duration_text(self.seconds))
        if self.bound is not None:
            return say("The loss stays at that of guessing, as in networks that begin with a plateau. It is steady up "
                       "to a learning rate of {highest}, which is only an upper bound: try {lr}, where it is lowest "
                       "below that, and give it some epochs ({took})",
                       highest=typed_text(self.bound.highest), lr=typed_text(self.bound.lr), took=took)
        if self.suggestion is None:
            return say("No learning rate can be proposed: {reason} ({took})", reason=self.reason, took=took)
        return say("A learning rate of {lr}, a tenth of that with the lowest loss ({took})",
                   lr=typed_text(self.suggestion), took=took)


def find_rate(experiment: Experiment, data: Data, control: Control | None = None, *, weights: Weights | None = None,
              lowest: float = LOWEST, highest: float = HIGHEST, steps: int = STEPS
              ) -> Generator[RatePoint, None, RateCurve]:
    """Steps of the recipe's own optimizer on a copy of the network, each at a higher rate, until the loss blows up.

    The rate is that of the test alone: no schedule moves it, and each batch is a step.
    One seed gives one curve, whatever else is at work (one thread computes it), bit for bit. Between the
    points torch's random numbers are as they were. A stopped ``control`` ends it after any batch. Raises LayerloomError
    for what a run would refuse.
    """
    start, control, experiment = perf_counter(), control or Control(), step_by_step(experiment)
    size, steps = _affordable(experiment, steps)
    trial, smooth, taken = Trial(experiment, data, weights, batch_size=size), _Smooth(), list[_Step]()
    is_stopped = False
    for step in range(steps):
        if control.stopped:
            is_stopped = True
            break
        lr = lowest * (highest / lowest) ** (step / max(1, steps - 1))
        trial.learner.set_lr(lr, 1.0)
        loss = trial.step().loss
        if not math.isfinite(loss) or (smooth.add(loss) > BLOWN_UP * smooth.lowest and step):
            break
        taken.append(_Step(RatePoint(lr, smooth.value), loss, trial.spread))
        yield taken[-1].point
    points = tuple(each.point for each in taken)
    suggestion, reason = _judged(points, trial.guessed, is_stopped)
    bound = _bound(taken, trial.guessed, steps) if reason is not None and not is_stopped else None
    return RateCurve(points, suggestion, reason, bound, trial.batch_size, perf_counter() - start)


def _affordable(experiment: Experiment, steps: int) -> tuple[int, int]:
    """Examples in a batch, and how many batches: by the network's work, so that it is the same on every computer."""
    work, size = work_of(experiment), experiment.recipe.batch_size
    if work * size * steps > WORK:
        steps = max(min(steps, FEWEST_STEPS), min(steps, WORK // (work * size)))
        size = min(size, max(FEWEST_EXAMPLES, WORK // (work * steps)))
    return size, steps


class _Smooth:
    """A mean that follows (exponential, without the pull of its beginning; Kingma and Ba 2015, section 3)."""

    def __init__(self) -> None:
        self._sum = self._weight = 0.0
        self.lowest = math.inf

    def add(self, loss: float) -> float:
        self._sum = INERTIA * self._sum + (1 - INERTIA) * loss
        self._weight = INERTIA * self._weight + (1 - INERTIA)
        self.lowest = min(self.lowest, self.value)
        return self.value

    @property
    def value(self) -> float:
        return self._sum / self._weight


def _judged(points: Sequence[RatePoint], guess: float, is_stopped: bool) -> tuple[float | None, Message | None]:
    """A rate, or why there is none."""
    if is_stopped:
        return None, say("it was stopped")
    if len(points) < 3:
        return None, say("the loss is no number from the first steps on")
    lowest = min(points, key=lambda point: point.loss)
    if lowest.loss > (1 - FALLS) * min(points[0].loss, guess):
        words = ("the loss does not fall below that of guessing at any rate from {low} to {high}"
                 if lowest.loss > (1 - FALLS) * guess else "the loss hardly falls at any rate from {low} to {high}")
        return None, say(words, low=typed_text(_rounded(points[0].lr)), high=typed_text(_rounded(points[-1].lr)))
    return _rounded(SHARE * lowest.lr), None


def _bound(taken: Sequence[_Step], guess: float, steps: int) -> Bound | None:
    """From where the loss has come down to guessing, up to where it rises, or every example gets the same answer.

    None where neither happens, as in a network that does not notice its steps, and where it was there from the
    beginning: at which rate it is lowest is chance then.
    """
    if math.isinf(guess):
        return None
    steady, rises = list[RatePoint](), max(RISES * guess, DEVIATIONS * _noise(taken))
    for point, _, spread in taken[FOLLOWED:]:
        if not spread > COLLAPSED * taken[0].spread:
            break
        if steady and point.loss > min(each.loss for each in steady) + rises:
            break
        if steady or point.loss <= (1 + NEAR) * guess:
            steady.append(point)
    else:
        if len(taken) == steps:
            return None
    lowest = min(steady, key=lambda point: point.loss, default=None)
    if lowest is None or lowest.loss < (1 - BELOW) * guess or taken[FOLLOWED].point.loss < lowest.loss + rises:
        return None
    return Bound(_rounded(steady[-1].lr), _rounded(lowest.lr))


def _noise(taken: Sequence[_Step]) -> float:
    """The standard deviation that the mean has by chance: by how much the losses of neighbours differ."""
    differences = [abs(one.loss - other.loss) for one, other in pairwise(taken)]
    return median(differences) * math.sqrt((1 - INERTIA) / (1 + INERTIA)) if differences else 0.0


def _rounded(lr: float) -> float:
    """Two digits: more would say what nobody knows."""
    return float(f"{lr:.2g}")

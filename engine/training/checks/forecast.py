"""How long a training takes and how much memory, from a few steps on a copy of the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter
from typing import NamedTuple

import torch
from torch import Tensor

from engine.data.errors import StoppedError
from engine.data.tensors.batches import Batches, ranges
from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.messages import Message, say
from engine.training.checks.memory import Need, free_memory, need_of
from engine.training.checks.trial import Trial, work_of
from engine.training.control import Control
from engine.training.devices import ALL_THREADS, resolve_device, useful_threads
from engine.training.learner import together
from engine.training.run import JUDGE_AT_LEAST, READ_EVERY
from engine.training.threads import Cores, Threads
from engine.training.values import Weights
from engine.units import bytes_text, duration_text, grouped

WORK = 10_000_000_000  # multiply-adds of a step: a larger one is measured with fewer examples
SMALL, FEWEST = 8, 2  # examples in such a batch at least, and in the one that it is compared with
STRETCH, STRETCHES = 0.15, 3  # seconds that are timed together, and how many such stretches at least
LEARNING, JUDGING = 1.2, 0.4  # seconds that are measured, the first stretch not counted …
LONGEST = 3.0  # … and from which on no further stretch begins


@dataclass(frozen=True)
class Forecast:
    """What a run will take; ``largest_batch`` is None where free memory is not known, 0 where none fits."""

    epoch_seconds: float  # learning, and judging whatever the recipe judges after each epoch
    run_seconds: float  # all epochs, and the test examples once; of a series one run
    memory: int  # bytes, the most at one moment of a step
    largest_batch: int | None
    examples: int  # to learn from: no batch is larger
    free: int | None  # bytes
    need: Need
    took: float  # seconds that finding it out took

    @property
    def line(self) -> Message:
        """In words."""
        times = say("About {epoch} for an epoch, {run} in all; {memory} of memory",
                    epoch=duration_text(self.epoch_seconds), run=duration_text(self.run_seconds),
                    memory=bytes_text(self.memory))
        if self.largest_batch is None:
            return times
        if self.fits_all:
            return say("{times}, and all {batch} examples would fit into one batch", times=times,
                       batch=grouped(self.examples))
        return say("{times}, and a batch of {batch} would fit", times=times, batch=grouped(self.largest_batch))

    @property
    def fits_all(self) -> bool:
        """Whether one batch could have all examples."""
        return self.largest_batch is not None and self.largest_batch >= self.examples


def forecast(experiment: Experiment, data: Data, control: Control | None = None, *, weights: Weights | None = None
             ) -> Forecast:
    """Measured with the numerics, the threads and the batches of the run; ``data`` are those it would learn from.

    Takes seconds. Nothing outside changes, torch's random numbers included. Raises LayerloomError for what the run
    would refuse, StoppedError once ``control`` is stopped.
    """
    start = perf_counter()
    experiment = replace(experiment, data=data.spec)
    recipe, free = experiment.recipe, free_memory(resolve_device(experiment.recipe.device))
    times = _measured(experiment, data, control or Control(), weights)
    epoch = times.learning * len(data.train) + times.judging * _judged(recipe, data) + times.keeping
    need = need_of(experiment, data, resolve_device(recipe.device))
    return Forecast(epoch, recipe.epochs * epoch + times.judging * len(data.test),
                    need.of(min(recipe.batch_size, len(data.train))), None if free is None else need.largest(free),
                    len(data.train), free, need, perf_counter() - start)


def _judged(recipe: Recipe, data: Data) -> int:
    """How many examples are judged after each epoch."""
    return len(data.validation) + recipe.train_curve * len(data.train) + recipe.test_curve * len(data.test)


# -- measuring ---------------------------------------------------------------------------------------------------------


class _Times(NamedTuple):
    """Seconds for one example, and those for what is kept after an epoch."""

    learning: float
    judging: float
    keeping: float


def _measured(experiment: Experiment, data: Data, control: Control, weights: Weights | None) -> _Times:
    cores = Cores()  # watched from here on
    most = max(SMALL, WORK // work_of(experiment))
    trial = Trial(experiment, data, weights, batch_size=min(experiment.recipe.batch_size, most),
                  threads=ALL_THREADS)
    with trial.at_work():
        threads = Threads(useful_threads(experiment) if trial.device.type == "cpu" else 1, cores)
        threads.use(trial.threads)
        threads.begin()
        learning = _learning(trial, experiment.recipe.batch_size, control)
        judging = _for_one_example(_Judging(trial, data, most).some, JUDGING, control)
        begin = perf_counter()
        trial.learner.weights()
        trial.learner.optimizer_state()
        return _Times(learning, judging, perf_counter() - begin)


def _learning(trial: Trial, batch_size: int, control: Control) -> float:
    """Seconds for one example in batches of this size; of smaller ones that were measured it is worked out.

    A step takes its own time, for weights are read and changed whatever the batch, and some for each example.
    """
    size = trial.batch_size
    rate = _for_one_example(_Learning(trial).some, LEARNING, control)
    if size >= min(batch_size, len(trial.batches)) or size <= FEWEST:
        return rate
    trial.take_batches_of(FEWEST)
    few = FEWEST * _for_one_example(_Learning(trial).some, JUDGING, control)
    each = (size * rate - few) / (size - FEWEST)
    return rate if each <= 0 else each + max(0.0, size * rate - size * each) / batch_size


def _for_one_example(some: Callable[[float], int], seconds: float, control: Control) -> float:
    """The median over stretches of ``some``, which works so many seconds and says on how many examples.

    What happens once, as kernels that are chosen, is left to a first stretch, which does not count.
    """
    some(0.0)
    rates, began = list[float](), perf_counter()
    while not rates or perf_counter() - began < seconds or len(rates) < STRETCHES:
        if control.stopped:
            raise StoppedError("The forecast was stopped")
        start = perf_counter()
        count = some(STRETCH)
        rates.append((perf_counter() - start) / count)
        if perf_counter() - began > LONGEST:
            break
    return median(rates)


class _Learning:
    """Steps, looked at as often as a run does."""

    def __init__(self, trial: Trial) -> None:
        self._trial, self._totals, self._read_at = trial, trial.sums(), perf_counter()

    def some(self, seconds: float) -> int:
        """At least one step."""
        count, end = 0, perf_counter() + seconds
        while not count or perf_counter() < end:
            count += self._trial.learn(self._totals)
            if perf_counter() - self._read_at >= READ_EVERY:
                self._totals.read()
                self._read_at = perf_counter()
        self._totals.read()  # waits for the device
        return count


class _Judging:
    """Batches without learning, of the validation examples, or of others where there are none."""

    def __init__(self, trial: Trial, data: Data, most: int) -> None:
        split = next(part for part in (data.validation, data.test, data.train) if len(part))
        self._trial, learner = trial, trial.learner
        self._batches = Batches(split, data, trial.device, channels_last=learner.numerics.channels_last)
        size = min(most, max(trial.experiment.recipe.batch_size, JUDGE_AT_LEAST))
        self._places = ranges(len(self._batches), size)
        self._feed: Iterator[tuple[Tensor, Tensor]] = iter(())
        self._totals, self._number = trial.sums(learning=False), 0

    def some(self, seconds: float) -> int:
        """At least one batch; a pass that is over begins again."""
        learner, count, end = self._trial.learner, 0, perf_counter() + seconds
        learner.mode(training=False)
        while not count or perf_counter() < end:
            if self._number % len(self._places) == 0:
                self._totals.result()
                self._totals = self._trial.sums(learning=False)
                order = torch.arange(len(self._batches), device=self._trial.device)
                self._feed = together(self._batches, order, self._places, 0, learner.backend)
            x, targets = next(self._feed)
            learner.judge(x, targets, self._number, self._totals)
            self._number += 1
            count += len(targets)
        self._totals.read()
        return count

"""One run: epochs, pauses, what is best, and what is said about it."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping
from time import perf_counter
from typing import Any

from engine.data.tensors import Batches, Data, ranges
from engine.experiment import Experiment
from engine.training.control import Control
from engine.training.events import (
    EpochEnded,
    Event,
    Finished,
    Metrics,
    Paused,
    Point,
    Progress,
    Resumed,
    Started,
    Summary,
    Weights,
)
from engine.training.failures import diverged, expect_shape
from engine.training.learner import Learner
from engine.training.meters import Reading, Stopwatch, Totals

READ_EVERY = 0.1  # seconds between two readings of the loss from the device
AFTER_STOP = 1.0  # seconds that a stopped run still judges
JUDGE_AT_LEAST = 64  # examples in a batch without gradients, which need far less memory


class Best:
    """The epoch with the highest validation accuracy; of equals, the one with the lower loss."""

    def __init__(self) -> None:
        self.epoch, self.train, self.validation = 0, Metrics(math.nan, math.nan), Metrics(math.inf, -1.0)
        self.weights: Weights = {}

    def offer(self, epoch: int, train: Metrics, validation: Metrics, weights: Weights) -> bool:
        """Take these if they are better; whether they were."""
        if (validation.accuracy, -validation.loss) <= (self.validation.accuracy, -self.validation.loss):
            return False
        self.epoch, self.train, self.validation, self.weights = epoch, train, validation, weights
        return True

    def stored(self) -> dict[str, Any]:
        """Plain values and tensors: the arguments of ``offer``."""
        return {"epoch": self.epoch, "train": list(self.train), "validation": list(self.validation),
                "weights": self.weights}


class Run:
    """What is counted while a learner goes through the data; iterate ``events()`` once."""

    def __init__(self, experiment: Experiment, control: Control, data: Data, learner: Learner,
                 resume: Mapping[str, Any] | None = None) -> None:
        self._recipe, self._control, self._learner = experiment.recipe, control, learner
        self._train_set, self._validation_set, self._test_set = (
            Batches(split, data, learner.device) for split in (data.train, data.validation, data.test))
        expect_shape(experiment, self._train_set.sample_shape)
        self._ranges = ranges(len(self._train_set), self._recipe.batch_size)
        self._epoch, self._done = 0, len(self._ranges)  # where it is: the epoch, and batches done of it
        self._best = Best()
        self._examples = 0
        self._training_time, self._time = Stopwatch(), Stopwatch()  # steps only; all but pauses
        self._read_at = perf_counter()
        if resume is not None:
            self._go_on_from(resume)
        self._from = self._position

    def _go_on_from(self, checkpoint: Mapping[str, Any]) -> None:
        best = checkpoint["best"]
        self._best.offer(best["epoch"], Metrics(*best["train"]), Metrics(*best["validation"]), best["weights"])
        self._learner.take_optimizer_state(checkpoint["optimizer"])
        self._epoch, self._examples = checkpoint["epoch"], checkpoint["examples"]
        self._training_time = Stopwatch(checkpoint["seconds"])

    def events(self) -> Iterator[Event]:
        """Everything from Started to Finished."""
        yield Started(str(self._learner.device), self._learner.params, len(self._train_set), len(self._ranges),
                      self._recipe.epochs, self._epoch + 1)
        self._time.start()
        while self._epoch < self._recipe.epochs and not (self._control.stopped and self._best.weights):
            train = yield from self._train()
            validation = yield from self._judge(self._validation_set, AFTER_STOP)
            yield self._epoch_ended(train, validation)
        self._learner.take_weights(self._best.weights)
        self._control.check_abandoned()
        stopped = self._control.stopped
        if not stopped:
            test = yield from self._judge(self._test_set, 0.0)
        if stopped or test.examples < len(self._test_set):
            test = Reading(math.nan, math.nan, 1)  # a part of the test images is no result
        yield Finished(self._summary(test.metrics), self._control.stopped)

    def _train(self) -> Generator[Event, None, Metrics]:
        """One pass over the training images, or as far as it comes until a stop: one batch at least."""
        self._epoch, self._done = self._epoch + 1, 0
        order = self._learner.order(self._epoch, len(self._train_set))
        totals, shown = Totals(self._learner.device), Reading()
        self._training_time.start()
        for begin, end in self._ranges:
            if self._control.lr is not None:
                self._learner.lr = self._control.lr
            self._learner.learn(self._train_set, order[begin:end], totals)
            self._done += 1
            self._examples += end - begin
            if self._due() or self._control.stopped or self._done == len(self._ranges):
                reading = totals.read()
                yield Point(self._position, *self._finite(reading.since(shown)))
                yield self._progress()
                shown = reading
            yield from self._wait_while_paused()
            if self._control.stopped:
                break
        self._training_time.stop()
        return totals.read().metrics

    def _judge(self, batches: Batches, after_stop: float) -> Generator[Event, None, Reading]:
        """Loss and accuracy without learning: of one batch at least, and ``after_stop`` seconds beyond a stop.

        Yields now and then, so that whoever listens can leave.
        """
        totals, end_at = Totals(self._learner.device), math.inf
        for begin, end in ranges(len(batches), max(self._recipe.batch_size, JUDGE_AT_LEAST)):
            self._learner.judge(batches, begin, end, totals)
            if self._due():
                yield self._progress()
            yield from self._wait_while_paused()
            if self._control.stopped:
                totals.read()  # waits for the device: the time below is not that of queueing
                end_at = min(end_at, perf_counter() + after_stop)
                if perf_counter() >= end_at:
                    break
        reading = totals.read()
        self._finite(reading.metrics)
        return reading

    def _wait_while_paused(self) -> Iterator[Event]:
        self._control.check_abandoned()
        if not self._control.paused:
            return
        training = self._training_time.running
        self._training_time.stop()
        self._time.stop()
        yield Paused()
        self._control.wait_while_paused()
        self._control.check_abandoned()
        yield Resumed()
        self._time.start()
        if training:
            self._training_time.start()

    def _due(self) -> bool:
        """Whether it is time to read from the device and report."""
        now = perf_counter()
        if now - self._read_at < READ_EVERY:
            return False
        self._read_at = now
        return True

    def _finite(self, metrics: Metrics) -> Metrics:
        if not math.isfinite(metrics.loss):
            raise diverged(metrics.loss, self._epoch, self._learner.lr)
        return metrics

    # -- what is said -------------------------------------------------------------------------------------------

    @property
    def _position(self) -> float:
        """How far it is, in epochs."""
        return max(0.0, self._epoch - 1 + self._done / len(self._ranges))

    def _progress(self) -> Progress:
        left = self._time.seconds * (self._recipe.epochs - self._position) / max(self._position - self._from, 1e-9)
        return Progress(self._epoch, self._recipe.epochs, self._position / self._recipe.epochs, self._speed(), left)

    def _speed(self) -> float:
        return self._examples / max(self._training_time.seconds, 1e-9)

    def _epoch_ended(self, train: Metrics, validation: Reading) -> EpochEnded:
        weights = self._learner.weights()
        fraction, judged = self._done / len(self._ranges), validation.examples / len(self._validation_set)
        # A few images say too little to displace an epoch that was judged by all of them.
        may_be_best = judged == 1 or not self._best.weights
        is_best = may_be_best and self._best.offer(self._epoch, train, validation.metrics, weights)
        return EpochEnded(self._epoch, train, validation.metrics, is_best, weights, fraction, judged,
                          self._checkpoint(weights) if fraction == judged == 1 else {})

    def _checkpoint(self, weights: Weights) -> dict[str, Any]:
        """Tensors and plain values, from which a run goes on exactly."""
        return {"epoch": self._epoch, "weights": weights, "optimizer": self._learner.optimizer_state(),
                "best": self._best.stored(), "examples": self._examples, "seconds": self._training_time.seconds}

    def _summary(self, test: Metrics) -> Summary:
        best, completed = self._best, int(self._position)
        return Summary(completed, best.epoch, best.train, best.validation, test, self._speed(),
                       str(self._learner.device), self._learner.params, self._recipe.seed)

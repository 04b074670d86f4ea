"""One run: epochs, pauses, what is best, and what is said about it."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping
from time import perf_counter
from typing import Any

import torch

from engine.data.tensors.batches import Batches, ranges
from engine.data.tensors.data import Data, Split
from engine.experiment.experiment import Experiment
from engine.training.best import Best
from engine.training.control import Control
from engine.training.events import (
    EpochEnded,
    Event,
    Finished,
    Metrics,
    Paused,
    Point,
    Progress,
    RateChanged,
    Remark,
    Resumed,
    Started,
    Summary,
    Weights,
)
from engine.training.failures import diverged, expect_shape, expect_targets
from engine.training.judge.health import Health, Setting
from engine.training.learner import Learner
from engine.training.meters import Reading, Stopwatch, Totals
from engine.training.metrics import ClassScores, ValueScores

READ_EVERY = 0.1  # seconds between two readings of the loss from the device
AFTER_STOP = 1.0  # seconds that a stopped run still judges
JUDGE_AT_LEAST = 64  # examples in a batch without gradients, which need far less memory


class Run:
    """What is counted while a learner goes through the data; iterate ``events()`` once."""

    def __init__(self, experiment: Experiment, control: Control, data: Data, learner: Learner,
                 resume: Mapping[str, Any] | None = None) -> None:
        self._recipe, self._control, self._learner = experiment.recipe, control, learner
        # what has no validation examples is judged on those it learns from
        judged = data.validation if len(data.validation) else data.train
        self._train_set = Batches(data.train, data, learner.device, augment=True)
        self._validation_set, self._test_set = (Batches(split, data, learner.device) for split in (judged, data.test))
        expect_shape(experiment, self._train_set.sample_shape)
        expect_targets(experiment, data.train.targets)
        self._classes, self._logarithms = _classes(experiment), experiment.data.table.log_target
        self._ranges = ranges(len(self._train_set), self._recipe.batch_size)
        self._epoch, self._done = 0, len(self._ranges)  # where it is: the epoch, and batches done of it
        self._best, self._last = Best(), (Metrics(math.nan), Metrics(math.nan))  # of the last whole epoch
        self._health = Health(_setting(experiment, data, judged, learner))
        self._examples = 0
        self._training_time, self._time = Stopwatch(), Stopwatch()  # steps only; all but pauses
        self._read_at = perf_counter()
        if resume is not None:
            self._go_on_from(resume)
        self._from = self._position

    def _go_on_from(self, checkpoint: Mapping[str, Any]) -> None:
        best = checkpoint["best"]
        self._best.offer(best["epoch"], Metrics(*best["train"]), Metrics(*best["validation"]), best["weights"])
        self._last = (Metrics(*checkpoint["last"][0]), Metrics(*checkpoint["last"][1]))
        self._health.restore(checkpoint["health"])
        self._learner.take_optimizer_state(checkpoint["optimizer"])
        self._epoch, self._examples = checkpoint["epoch"], checkpoint["examples"]
        self._training_time = Stopwatch(checkpoint["seconds"])

    def events(self) -> Iterator[Event]:
        """Everything from Started to Finished."""
        yield Started(str(self._learner.device), self._learner.params, len(self._train_set), len(self._ranges),
                      self._recipe.epochs, self._epoch + 1)
        self._time.start()
        if self._epoch == 0:
            self._health.begin(*self._learner.probe(self._validation_set))
        while self._epoch < self._recipe.epochs and not (self._control.stopped and self._best.weights):
            train = yield from self._train()
            validation = yield from self._judge(self._validation_set, AFTER_STOP)
            yield from self._end_epoch(train, validation)
        self._learner.take_weights(self._best.weights)
        self._control.check_abandoned()
        test = Metrics(math.nan)
        if not self._control.stopped and len(self._test_set):
            reading = yield from self._judge(self._test_set, 0.0)
            if reading.examples == len(self._test_set):  # a part of the test examples is no result
                test = reading.metrics
        if not self._control.stopped:
            yield from self._health.verdict(self._epoch, *self._last, test, self._best.epoch, self._best.validation)
        yield Finished(self._summary(test), self._control.stopped)

    def _train(self) -> Generator[Event, None, Metrics]:
        """One pass over the training examples, or as far as it comes until a stop: one batch at least."""
        self._epoch, self._done = self._epoch + 1, 0
        order = self._learner.order(self._epoch, len(self._train_set))
        totals, before, shown = self._totals(learning=True), Reading(), Reading()
        self._training_time.start()
        self._read_at = perf_counter()  # the first point is not of fewer examples than others
        for begin, end in self._ranges:
            yield from self._follow_rate()
            self._learner.learn(self._train_set, order[begin:end], totals)
            self._done += 1
            self._examples += end - begin
            ends = self._control.stopped or self._done == len(self._ranges)
            if self._due() or ends:
                reading = totals.read()
                if ends and 2 * (reading.examples - shown.examples) < shown.examples - before.examples:
                    shown = before  # a few examples say little, and would make a kink in the curve
                metrics = self._finite(reading.since(shown))
                yield Point(self._position, metrics.loss, metrics.accuracy)
                yield self._progress()
                before, shown = shown, reading
            yield from self._wait_while_paused()
            if self._control.stopped:
                break
        self._training_time.stop()
        return totals.result().metrics

    def _follow_rate(self) -> Iterator[Event]:
        lr = self._control.lr
        if lr is not None and lr != self._learner.lr:
            self._learner.lr = lr
            yield RateChanged(self._position, lr)

    def _judge(self, batches: Batches, after_stop: float) -> Generator[Event, None, Reading]:
        """The metrics without learning: of one batch at least, and ``after_stop`` seconds beyond a stop.

        Yields now and then, so that whoever listens can leave.
        """
        totals, end_at = self._totals(learning=False), math.inf
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
        reading = totals.result()
        self._finite(reading.metrics)
        return reading

    def _totals(self, *, learning: bool) -> Totals:
        """Sums for a pass; while classes are learned, only what the curves show."""
        device = self._learner.device
        if not self._classes:
            return Totals(device, ValueScores(device, logarithms=self._logarithms), classes=False)
        return Totals(device, None if learning else ClassScores(self._classes, device))

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
        self._read_at = perf_counter()
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

    def _end_epoch(self, train: Metrics, reading: Reading) -> Iterator[Event]:
        weights, validation = self._learner.weights(), reading.metrics
        fraction, judged = self._done / len(self._ranges), reading.examples / len(self._validation_set)
        # A few examples say too little to displace an epoch that was judged by all of them.
        may_be_best = judged == 1 or not self._best.weights
        is_best = may_be_best and self._best.offer(self._epoch, train, validation, weights)
        remarks: list[Remark] = []
        if fraction == judged == 1:
            self._last = (train, validation)
            remarks = self._remarks(train, validation)
        yield EpochEnded(self._epoch, train, validation, is_best, weights, fraction, judged,
                         self._checkpoint(weights) if fraction == judged == 1 else {})
        yield from remarks

    def _remarks(self, train: Metrics, validation: Metrics) -> list[Remark]:
        spread = math.nan
        if self._health.at_chance(validation):
            _, spread = self._learner.probe(self._validation_set)
        return self._health.after_epoch(self._epoch, train, validation, spread, self._learner.lr)

    def _checkpoint(self, weights: Weights) -> dict[str, Any]:
        """Tensors and plain values, from which a run goes on exactly."""
        return {"epoch": self._epoch, "weights": weights, "optimizer": self._learner.optimizer_state(),
                "best": self._best.stored(), "last": [list(metrics) for metrics in self._last],
                "health": self._health.stored(), "examples": self._examples, "seconds": self._training_time.seconds}

    def _summary(self, test: Metrics) -> Summary:
        best, completed = self._best, int(self._position)
        return Summary(completed, best.epoch, best.train, best.validation, test, self._speed(),
                       str(self._learner.device), self._learner.params, self._recipe.seed)


def _classes(experiment: Experiment) -> int:
    """How many there are; 0 where numbers are learned."""
    return experiment.data.num_classes if experiment.data.task == "classification" else 0


def _setting(experiment: Experiment, data: Data, judged: Split, learner: Learner) -> Setting:
    """What the run's health is judged by."""
    classes = _classes(experiment)
    chance = int(torch.bincount(judged.targets).max()) / len(judged) if classes else 0.0
    varies = experiment.data.is_image and experiment.data.augment.is_active
    return Setting(experiment.recipe, len(judged), classes, chance, learner.is_noisy or varies, judged is data.train,
                   can_augment=experiment.data.is_image and not varies, can_drop=not learner.is_noisy,
                   raw_spread=_raw_spread(data))


def _raw_spread(data: Data) -> float:
    """The deviation of a table's positive targets that are learned as they are; 0 where there is no logarithm."""
    targets = [part.targets for part in (data.train, data.validation, data.test) if len(part)]
    if data.unscaled is None or not targets[0].is_floating_point() or data.spec.table.log_target:
        return 0.0
    return float(targets[0].double().std(correction=0)) if min(float(part.min()) for part in targets) > 0 else 0.0

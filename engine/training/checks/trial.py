"""A copy of a network that learns for a moment, beside everything else: whatever else learns is not disturbed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from engine.analysis.analysis import analyze
from engine.data.tensors.batches import Batches, ranges
from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.network.weights import RANDOM, check_weights
from engine.training.devices import ALL_THREADS, expect_precision, resolve_device
from engine.training.failures import check_trainable, expect_shape, expect_targets, in_words
from engine.training.judge.setting import classes_of
from engine.training.learner import Learner, together
from engine.training.losses import Criterion
from engine.training.meters import Reading, Totals
from engine.training.metrics import ClassScores, ValueScores
from engine.training.tuning import tuned
from engine.training.values import Metrics, Weights

BACKWARD = 3  # times the multiply-adds of predicting


@contextmanager
def undisturbed(device: torch.device, threads: int) -> Iterator[None]:
    """So many threads inside; afterwards torch's threads and random numbers are as before.

    A run in another thread seeds and draws while it holds ``RANDOM``: nothing is put back in between. cuDNN's choice of
    kernels, which is one for all threads, stays as whatever learned on a GPU made it: putting it back could take from a
    run that began meanwhile what makes it repeatable.
    """
    count = torch.get_num_threads()
    with RANDOM:
        state = _random_state(device)
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(count)
        with RANDOM:
            _put_back(device, state)


def _random_state(device: torch.device) -> tuple[Tensor, Tensor | None]:
    of_device = torch.cuda.get_rng_state(device) if device.type == "cuda" else (
        torch.mps.get_rng_state() if device.type == "mps" else None)
    return torch.get_rng_state(), of_device


def _put_back(device: torch.device, state: tuple[Tensor, Tensor | None]) -> None:
    torch.set_rng_state(state[0])
    if state[1] is not None and device.type == "cuda":
        torch.cuda.set_rng_state(state[1], device)
    elif state[1] is not None:
        torch.mps.set_rng_state(state[1])


class Trial:
    """The recipe's network, optimizer and device with the numerics of a run; it learns batch by batch."""

    def __init__(self, experiment: Experiment, data: Data, weights: Weights | None = None, *,
                 batch_size: int | None = None, varies: bool = True, threads: int = 1) -> None:
        """``batch_size``: another than the recipe's; ``varies``: images are augmented as the data spec says;
        ``threads``: at most so many. Several wait for each other where others hold a core, and another number of them
        gives other last digits.

        Raises LayerloomError, in words, for what a run would refuse too.
        """
        self.experiment = experiment = replace(experiment, data=data.spec)
        check_trainable(experiment)
        self.device = resolve_device(experiment.recipe.device)
        expect_precision(self.device, experiment.recipe.precision_row)
        if weights is not None:
            check_weights(experiment, weights)
        numerics = tuned(experiment, self.device)
        self.threads = min(threads, numerics.threads, ALL_THREADS)
        with self.at_work():
            self.learner = Learner(experiment, self.device, weights, data.train.targets, numerics)
            self.batches = Batches(data.train, data, self.device, augment=varies, channels_last=numerics.channels_last)
        expect_shape(experiment, self.batches.sample_shape)
        expect_targets(experiment, data.train.targets)
        self._targets = data.train.targets
        self._totals, self._before = self.sums(), Reading()
        self._epoch = 0
        self.take_batches_of(batch_size or experiment.recipe.batch_size)

    def take_batches_of(self, size: int) -> None:
        """From here on, beginning with another epoch."""
        self.batch_size = min(size, len(self.batches))
        self._places = ranges(len(self.batches), self.batch_size)
        self._number = len(self._places)  # the next batch begins an epoch

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Around whatever computes."""
        with in_words(self.experiment, self.device), undisturbed(self.device, self.threads):
            yield

    def sums(self, *, learning: bool = True) -> Totals:
        """For a pass over batches, as a run has them: while classes are learned, only loss and accuracy."""
        classes = classes_of(self.experiment)
        if not classes:
            scores = ValueScores(self.device, logarithms=self.experiment.data.table.log_target)
            return self.learner.totals(scores, classes=False)
        return self.learner.totals(None if learning else ClassScores(classes, self.device), classes=True)

    @cached_property
    def guessed(self) -> float:
        """The mean loss of always the same answer, the best there is; infinite where it is not known."""
        return guessed_loss(self.experiment, self._targets)

    def step(self) -> Metrics:
        """Learn the next batch, epoch after epoch: its mean loss and accuracy, before the step."""
        with self.at_work():
            self.learn(self._totals)
            reading = self._totals.read()
        before, self._before = self._before, reading
        return reading.since(before)

    def learn(self, totals: Totals) -> int:
        """The same without a look at it, by whoever is ``at_work``: how many examples there were."""
        if self._number == len(self._places):
            self._begin_epoch()
        begin, end = self._places[self._number]
        self._number += 1
        self._outputs = self.learner.learn_observed(self._feed, self._epoch, self._number, totals,
                                                    wants_layers=False).outputs
        return end - begin

    @property
    def spread(self) -> float:
        """The deviation of the output that differed most between the examples of the last batch; nan of one example."""
        return float(self._outputs.flatten(1).std(0).max()) if len(self._outputs) > 1 else math.nan

    def _begin_epoch(self) -> None:
        self._epoch, self._number = self._epoch + 1, 0
        self.learner.mode(training=True)
        order = self.learner.order(self._epoch, len(self.batches))
        self._feed = together(self.batches, order, self._places, 0, self.learner.backend)


def step_by_step(experiment: Experiment) -> Experiment:
    """Its recipe where every batch is a step at the rate that is set: nothing moves it, gathers, averages or waits."""
    recipe = experiment.recipe.with_options(schedule="constant", warmup=0.0, accumulate=1, averaging="none",
                                            early_stop=0)
    return replace(experiment, recipe=recipe)


def work_of(experiment: Experiment) -> int:
    """Multiply-adds of learning one example; at least one."""
    return max(1, BACKWARD * analyze(experiment.graph, experiment.data.sample_shape).mult_adds)


def guessed_loss(experiment: Experiment, targets: Tensor) -> float:
    """What these targets cost whoever knows only how frequent each class is, or the mean of the numbers."""
    recipe, classes = experiment.recipe, classes_of(experiment)
    if recipe.loss_row.classes_only and recipe.class_weights == "balanced":
        return math.log(classes)
    if recipe.loss_row.classes_only and classes:
        counts = torch.bincount(targets, minlength=classes).float()
        outputs = (counts / counts.sum()).clamp(min=1e-9).log().expand(len(targets), -1)
    elif not classes and not recipe.loss_row.within_unit:
        outputs = targets.mean(0, keepdim=True).expand_as(targets)
    else:
        return math.inf
    plain = recipe.model_copy(update={"reduction": "mean"})
    return float(Criterion(plain)(outputs, targets)) * _numbers(recipe, targets)


def _numbers(recipe: Recipe, targets: Tensor) -> int:
    """A summed loss adds up the numbers of each example."""
    return targets[0].numel() if recipe.reduction == "sum" else 1


def without_dropout(module: nn.Module) -> bool:
    """Let nothing be dropped while it learns, for good; whether anything was."""
    found = False
    for part in module.modules():
        options: Any = part
        for name in ("p",) if isinstance(part, nn.modules.dropout._DropoutNd) else ("dropout",):
            share = getattr(options, name, 0.0)
            if isinstance(share, float) and share > 0:
                setattr(options, name, 0.0)
                found = True
    return found

"""What can be known of a run before its first step: what goes in, which classes there are, batches, the loss."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from engine.advice.fit import end_problems
from engine.analysis.analysis import analyze
from engine.data.tensors.batches import Batches
from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment
from engine.layers.base import Layer
from engine.layers.normalization import BatchNorm
from engine.messages import say
from engine.training.doctor.places import layers_in
from engine.training.values import Remark
from engine.units import grouped, shape_text, value_text

TINY_BATCH = 2  # examples: of fewer than eight the batch's own mean says little of the data's (Wu and He 2018)
RARE = 10  # times as many examples of the most frequent class
SIZE, LEAST = 10.0, 1e-3  # of what goes in: usual numbers are about 1
LOOKED_AT = 512


def before(experiment: Experiment, data: Data, batches: Batches) -> Iterator[Remark]:
    """What is said of it. ``batches``: training examples as the network gets them."""
    layers = layers_in(experiment)
    yield from _loss(experiment)
    yield from _small_batches(experiment, layers, len(data.train))
    yield from _imbalance(experiment, data.train.targets)
    yield from _swapped(data)
    yield from _unscaled(experiment, layers, batches)


def _loss(experiment: Experiment) -> Iterator[Remark]:
    for problem in end_problems(experiment, analyze(experiment.graph, experiment.data.sample_shape)):
        if problem.severity == "warning":
            yield Remark("wrong loss", problem.message, place=problem.node or "")


def _small_batches(experiment: Experiment, layers: dict[str, Layer], examples: int) -> Iterator[Remark]:
    size = min(experiment.recipe.batch_size, examples)
    place = next((place for place, layer in layers.items() if isinstance(layer, BatchNorm)), None)
    if place is not None and size <= TINY_BATCH:
        yield Remark("small batches", say("It normalises over batches of {size}: the mean of so few examples says "
                                          "little, and the averages that it predicts with may not fit", size=size),
                     ("batch_size", 32) if examples >= 64 else None, place)


def _imbalance(experiment: Experiment, targets: Tensor) -> Iterator[Remark]:
    classes = experiment.data.classes
    if targets.is_floating_point() or len(classes) < 2 or experiment.recipe.class_weights == "balanced":
        return
    counts = torch.bincount(targets, minlength=len(classes))
    there = counts > 0
    most, least = int(counts.max()), int(counts[there].min()) if bool(there.any()) else 0
    if least and most >= RARE * least:
        rare = int(torch.where(there, counts, most).argmin())
        yield Remark("imbalance", say("“{rare}” has {least} training examples, “{frequent}” has {most}: a network that "
                                      "never answers “{rare}” is hardly ever wrong", rare=classes[rare],
                                      least=grouped(least),
                                      frequent=classes[int(counts.argmax())], most=grouped(most)),
                     ("class_weights", "balanced") if experiment.recipe.loss_row.is_weighted else None)


def _swapped(data: Data) -> Iterator[Remark]:
    """Not of made numbers and tables, where a person has chosen how many there are of each."""
    learned, test = len(data.train) + len(data.validation), len(data.test)
    if data.spec.source.kind != "synthetic" and data.unscaled is None and test > learned:
        yield Remark("swapped", say("There are more test examples ({test}) than examples to learn from ({learned}): "
                                    "are training and test data swapped?", test=grouped(test),
                                    learned=grouped(learned)))


def _unscaled(experiment: Experiment, layers: dict[str, Layer], batches: Batches) -> Iterator[Remark]:
    """Not of what is normalised first, nor of the numbers of words."""
    first = next((layer for layer in layers.values() if layer.has_weights()), None)
    if not len(batches) or first is None or first.category not in ("linear", "convolution"):
        return
    x = batches.still().take(torch.linspace(0, len(batches) - 1, min(LOOKED_AT, len(batches))).round().long())[0]
    if not x.is_floating_point() or not bool(x.isfinite().all()):
        return
    sizes = x.double().square().mean([axis for axis in range(x.dim()) if axis != 1 or x.dim() == 1]).sqrt().reshape(-1)
    largest = float(sizes.max())
    if largest > SIZE or 0 < largest < LEAST:
        yield Remark("unscaled", say("The numbers that go in are about {size}, of shape {shape}: networks learn best "
                                     "from numbers about 1", size=value_text(largest, 2),
                                     shape=shape_text(tuple(x.shape[1:]))))

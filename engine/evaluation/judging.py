"""A network judged on every example of a part, batch by batch: what it predicts, and what that costs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from engine.data.formats.arrays import Array
from engine.data.tensors.batches import Batches, ranges
from engine.data.tensors.data import Data, Split
from engine.data.tensors.loading import loading
from engine.evaluation.confusion import confusion_of, scores_of
from engine.evaluation.fitting import curve_of, least_squares_of
from engine.evaluation.values import NOBODY, Evaluation, Floats, Part, Progress
from engine.experiment.experiment import Experiment
from engine.inspect.answering import Answers, losses, without_log
from engine.inspect.lens import Lens
from engine.inspect.samples.prepared import expect_fit
from engine.inspect.samples.splits import PARTS, split_of
from engine.messages import LayerloomError, Message, say
from engine.training.losses import Criterion, balanced_weights
from engine.units import grouped

CPU = torch.device("cpu")
AT_LEAST = 64  # examples in a batch, as training judges
TOGETHER, SEVERAL = 2**20, 32  # numbers, batches that are looked at together
NAMED = 5  # classes or layers that are named
Judging = Generator[Progress, None, Evaluation]


class EvaluationError(LayerloomError):
    """There is nothing to judge a network on."""


def judging(experiment: Experiment, weights: Mapping[str, Tensor] | None, part: str, root: Path | None = None, *,
            data: Data | None = None, partly: bool = False, batch_size: int | None = None,
            given: Callable[[Data], Data] | None = None) -> Judging:
    """Read the data and judge all of a part; to stop, close it. The evaluation is what it returns.

    ``partly``: with the weights as far as they fit. ``data`` spares loading; ``given`` makes others of what was loaded,
    a fold. Raises EvaluationError where the part is empty; DataError; LayerloomError where the network gives no answer
    or the weights do not fit.
    """
    if data is None:
        yield Progress(0, 0)
        with closing(loading(experiment.data, root)) as steps:
            while True:
                try:
                    next(steps)
                except StopIteration as end:
                    data = end.value
                    break
                yield Progress(0, 0)
    assert data is not None
    data = data if given is None else given(data)
    expect_examples(data, part)
    lens = Lens(replace(experiment, data=data.spec), weights, partly=partly)
    return (yield from judged(lens, data, part, batch_size=batch_size))


def expect_examples(data: Data, part: str) -> None:
    """Raise EvaluationError, which names the parts that have some, where this one has none."""
    if len(split_of(data, part)):
        return
    others = [name for name in ("train", "validation", "test") if len(split_of(data, name))]
    raise EvaluationError("There are no {part} examples: ask for {others}", part=PARTS[part],  # type: ignore[index]
                          others=" or ".join(others) or "other data")


def judged(lens: Lens, data: Data, part: str, *, batch_size: int | None = None) -> Judging:
    """The same with a network that is held ready and data that are there."""
    split, experiment = split_of(data, part), lens.experiment
    size = batch_size or max(experiment.recipe.batch_size, AT_LEAST)
    batches, answers = Batches(split, data, CPU, channels_last=False), Answers(lens)
    sums = _Sums(experiment, answers, data)
    yield Progress(0, len(split))
    expect_fit(experiment, data, batches.take(torch.arange(1))[0])
    for end, x, targets in _fetched(batches, size):
        sums.add(answers.outputs(x), targets)
        yield Progress(end, len(split))
    sums.look()
    return _evaluation(lens, data, part, split, sums)


def _fetched(batches: Batches, size: int) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Where each batch ends, its inputs and targets; small ones are fetched several at once."""
    places, many = ranges(len(batches), size), batches.together(size)
    for first in range(0, len(places), many):
        group = places[first : first + many]
        start = group[0][0]
        x, targets = batches.take(torch.arange(start, group[-1][1]))
        for begin, end in group:
            yield end, x[begin - start : end - start], targets[begin - start : end - start]


class _Sums:
    """Adds up what is known of each example."""

    def __init__(self, experiment: Experiment, answers: Answers, data: Data) -> None:
        recipe, self._of_classes = experiment.recipe, experiment.data.task == "classification"
        weighted = self._of_classes and recipe.class_weights == "balanced"
        balanced = balanced_weights(data.train.targets, experiment.data.num_classes) if weighted else None
        self._experiment, self._answers, self._criterion = experiment, answers, Criterion(recipe, balanced)
        self._loss = self._weight = 0.0
        self._parts, self._waiting, self._held = list[tuple[Tensor, ...]](), list[tuple[Tensor, Tensor]](), 0

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Take in a batch; what it says is found out of several together."""
        self._waiting.append((outputs, targets))
        self._held += outputs.numel()
        if self._held >= TOGETHER or len(self._waiting) >= SEVERAL:
            self.look()

    def look(self) -> None:
        """At what was taken in."""
        if self._waiting:
            outputs, targets = zip(*self._waiting, strict=True)
            self._look(torch.cat(outputs), torch.cat(targets))
        self._waiting, self._held = [], 0

    def _look(self, outputs: Tensor, targets: Tensor) -> None:
        found = self._classes(outputs, targets) if self._of_classes else self._numbers(outputs, targets)
        loss, weight = float(self._criterion(outputs, targets)), float(self._criterion.weight(targets))
        self._loss += loss if self._criterion.is_summed else loss * weight
        self._weight += weight
        self._parts.append((*found, losses(self._experiment.recipe, outputs, targets)))

    def _classes(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        shares, called = self._answers.probabilities(outputs), outputs.argmax(1)
        sure = shares.gather(1, called[:, None])[:, 0]
        called = torch.where(outputs.isnan().any(1), NOBODY, called)
        return targets, called, sure, shares.gather(1, targets[:, None])[:, 0]

    def _numbers(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        predicted = self._answers.values(outputs).flatten(1)
        none = torch.full((len(targets),), torch.nan)
        return without_log(targets, self._experiment).flatten(1), predicted, none, none

    @property
    def loss(self) -> float:
        """The mean that training reports."""
        return self._loss / self._weight if self._weight else float("nan")

    @property
    def columns(self) -> list[Array]:
        """True, predicted, confidence, probability of the true class, loss: of every example."""
        return [torch.cat(each).numpy() for each in zip(*self._parts, strict=True)]


def _evaluation(lens: Lens, data: Data, part: str, split: Split, sums: _Sums) -> Evaluation:
    true, predicted, sure, probability, costs = sums.columns
    of_classes = lens.experiment.data.task == "classification"
    classes = tuple(lens.experiment.data.classes) if of_classes else ()
    made = Evaluation(cast(Part, part), of_classes, classes, sums.loss, true, predicted,
                      costs.astype(np.float64), sure.astype(np.float64), probability.astype(np.float64),
                      np.zeros((0, 0), np.int64))
    if of_classes:
        confusion = confusion_of(true, predicted, len(classes))
        made = replace(made, confusion=confusion, per_class=scores_of(confusion, true, classes))
    else:
        made = _with_numbers(replace(made, true=true.astype(np.float64), predicted=predicted.astype(np.float64)))
        squares = least_squares_of(lens, data, split)
        curve = curve_of(lens, data, part, squares)
        made = replace(made, least_squares=squares.found if squares else None, curve=curve)
    return replace(made, notes=tuple(_notes(made, lens)))


class _Scores(NamedTuple):
    mae: float
    rmse: float
    r2: float


def _with_numbers(made: Evaluation) -> Evaluation:
    scores = _scores(made.true, made.residuals)
    return replace(made, mae=scores.mae, rmse=scores.rmse, r2=scores.r2)


def _scores(true: Floats, off: Floats) -> _Scores:
    """Over all numbers; R² is the mean of every output's own, without those whose targets are all equal."""
    spread, squares = ((true - true.mean(0)) ** 2).sum(0), (off ** 2).sum(0)
    varies = spread > 1e-12 * (true ** 2).sum(0)
    r2 = float((1 - squares[varies] / spread[varies]).mean()) if varies.any() else float("nan")
    return _Scores(float(np.abs(off).mean()), float(np.sqrt((off ** 2).mean())), r2)


def _notes(made: Evaluation, lens: Lens) -> list[Message]:
    """What one should know before one believes the numbers."""
    found = list[Message]()
    if made.part == "test":
        found.append(TEST_NOTE)
    if lens.anew:
        layers = list(dict.fromkeys(key.rpartition(".")[0] or key for key in lens.anew))
        found.append(say("The weights do not fit {layers}: there the network is untrained", layers=_some(layers)))
    broken = int((made.predicted == NOBODY).sum()) if made.of_classes else int(np.isnan(made.predicted).any(1).sum())
    if broken:
        found.append(say("Of {count} of {all} examples the answer is not a number", count=grouped(broken),
                         all=grouped(made.examples)))
    empty = [each.name for each in made.per_class if not each.support]
    if empty:
        found.append(say("There are no {part} examples of {classes}", part=PARTS[made.part], classes=_some(empty)))
    return found


TEST_NOTE = say("These are the test examples: whatever is chosen by them, an epoch or an option, makes their number "
                "worthless")


def _some(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" … (+{more})" if more > 0 else "")

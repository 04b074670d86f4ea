"""Many examples of the data in an order, with what the network says of each."""

from __future__ import annotations

import heapq
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from engine.data.progress import Steps
from engine.data.tensors.batches import in_channels
from engine.data.tensors.data import Data
from engine.data.tensors.loading import loading
from engine.experiment.experiment import Experiment
from engine.inspect.answering import Answers, losses
from engine.inspect.lens import Lens
from engine.inspect.samples.prepared import as_given, expect_fit
from engine.inspect.samples.splits import label_of, split_of
from engine.inspect.samples.values import Example, Order, Picture, Strip
from engine.messages import LayerloomError, Message, say
from engine.units import grouped, value_text

SMALL = 64  # pixels of a thumbnail; larger images are made smaller
TOGETHER = 64  # examples in a batch
MOST = 10_000  # examples that are looked at for the worst mistakes
NUMBERS = 8  # of what is no image


def examples(experiment: Experiment, weights: Mapping[str, Tensor] | None = None, part: str = "test",
             root: Path | None = None, *, order: Order = "first", count: int = 60, begin: int = 0,
             most: int = MOST, only: int | None = None, partly: bool = False) -> Generator[Strip, None, None]:
    """``count`` examples of a part, from the one numbered ``begin`` in the order on; after each batch the best so far.

    By class: as many of each as there is room for (numbers to be learned: by their size). Worst mistakes: those of
    the first ``most`` whose class is wrong, the largest loss first (numbers: the largest loss). To stop, close it.
    ``only``: of one class; ``partly``: with the weights as far as they fit. Where the network gives no answer the
    examples come without, and ``fault`` says why. Raises SampleError, DataError, or LayerloomError where the weights do
    not fit.
    """
    data = yield from _loaded(loading(experiment.data, root))
    split = split_of(data, part)
    among = torch.arange(len(split))
    if only is not None and data.spec.task == "classification":
        among, order = (split.targets == only).nonzero().flatten(), "first" if order == "class" else order
    chosen = among[_chosen(data, split.targets[among], order, begin + count, most)]
    chosen = chosen if order == "mistakes" else chosen[begin:]
    judge, shown = _Judge(replace(experiment, data=data.spec), weights, data, partly), Shown(data, part)
    found, note = list[Example](), None
    if order == "mistakes" and len(chosen) < len(among):
        note = say("The first {count} of {all} are looked at", count=grouped(len(chosen)), all=grouped(len(among)))
    yield Strip((), 0, len(chosen), len(among), note=note)
    for start in range(0, len(chosen), TOGETHER):
        places = chosen[start : start + TOGETHER]
        found += judge.judged(split.inputs[places], split.targets[places], places.tolist())
        if order == "mistakes":
            found = _worst(found, begin + count, data.spec.task == "classification")
        wanted = found[begin:] if order == "mistakes" else found
        yield Strip(tuple(map(shown.with_picture, wanted)), min(start + TOGETHER, len(chosen)), len(chosen),
                    len(among), judge.fault, note)


def _loaded(steps: Steps[Data]) -> Generator[Strip, None, Data]:
    """The data; it can be left at each step."""
    with closing(steps):
        while True:
            try:
                next(steps)
            except StopIteration as end:
                data: Data = end.value
                return data
            yield Strip()


def _chosen(data: Data, targets: Tensor, order: Order, count: int, most: int) -> Tensor:
    """Which are to be looked at."""
    if order == "mistakes":
        return torch.arange(min(most, len(targets)))
    if order == "first":
        return torch.arange(min(count, len(targets)))
    sizes = targets.reshape(len(targets), -1)[:, 0] if len(targets) else targets
    ranks = torch.argsort(sizes, stable=True)
    if data.spec.task != "classification":
        return ranks[:count]
    room = max(1, count // max(1, data.spec.num_classes))
    of_class = sizes[ranks]
    first = torch.searchsorted(of_class, of_class)  # where its class begins
    return ranks[torch.arange(len(ranks)) - first < room][:count]


def _worst(found: Sequence[Example], count: int, classes: bool) -> list[Example]:
    wrong = [each for each in found if each.is_wrong] if classes else found
    return heapq.nlargest(count, wrong, key=lambda each: each.loss if each.loss == each.loss else float("inf"))


class _Judge:
    """What the network says of examples."""

    def __init__(self, experiment: Experiment, weights: Mapping[str, Tensor] | None, data: Data,
                 partly: bool) -> None:
        self._experiment, self._data = experiment, data
        self._answers = Answers(Lens(experiment, weights, partly=partly))
        self.fault: Message | None = None

    def judged(self, stored: Tensor, targets: Tensor, places: Sequence[int]) -> list[Example]:
        plain = [Example(place, label_of(self._data, target)) for place, target in zip(places, targets, strict=True)]
        if self.fault is not None:
            return plain
        try:
            outputs = self._answers.outputs(expect_fit(self._experiment, self._data, as_given(self._data, stored)))
            of_classes = self._data.spec.task == "classification"
            said = self._classes(outputs, targets) if of_classes else self._values(outputs)
            costs = losses(self._experiment.recipe, outputs, targets).tolist()
        except LayerloomError as error:
            self.fault = error.message
            return plain
        return [each._replace(loss=cost, predicted=predicted, confidence=confidence, is_wrong=is_wrong)
                for each, cost, (predicted, confidence, is_wrong) in zip(plain, costs, said, strict=True)]

    def _classes(self, outputs: Tensor, targets: Tensor) -> list[tuple[str, float, bool]]:
        confidence, called = self._answers.probabilities(outputs).max(1)
        names = self._data.spec.classes
        return [(names[name] if value == value else "NaN", value, name != target or value != value)
                for name, value, target in
                zip(called.tolist(), confidence.tolist(), targets.tolist(), strict=True)]

    def _values(self, outputs: Tensor) -> list[tuple[str, float, bool]]:
        numbers = self._answers.values(outputs).reshape(len(outputs), -1)
        text = [value_text(float(row)) if len(row) == 1 else "" for row in numbers]
        return [(each, float("nan"), False) for each in text]


class Shown:
    """Examples as they are shown, each made once."""

    def __init__(self, data: Data, part: str) -> None:
        self._inputs = split_of(data, part).inputs
        self._extent = data.train.inputs.aminmax() if self._is_float_image() else None
        self._made = dict[int, tuple[Picture, tuple[float, ...]]]()

    def _is_float_image(self) -> bool:
        return self._inputs.dim() == 4 and self._inputs.dtype != torch.uint8

    def with_picture(self, example: Example) -> Example:
        """The same with its picture, or its first numbers."""
        if example.place not in self._made:
            stored = self._inputs[example.place]
            self._made[example.place] = (self._thumbnail(stored), ()) if stored.dim() == 3 else (
                Picture(), tuple(stored.flatten()[:NUMBERS].tolist()))
        picture, numbers = self._made[example.place]
        return example._replace(picture=picture, numbers=numbers)

    def _thumbnail(self, stored: Tensor) -> Picture:
        if self._extent is not None:
            least, most = self._extent
            stored = ((stored - least) / (most - least).clamp(min=1e-12) * 255).round().clamp(0, 255).to(torch.uint8)
        return thumbnail(stored)


def thumbnail(stored: Tensor, largest: int = SMALL) -> Picture:
    """uint8 C×H×W of any channels, at most so large."""
    image = stored[None] if stored.shape[0] in (1, 3) else in_channels(stored[None], 3 if len(stored) > 3 else 1)
    height, width = image.shape[-2:]
    if max(height, width) > largest:
        size = [max(1, round(side * largest / max(height, width))) for side in (height, width)]
        image = interpolate(image, size=size, mode="bilinear", antialias=True)
    _, channels, height, width = image.shape
    return Picture(image[0].permute(1, 2, 0).contiguous().numpy().tobytes(), channels, height, width)

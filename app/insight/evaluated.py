"""A part of the data judged for the window, in a job's thread, and its examples as they are shown."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from torch import Tensor

from engine.data.formats.arrays import Array
from engine.data.options.corrections import ExampleId
from engine.data.tensors.data import Data
from engine.data.tensors.identity import Place, identity, place_of
from engine.data.tensors.loading import loading
from engine.data.tensors.marks import what_changed
from engine.data.tensors.splitting import folded
from engine.evaluation.judging import judging
from engine.evaluation.values import NOBODY, Evaluation, Progress
from engine.experiment.experiment import Experiment
from engine.experiment.series import Fold
from engine.inspect.samples.strip import Shown
from engine.inspect.samples.values import Example
from engine.messages import say
from engine.units import share_text, value_text
from widgets.look.text import message_text
from widgets.probe.example import Example as Picture

DIGITS, COLUMNS, TOLD_EVERY = 3, 8, 0.1  # of a number; of a row; seconds
OTHER_FOLD = say("The data are not divided as they were for this fold: it may have learned some of these examples")


class Evaluated(NamedTuple):
    """What came of it, and who shows its examples."""

    evaluation: Evaluation
    pictures: Pictures


def evaluated(experiment: Experiment, weights: Mapping[str, Tensor] | None, part: str, root: Path | None,
              tell: Callable[[Progress], object], cancelled: Callable[[], bool],
              marks: Mapping[str, tuple[int, str]] | None = None, fold: Fold | None = None, *,
              is_other: bool = False) -> Evaluated | None:
    """None: it was left. ``marks`` are of the data that the weights were learned from: where these have changed a note
    says so. The data are divided as for ``fold``; of another fold that ``is_other`` a note says that they are not.
    Raises LayerloomError."""
    whole = _loaded(experiment, root, cancelled)
    if whole is None:
        return None
    data, told = whole if fold is None else folded(whole, fold.folds, fold.number), 0.0
    with closing(judging(experiment, weights, part, root, data=data, partly=weights is not None)) as steps:
        while not cancelled():
            try:
                step = next(steps)
            except StopIteration as end:
                said = [what_changed(marks or {}, data), OTHER_FOLD if is_other else None]
                found = replace(end.value, notes=(*filter(None, said), *end.value.notes))
                return Evaluated(found, Pictures(data, found, whole))
            if time.perf_counter() - told > TOLD_EVERY:
                told = time.perf_counter()
                tell(step)
    return None


def _loaded(experiment: Experiment, root: Path | None, cancelled: Callable[[], bool]) -> Data | None:
    with closing(loading(experiment.data, root)) as steps:
        while not cancelled():
            try:
                next(steps)
            except StopIteration as end:
                data: Data = end.value
                return data
    return None


class Pictures:
    """Makes each example when it is to be seen."""

    def __init__(self, data: Data, evaluation: Evaluation, whole: Data) -> None:
        self._data, self._evaluation, self._whole = data, evaluation, whole  # ``whole``: no fold of them
        self._shown = Shown(data, evaluation.part)
        self.are_text = getattr(data, evaluation.part).inputs.dim() != 4

    def example(self, index: int) -> Picture:
        """With its true label, and with what it is taken for where that is another."""
        key = self.place(index)
        caption, is_right, words = self._words(index)
        stored = self._shown.with_picture(Example(index, caption))
        if stored.picture.width:
            shape = stored.picture.height, stored.picture.width, stored.picture.channels
            pixels = np.frombuffer(stored.picture.pixels, dtype=np.uint8).reshape(shape)
            return Picture(key, pixels[:, :, 0] if shape[2] == 1 else pixels, caption, is_right, words=words)
        return Picture(key, None, caption, is_right, line=self._row(index, stored.numbers), words=words)

    def place(self, index: int) -> Place | None:
        """Where an example is in the data as they are divided without folds; None: that is not known."""
        place = Place(self._evaluation.part, index)
        return place if self._data is self._whole else place_of(self._whole, self.identity(index))

    def identity(self, index: int) -> ExampleId:
        """Which example of the data set it is. Raises DataError."""
        return identity(self._data, self._evaluation.part, index)

    def _words(self, index: int) -> tuple[str, bool | None, str]:
        of = self._evaluation
        if not of.of_classes:
            return f"{_numbers(of.true[index])}→{_numbers(of.predicted[index])}", None, ""
        number, called = int(of.true[index]), int(of.predicted[index])
        true, predicted = of.classes[number], "NaN" if called == NOBODY else of.classes[called]
        share = float(of.confidence[index])
        words = message_text(say("true {true}, predicted {predicted}, sure by {share}", true=true, predicted=predicted,
                                 share=share_text(share) if math.isfinite(share) else "NaN"))
        return (true, True, words) if number == called else (f"{true}→{predicted}", False, words)

    def _row(self, index: int, numbers: tuple[float, ...]) -> str:
        """Of a table the columns as they are in the file."""
        table = self._data.unscaled
        if table is None:
            return "  ".join(value_text(each, DIGITS) for each in numbers)
        places = {"train": table.of_train, "validation": table.of_validation, "test": table.of_test}
        row = table.rows[places[self._evaluation.part][index]][:COLUMNS].tolist()
        return "  ".join(f"{name} {value_text(each)}" for name, each in
                         zip(self._data.report.features, row, strict=False))


def _numbers(values: Array) -> str:
    text = ", ".join(value_text(float(each), DIGITS) for each in values[:2])
    return f"{text} …" if len(values) > 2 else text

"""The runs that are drawn over each other, a variant or a fold each: their points, titles and colours."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor

from widgets.look import theme
from widgets.plot.marks import Mark
from widgets.plot.series import Series
from widgets.plot.smoothing import LONG, Smoothed
from widgets.plot.ways import NOWHERE, Ways

# Okabe and Ito's set, which stays apart for every kind of colour vision; each theme has the tones it can carry.
_ON_DARK = ("#5b9dff", "#e69f00", "#1fbf92", "#e07fb5", "#f0e442", "#ff7a45", "#9fd3f2", "#b9a0ff")
_ON_LIGHT = ("#0072b2", "#c98500", "#009e73", "#c2578f", "#7a5c00", "#d55e00", "#4a9fd0", "#6a4fc4")

Point = tuple[float, float] | None
Pair = tuple[Series, Series]  # one curve for each of the two plots


def member_color(index: int) -> QColor:
    """The colour of one run among several; after eight they come again."""
    colors = _ON_DARK if theme.current().dark else _ON_LIGHT
    return QColor(colors[index % len(colors)])


class Member:
    """One run: training points, judged epochs, the best of them."""

    def __init__(self, title: str = "") -> None:
        self.title = title
        self.is_shown = True
        self.best: float | None = None
        self.points: Pair = (Series(), Series())  # training, within epochs
        self.train: Pair = (Series(), Series())  # training, by epoch: drawn where there are no points
        self.validation: Pair = (Series(), Series())
        self.after: Pair = (Series(), Series())  # training examples after the epoch, where that was asked for
        self.test: Pair = (Series(), Series())  # the same
        self.marks: list[Mark] = []
        self.ways: Ways = NOWHERE
        self._smoothed: dict[Series, tuple[float, float, Smoothed]] = {}  # by what it is of; weight, length

    def add_points(self, points: Sequence[Sequence[float]]) -> None:
        """Append training points: position in epochs, and a value for each plot."""
        if points:
            _extend(self.points, points)

    def add_epoch(self, at: float, train_loss: float, train_second: float, loss: float, second: float,
                  is_best: float, *more: float) -> None:
        """Append a judged epoch; ``more`` was asked for beside it, two values each: training after it, and test; nan:
        not this one."""
        _extend(self.train, [(at, train_loss, train_second)])
        if not math.isnan(loss):  # there may be no validation examples
            _extend(self.validation, [(at, loss, second)])
        for pair, values in ((self.after, more[:2]), (self.test, more[2:])):
            if values and not math.isnan(values[0]):
                _extend(pair, [(at, *values)])
        if is_best:
            self.best = at

    def more(self, plot: int) -> tuple[Series, Series]:
        """Training examples after the epochs, and test examples; empty where nobody asked."""
        return self.after[plot], self.test[plot]

    def smoothed(self, plot: int, weight: float, length: float) -> tuple[Series | None, ...]:
        """By kind of curve what is smoothed in a run of so many epochs: batches, and of a long run also the epochs.

        Of a short run each epoch is a result that tables name, and its best one is ringed: a smoothed curve would
        deny it.
        """
        train, validation = self.curves(plot)
        return tuple(
            self._smooth(series, weight, length)
            if weight and len(series) and (series is self.points[plot] or length >= LONG) else None
            for series in (train, validation, *self.more(plot))
        )  # fmt: skip

    def _smooth(self, series: Series, weight: float, length: float) -> Series:
        before = self._smoothed.get(series)
        if before is None or before[:2] != (weight, length):
            before = self._smoothed[series] = weight, length, Smoothed(series, weight, length)
        return before[2].series

    def judged_at(self, plot: int, position: float) -> tuple[Point, ...]:
        """The numbers of the epoch there, of every kind of curve."""
        return tuple(pair[plot].nearest(position) for pair in (self.train, self.validation, self.after, self.test))

    @property
    def is_unvalidated(self) -> bool:
        """Whether epochs came without a validation."""
        return bool(len(self.train[0])) and not len(self.validation[0])

    @property
    def last_epoch(self) -> float | None:
        """The last that was learned whole."""
        whole = [at for at in self.train[0].x if at == round(at)]
        return float(whole[-1]) if whole else None

    def curves(self, plot: int) -> tuple[Series, Series]:
        """The training and the validation curve in one of the plots."""
        return (self.points if len(self.points[0]) else self.train)[plot], self.validation[plot]

    @property
    def end(self) -> float:
        """The last position, in epochs."""
        return max(self.points[0].end, self.train[0].end)

    def __len__(self) -> int:
        return len(self.points[0]) + len(self.train[0])


def _extend(pair: Pair, rows: Sequence[Sequence[float]]) -> None:
    x, first, second = np.asarray(rows, dtype=float).T
    pair[0].extend(x, first)
    pair[1].extend(x, second)

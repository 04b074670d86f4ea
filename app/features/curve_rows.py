"""What is known of a run, as its curves take it. No Qt."""

from __future__ import annotations

import math

from engine.training.events import Point
from engine.training.state import EpochRow, RunState
from engine.training.values import NOTHING

PointRow = tuple[float, float, float]  # position, loss, accuracy
# position, loss and accuracy of both parts, is best; where asked for the same two after the epoch, and of the test
EpochTuple = tuple[float, ...]


def rows_of(state: RunState) -> tuple[list[PointRow], list[EpochTuple]]:
    """Points and epochs as the curves take them."""
    epochs = [epoch_row(epoch, epoch.epoch == state.best_epoch) for epoch in state.epochs]
    return [point_row(point) for point in state.points], epochs


def point_row(point: Point) -> PointRow:
    """What was learned since the last one."""
    return (point.position, point.loss, point.accuracy)


def epoch_row(epoch: EpochRow, is_best: bool) -> EpochTuple:
    """As the curves take it; without validation no epoch is the best, the last one counts."""
    row = (epoch.position, epoch.train.loss, epoch.train.accuracy, epoch.validation.loss, epoch.validation.accuracy,
           is_best and not math.isnan(epoch.validation.loss))
    if epoch.after is epoch.test is None:
        return row
    after, test = epoch.after or NOTHING, epoch.test or NOTHING
    return (*row, after.loss, after.accuracy, test.loss, test.accuracy)

"""A table as it enters the network beside the raw one, and its columns against the target: for the window."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.data.formats.arrays import Array
from engine.data.tensors.data import Data, Unscaled
from engine.data.tensors.samples import MOST_COLUMNS

POINTS = 1000  # training rows that are drawn
DRAWN = 256  # columns that can be chosen


class Entered(NamedTuple):
    """The first rows of a table that are used: as text, and as the network gets them, the target last in both."""

    numbers: tuple[int, ...]  # of the rows, from 1
    raw_names: tuple[str, ...]
    raw: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    more: int = 0  # columns that are not among them
    left_out: tuple[str, ...] = ()  # of the raw ones


class Pairs(NamedTuple):
    """Number columns of some training rows, as they are in the file, with their targets."""

    names: tuple[str, ...]
    values: Array  # rows × columns, NaN where missing
    target: str
    targets: Array  # numbers, or class numbers
    classes: tuple[str, ...]
    rows: int  # of the training part


def entered(data: Data) -> Entered | None:
    """None: the data are no table."""
    table, report = data.unscaled, data.report
    if table is None or report.preview is None or not report.rows:
        return None
    places = np.arange(len(report.rows))
    inputs = table.fitted.applied(table.rows[:, :MOST_COLUMNS] if _is_wide(table) else table.rows, places)
    shown = report.preview
    order = sorted(range(len(shown.columns)), key=lambda index: shown.columns[index].is_target)
    columns = [shown.columns[index] for index in order]
    raw = tuple(tuple(shown.rows[row][index] for index in order) for row in report.rows)
    targets = _targets(data, len(places))
    names = (*report.features[: inputs.shape[1]], report.target)
    values = tuple((*map(float, row), float(target)) for row, target in zip(inputs, targets, strict=True))
    return Entered(tuple(row + 1 for row in report.rows), tuple(column.name for column in columns), raw, names, values,
                   len(report.features) - inputs.shape[1],
                   tuple(column.name for column in columns if column.kind == "ignore" and not column.is_target))


def _is_wide(table: Unscaled) -> bool:
    return bool(table.rows.shape[1] > MOST_COLUMNS)


def _targets(data: Data, count: int) -> Array:
    """Of the first rows of the table, in whichever part they are."""
    assert data.unscaled is not None
    found = np.zeros(count)
    parts = ((data.unscaled.of_train, data.train), (data.unscaled.of_validation, data.validation),
             (data.unscaled.of_test, data.test))
    for places, split in parts:
        here = np.flatnonzero(places < count)
        if len(here):  # a part may be empty
            found[places[here]] = split.targets.numpy().reshape(len(split), -1)[here, 0]
    return found


def pairs(data: Data) -> Pairs | None:
    """None: the data are no table, or it has no number columns."""
    table, report = data.unscaled, data.report
    if table is None or not table.scaling.numbers.any():
        return None
    chosen = np.flatnonzero(table.scaling.numbers)[:DRAWN]
    places = table.of_train[:POINTS]
    values = np.stack([table.rows[places, column] for column in chosen], axis=1)
    targets = data.train.targets[: len(places)].numpy().reshape(len(places), -1)[:, 0]
    classes = data.spec.classes if data.spec.task == "classification" else ()
    return Pairs(tuple(report.features[column] for column in chosen), values, report.target, targets, classes,
                 len(table.of_train))

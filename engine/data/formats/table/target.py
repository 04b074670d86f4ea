"""The column of a table that is to be predicted: classes or numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.data.errors import DataError
from engine.data.formats.arrays import Array
from engine.data.formats.table.columns import MOST, Values
from engine.data.options.options import Task
from engine.data.options.table import Table

FEW = 20  # different whole numbers that look like classes, where there are several rows of each


class Target(NamedTuple):
    """``values``: class numbers N, or float32 N×1."""

    task: Task
    classes: tuple[str, ...]
    values: Array


def task_of(values: Values, table: Table) -> Task:
    """What the person chose, or what the column looks like."""
    if table.task != "auto":
        return table.task
    if chosen := table.kind_of(values.name):
        return "regression" if chosen == "number" else "classification"
    present = int(values.numbers.notna().sum())
    if not values.is_numeric:
        # a few texts among numbers are mistakes, which deserve to be named
        return "regression" if present > len(values.text) / 2 else "classification"
    whole = bool((values.numbers.dropna() % 1 == 0).all())
    distinct = values.distinct
    return "classification" if whole and distinct <= FEW and 4 * distinct <= max(present, 8) else "regression"


def target_of(values: Values, table: Table) -> Target:
    """The targets of the rows, none of which misses its value. Raises DataError, in words."""
    task = task_of(values, table)
    return _numbers(values, table.log_target) if task == "regression" else _classes(values)


def _numbers(values: Values, log: bool) -> Target:
    values.expect_numbers()
    numbers = values.numbers
    if numbers.nunique() == 1:
        raise DataError("The target “{column}” has the same value in every row: there is nothing to learn",
                        column=values.name)
    if log and (numbers <= 0).any():
        raise DataError("“{column}”, line {line}: {value:} has no logarithm. Switch Log target off, or correct it",
                        column=values.name, line=values.line(numbers <= 0), value=f"{numbers[numbers <= 0].iloc[0]:g}")
    array = numbers.to_numpy()
    return Target("regression", (), (np.log(array) if log else array).astype(np.float32)[:, None])


def _classes(values: Values) -> Target:
    names = values.categories()
    if len(names) == 1:
        raise DataError("The target “{column}” has only one class, “{name}”: there is nothing to learn",
                        column=values.name, name=names[0][:60])
    if len(names) > MOST:
        raise DataError("The target “{column}” has {count} different values: more than {most} cannot be classes. "
                        "Choose another target, or Regression if they are numbers", column=values.name,
                        count=len(names), most=MOST)
    number = {name: index for index, name in enumerate(names)}
    return Target("classification", tuple(names), values.text.map(number).to_numpy(np.int64))

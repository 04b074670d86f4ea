"""The column of a table that is to be predicted: classes or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.data.errors import DataError
from engine.data.formats.array_names import listed
from engine.data.formats.arrays import Array
from engine.data.formats.classes import alike, nearly_one_each
from engine.data.formats.rounding import Singles
from engine.data.formats.table.columns import MOST, too_large
from engine.data.formats.table.gathering import Floats
from engine.data.formats.table.telling import lost_in_target
from engine.data.formats.table.values import SHOWN, Values
from engine.data.options.options import Task
from engine.data.options.table import Table
from engine.messages import Message, say
from engine.units import setting_text

SAID = 3  # such notes of a column
FEW = 20  # different whole numbers that look like classes, where there are several rows of each


class Target(NamedTuple):
    """``values``: class numbers N, or float32 N×1."""

    task: Task
    classes: tuple[str, ...]
    values: Array
    notes: tuple[Message, ...] = ()


def task_of(values: Values, table: Table) -> Task:
    """What the person chose, or what the column looks like."""
    if table.task != "auto":
        return table.task
    if chosen := table.kind_of(values.name):
        return "regression" if chosen == "number" else "classification"
    if values.is_code:
        return "classification"
    if not values.is_numeric:
        # a few texts among numbers are mistakes, which deserve to be named
        return "regression" if values.present > len(values) / 2 else "classification"
    numbers = values.numbers[~np.isnan(values.numbers)]
    distinct = values.distinct
    whole = bool((numbers % 1 == 0).all())
    return "classification" if whole and distinct <= FEW and 4 * distinct <= max(len(numbers), 8) else "regression"


def target_of(values: Values, table: Table, task: Task) -> Target:
    """The targets of the rows, none of which misses its value. Raises DataError, in words."""
    return _numbers(values, table.log_target) if task == "regression" else _classes(values, table)


def _numbers(values: Values, log: bool) -> Target:
    values.expect_numbers()
    numbers = values.numbers
    if (numbers == numbers[0]).all():
        if too_large(values):
            raise DataError("The target “{column}” has numbers that are too large to be told apart: there is nothing "
                            "to learn", column=values.name)
        raise DataError("The target “{column}” has the same value in every row: there is nothing to learn",
                        column=values.name)
    if log and (numbers <= 0).any():
        first = setting_text(numbers[numbers <= 0][0])
        raise DataError("“{column}”, line {line}: {value:} has no logarithm. Switch Log target off, or correct it",
                        column=values.name, line=values.line(numbers <= 0), value=first)
    targets, made = (_singles(each, log) for each in (numbers, values.different))
    if (targets == targets[0]).all():
        raise DataError("The target “{column}” has numbers that are too close to be told apart: there is nothing to "
                        "learn. Subtract what all have in common, or multiply them", column=values.name)
    return Target("regression", (), targets[:, None], (*values.styles, *lost_in_target(values, made)))


def _singles(numbers: Floats, log: bool) -> Singles:
    return (np.log(numbers) if log else numbers).astype(np.float32)


def _classes(values: Values, table: Table) -> Target:
    names, codes = values.categories()
    if len(names) == 1:
        raise DataError("The target “{column}” has only one class, “{name}”: there is nothing to learn",
                        column=values.name, name=names[0][:SHOWN])
    if len(names) > MOST:
        raise DataError("The target “{column}” has {count} different values: more than {most} cannot be classes. "
                        "Choose another target, or Regression if they are numbers", column=values.name,
                        count=len(names), most=MOST)
    if _is_a_name(values, table, len(names)):
        raise DataError("The target “{column}” has {count} different texts in {rows} rows, such as “{first}” and "
                        "“{second}”: nearly a class for every row. Choose another target, or set Task to "
                        "Classification if these are the classes", column=values.name, count=len(names),
                        rows=len(values), first=names[0][:SHOWN], second=names[1][:SHOWN])
    return Target("classification", names, codes.astype(np.int64), of_alike(values, names))


def of_alike(values: Values, names: Sequence[str]) -> tuple[Message, ...]:
    """Texts that are different categories, but may be one."""
    found = [] if values.is_numeric else alike(names)
    return tuple(say("“{column}”: {names} are different categories here: write them in one way if they are one",
                     column=values.name, names=listed([f"“{name[:SHOWN]}”" for name in several]))
                 for several in found[:SAID])


def _is_a_name(values: Values, table: Table, count: int) -> bool:
    """Whether nearly every row has a text of its own, and nobody said that these are classes."""
    said = table.task == "classification" or table.kind_of(values.name) == "category"
    return not said and not (values.is_numeric and not values.is_code) and nearly_one_each(count, len(values))

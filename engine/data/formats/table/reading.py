"""A CSV or TSV file as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from engine.data.errors import DataError
from engine.data.formats.arrays import Array, Arrays, Report
from engine.data.formats.scaling import Scaling
from engine.data.formats.table.columns import Use, Values, columns_of, preview, use_of
from engine.data.formats.table.target import target_of, task_of
from engine.data.formats.table.text import read_records
from engine.data.options.options import Known
from engine.data.options.table import Table
from engine.messages import Message, say

LEAST = 3  # rows: one to learn from, one to judge while learning, one for the end
MAX_BYTES = 4 * 2**30


class _Feature(NamedTuple):
    name: str
    values: Array
    is_number: bool = False


def read_table(path: Path, table: Table) -> Arrays:
    """Inputs float64 N×F with NaN where a number is missing, and how to fill and scale them. Raises DataError."""
    records = read_records(path, table)
    columns = every = columns_of(records)
    target = table.target or records.names[-1]
    if target not in columns:
        raise DataError("There is no column “{column}” in {path}: choose one of {names}", column=target,
                        path=records.path, names=_some(records.names))
    notes = [say("The table has no column “{column}”", column=name) for name, _ in table.kinds if name not in columns]
    columns, found = _with_target(columns, target, table)
    notes += found
    columns, uses, found = _without_gaps(columns, target, table)
    notes += found
    features = [feature for name, use in uses.items() for feature in _features(columns[name], use, table)]
    if not features:
        raise DataError("{path}: no column is left to learn from. {reason}", path=records.path,
                        reason=next((use.note for use in uses.values() if use.note), "There is only the target"))
    aim = target_of(columns[target], table)
    inputs = _matrix(features)
    known = Known(sample_shape=(len(features),), task=aim.task, classes=aim.classes, examples=len(inputs),
                  output_shape=() if aim.classes else (1,))
    numbers = np.array([feature.is_number for feature in features])
    scaling = Scaling(numbers, "median" if table.missing_numbers == "median" else "mean", table.standardize)
    shown = preview(records, table, every)
    notes = [*shown.notes, *notes, *(use.note for use in uses.values() if use.note)]
    report = Report(tuple(notes), features=tuple(feature.name for feature in features), preview=shown)
    return Arrays(inputs, aim.values, known=known, scaling=scaling, report=report)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "")


# -- rows -----------------------------------------------------------------------------------------------------------


def _with_target(columns: dict[str, Values], target: str, table: Table) -> tuple[dict[str, Values], list[Message]]:
    """Only rows whose target is known."""
    values = columns[target]
    missing = values.missing("number" if task_of(values, table) == "regression" else "category")
    if not missing.any():
        return _expect_rows(columns), []
    note = say("{count} rows without a value of “{column}” are left out; the first is line {line}",
               count=int(missing.sum()), column=target, line=values.line(missing))
    return _expect_rows(_chosen(columns, ~missing)), [note]


def _without_gaps(columns: dict[str, Values], target: str,
                  table: Table) -> tuple[dict[str, Values], dict[str, Use], list[Message]]:
    """Only rows without the gaps that are not to be filled, and what the columns are used as then."""
    uses = _uses(columns, target, table)
    gaps: Any = None
    for name, use in uses.items():
        drops = table.missing_numbers if use.kind == "number" else table.missing_categories
        if use.kind != "ignore" and drops == "drop":
            missing = columns[name].missing(use.kind)
            gaps = missing if gaps is None else gaps | missing
    if gaps is None or not gaps.any():
        return columns, uses, []
    columns = _expect_rows(_chosen(columns, ~gaps))
    note = say("{count} rows with missing values are left out", count=int(gaps.sum()))
    # what was inferred from all rows stays; a column may now have but one value
    left = {name: use if use.kind == "ignore" else _still(columns[name], use) for name, use in uses.items()}
    return columns, left, [note]


def _still(values: Values, use: Use) -> Use:
    again = use_of(values, use.kind)
    return again if again.kind == "ignore" else use


def _uses(columns: dict[str, Values], target: str, table: Table) -> dict[str, Use]:
    uses = {name: use_of(values, table.kind_of(name)) for name, values in columns.items() if name != target}
    for name, use in uses.items():
        if use.kind == "number":
            columns[name].expect_numbers()
    return uses


def _chosen(columns: dict[str, Values], mask: Any) -> dict[str, Values]:
    return {name: values.chosen(mask) for name, values in columns.items()}


def _expect_rows(columns: dict[str, Values]) -> dict[str, Values]:
    count = len(next(iter(columns.values())).text)
    if count < LEAST:
        raise DataError("Only {count} rows can be used: at least {least} are needed. Rows whose target is missing, or "
                        "with gaps that are to be dropped, do not count", count=count, least=LEAST)
    return columns


# -- columns --------------------------------------------------------------------------------------------------------


def _features(values: Values, use: Use, table: Table) -> list[_Feature]:
    if use.kind == "number":
        return _number(values, table)
    return _one_hot(values, table) if use.kind == "category" else []


def _number(values: Values, table: Table) -> list[_Feature]:
    numbers = values.numbers.to_numpy()
    features = [_Feature(values.name, numbers, is_number=True)]
    missing = np.isnan(numbers)
    if table.missing_numbers == "category" and missing.any():
        features.append(_Feature(f"{values.name} is missing", missing))
    return features


def _one_hot(values: Values, table: Table) -> list[_Feature]:
    missing, names = values.missing("category").to_numpy(), values.categories()
    there = values.text.mask(missing).to_numpy(dtype=object)
    features = [_Feature(f"{values.name}={name}", there == name) for name in names]
    if table.missing_categories == "always" or missing.any():
        features.append(_Feature(f"{values.name}=missing", missing))
    return features


def _matrix(features: Sequence[_Feature]) -> Array:
    count = len(features[0].values)
    if count * len(features) * 8 > MAX_BYTES:
        raise DataError("{rows} rows of {columns} numbers do not fit into memory: ignore columns with many categories",
                        rows=count, columns=len(features))
    matrix = np.empty((count, len(features)))
    for index, feature in enumerate(features):
        matrix[:, index] = feature.values
    return matrix

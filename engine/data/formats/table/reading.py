"""A CSV or TSV file as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from engine.data.errors import DataError
from engine.data.formats.arrays import Array, Arrays, Report
from engine.data.formats.preview import ROWS, Preview, UnusableTableError
from engine.data.formats.scaling import Scaling
from engine.data.formats.table.all_values import values_of
from engine.data.formats.table.columns import Use, use_of, uses_of
from engine.data.formats.table.previewing import preview
from engine.data.formats.table.records import Records, records_of
from engine.data.formats.table.target import of_alike, target_of, task_of
from engine.data.formats.table.telling import lost_in_feature
from engine.data.formats.table.values import Mask, Values
from engine.data.options.options import Known, Task
from engine.data.options.table import Table
from engine.data.progress import Step, Steps, told
from engine.messages import Message, say

LEAST = 3  # rows: one to learn from, one to judge while learning, one for the end
MAX_BYTES = 4 * 2**30


class _Feature(NamedTuple):
    name: str
    values: Array
    is_number: bool = False


def reading_table(path: Path, table: Table) -> Steps[Arrays]:
    """Inputs float64 N×F with NaN where a number is missing, and how to fill and scale them.

    Raises DataError; UnusableTableError where other columns could be chosen.
    """
    found = yield from found_in(path, table)
    close = {}
    for name, values in found.columns.items():  # this takes long, and may be left at each
        values.look()
        yield Step(path.name, 1, 1, "reading")
        close[name] = lost_in_feature(values, table.standardize)
        yield Step(path.name, 1, 1, "reading")
    try:
        return _arrays(found, table, close)
    except DataError as error:
        raise UnusableTableError(error.message, preview_of(found, table)) from error


def preview_of(found: _Found, table: Table) -> Preview:
    """What is shown of it."""
    return preview(found.records, table, found.columns, found.target, tuple(found.notes))


class _Found(NamedTuple):
    """A table before it is used."""

    records: Records
    columns: dict[str, Values]
    target: str
    notes: list[Message]


def found_in(path: Path, table: Table) -> Steps[_Found]:
    """The columns and which is the target."""
    records = yield from records_of(path, table)
    sign = None if table.decimal == "auto" else table.decimal
    work = values_of(records.names, records.columns, records.lines, records.delimiter, sign)
    columns = yield from told(work, Step(path.name, 1, 1, "reading"))
    notes = []
    while not table.target and len(columns) > 1 and _is_nothing(columns, list(columns)[-1]):
        gone = list(columns)[-1]
        columns = {name: values for name, values in columns.items() if name != gone}
        notes.append(say("The last column has no name and is empty, for lines end with a delimiter: it is left out, "
                         "and the target is “{column}”", column=list(columns)[-1]))
    return _Found(records, columns, table.target or list(columns)[-1], notes[-1:])


def _is_nothing(columns: Mapping[str, Values], name: str) -> bool:
    return name == f"column {len(columns)}" and not columns[name].distinct


def _arrays(found: _Found, table: Table, close: Mapping[str, tuple[Message, ...]]) -> Arrays:
    columns, target = found.columns, found.target
    if target not in columns:
        raise DataError("There is no column “{column}” in {path}: choose one of {names}", column=target,
                        path=found.records.path, names=_some(found.records.names))
    notes = [say("The table has no column “{column}”", column=name) for name, _ in table.kinds if name not in columns]
    task = task_of(columns[target], table)
    columns, more = _with_target(columns, target, table, task)
    notes += more
    columns, uses, more = _without_gaps(columns, target, table)
    notes += more
    features = [feature for name, use in uses.items() for feature in _features(columns[name], use, table)]
    if not features:
        raise DataError("{path}: no column is left to learn from. {reason}", path=found.records.path,
                        reason=next((use.note for use in uses.values() if use.note), say("There is only the target")))
    aim = target_of(columns[target], table, task)
    inputs = _matrix(features)
    known = Known(sample_shape=(len(features),), task=aim.task, classes=aim.classes, examples=len(inputs),
                  output_shape=() if aim.classes else (1,))
    numbers = np.array([feature.is_number for feature in features])
    scaling = Scaling(numbers, "median" if table.missing_numbers == "median" else "mean", table.standardize)
    shown = preview_of(found, table)
    said = [*shown.notes, *aim.notes, *notes, *(note for use in uses.values() for note in use.notes),
            *(note for name, use in uses.items() if use.kind == "number" for note in close[name]),
            *(note for name, use in uses.items() if use.kind == "category"
              for note in of_alike(columns[name], columns[name].categories()[0]))]
    rows = columns[target].rows
    report = Report(tuple(said), features=tuple(feature.name for feature in features), preview=shown, target=target,
                    rows=tuple(rows[rows < ROWS].tolist()))
    return Arrays(inputs, aim.values, known=known, scaling=scaling, report=report)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "")


# -- rows -----------------------------------------------------------------------------------------------------------


def _with_target(columns: dict[str, Values], target: str, table: Table,
                 task: Task) -> tuple[dict[str, Values], list[Message]]:
    """Only rows whose target is known."""
    values, notes = columns[target], []
    if not values.distinct and not len(values.bad):
        if target == list(columns)[-1] and not table.target:
            raise DataError("The last column, the target “{column}”, is empty: choose another target", column=target)
        raise DataError("The target “{column}” is empty: choose another target", column=target)
    if task == "regression" or (values.is_numeric and not values.is_code):
        values.expect_numbers()
        notes += [note for note in (values.mistakes(),) if note is not None]
    missing = values.missing("number" if task == "regression" else "category")
    if not missing.any():
        return _expect_rows(columns), notes
    count = int(missing.sum())
    notes.append(say("1 row without a value of “{column}” is left out: line {line}" if count == 1 else
                     "{count} rows without a value of “{column}” are left out; the first is line {line}",
                     count=count, column=target, line=values.line(missing)))
    return _expect_rows(_chosen(columns, ~missing)), notes


def _without_gaps(columns: dict[str, Values], target: str,
                  table: Table) -> tuple[dict[str, Values], dict[str, Use], list[Message]]:
    """Only rows without the gaps that are not to be filled, and what the columns are used as then."""
    uses = uses_of(columns, target, table)
    gaps: Mask | None = None
    for name, use in uses.items():
        drops = table.missing_numbers if use.kind == "number" else table.missing_categories
        if use.kind != "ignore" and drops == "drop":
            missing = columns[name].missing(use.kind)
            gaps = missing if gaps is None else gaps | missing
    if gaps is None or not gaps.any():
        return columns, uses, []
    columns = _expect_rows(_chosen(columns, ~gaps))
    count = int(gaps.sum())
    note = say("1 row with missing values is left out" if count == 1 else
               "{count} rows with missing values are left out", count=count)
    # what was inferred from all rows stays; a column may now have but one value
    left = {name: use if use.kind == "ignore" else _still(columns[name], use) for name, use in uses.items()}
    return columns, left, [note]


def _still(values: Values, use: Use) -> Use:
    again = use_of(values, use.kind)
    return again if again.kind == "ignore" else use


def _chosen(columns: dict[str, Values], mask: Mask) -> dict[str, Values]:
    return {name: values.chosen(mask) for name, values in columns.items()}


def _expect_rows(columns: dict[str, Values]) -> dict[str, Values]:
    count = len(next(iter(columns.values())))
    if count < LEAST:
        raise DataError("Only {rows} can be used: at least {least} are needed. Rows whose target is missing, or with "
                        "gaps that are to be dropped, do not count", least=LEAST,
                        rows=say("1 row") if count == 1 else say("{count} rows", count=count))
    return columns


# -- columns --------------------------------------------------------------------------------------------------------


def _features(values: Values, use: Use, table: Table) -> list[_Feature]:
    if use.kind == "number":
        return list(_number(values, table))
    return list(_one_hot(values, table)) if use.kind == "category" else []


def _number(values: Values, table: Table) -> Iterator[_Feature]:
    yield _Feature(values.name, values.numbers, is_number=True)
    if table.missing_numbers == "category" and (missing := np.isnan(values.numbers)).any():
        yield _Feature(f"{values.name} is missing", missing)


def _one_hot(values: Values, table: Table) -> Iterator[_Feature]:
    names, codes = values.categories()
    for code, name in enumerate(names):
        yield _Feature(f"{values.name}={name}", codes == code)
    if table.missing_categories == "always" or (codes < 0).any():
        yield _Feature(f"{values.name} is missing" if "missing" in names else f"{values.name}=missing", codes < 0)


def _matrix(features: Sequence[_Feature]) -> Any:
    """One column after the other in memory: they are filled and scaled one by one."""
    count, there = len(features[0].values), _beside_each_other(features)
    if there is not None:
        return there.T
    if count * len(features) * 8 > MAX_BYTES:
        raise DataError("{rows} rows of {columns} numbers do not fit into memory: ignore columns with many categories",
                        rows=count, columns=len(features))
    matrix = np.empty((len(features), count))
    for index, feature in enumerate(features):
        matrix[index] = feature.values
    return matrix.T


def _beside_each_other(features: Sequence[_Feature]) -> Array | None:
    """The numbers where they were read to, if they stand one column after the other there: no copy is needed."""
    first = features[0].values
    store = first.base
    if not isinstance(store, np.ndarray) or store.ndim != 2 or any(
            feature.values.base is not store for feature in features):
        return None
    step, begin = store.strides[0], store.ctypes.data
    places = [(feature.values.ctypes.data - begin) // step for feature in features]
    if places != list(range(places[0], places[0] + len(places))) or any(
            feature.values.shape != first.shape or feature.values.strides != first.strides for feature in features):
        return None
    found: Array = store[places[0] : places[0] + len(places), : len(first)]
    return found if found[0].ctypes.data == first.ctypes.data else None

"""Rows of a table's own columns, as the numbers that the network learned from: before gaps are filled, and scaling."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.data.errors import DataError
from engine.data.formats.array_names import listed
from engine.data.formats.table.missing import MISSING, MISSING_NUMBER
from engine.data.formats.table.numbers import parts_of
from engine.data.formats.table.reading import found_in
from engine.data.formats.table.values import size_of
from engine.data.options.table import Table
from engine.data.progress import result_of
from engine.data.tensors.data import Data
from engine.inspect.samples.sample import SampleError, UnreadSampleError

Row = Mapping[str, str]
Floats = NDArray[np.float64]
LARGEST = 1e38  # what float32 can hold


class Used(NamedTuple):
    """A column that is learned from, and which features it makes: a number's own, or one for each category."""

    name: str
    places: Mapping[str, int]  # of the categories; empty: it is a number
    number: int = -1
    missing: int = -1  # of the feature that says that there is nothing


def used_columns(data: Data) -> list[Used]:
    """The columns of the table that is learned from, in its order."""
    assert data.report.preview is not None
    features, at, found = data.report.features, 0, []
    for column in data.report.preview.columns:
        if column.is_target or at == len(features):
            continue
        name, gap = column.name, f"{column.name} is missing"
        if features[at] == name:
            has_gap = features[at + 1 : at + 2] == (gap,)
            found.append(Used(name, {}, at, at + 1 if has_gap else -1))
            at += 1 + has_gap
            continue
        begin = at
        while at < len(features) and features[at].startswith(f"{name}="):
            at += 1
        if at == begin:
            continue
        places = {features[place].removeprefix(f"{name}="): place for place in range(begin, at)}
        if features[at : at + 1] == (gap,):
            found.append(Used(name, places, missing=at))
            at += 1
        else:
            found.append(Used(name, places, missing=places.get("missing", -1)))
    return found


def features_of(data: Data, rows: Sequence[Row]) -> Floats:
    """N×F as ``data.unscaled.rows``: NaN where a number is missing. A column that a row does not have is missing.

    Raises SampleError for what is no number, or no category that was learned.
    """
    made = np.zeros((len(rows), len(data.report.features)))
    comma = data.spec.table.decimal == "comma"
    for column in used_columns(data):
        for index, row in enumerate(rows):
            _fill(made[index], column, row.get(column.name, "").strip(), comma)
    return made


def _fill(made: Floats, column: Used, text: str, comma: bool) -> None:
    if not column.places:
        made[column.number] = _number(column.name, text, comma)
        if column.missing >= 0:
            made[column.missing] = float(np.isnan(made[column.number]))
        return
    place = column.missing if text in MISSING else column.places.get(text, _as_number(column, text))
    if place >= 0:
        made[place] = 1
    elif text not in MISSING:
        raise SampleError("“{value}” is no value of “{column}” that was learned: there are {names}", value=text[:60],
                          column=column.name, names=listed([f"“{name}”" for name in column.places]))


def _as_number(column: Used, text: str) -> int:
    """The category that is the same number, written otherwise: 3.0 for 3."""
    size = size_of(text)
    same = [place for name, place in column.places.items() if size_of(name) == size and name[:1] != "0"
            and name.startswith("-") == text.startswith("-")]
    return same[0] if len(same) == 1 else -1


def _number(name: str, text: str, comma: bool) -> float:
    if text in MISSING_NUMBER:
        return np.nan
    parts = parts_of(text)
    value = np.nan if parts is None else parts.values[comma]
    if parts is not None and np.isnan(value):
        value = parts.values[not comma]
    if np.isnan(value) or not abs(value) <= LARGEST:
        raise SampleError("“{value}” is no number a network can take, but “{column}” is a column of numbers",
                          value=text[:60], column=name)
    return float(value)


# -- typed -------------------------------------------------------------------------------------------------------------


def row_typed(data: Data, text: str) -> Row:
    """``7, 2`` or ``size=7, town=Ulm``: values in the columns' order, or by their names. Raises SampleError."""
    names = [column.name for column in used_columns(data)]
    parts = _parted(text.strip().removeprefix("[").removesuffix("]"))
    named = [_with_name(part, data) for part in parts]
    if any(each is not None for each in named):
        for part, each in zip(parts, named, strict=True):
            if each is None:
                raise SampleError("“{part}” names no column: there are {names}", part=part[:60], names=listed(names))
        return dict(each for each in named if each is not None)
    assert data.report.preview is not None
    others = [column.name for column in data.report.preview.columns if not column.is_target]
    for columns in (names, others, [column.name for column in data.report.preview.columns]):
        if len(parts) == len(columns):
            return dict(zip(columns, parts, strict=True))
    raise SampleError("{count} values were typed, but there are {wanted} columns: {names}", count=len(parts),
                      wanted=len(names), names=listed(names))


def _parted(text: str) -> list[str]:
    """Values between semicolons, or else commas, or else spaces; quotes keep one together."""
    plain = re.sub(r"\s*=\s*", "=", " ".join(text.split()))
    sign = ";" if ";" in plain else "," if "," in plain else " "
    if len(plain) > 2**19:
        raise SampleError("This is too long to be read")
    try:
        return [value.strip() for value in next(csv.reader([plain], delimiter=sign, skipinitialspace=True), [])]
    except csv.Error as error:
        raise SampleError("“{text}” cannot be read as values", text=plain[:60]) from error


def _with_name(part: str, data: Data) -> tuple[str, str] | None:
    """A column's name and its value, where the part begins with one."""
    assert data.report.preview is not None
    columns = sorted((column.name for column in data.report.preview.columns), key=len, reverse=True)
    for fold in (str, str.casefold):
        for name in columns:
            if found := re.match(rf"{re.escape(fold(name))}\s*[=:](.*)", fold(part), re.DOTALL):
                return name, part[len(part) - len(found[1]):].strip()
    return None


# -- from a file -------------------------------------------------------------------------------------------------------


def rows_in(data: Data, path: Path) -> list[Row]:
    """The rows of a file with the columns that are learned from, by their names, or in their order where it has none.

    Raises UnreadSampleError, naming the file; SampleError where columns are missing.
    """
    names, assumed = [column.name for column in used_columns(data)], data.spec.table
    found = _columns(path, assumed.with_options(header="yes"))
    missing = [name for name in names if name not in found]
    if missing and not any(name in found for name in names):
        plain = _columns(path, assumed.with_options(header="no"))
        assert data.report.preview is not None
        columns = [column.name for column in data.report.preview.columns]
        others = [column.name for column in data.report.preview.columns if not column.is_target]
        for wanted in (names, others, columns):
            if len(plain) == len(wanted):
                found, missing = dict(zip(wanted, plain.values(), strict=True)), []
                break
    if missing:
        raise SampleError("{path} lacks the columns {names}" if len(missing) > 1 else "{path} lacks the column {names}",
                          path=path, names=listed([f"“{name}”" for name in missing]))
    count = len(next(iter(found.values())))
    return [{name: found[name][row] for name in names} for row in range(count)]


def _columns(path: Path, table: Table) -> dict[str, list[str]]:
    """Every column's texts by its name."""
    try:
        columns = result_of(found_in(path, table)).columns
    except DataError as error:
        raise UnreadSampleError("{reason}", reason=error.message) from error
    return {name: [values.text(row) if not np.isnan(values.numbers[row]) or not values.no_text[row] else ""
                   for row in range(len(values))] for name, values in columns.items()}

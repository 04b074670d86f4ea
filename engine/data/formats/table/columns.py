"""The columns of a table: numbers or categories, what is missing, what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas

from engine.data.errors import DataError
from engine.data.formats.preview import ROWS, Column, Preview
from engine.data.formats.table.text import Records
from engine.data.options.table import ColumnKind, Table
from engine.messages import Message, say

MISSING = frozenset({"", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL", "#N/A", "<NA>", "?"})
MISSING_NUMBER = MISSING | {"None", "none", "-", "--", "."}  # in a column of numbers these say the same
MANY = 100  # different texts, more than which are no categories unless the person says so
MOST = 1000  # … and more than which are none at all
LARGEST = 1e38  # what float32 can hold
_COMMA = r"[-+]?\d+(,\d+)?([eE][-+]?\d+)?"


class Values:
    """One column's values as text and, where they are, as numbers. Rows are counted from 0."""

    def __init__(self, name: str, text: Any, lines: Sequence[int], delimiter: str = ",") -> None:
        self.name, self.text, self._lines, self._delimiter = name, text, lines, delimiter

    @cached_property
    def numbers(self) -> Any:
        """A float64 Series, NaN where missing or not a number."""
        text = self.text.mask(self._blank)
        if self._delimiter != ",":  # written where numbers have a decimal comma
            present = text[~self._blank]
            if len(present) and present.str.fullmatch(_COMMA).all():
                text = text.str.replace(",", ".", regex=False)
        return pandas.to_numeric(text, errors="coerce").astype("float64")

    @cached_property
    def _blank(self) -> Any:
        return self.text.isin(MISSING_NUMBER)

    @cached_property
    def _missing(self) -> Any:
        return self.text.isin(MISSING)

    @cached_property
    def texts(self) -> Any:
        """A mask: where there is something that is not a number."""
        return self.numbers.isna() & ~self._blank

    @cached_property
    def is_numeric(self) -> bool:
        """Whether all that is there are numbers."""
        return not self.texts.any() and bool(self.numbers.notna().any())

    def missing(self, kind: ColumnKind) -> Any:
        """A mask: where a value is missing, if the column is used as this."""
        return self._blank if kind == "number" or self.is_numeric else self._missing

    @cached_property
    def distinct(self) -> int:
        """How many different values there are, without the missing ones."""
        if self.is_numeric:
            return int(self.numbers.nunique())
        return int(self.text[~self.missing("category")].nunique())

    def categories(self) -> list[str]:
        """The different texts, in order: numbers by size."""
        found = self.text[~self.missing("category")].unique()
        if not self.is_numeric:
            return sorted(found)
        return sorted(found, key=lambda text: (float(text.replace(",", ".")), text))

    def expect_numbers(self) -> None:
        """Raise DataError naming the line where there is text, or no finite number."""
        if self.texts.any():
            row = int(self.texts.to_numpy().argmax())
            raise DataError("“{column}”, line {line}: “{value}” is not a number. Correct it, or use the column as a "
                            "category", column=self.name, line=self._lines[row], value=self.text.iloc[row][:60])
        numbers = self.numbers.to_numpy()
        for wrong, template in (
                (np.isinf(numbers), "“{column}”, line {line}: “{value}” is not a finite number"),
                (abs(numbers) > LARGEST, "“{column}”, line {line}: “{value}” is too large a number")):
            if wrong.any():
                row = int(wrong.argmax())
                raise DataError(template, column=self.name, line=self._lines[row], value=self.text.iloc[row][:60])

    def line(self, mask: Any) -> int:
        """The line of the first row where the mask is true."""
        return self._lines[int(mask.to_numpy().argmax())]

    def chosen(self, mask: Any) -> Values:
        """The same column with only some rows."""
        keep = mask.to_numpy()
        lines = [line for line, kept in zip(self._lines, keep, strict=True) if kept]
        return Values(self.name, self.text[keep].reset_index(drop=True), lines, self._delimiter)


def columns_of(records: Records) -> dict[str, Values]:
    """The columns by name."""
    frame = pandas.DataFrame(records.rows, columns=list(records.names), dtype="str")
    return {name: Values(name, frame[name], records.lines, records.delimiter) for name in records.names}


@dataclass(frozen=True)
class Use:
    """What a column is used as, and why."""

    looks_like: ColumnKind
    kind: ColumnKind
    note: Message | None = None


def use_of(values: Values, chosen: ColumnKind | None) -> Use:
    """What a feature column is used as. Raises DataError where the person's choice is impossible."""
    looks_like, reason = _looks_like(values)
    if chosen == "ignore":
        return Use(looks_like, "ignore")
    if idle := _is_idle(values):
        return Use(looks_like, "ignore", idle)
    if chosen is None:
        return Use(looks_like, looks_like, reason)
    if chosen == "number":
        values.expect_numbers()
    elif values.distinct > MOST:
        raise DataError("“{column}” has {count} different values: more than {most} cannot be categories",
                        column=values.name, count=values.distinct, most=MOST)
    return Use(looks_like, chosen)


def _is_idle(values: Values) -> Message | None:
    distinct = values.distinct
    if not distinct:
        return say("“{column}” is empty: it is left out", column=values.name)
    if distinct == 1 and not values.missing("category").any():
        return say("“{column}” has the same value in every row: it is left out", column=values.name)
    return None


def _looks_like(values: Values) -> tuple[ColumnKind, Message | None]:
    if values.is_numeric:
        if _counts_rows(values):
            return "ignore", say("“{column}” only counts the rows: it is left out", column=values.name)
        return "number", None
    count, rows = values.distinct, len(values.text)
    if count > MANY or count > max(20, rows / 2):
        return "ignore", say("“{column}” has {count} different texts: it is left out", column=values.name, count=count)
    texts = values.texts
    if count and texts.sum() <= 0.1 * len(texts):
        row = int(texts.to_numpy().argmax())
        return "category", say("“{column}” is used as categories, for line {line} holds the text “{value}”",
                               column=values.name, line=values.line(texts), value=values.text.iloc[row][:60])
    return "category", None


def _counts_rows(values: Values) -> bool:
    steps = values.numbers.diff().iloc[1:]
    return values.name.casefold() in ("id", "index", "row", "unnamed: 0") and len(steps) > 1 and bool(
        (steps == 1).all())


def preview(records: Records, table: Table, columns: dict[str, Values]) -> Preview:
    """What the window shows; a choice that is impossible is said in the column's note."""
    target = table.target or records.names[-1]
    shown, notes = [], list(records.notes)
    for name, values in columns.items():
        try:
            use = use_of(values, table.kind_of(name)) if name != target else _use_of_target(values)
        except DataError as error:
            use = Use(_looks_like(values)[0], table.kind_of(name) or "ignore", error.message)
        shown.append(Column(name, use.looks_like, use.kind, int(values.missing(use.kind).sum()), values.distinct,
                            name == target, use.note))
    if target not in records.names:
        notes.append(say("There is no column “{column}”: choose the target", column=target))
    rows = tuple(tuple("" if value in MISSING else value for value in row) for row in records.rows[:ROWS])
    return Preview(tuple(shown), rows, len(records.rows), records.encoding, records.delimiter, tuple(notes))


def _use_of_target(values: Values) -> Use:
    kind: ColumnKind = "number" if values.is_numeric else "category"
    return Use(kind, kind)

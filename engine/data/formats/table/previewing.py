"""What the window shows of a table before it is used. No torch."""

from __future__ import annotations

from collections.abc import Mapping

from engine.data.errors import DataError
from engine.data.formats.preview import Column, Preview
from engine.data.formats.table.columns import Use, use_of, uses_of
from engine.data.formats.table.missing import MISSING
from engine.data.formats.table.records import Records
from engine.data.formats.table.values import Values
from engine.data.options.table import ColumnKind, Table
from engine.messages import Message, say


def preview(records: Records, table: Table, columns: Mapping[str, Values], target: str,
            notes: tuple[Message, ...] = ()) -> Preview:
    """Every column; a choice that is impossible is said in the column's note."""
    uses = _uses(columns, target, table)
    shown = tuple(_column(values, uses[name], name == target) for name, values in columns.items())
    said = [*records.notes, *notes]
    if target not in records.names:
        said.append(say("There is no column “{column}”: choose the target", column=target))
    rows = tuple(tuple("" if value in MISSING else value for value in row) for row in records.head)
    return Preview(shown, rows, records.count, records.encoding, records.delimiter, tuple(said))


def _uses(columns: Mapping[str, Values], target: str, table: Table) -> dict[str, Use]:
    try:
        uses = uses_of(columns, target, table)
    except DataError:
        uses = {name: _use(values, table) for name, values in columns.items() if name != target}
    if target in columns:
        uses[target] = _of_target(columns[target])
    return uses


def _use(values: Values, table: Table) -> Use:
    chosen = table.kind_of(values.name)
    try:
        return use_of(values, chosen)
    except DataError as error:
        return Use(use_of(values, "ignore").looks_like, chosen or "ignore", (error.message,))


def _of_target(values: Values) -> Use:
    kind: ColumnKind = "number" if values.is_numeric and not values.is_code else "category"
    return Use(kind, kind)


def _column(values: Values, use: Use, is_target: bool) -> Column:
    return Column(values.name, use.looks_like, use.kind, int(values.missing(use.kind).sum()), values.distinct,
                  is_target, use.note)

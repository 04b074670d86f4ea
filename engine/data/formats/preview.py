"""What a window shows of a table before it is used: plain values. No torch, no pandas."""

from __future__ import annotations

from dataclasses import dataclass

from engine.data.errors import DataError
from engine.data.options.table import ColumnKind
from engine.messages import Message

ROWS = 20  # first rows that are shown


@dataclass(frozen=True)
class Column:
    """One column: what it looks like, what it is used as, and what is missing."""

    name: str
    looks_like: ColumnKind
    kind: ColumnKind  # what it is used as
    missing: int
    distinct: int  # different values, without the missing ones
    is_target: bool = False
    note: Message | None = None  # why it is left out, or not what it looks like


@dataclass(frozen=True)
class Preview:
    """The first rows as text (missing is empty), and every column."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int  # all rows
    encoding: str = "utf-8"
    delimiter: str = ","
    notes: tuple[Message, ...] = ()


class UnusableTableError(DataError):
    """A table that was read but cannot be learned from as it is; ``preview`` shows what else can be chosen."""

    def __init__(self, message: Message, preview: Preview) -> None:
        super().__init__(message.template, **dict(message.values))
        self.preview = preview

"""The records of a table's file, some at a time, in columns: what is a number from the first on is kept as one."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from engine.data.errors import DataError
from engine.data.formats.preview import ROWS
from engine.data.formats.table.dialect import Dialect, dialect_of
from engine.data.formats.table.encoding import Found, encoding_of
from engine.data.formats.table.gathering import Column, Gathering
from engine.data.formats.table.lines import Lines, numbers_in
from engine.data.formats.table.opening import Opened, as_text, names_shown, opened
from engine.data.formats.table.ragged import Ragged
from engine.data.formats.table.rows import Rows
from engine.data.options.table import Table
from engine.data.progress import Step, Steps, Work, told
from engine.messages import Message, say
from engine.units import bytes_text, grouped

CELLS = 100_000  # values that are read at a time: about a fiftieth of a second
OTHERS = 10_000  # lines that give no rows, read at a time
MAX_COLUMNS = 20_000
LONGEST = 2**24  # letters of a line
HEAD_LINES, HEAD = 1000, 2**20  # lines, and letters, that tell how the table is written
NAMED = 3  # rows that may be several
PATIENCE = 3  # how often it is tried whether everything is a number
ROOM = 0.8  # of the memory that is free
EACH = 48  # bytes for a row, whatever its columns: its line, its place, its target, its part
MOST_PACKED = 2**30  # bytes of memory for what comes from a packed file, which hardly shows how much that is


@dataclass(frozen=True)
class Records:
    """Columns of equal length, and the line in the file on which each row begins."""

    path: Path
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    lines: NDArray[np.int64]
    head: tuple[tuple[str, ...], ...]  # the first rows as text
    encoding: str
    delimiter: str
    notes: tuple[Message, ...]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.lines)


def records_of(path: Path, table: Table) -> Steps[Records]:
    """Read the file, yielding all the time. Raises DataError, naming file and line."""
    with opened(path) as file:
        found, beside = (yield from encoding_of(file)), _beside(file)
    dialect = _dialect(path, found, table)
    texts: frozenset[int] = frozenset()
    while True:
        reading = _Reading(path, found, dialect, table, texts)
        with closing(reading.steps()) as steps:
            yield from steps
        torn = reading.columns.torn - texts
        if not torn:
            return reading.records(beside)
        texts |= torn  # numbers only to begin with: once more, now as texts


def _beside(file: Opened) -> list[Message]:
    names = file.beside
    return [say("{names} is not read: a table is read from one file" if len(names) == 1 else
                "{names} are not read: a table is read from one file", names=names_shown(names))] if names else []


def _dialect(path: Path, found: Found, table: Table) -> Dialect:
    size, kept = 0, []
    with opened(path) as file:
        for line in islice(_lines(file, found), HEAD_LINES):
            kept.append(line)
            size += len(line)
            if size > HEAD:
                break
    first = (line.strip().lower() for line in kept if line.strip() and not line.startswith("--"))  # as SQL remarks
    _expect_table(path, next(first, ""))
    name = path.name.lower()
    suffix = Path(name.removesuffix(".gz").removesuffix(".zip")).suffix
    dialect = dialect_of(kept, table, suffix)
    if dialect is not None and dialect.is_arff and next(
            (line for line in kept[dialect.skip:] if line.strip()[:1] not in ("", "%")), "").lstrip().startswith("{"):
        raise DataError("{path} is a sparse ARFF file, which holds only values that are not 0: save it as CSV first",
                        path=path)
    if dialect is None:
        raise DataError("{path} is empty", path=path)
    if len(dialect.names) > MAX_COLUMNS:
        raise DataError("{path} has {count} columns: at most {most} can be read", path=path, count=len(dialect.names),
                        most=MAX_COLUMNS)
    return dialect


_OTHERS = {
    ("<!doctype", "<html", "<?xml"): "{path} is a web page, not a table: download the file itself",
    ("version https://git-lfs",): "{path} only says where the table is (Git LFS): fetch it with git lfs pull",
    ("insert into ", "create table ", "drop table ", "pragma foreign_keys", "begin transaction;", "/*!4",
     "set sql_mode", "set statement_timeout"):
        "{path} is SQL, not a table: save it as CSV first",
    ("{", "[{"): "{path} is JSON, not a table: save it as CSV first",
}  # fmt: skip


def _expect_table(path: Path, first: str) -> None:
    """Raise DataError for what is often found under a table's name."""
    for begins, template in _OTHERS.items():
        if first.startswith(begins):
            raise DataError(template, path=path)


def _lines(file: Opened, found: Found) -> Iterator[str]:
    """Lines of text with their ends. Raises DataError for what is no text."""
    text = as_text(file, found.encoding, found.errors)
    try:
        while line := text.readline(LONGEST):
            if len(line) >= LONGEST:
                raise DataError("{path} has a line of more than {most} letters: it is no table", path=file.path,
                                most=grouped(LONGEST))
            if "\0" in line:
                raise DataError("{path} is not a text file: choose a .csv or .tsv file", path=file.path)
            yield line
    except UnicodeError as error:
        raise DataError("{path} is not {encoding} all through: save it as UTF-8", path=file.path,
                        encoding=found.encoding) from error


class _Reading:
    """One way through the file."""

    def __init__(self, path: Path, found: Found, dialect: Dialect, table: Table, texts: frozenset[int]) -> None:
        self._path, self._found, self._dialect = path, found, dialect
        self.columns = Gathering(len(dialect.names), dialect.delimiter, table.decimal, texts)
        self._lines: list[NDArray[np.int64]] = []
        self._head: list[tuple[str, ...]] = []
        self._count = self._rows = 0
        self._left_out = dialect.left_out  # comments
        self._failed = 0  # times that numbers were not all
        self._joined: list[tuple[int, int]] = []  # lines of values that may be rows
        self._ragged = Ragged(path, len(dialect.names))

    def steps(self) -> Steps[None]:
        """Read it."""
        with opened(self._path) as file:
            lines = Lines(_lines(file, self._found))
            lines.take(self._dialect.skip)
            took = True
            while took:
                step = Step(self._path.name, file.total // 10 + file.done * 9 // 10, file.total, "reading")
                yield step
                took = (yield from told(self._took_numbers(lines, file), step)) or (
                    yield from told(self._took_rows(lines, file), step))
        if not self._count and not self._ragged.count:
            raise DataError("{path} has a header, but no rows", path=self._path)
        self._ragged.expect_few(self._count)
        self.columns.tear()

    def _took_numbers(self, lines: Lines, file: Opened) -> Work[bool]:
        """Some lines at once, where there is nothing but numbers in them."""
        if not self.columns.has_only_numbers or self._failed > PATIENCE:
            return False
        before = lines.taken
        some = lines.take(max(1, CELLS // len(self._dialect.names)))
        text = "".join(some)
        block = numbers_in(some, text, self._dialect.delimiter, len(self._dialect.names))
        if block is None or not (yield from self.columns.add_numbers(block, text, self._rows_in_all(file, len(block)))):
            lines.put_back(some)
            self._failed += 1
            return False
        self._count_rows(np.arange(before + 1, lines.taken + 1), file)
        return True

    def _took_rows(self, lines: Lines, file: Opened) -> Work[bool]:
        """Some rows, one by one."""
        rows_here = Rows(lines, self._dialect.delimiter, self._dialect.comments, lines.taken, self._dialect.spaced)
        some = yield from self._next(rows_here)
        self._left_out += rows_here.left_out
        if not some:
            return False
        if not self._count:
            self._expect_room(file, some)
        rows = [row for _, row in some]
        if len(self._head) < ROWS:
            self._head += [tuple(value.strip() for value in row) for row in rows[: ROWS - len(self._head)]]
        yield from self.columns.add(rows, self._rows_in_all(file, len(rows)))
        self._count_rows(np.array([line for line, _ in some], np.int64), file)
        return True

    def _rows_in_all(self, file: Opened, more: int) -> int:
        return self._rows if self._size(file) else self._count + more

    def _size(self, file: Opened) -> int:
        """Bytes of the whole text; 0: not known."""
        return self._found.size if file.is_packed else file.total

    def _count_rows(self, lines: NDArray[np.int64], file: Opened) -> None:
        self._lines.append(lines)
        self._count += len(lines)
        self._expect(self._count, self.columns.nbytes, file.is_packed)

    def _next(self, rows: Rows) -> Work[list[tuple[int, list[str]]]]:
        width, some, others = len(self._dialect.names), [], 0
        try:
            for line, row in rows:
                if len(rows.record) > 1 and rows.may_be_rows(width):
                    self._joined.append((line, line + len(rows.record) - 1))
                if len(row) != width:
                    row = self._ragged.mended(line, row)
                if row and any(row):
                    some.append((line, row))
                    if len(some) * width >= CELLS:
                        break
                else:
                    others += 1
                    if others % OTHERS == 0:
                        yield
        except csv.Error as error:
            if "field larger" in str(error):
                raise DataError("{path}, line {line}: a value is longer than {most} letters: is a quotation mark "
                                "missing?", path=self._path, line=rows.line,
                                most=grouped(csv.field_size_limit())) from error
            raise DataError("{path}, line {line}: a quotation mark is missing or too many", path=self._path,
                            line=rows.line) from error
        return some

    def _expect_room(self, file: Opened, some: Sequence[tuple[int, list[str]]]) -> None:
        """Before much is read: what all rows will take, if they are like these."""
        each = sum(len(value) + 1 for _, row in some for value in row) / len(some)
        wide = 2 if self._found.encoding.startswith("utf-16") else 1
        self._rows = len(some) if file.done >= file.total and len(some) * len(some[0][1]) < CELLS else max(
            len(some), int(1.02 * self._size(file) / (each * wide)) + 100)
        if self._size(file):
            self._expect(self._rows, 0, file.is_packed)

    def _expect(self, rows: int, held: int, is_packed: bool) -> None:
        # the columns, then the numbers the network gets beside what they are made of
        width = len(self._dialect.names)
        need = max(held, rows * width * 8) + rows * (width * 4 + EACH)
        if is_packed and need > MOST_PACKED:
            raise DataError("{path} has about {rows} rows of {columns} columns: reading it takes {need} of memory, and "
                            "{most} is the most for a packed file. Unpack it first, then choose the table",
                            path=self._path, rows=grouped(rows), columns=grouped(width), need=bytes_text(need),
                            most=bytes_text(MOST_PACKED))
        free = psutil.virtual_memory().available
        if need > ROOM * (free + held):
            raise DataError("{path} has about {rows} rows of {columns} columns: reading it takes {need} of memory, and "
                            "{free} are free. Leave out rows or columns", path=self._path, rows=grouped(rows),
                            columns=grouped(width), need=bytes_text(need), free=bytes_text(free))

    def records(self, beside: Sequence[Message]) -> Records:
        """What was read."""
        notes = (*beside, *self._found.notes, *self._dialect.notes, *self._comments(), *self._rows_in_values(),
                 *self._ragged.notes)
        return Records(self._path, self._dialect.names, self.columns.columns(), np.concatenate(self._lines),
                       tuple(self._head), self._found.encoding, self._dialect.delimiter, notes)

    def _rows_in_values(self) -> list[Message]:
        """Where a quotation mark that is not meant as one may have made one row of several."""
        return [say("Lines {first} to {last} are one row, for a quotation mark holds them together, but each has as "
                    "many values as there are columns. If they are rows, the quotation marks are to be left out",
                    first=first, last=last) for first, last in self._joined[:NAMED]]

    def _comments(self) -> list[Message]:
        """How many lines were none of the table."""
        mark, count = self._dialect.comments.mark if self._dialect.comments else "", self._left_out
        if count == 1:
            return [say("1 line that begins with {mark} is left out", mark=mark)]
        return [say("{count} lines that begin with {mark} are left out", count=count, mark=mark)] if count else []

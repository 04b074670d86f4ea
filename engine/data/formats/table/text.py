"""A CSV or TSV file as rows of text: its encoding, its delimiter, its columns. No torch, no pandas."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.errors import DataError
from engine.data.options.table import DELIMITERS, Table
from engine.files import reason_of_os_error
from engine.messages import Message, say

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

MAX_BYTES = 2**30
SAMPLE, BEGINNING = 100, 2**20  # records, and at most how many letters, that tell the delimiter
MAX_COLUMNS = 20_000
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


@dataclass(frozen=True)
class Records:
    """Rows of text, all as long as ``names``, and the line in the file on which each begins."""

    path: Path
    names: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    encoding: str
    delimiter: str
    notes: tuple[Message, ...]


def read_records(path: Path, table: Table) -> Records:
    """Read the file. Raises DataError, naming file and line."""
    text, encoding, notes = decoded(path, _bytes(path))
    delimiter = DELIMITERS.get(table.delimiter) or sniffed(text, path.suffix.lower())
    found = list(_records(path, text, delimiter))
    if not found:
        raise DataError("{path} is empty", path=path)
    names, more = _names(found[0][1]) if table.header else _numbered(len(found[0][1]))
    rows = found[1:] if table.header else found
    if not rows:
        raise DataError("{path} has a header, but no rows", path=path)
    if len(names) > MAX_COLUMNS:
        raise DataError("{path} has {count} columns: at most {most} can be read", path=path, count=len(names),
                        most=MAX_COLUMNS)
    _expect_even(path, rows, len(names))
    return Records(path, names, [row for _, row in rows], [line for line, _ in rows], encoding, delimiter,
                   (*notes, *more))


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise DataError("{path} is a folder: choose a .csv or .tsv file", path=path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DataError("{path} is too large: {size} MB, where {most} MB can be read", path=path, size=size >> 20,
                            most=MAX_BYTES >> 20)
        return path.read_bytes()
    except OSError as error:
        raise DataError("{path} could not be read: {reason}", path=path, reason=reason_of_os_error(error)) from error


def decoded(path: Path, raw: bytes) -> tuple[str, str, list[Message]]:
    """The text, its encoding, and what is to be said of it. Raises DataError where it is no text."""
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise DataError("{path} is a spreadsheet or an archive: save it as CSV first", path=path)
    encoding = next((name for mark, name in _BOMS if raw.startswith(mark)), None) or _wide(raw) or "utf-8"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return _as_latin(path, raw)
    _expect_text(path, text)
    return text, encoding, []


def _wide(raw: bytes) -> str | None:
    """UTF-16 without a mark: in Western text every other byte is zero."""
    some = raw[:4096]
    if len(some) < 4:
        return None
    even, odd = some[::2].count(0) / len(some[::2]), some[1::2].count(0) / len(some[1::2])
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.1 else None


def _as_latin(path: Path, raw: bytes) -> tuple[str, str, list[Message]]:
    encoding = "cp1252"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:  # five bytes mean nothing there
        encoding = "latin-1"
        text = raw.decode(encoding)
    _expect_text(path, text)
    return text, encoding, [say("The file is not UTF-8: it was read as {encoding}. If letters look wrong, save it as "
                                "UTF-8", encoding=encoding)]


def _expect_text(path: Path, text: str) -> None:
    some = text[:65_536]
    strange = sum(character < " " and character not in "\t\n\r\f\v" for character in some)
    if strange > len(some) / 100 or "\0" in text:
        raise DataError("{path} is not a text file: choose a .csv or .tsv file", path=path)


def sniffed(text: str, suffix: str = "") -> str:
    """The delimiter that makes rows of one length, as many columns as possible; a comma where none does."""
    usual = "\t" if suffix == ".tsv" else ","
    best, chosen = (0.0, False, 0), usual
    for delimiter in (",", ";", "\t", "|"):
        try:
            lengths = [len(row) for row in islice(_rows(text[:BEGINNING], delimiter), SAMPLE) if row]
        except csv.Error:
            continue
        length, count = Counter(lengths).most_common(1)[0] if lengths else (0, 0)
        rank = (count / max(len(lengths), 1), delimiter == "\t" == usual, length)
        if length > 1 and rank > best:
            best, chosen = rank, delimiter
    return chosen


def _rows(text: str, delimiter: str) -> CsvReader:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True,
                      skipinitialspace=delimiter == " ")


def _records(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The line on which a record begins, and its values; lines with nothing in them are passed over."""
    reader, begin = _rows(text, delimiter), 1
    try:
        for row in reader:
            if len(row) > 1 or any(value.strip() for value in row):
                yield begin, [value.strip() for value in row]
            begin = reader.line_num + 1
    except csv.Error as error:
        raise DataError("{path}, line {line}: a quotation mark is missing or too many", path=path,
                        line=begin) from error


def _names(header: Sequence[str]) -> tuple[tuple[str, ...], list[Message]]:
    """Column names, made different where they are not."""
    names: list[str] = []
    notes: list[Message] = []
    if all(_is_number(name) for name in header):
        notes.append(say("The first line holds only numbers: if it is no header, switch Header off"))
    for index, name in enumerate(header, 1):
        plain = name or f"column {index}"
        chosen, count = plain, 1
        while chosen in names:
            count += 1
            chosen = f"{plain} ({count})"
        if chosen != plain:
            notes.append(say("There are several columns “{name}”: one of them is called “{other}” here", name=plain,
                             other=chosen))
        names.append(chosen)
    return tuple(names), notes


def _numbered(count: int) -> tuple[tuple[str, ...], list[Message]]:
    return tuple(f"column {index}" for index in range(1, count + 1)), []


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _expect_even(path: Path, rows: Sequence[tuple[int, list[str]]], wanted: int) -> None:
    ragged = [(line, len(row)) for line, row in rows if len(row) != wanted]
    if ragged:
        line, found = ragged[0]
        raise DataError("{path}, line {line}: it has {found} values, but there are {wanted} columns. Lines like this: "
                        "{count}", path=path, line=line, found=found, wanted=wanted, count=len(ragged))

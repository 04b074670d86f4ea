"""How a table's text is written: what stands between values, where the rows begin, whether the first holds names."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.data.formats.table.header import different_names, has_header, padded
from engine.data.formats.table.missing import MISSING_NUMBER
from engine.data.formats.table.numbers import parts_of
from engine.data.formats.table.rows import Row, Rows
from engine.data.options.table import DELIMITERS, Table
from engine.messages import Message, say

SAMPLE = 200  # records that tell it …
LEAST, CELLS = 20, 5000  # … of many columns as few as have so many values
PREAMBLE = 30  # lines above a table that are none of it, at most
CANDIDATES = (",", ";", "\t", "|", " ")
EVEN = 0.8  # share of rows of one length that spaces must give
_SEP = re.compile(r"\ufeff?[\"']?sep=(.|\\t)[\"']?\s*", re.IGNORECASE)
_COMMENTS = ("#", "%", "//")


@dataclass(frozen=True)
class Dialect:
    """``skip`` lines come before the table; ``names`` are those of its columns."""

    delimiter: str
    names: tuple[str, ...]
    skip: int = 0
    comment: str = ""
    notes: tuple[Message, ...] = ()


def dialect_of(lines: Sequence[str], table: Table, suffix: str = "") -> Dialect | None:
    """What the first lines tell; None: there is nothing in them."""
    if (arff := _arff(lines)) is not None:
        return arff
    skip, notes = 0, []
    chosen = DELIMITERS.get(table.delimiter)
    if lines and (found := _SEP.fullmatch(lines[0])):
        skip, chosen = 1, chosen or found[1].replace("\\t", "\t")
    comment = _comment(lines[skip:])
    delimiter = chosen or sniffed(_without(lines[skip:], comment), suffix)
    rows = _sample(lines, delimiter, comment, skip)
    if not rows:  # a quotation mark may be missing in the first of them: that is said when it is read
        return Dialect(delimiter, ("column 1",), skip) if any(map(str.strip, lines[skip:])) else None
    width = _width(rows)
    above = _above(rows, width)
    if above:
        notes.append(_passed_over(above))
        skip, rows = rows[len(above)][0] - 1, rows[len(above):]
    header = _commented_header(lines, comment, delimiter, rows, width)
    if header is None and table.header != "no" and (table.header == "yes" or has_header(rows)):
        header, skip = rows[0][1], _end(lines, rows, skip, delimiter, comment)
        rows = rows[1:]
        header = padded(header, rows, width)
    elif header is None and table.header == "auto":
        notes.append(say("The first line holds no names: the columns are called column 1, column 2, … If it does "
                         "hold names, set Header to yes"))
    numbered = tuple(f"column {number}" for number in range(1, width + 1))
    names, more = different_names(header) if header is not None else (numbered, [])
    return Dialect(delimiter, names, skip, comment, (*notes, *more))


_ATTRIBUTE = re.compile(r"\s*@attribute\s+(?:'([^']*)'|\"([^\"]*)\"|(\S+))\s", re.IGNORECASE)


def _arff(lines: Sequence[str]) -> Dialect | None:
    """Weka's tables: names in lines of their own above the rows."""
    if not any(line.lstrip().lower().startswith("@relation") for line in lines[:PREAMBLE]):
        return None
    end = next((number for number, line in enumerate(lines, 1) if line.strip().lower() == "@data"), 0)
    found = [match for line in lines[:end] if (match := _ATTRIBUTE.match(line))]
    names, notes = different_names([match[1] or match[2] or match[3] for match in found])
    return Dialect(",", names, end, "%", tuple(notes)) if names else None


def _end(lines: Sequence[str], rows: Sequence[Row], skip: int, delimiter: str, comment: str) -> int:
    """How many lines there are up to the end of the first record."""
    reader = Rows(lines[skip:], delimiter, comment, skip)
    for line, _ in reader:
        if line >= rows[0][0]:
            break
    return reader.taken


def _comment(lines: Sequence[str]) -> str:
    """What begins the first line, where that is what comments begin with and most lines do not."""
    found = next((mark for mark in _COMMENTS if lines and lines[0].startswith(mark)), "")
    count = sum(line.startswith(found) for line in lines) if found else 0
    return found if found and 2 * count < len(lines) else ""


def _without(lines: Sequence[str], comment: str) -> list[str]:
    return [line for line in lines if not (comment and line.startswith(comment))]


def _sample(lines: Sequence[str], delimiter: str, comment: str, skip: int) -> list[Row]:
    """The first records with something in them, as far as they can be read."""
    rows: list[Row] = []
    try:
        for line, row in Rows(lines[skip:], delimiter, comment, skip):
            if any(value.strip() for value in row):
                rows.append((line, [value.strip() for value in row]))
            if len(rows) >= SAMPLE or (len(rows) >= LEAST and len(rows) * len(row) >= CELLS):
                break
    except csv.Error:  # it is said when everything is read
        pass
    return rows


def _width(rows: Sequence[Row]) -> int:
    """The length that most rows have; the first of several."""
    return Counter(len(row) for _, row in rows).most_common(1)[0][0]


def _above(rows: Sequence[Row], width: int) -> list[Row]:
    """Lines before the table: titles and sources that are shorter than its rows."""
    count = next((index for index, (_, row) in enumerate(rows) if len(row) == width and not _is_title(row)), 0)
    if not 0 < count <= PREAMBLE or len(rows) - count < 3 or width < 2:
        return []
    rest = [len(row) == width for _, row in rows[count:]]
    is_header = count == 1 and len([value for value in rows[0][1] if value]) >= width - 1 > 0
    return [] if is_header or sum(rest) < 0.9 * len(rest) else list(rows[:count])


def _is_title(row: Sequence[str]) -> bool:
    """Whether it says one thing and leaves the other columns empty."""
    return len(row) > 2 and sum(map(bool, row)) == 1


def _passed_over(above: Sequence[Row]) -> Message:
    first = " ".join(value for value in above[0][1] if value)[:60]
    if len(above) == 1:
        return say("Line {line} is above the table and passed over: “{text}”", line=above[0][0], text=first)
    return say("{count} lines above the table are passed over; the first is “{text}”", count=len(above), text=first)


# -- what stands between values ---------------------------------------------------------------------------------------


def sniffed(lines: Sequence[str], suffix: str = "") -> str:
    """The delimiter that makes rows of one length, whose values are clean, as many as possible; else the usual one."""
    usual = "\t" if suffix in (".tsv", ".tab") else ","
    best, chosen = (0.0, False, 0.0, 0), usual
    has_tabs = False
    for delimiter in CANDIDATES:
        rows = _sample(lines, delimiter, "", 0)
        length, even = _most_alike(rows)
        if length < 2 or (delimiter == " " and (has_tabs or not _spaces(rows, length, even))):
            continue
        has_tabs |= delimiter == "\t" and even >= EVEN and not _spaces_part_too(rows, length)
        rank = (round(even, 1), delimiter == "\t" == usual, round(_clean(rows), 2), length)
        if rank > best:
            best, chosen = rank, delimiter
    return chosen


def _most_alike(rows: Sequence[Row]) -> tuple[int, float]:
    """The length that most rows have, and the share of those."""
    length, count = Counter(len(row) for _, row in rows).most_common(1)[0] if rows else (0, 0)
    return length, count / max(len(rows), 1)


def _spaces_part_too(rows: Sequence[Row], length: int) -> bool:
    """Whether spaces may part values where tabs do: none holds a space, or a column holds several numbers each."""
    columns = list(zip(*(row for _, row in rows if len(row) == length), strict=True))
    return any(map(_holds_several, columns)) or not any(" " in value for column in columns for value in column)


def _holds_several(column: Sequence[str]) -> bool:
    words = [value.split() for value in column]
    several = sum(len(each) == len(words[0]) > 1 and parts_of(" ".join(each)) is None and all(map(parts_of, each))
                  for each in words)
    return 2 * several >= len(column)


def _clean(rows: Sequence[Row]) -> float:
    """The share of values that hold no other delimiter, but for numbers."""
    values = [value for _, row in rows for value in row]
    return sum(map(_is_clean, values)) / max(len(values), 1)


def _is_clean(value: str) -> bool:
    if any(mark in value for mark in ",;\t|"):
        return parts_of(value) is not None
    words = value.split()
    return len(words) < 3 or not all(parts_of(word) for word in words)


def _spaces(rows: Sequence[Row], width: int, even: float) -> bool:
    """Whether spaces part numbers: words may well stand beside each other in one value."""
    values = [value for _, row in rows[1:] or rows for value in row]
    numbers = sum(parts_of(value) is not None or value in MISSING_NUMBER for value in values)
    return even >= EVEN and width - 1 <= len(rows[0][1]) <= width and 2 * numbers >= len(values)


def _commented_header(lines: Sequence[str], comment: str, delimiter: str, rows: Sequence[Row],
                      width: int) -> list[str] | None:
    """Names behind a comment's mark, right above the first row."""
    if not comment:
        return None
    above = [line for line in lines[: rows[0][0] - 1] if line.startswith(comment)]
    found = _sample([above[-1].removeprefix(comment)], delimiter, "", 0) if above else []
    if not found or len(found[0][1]) != width or has_header(rows) or not has_header([(0, found[0][1]), *rows]):
        return None
    return found[0][1]

"""How a table's text is written: what stands between values, where the rows begin, whether the first holds names."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.data.formats.table.header import below_names, different_names, has_header, may_be_row, padded
from engine.data.formats.table.missing import MISSING_NUMBER
from engine.data.formats.table.numbers import parts_of
from engine.data.formats.table.rows import Comments, Row, Rows, is_value
from engine.data.options.table import DELIMITERS, Table
from engine.messages import Message, say

SAMPLE = 200  # records that tell it …
LEAST, CELLS = 20, 5000  # … of many columns as few as have so many values
PREAMBLE = 30  # lines above a table that are none of it, at most
CANDIDATES = (",", ";", "\t", "|", " ")
EVEN = 0.8  # share of rows of one length that spaces must give, and tabs to be believed …
CLEAN = 0.3  # … with so many values that hold no other delimiter
_SEP = re.compile(r"\ufeff?[\"']?sep=(.|\\t)[\"']?\s*", re.IGNORECASE)
_COMMENTS = ("#", "%", "//")


@dataclass(frozen=True)
class Dialect:
    """``skip`` lines come before the table; ``names`` are those of its columns."""

    delimiter: str
    names: tuple[str, ...]
    skip: int = 0
    comments: Comments | None = None
    left_out: int = 0  # comments among the lines that come before
    spaced: bool = True  # whether spaces before a value are none of it, also before a quotation mark
    notes: tuple[Message, ...] = ()
    is_arff: bool = False


def dialect_of(lines: Sequence[str], table: Table, suffix: str = "") -> Dialect | None:
    """What the first lines tell; None: there is nothing in them."""
    if (arff := _arff(lines)) is not None:
        return arff
    skip, notes = 0, []
    chosen = DELIMITERS.get(table.delimiter)
    if lines and (found := _SEP.fullmatch(lines[0])):
        skip, chosen = 1, chosen or found[1].replace("\\t", "\t")
    mark = _mark(lines[skip:])
    delimiter = chosen or sniffed(_without(lines[skip:], mark), suffix)
    text = _Text(lines, delimiter, mark, Comments(mark), _skips_spaces(lines[skip:], delimiter))
    rows = text.sample(skip)
    if not rows:  # a quotation mark may be missing in the first of them: that is said when it is read
        return Dialect(delimiter, ("column 1",), skip) if any(map(str.strip, lines[skip:])) else None
    width = _width(rows)
    if mark:
        text = text.with_width(rows, width)
        skip = text.end_of_comments(skip)
        rows = text.sample(skip)
    above = _above(rows, width)
    if above:
        notes.append(_passed_over(above))
        skip, rows = rows[len(above)][0] - 1, rows[len(above):]
    header = text.commented_header(rows, width) if table.header != "no" else None
    if header is not None:
        notes.append(say("The names of the columns are those of a comment: “{names}”. If they are none, set Header to "
                         "no", names=_shown(header)))
    left_out = len(text.commented(skip)) - (header is not None)
    below = below_names(rows) if header is None and table.header != "no" else 0
    if header is None and table.header != "no" and (table.header == "yes" or below or has_header(rows)):
        header, skip = rows[0][1], text.end_of(rows[below][0], skip)
        if below:
            notes.append(say("Line {line} below the names is no row and passed over: “{text}”" if below == 1 else
                             "Two lines below the names are no rows and passed over; the first is “{text}”",
                             line=rows[1][0], text=_shown(rows[1][1])))
        if table.header == "auto" and not below and may_be_row(header, rows[1:]):
            notes.append(say("The first line, “{names}”, is taken for the names of the columns. If it is a row, set "
                             "Header to no", names=_shown(header)))
        rows = rows[below + 1:]
        header = padded(header, rows, width, notes)
    elif header is None and table.header == "auto":
        notes.append(say("The first line holds no names: the columns are called column 1, column 2, … If it does "
                         "hold names, set Header to yes"))
    numbered = tuple(f"column {number}" for number in range(1, width + 1))
    names, more = different_names(header) if header is not None else (numbered, [])
    return Dialect(delimiter, names, skip, text.kept, left_out, text.spaced, (*notes, *more))


_ATTRIBUTE = re.compile(r"\s*@attribute\s+(?:'([^']*)'|\"([^\"]*)\"|(\S+))\s", re.IGNORECASE)


def _arff(lines: Sequence[str]) -> Dialect | None:
    """Weka's tables: names in lines of their own above the rows."""
    if not any(line.lstrip().lower().startswith("@relation") for line in lines[:PREAMBLE]):
        return None
    end = next((number for number, line in enumerate(lines, 1) if line.strip().lower() == "@data"), 0)
    found = [match for line in lines[:end] if (match := _ATTRIBUTE.match(line))]
    names, notes = different_names([match[1] or match[2] or match[3] for match in found])
    return Dialect(",", names, end, Comments("%"), notes=tuple(notes), is_arff=True) if names else None


@dataclass(frozen=True)
class _Text:
    """The first lines, and how they are taken apart."""

    lines: Sequence[str]
    delimiter: str
    mark: str  # what comments begin with, if there are any
    comments: Comments
    spaced: bool

    @property
    def kept(self) -> Comments | None:
        """Which lines are left out."""
        return self.comments if self.mark else None

    def rows(self, skip: int) -> Rows:
        """All records behind the first lines."""
        return Rows(self.lines[skip:], self.delimiter, self.kept, skip, self.spaced)

    def sample(self, skip: int) -> list[Row]:
        """The first records with something in them, as far as they can be read."""
        return _some(self.rows(skip))

    def with_width(self, rows: Sequence[Row], width: int) -> _Text:
        """The same, where lines that begin with a mark may be rows like these."""
        whole = [row for _, row in rows if len(row) == width]
        numbers = tuple(place for place, column in enumerate(zip(*whole, strict=True))
                        if place and 2 * sum(map(is_value, column)) > len(column))
        return replace(self, comments=replace(self.comments, width=width, numbers=numbers))

    def end_of_comments(self, skip: int) -> int:
        """How many lines come before the first that is a row, whatever it begins with."""
        for number, line in enumerate(self.lines[skip:], skip):
            if line.strip() and (not line.startswith(self.mark) or self._has_number(line)):
                return number
        return skip

    def _has_number(self, line: str) -> bool:
        row = _some(Rows([line], self.delimiter, spaced=self.spaced))
        return bool(row) and self.comments.has_number(row[0][1])

    def commented(self, end: int) -> list[str]:
        """The comments before a line."""
        return [line for line in self.lines[:end] if self.mark and line.startswith(self.mark)]

    def commented_header(self, rows: Sequence[Row], width: int) -> list[str] | None:
        """Names behind a comment's mark, right above the first row."""
        above = self.commented(rows[0][0] - 1)
        if not above:
            return None
        found = _some(Rows([above[-1].removeprefix(self.mark)], self.delimiter, spaced=self.spaced))
        if not found or len(found[0][1]) != width or has_header(rows) or not has_header([(0, found[0][1]), *rows]):
            return None
        first, *others = found[0][1]
        return [first or self.mark, *others]

    def end_of(self, begin: int, skip: int) -> int:
        """How many lines there are up to the end of the record that begins on this one."""
        reader = self.rows(skip)
        for line, _ in reader:
            if line >= begin:
                break
        return reader.taken


def _mark(lines: Sequence[str]) -> str:
    """What begins the first line, where that is what comments begin with and most lines do not."""
    found = next((mark for mark in _COMMENTS if lines and lines[0].startswith(mark)), "")
    count = sum(line.startswith(found) for line in lines) if found else 0
    return found if found and 2 * count < len(lines) else ""


def _without(lines: Sequence[str], mark: str) -> list[str]:
    return [line for line in lines if not (mark and line.startswith(mark))]


def _some(reader: Rows) -> list[Row]:
    """The first records with something in them, as far as they can be read."""
    rows: list[Row] = []
    try:
        for line, row in reader:
            if any(value.strip() for value in row):
                rows.append((line, [value.strip() for value in row]))
            if len(rows) >= SAMPLE or (len(rows) >= LEAST and len(rows) * len(row) >= CELLS):
                break
    except csv.Error:  # it is said when everything is read
        pass
    return rows


def _skips_spaces(lines: Sequence[str], delimiter: str) -> bool:
    """Whether a quotation mark behind spaces begins a value: not where it only stands in a text: ``1, "A" of 2, 3``."""
    skipping, others = (Rows(lines, delimiter, spaced=spaced) for spaced in (True, False))
    count = len(_some(skipping))
    return not skipping.is_broken or count >= len(_some(others))


def _width(rows: Sequence[Row]) -> int:
    """The length that most rows have; the first of several."""
    return Counter(len(row) for _, row in rows).most_common(1)[0][0]


def _above(rows: Sequence[Row], width: int) -> list[Row]:
    """Lines before the table: titles and sources that are shorter than its rows."""
    count = next((index for index, (_, row) in enumerate(rows) if len(row) == width and not _is_title(row)), 0)
    rest = [len(row) == width for _, row in rows[count:]]
    if count and len([value for value in rows[count - 1][1] if value]) >= width - 1 and not (
            width == 2 and has_header(rows[count:])):
        count -= 1  # names, one fewer than values
    are_few = 0 < count <= PREAMBLE and len(rest) > 2 and width > 1
    return list(rows[:count]) if are_few and sum(rest) >= 0.9 * len(rest) else []


def _is_title(row: Sequence[str]) -> bool:
    """Whether it says one thing and leaves the other columns empty."""
    return len(row) > 2 and sum(map(bool, row)) == 1


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names)[:60]


def _passed_over(above: Sequence[Row]) -> Message:
    first = " ".join(value for value in above[0][1] if value)[:60]
    if len(above) == 1:
        return say("Line {line} is above the table and passed over: “{text}”", line=above[0][0], text=first)
    return say("{count} lines above the table are passed over; the first is “{text}”", count=len(above), text=first)


# -- what stands between values ---------------------------------------------------------------------------------------


def sniffed(lines: Sequence[str], suffix: str = "") -> str:
    """The delimiter that makes rows of one length, whose values are clean, as many as possible; else the usual one."""
    usual = "\t" if suffix in (".tsv", ".tab") else ","
    tabs = _Tabs(_some(Rows(lines, "\t")))
    best, chosen = (False, 0.0, False, 0.0, 0), usual
    for delimiter in CANDIDATES:
        reader = Rows(lines, delimiter)
        rows = _some(reader)
        length, even = _most_alike(rows)
        if length < 2 or tabs.part_better(rows, delimiter) or (delimiter == " " and not _spaces(rows, length, even)):
            continue
        rank = (not reader.is_broken, round(even, 1), delimiter == "\t" == usual, round(_clean(rows), 2), length)
        if rank > best:
            best, chosen = rank, delimiter
    return chosen


class _Tabs:
    """Rows that tabs make."""

    def __init__(self, rows: Sequence[Row]) -> None:
        length, even = _most_alike(rows)
        self._agree = length > 1 and even >= EVEN
        self._are_clean = self._agree and len(rows[0][1]) >= length - 1 and _clean(rows) >= CLEAN
        self._are_words = self._agree and not _spaces_part_too(rows, length)

    def part_better(self, rows: Sequence[Row], delimiter: str) -> bool:
        """Whether lines agree on tabs, which others would leave inside of values, or take for spaces."""
        if delimiter == " ":
            return self._are_words
        holding = sum(any("\t" in value for value in row) for _, row in rows)
        return delimiter != "\t" and self._are_clean and 2 * holding >= len(rows)


def _most_alike(rows: Sequence[Row]) -> tuple[int, float]:
    """The length that most rows have, and the share of those."""
    length, count = Counter(len(row) for _, row in rows).most_common(1)[0] if rows else (0, 0)
    return length, count / max(len(rows), 1)


def _spaces_part_too(rows: Sequence[Row], length: int) -> bool:
    """Whether spaces may part values where tabs do: none holds a space, or a column holds several numbers each."""
    columns = list(zip(*(row for _, row in rows if len(row) == length), strict=True))
    return any(map(_holds_several, columns)) or not any(" " in value for _, row in rows for value in row)


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

"""How a table's text is written: what stands between values, where the rows begin, whether the first holds names."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.data.formats.table.missing import MISSING_NUMBER
from engine.data.formats.table.numbers import parts_of
from engine.data.options.table import DELIMITERS, Table
from engine.messages import Message, say

SAMPLE = 200  # records that tell it …
LEAST, CELLS = 20, 5000  # … of many columns as few as have so many values
PREAMBLE = 30  # lines above a table that are none of it, at most
CANDIDATES = (",", ";", "\t", "|", " ")
EVEN = 0.8  # share of rows of one length that spaces must give
_SEP = re.compile(r"\ufeff?[\"']?sep=(.|\\t)[\"']?\s*", re.IGNORECASE)
_COMMENTS = ("#", "%", "//")
Row = tuple[int, list[str]]  # the line on which it begins, and its values


@dataclass(frozen=True)
class Dialect:
    """``skip`` lines come before the table; ``names`` are those of its columns."""

    delimiter: str
    names: tuple[str, ...]
    skip: int = 0
    comment: str = ""
    notes: tuple[Message, ...] = ()


class Rows:
    """The records of lines of text, and the line on which each begins (from 1). Raises csv.Error."""

    def __init__(self, lines: Iterable[str], delimiter: str, comment: str = "", before: int = 0) -> None:
        self.line = before + 1  # on which the next one begins
        self._before = before
        self._reader = csv.reader(self._kept(lines, delimiter, comment), delimiter=delimiter, strict=True,
                                  skipinitialspace=delimiter == " ")

    @property
    def taken(self) -> int:
        """How many lines were read."""
        return self._reader.line_num + self._before

    def _kept(self, lines: Iterable[str], delimiter: str, comment: str) -> Iterator[str]:
        for line in lines:
            if comment and line.startswith(comment):
                line = "\n"
            yield " ".join(line.split("\t")).strip() + "\n" if delimiter == " " else line

    def __iter__(self) -> Iterator[Row]:
        for row in self._reader:
            yield self.line, row
            self.line = self.taken + 1


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
        header = _padded(header, rows, width)
    elif header is None and table.header == "auto":
        notes.append(say("The first line holds no names: the columns are called column 1, column 2, … If it does "
                         "hold names, set Header to yes"))
    names, more = _names(header) if header is not None else (tuple(f"column {n + 1}" for n in range(width)), [])
    return Dialect(delimiter, names, skip, comment, (*notes, *more))


_ATTRIBUTE = re.compile(r"\s*@attribute\s+(?:'([^']*)'|\"([^\"]*)\"|(\S+))\s", re.IGNORECASE)


def _arff(lines: Sequence[str]) -> Dialect | None:
    """Weka's tables: names in lines of their own above the rows."""
    if not any(line.lstrip().lower().startswith("@relation") for line in lines[:PREAMBLE]):
        return None
    end = next((number for number, line in enumerate(lines, 1) if line.strip().lower() == "@data"), 0)
    found = [match for line in lines[:end] if (match := _ATTRIBUTE.match(line))]
    names, notes = _names([match[1] or match[2] or match[3] for match in found])
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
    for delimiter in CANDIDATES:
        rows = _sample(lines, delimiter, "", 0)
        lengths = Counter(len(row) for _, row in rows)
        length, count = lengths.most_common(1)[0] if rows else (0, 0)
        even = count / max(len(rows), 1)
        if length < 2 or (delimiter == " " and not _spaces(rows, length, even)):
            continue
        rank = (round(even, 1), delimiter == "\t" == usual, round(_clean(rows), 2), length)
        if rank > best:
            best, chosen = rank, delimiter
    return chosen


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


# -- names --------------------------------------------------------------------------------------------------------


def has_header(rows: Sequence[Row]) -> bool:
    """Whether the first row differs from the others as names do: text above numbers, or not one of the values below."""
    first, rest = rows[0][1], [row for _, row in rows[1:] if len(row) >= len(rows[0][1]) - 1]
    if not rest:
        return not all(_is_value(value) for value in first)
    if _counts(first):
        return True
    score = 0.0
    for place, name in enumerate(first):
        below = [row[place] for row in rest if place < len(row) and row[place]]
        score += _vote(name, below)
    if len(set(first)) < len([name for name in first if name]):
        score -= 0.5  # names differ
    return score >= 0


def _vote(name: str, below: Sequence[str]) -> float:
    if not below:
        return 0.0
    numbers = sum(map(_is_value, below))
    if 2 * numbers > len(below):
        return -1.0 if _is_value(name) else 1.0
    if name in below:
        return -1.0
    return 0.25


def _is_value(text: str) -> bool:
    return text in MISSING_NUMBER or parts_of(text) is not None


def _counts(first: Sequence[str]) -> bool:
    """0, 1, 2 … or years one after the other: so are columns called that have no names."""
    plain = [text for text in first if text]
    if len(plain) < 3 or not all(text.isdecimal() and len(text) < 5 for text in plain[1:]):
        return False
    numbers = [int(text) for text in plain[1:]]
    steps = all(second - first == 1 for first, second in pairwise(numbers))
    return steps and (numbers[0] in (1, 2) or numbers[0] > 1000) and (
        plain[0] in ("0", "1") or not _is_value(plain[0]) or (
            plain[0].isdecimal() and int(plain[0]) == numbers[0] - 1))


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


def _padded(header: list[str], rows: Sequence[Row], width: int) -> list[str]:
    """Where rows are one longer: a nameless column of row names in front, or nothing behind the last delimiter."""
    if len(header) != width - 1 or not rows:
        return header
    ends = all(not row[-1] for _, row in rows if len(row) == width)
    return [*header, ""] if ends else ["", *header]


def _names(header: Sequence[str]) -> tuple[tuple[str, ...], list[Message]]:
    """Column names, made different where they are not."""
    names: list[str] = []
    taken: set[str] = set()
    notes: list[Message] = []
    for index, name in enumerate(header, 1):
        plain = name or f"column {index}"
        chosen, count = plain, 1
        while chosen in taken:
            count += 1
            chosen = f"{plain} ({count})"
        if chosen != plain:
            notes.append(say("There are several columns “{name}”: one of them is called “{other}” here", name=plain,
                             other=chosen))
        names.append(chosen)
        taken.add(chosen)
    return tuple(names), notes

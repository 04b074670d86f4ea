"""One column's values: as numbers, as texts, as categories; which are missing, and which are not what others are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.errors import DataError
from engine.data.formats.table.gathering import LARGEST, Column, Floats
from engine.data.formats.table.missing import MISSING, MISSING_NUMBER, says_unknown
from engine.data.formats.table.numbers import Read, Sign, Texts, is_code, parts_of
from engine.data.options.table import ColumnKind
from engine.messages import Message, say

BAD_SHARE = 0.1  # of the values: so many that are no numbers are mistakes, which count as missing; more make texts
NAMED = 3  # of them
SAMPLE, MANY = 1000, 5000  # of so many different texts some are looked at first
SHOWN = 60  # letters of a value in a sentence
Mask = NDArray[np.bool_]


class Values(ABC):
    """Rows are counted from 0; ``line`` is where they begin in the file."""

    def __init__(self, name: str, lines: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        self.name, self.lines, self.rows = name, lines, rows

    def __len__(self) -> int:
        return len(self.lines)

    # -- what differs between numbers and texts -----------------------------------------------------------------

    @property
    @abstractmethod
    def numbers(self) -> Floats:
        """NaN where missing, or not a number that a network can take."""

    @property
    @abstractmethod
    def bad(self) -> NDArray[np.int64]:
        """Rows where there is something that is no such number."""

    @abstractmethod
    def text(self, row: int) -> str:
        """What stands there."""

    @property
    @abstractmethod
    def no_text(self) -> Mask:
        """Where a text is missing."""

    @property
    @abstractmethod
    def distinct(self) -> int:
        """How many different values there are, without the missing ones."""

    @abstractmethod
    def categories(self) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        """The different values in order, numbers by size, and which each row has; -1: missing."""

    @abstractmethod
    def chosen(self, keep: Mask) -> Values:
        """The same column with only some rows."""

    # -- what does not ------------------------------------------------------------------------------------------

    @cached_property
    def bad_mask(self) -> Mask:
        """A mask of ``bad``."""
        mask = np.zeros(len(self), bool)
        mask[self.bad] = True
        return mask

    @cached_property
    def present(self) -> int:
        """How many numbers there are."""
        return int(np.count_nonzero(~np.isnan(self.numbers)))

    @cached_property
    def is_numeric(self) -> bool:
        """Whether what is there are numbers, but for a few mistakes."""
        return self.present > 0 and self._mistakes <= BAD_SHARE * (self.present + self._mistakes)

    @property
    @abstractmethod
    def _mistakes(self) -> int:
        """How many of ``bad`` are no word for what is missing."""

    @property
    def is_code(self) -> bool:
        """Whether its numbers begin with 0, and are none but names."""
        return False

    @cached_property
    def is_boundless(self) -> bool:
        """Whether there are numbers, and others which are infinite or too large."""
        return self.present > 0 and len(self.bad) > 0 and all(
            _size(self.text(row)) > LARGEST for row in self.bad.tolist())

    @property
    def style(self) -> Message | None:
        """How its numbers are written, where that is to be said."""
        return None

    def missing(self, kind: ColumnKind) -> Mask:
        """Where a value is missing, if the column is used as this."""
        return np.isnan(self.numbers) if kind == "number" or self.is_numeric else self.no_text

    def line(self, mask: Mask) -> int:
        """The line of the first row where the mask is true."""
        return int(self.lines[int(mask.argmax())])

    def expect_numbers(self) -> None:
        """Raise DataError naming the line where there is no number, unless such are few."""
        if len(self.bad) and not self.is_numeric:
            row = int(self.bad[0])
            text = self.text(row)
            raise DataError(_reason(text), column=self.name, line=int(self.lines[row]), value=text[:SHOWN])

    def mistakes(self) -> Message | None:
        """The few values that are no numbers and count as missing, by row, line and text."""
        if not len(self.bad):
            return None
        first = [(int(self.rows[row]) + 1, int(self.lines[row]), self.text(row)) for row in self.bad[:NAMED].tolist()]
        if len(self.bad) == 1:
            row, line, text = first[0]
            return say("“{column}”, row {row} (line {line}): “{value}” is not a number a network can take: it counts "
                       "as missing", column=self.name, row=row, line=line, value=text[:SHOWN])
        named = "; ".join(f"“{text[:SHOWN]}” ({row}, {line})" for row, line, text in first)
        more = "; …" if len(self.bad) > NAMED else ""
        return say("“{column}”: {count} values are not numbers a network can take and count as missing (row, line): "
                   "{values}", column=self.name, count=len(self.bad), values=named + more)


def _reason(text: str) -> str:
    """Why it is no number that can be used."""
    size = _size(text)
    if np.isinf(size):
        return "“{column}”, line {line}: “{value}” is not a finite number"
    if size > LARGEST:
        return "“{column}”, line {line}: “{value}” is too large a number"
    return ("“{column}”, line {line}: “{value}” is not a number. Correct it, or use the column as a category")


def _size(text: str) -> float:
    """Of the number; NaN: it is none."""
    try:
        return abs(float(text))
    except ValueError:
        part = parts_of(text)
        return np.nan if part is None else float(np.nanmax(np.abs(part.values)))


class NumberValues(Values):
    """A column that was read as numbers; ``odd`` are the texts among them."""

    def __init__(self, name: str, lines: NDArray[np.int64], rows: NDArray[np.int64], numbers: Floats,
                 odd: dict[int, str]) -> None:
        super().__init__(name, lines, rows)
        self._read, self._odd = numbers, odd

    @property
    def numbers(self) -> Floats:
        return self._read

    @cached_property
    def bad(self) -> NDArray[np.int64]:
        return np.array(sorted(self._odd), np.int64)

    def text(self, row: int) -> str:
        return self._odd[row] if row in self._odd else plain_text(float(self._read[row]))

    @cached_property
    def _mistakes(self) -> int:
        return sum(not says_unknown(self.text(row)) for row in self.bad.tolist())

    @cached_property
    def no_text(self) -> Mask:
        mask = np.isnan(self._read)
        mask[list(self._odd)] = False
        return mask

    @cached_property
    def _different(self) -> Floats:
        found = np.sort(self.numbers)
        found = found[: self.present]  # what is missing comes last
        return found[np.concatenate([[True], np.diff(found) != 0])] if len(found) else found

    @cached_property
    def distinct(self) -> int:
        return len(self._different) + (0 if self.is_numeric else len(set(self._odd.values())))

    def categories(self) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        found = self._different
        codes = np.where(np.isnan(self.numbers), -1, np.searchsorted(found, self.numbers)).astype(np.int64)
        names = [plain_text(number) for number in found.tolist()]
        if not self.is_numeric:
            index = {text: len(names) + number for number, text in enumerate(sorted(set(self._odd.values())))}
            names += index
            for row, text in self._odd.items():
                codes[row] = index[text]
        return tuple(names), codes

    def chosen(self, keep: Mask) -> Values:
        place = np.cumsum(keep) - 1
        odd = {int(place[row]): text for row, text in self._odd.items() if keep[row]}
        return NumberValues(self.name, self.lines[keep], self.rows[keep], self._read[keep], odd)


class TextValues(Values):
    """A column of texts, some or all of which may be numbers in one way of writing them."""

    def __init__(self, name: str, lines: NDArray[np.int64], rows: NDArray[np.int64], codes: NDArray[np.int32],
                 texts: Sequence[str], read: Read | None, is_told: bool) -> None:
        super().__init__(name, lines, rows)
        self._codes, self._texts, self._read, self._is_told = codes, texts, read, is_told

    def _of_texts(self, values: Iterable[Any], kind: Any) -> NDArray[Any]:
        """What each row has of what each text has."""
        return np.fromiter(values, kind, len(self._texts))[self._codes]

    @cached_property
    def numbers(self) -> Floats:
        if self._read is None:
            return np.full(len(self), np.nan)
        numbers: Floats = self._of_texts(self._read.numbers, np.float64)
        return np.where(np.abs(numbers) > LARGEST, np.nan, numbers)

    @cached_property
    def bad(self) -> NDArray[np.int64]:
        blank = self._of_texts((text in MISSING_NUMBER for text in self._texts), bool)
        return np.flatnonzero(np.isnan(self.numbers) & ~blank)

    @cached_property
    def _mistakes(self) -> int:
        words = self._of_texts(map(says_unknown, self._texts), bool)
        return int(np.count_nonzero(self.bad_mask & ~words))

    def text(self, row: int) -> str:
        return self._texts[int(self._codes[row])]

    @cached_property
    def no_text(self) -> Mask:
        return self._of_texts((text in MISSING for text in self._texts), bool)

    @cached_property
    def _there(self) -> list[int]:
        """Codes that occur."""
        return np.flatnonzero(np.bincount(self._codes, minlength=len(self._texts))).tolist()

    @cached_property
    def is_code(self) -> bool:
        """Whether all are digits, and some begin with 0."""
        there = [text for text in map(self._texts.__getitem__, self._there) if text not in MISSING_NUMBER]
        return any(map(is_code, there)) and all(text.isdecimal() and text.isascii() for text in there)

    @cached_property
    def distinct(self) -> int:
        return len(self.categories()[0])

    @cached_property
    def _categories(self) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        missing = self.missing("category")
        codes = np.unique(self._codes[~missing]).tolist()
        read = self._read.numbers if self.is_numeric and self._read is not None else None
        if read is not None:
            codes.sort(key=lambda code: (read[code], self._texts[code]))
        else:
            codes.sort(key=self._texts.__getitem__)
        place = np.full(len(self._texts), -1, np.int64)
        place[codes] = np.arange(len(codes))
        return tuple(self._texts[code] for code in codes), np.where(missing, -1, place[self._codes])

    def categories(self) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        return self._categories

    @property
    def style(self) -> Message | None:
        read = self._read
        if read is None or read.example is None or not self.is_numeric or self.is_code:
            return None
        text = self._texts[self._example]
        number = plain_text(read.numbers[self._example])
        if read.is_sure or self._is_told:
            return say("“{column}”: “{text}” is read as {number}", column=self.name, text=text, number=number)
        other = "comma" if read.sign == "point" else "point"
        return say("“{column}” could be meant in two ways: “{text}” is read as {number}. If that is wrong, set Decimal "
                   "sign to {sign}", column=self.name, text=text, number=number, sign=say(other))

    @property
    def _example(self) -> int:
        """The text that shows best how numbers are written: the longest of the first ones."""
        assert self._read is not None and self._read.example is not None
        first = [code for code in self._there if not np.isnan(self._read.numbers[code])][:50]
        return max(first or [self._read.example], key=lambda code: (not self._is_plain(code), len(self._texts[code])))

    def _is_plain(self, code: int) -> bool:
        assert self._read is not None
        try:
            return float(self._texts[code]) == self._read.numbers[code]
        except ValueError:
            return False

    def chosen(self, keep: Mask) -> Values:
        return TextValues(self.name, self.lines[keep], self.rows[keep], self._codes[keep], self._texts, self._read,
                          self._is_told)


def plain_text(number: float) -> str:
    """As short as it is exact."""
    return str(int(number)) if number % 1 == 0 and abs(number) < 2**53 else repr(number)


# -- all columns of a table -------------------------------------------------------------------------------------------


def values_of(names: Sequence[str], columns: Sequence[Column], lines: NDArray[np.int64], delimiter: str,
              chosen: Sign | None) -> dict[str, Values]:
    """The columns by name; what one alone does not tell of decimal signs, the others do."""
    rows = np.arange(len(lines))
    texts = {name: _present(column) for name, column in zip(names, columns, strict=True) if column.codes is not None}
    usual, is_told = _usual(columns, [found for _, found in texts.values() if found is not None])
    made: dict[str, Values] = {}
    for name, column in zip(names, columns, strict=True):
        if column.numbers is not None:
            made[name] = NumberValues(name, lines, rows, column.numbers, column.odd)
            continue
        assert column.codes is not None
        codes, found = texts[name]
        sign = usual if is_told else _alone(found, delimiter)
        read = _whole(codes, found.read(chosen, sign), len(column.texts)) if found is not None else None
        made[name] = TextValues(name, lines, rows, column.codes, column.texts, read, is_told)
    return made


def _present(column: Column) -> tuple[list[int], Texts | None]:
    """The codes of what is not missing, and their texts if they can be numbers."""
    assert column.codes is not None
    counts = np.bincount(column.codes, minlength=len(column.texts)).tolist()
    codes = [code for code, text in enumerate(column.texts) if text not in MISSING_NUMBER and counts[code]]
    if len(codes) > MANY:  # long texts, names: it need not be asked of each
        some = [column.texts[code] for code in codes[:: len(codes) // SAMPLE]]
        if 2 * sum(parts_of(text) is not None for text in some) < len(some):
            return codes, None
    return codes, Texts([column.texts[code] for code in codes], [counts[code] for code in codes])


def _whole(codes: Sequence[int], read: Read, count: int) -> Read:
    """From the texts that are there to all texts."""
    numbers = np.full(count, np.nan)
    numbers[list(codes)] = read.numbers
    return Read(tuple(numbers.tolist()), read.sign, None if read.example is None else codes[read.example], read.is_sure)


def _alone(texts: Texts | None, delimiter: str) -> Sign:
    """The decimal sign of a column that could be meant in two ways in a table where no other tells.

    A comma is one where values cannot be parted by commas for that very reason; a point is what programs write.
    """
    has_comma = texts is not None and any("," in text for text in texts.texts)
    return "comma" if delimiter == ";" and has_comma else "point"


def _usual(columns: Sequence[Column], texts: Sequence[Texts]) -> tuple[Sign, bool]:
    """The decimal sign of those columns that tell, and whether any does."""
    signs = [found.sure for found in texts]
    points = signs.count("point") + sum(_has_fractions(column) for column in columns)
    commas = signs.count("comma")
    if points == commas:
        return "point", False
    return ("point" if points > commas else "comma"), True


def _has_fractions(column: Column) -> bool:
    numbers = column.numbers
    return numbers is not None and bool((np.nan_to_num(numbers[:1000]) % 1 != 0).any())

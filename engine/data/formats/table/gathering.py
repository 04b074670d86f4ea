"""Columns that grow while a table is read: numbers as numbers, anything else as numbered texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import isnan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.formats.room import room_for
from engine.data.formats.table.missing import MISSING_NUMBER, says_unknown
from engine.data.formats.table.numbers import ZERO, is_code, is_plain, parts_of
from engine.data.progress import Work

LARGEST = 1e38  # what float32 can hold
FEW, SHARE = 200, 0.1  # texts among numbers; more than both make a column one of texts
FIRST = 1000  # texts that tell what a point is
_TORN = re.compile(rf"(?:^|\n)\s*{ZERO}\d|_")  # a number would lose what is written there
WHOLE = 2.0**53  # from here on not every whole number is a float: two that differ would become the same
_LONG = re.compile(r"(?<![.\d])\d{16}")
Floats = NDArray[np.float64]
Decimal = Literal["auto", "point", "comma"]


@dataclass
class Column:
    """Either numbers (NaN where ``odd`` has a text, or none is there), or codes of ``texts``."""

    numbers: Floats | None = None
    odd: dict[int, str] = field(default_factory=dict)
    codes: NDArray[np.int32] | None = None
    texts: list[str] = field(default_factory=list)


class Gathering:
    """Takes rows; ``torn`` are those columns of numbers that were none after all."""

    def __init__(self, width: int, delimiter: str, decimal: Decimal, texts: frozenset[int]) -> None:
        self._width, self._decimal, self._texts = width, decimal, texts
        self._is_told = decimal == "point"  # whether a point is known to be the decimal sign
        self.torn: set[int] = set()
        self._count = 0
        self._plain: list[int] | None = None  # columns of numbers
        self._store: Floats = np.empty((0, 0))
        self._is_whole: NDArray[np.bool_] = np.empty(0, bool)
        self._odd: dict[int, dict[int, str]] = {}
        self._index: dict[int, dict[str, int]] = {}
        self._codes: dict[int, list[NDArray[np.int32]]] = {}
        self._letters = 0
        self._zeros = re.compile(rf"(?:^|[\s{re.escape(delimiter)}])[ \t]*{ZERO}\d")

    @property
    def nbytes(self) -> int:
        """About what is held."""
        return self._store.nbytes + 4 * self._count * len(self._codes) + 2 * self._letters + 100 * sum(
            map(len, self._index.values()))

    @property
    def has_only_numbers(self) -> bool:
        """Whether all columns are numbers up to here."""
        return self._plain is not None and len(self._plain) == self._width and not self.torn

    def add_numbers(self, block: Floats, text: str, expected: int) -> Work[bool]:
        """Some more rows R×C that were read as numbers from this text; False: they must be looked at one by one."""
        whole, sizes = ((np.nan_to_num(block) % 1) == 0).all(axis=0), np.abs(block)
        if (sizes > LARGEST).any() or (not self._is_told and (self._is_whole & ~whole).any()):
            return False
        if whole.any() and (self._zeros.search(text) or ((sizes >= WHOLE).any() and _LONG.search(text))):
            return False
        yield from self._make_room(len(block), expected)
        self._store[:, self._count : self._count + len(block)] = block.T
        self._is_whole &= whole
        self._count += len(block)
        return True

    def add(self, rows: Sequence[list[str]], expected: int) -> Work[None]:
        """Some more rows; ``expected`` is how many there will be in all, about."""
        columns: list[tuple[str, ...]] | None = None
        if self._plain is None:
            columns = list(zip(*rows, strict=True))
            self._begin(columns)
        assert self._plain is not None
        at, end = self._count, self._count + len(rows)
        yield from self._make_room(len(rows), expected)
        columns = columns or list(zip(*rows, strict=True))
        block = self._numbers(columns, at)
        self._take_texts(columns)
        self._store[:, at:end] = block
        self._look_for_torn(block, rows)
        self._count = end

    def _begin(self, columns: Sequence[tuple[str, ...]]) -> None:
        there = {} if self._decimal == "comma" else {
            place: texts for place, column in enumerate(columns)
            if place not in self._texts and _are_plain(texts := {text.strip() for text in column} - MISSING_NUMBER)}
        torn = {place for place, texts in there.items() if _may_be_thousands(texts)}
        self._is_told = self._is_told or (
            any(place not in torn and any("." in text for text in texts) for place, texts in there.items())
            and not any(_has_decimal_comma(column) for place, column in enumerate(columns) if place not in there))
        self._plain = [place for place in there if self._is_told or place not in torn]
        self._odd = {place: {} for place in self._plain}
        others = [place for place in range(self._width) if place not in self._odd]
        self._index, self._codes = {place: {} for place in others}, {place: [] for place in others}
        self._is_whole = np.ones(len(self._plain), bool)

    def _make_room(self, more: int, expected: int) -> Work[None]:
        end, room = self._count + more, self._store.shape[1]
        if self._plain is None or end <= room:
            return
        grown = yield from room_for((len(self._plain), max(end, expected, int(1.2 * room))), np.float64)
        for column, values in zip(grown, self._store, strict=False):
            column[: self._count] = values[: self._count]
            yield
        self._store = grown

    def _numbers(self, columns: Sequence[tuple[str, ...]], at: int) -> Floats:
        assert self._plain is not None
        block = np.empty((len(self._plain), len(columns[0])))
        for index, place in enumerate(self._plain):
            block[index] = self._column(columns[place], place, at)
        return block

    def _column(self, column: Sequence[str], place: int, at: int) -> Floats:
        numbers = _floats(column)
        if numbers is None:
            numbers = _floats([text if text not in MISSING_NUMBER else "nan" for text in column])
        if numbers is None:
            numbers = np.array([_float(text) for text in column])
        unclear = np.isnan(numbers) | (np.abs(numbers) > LARGEST)
        if "_" in "".join(column):  # which Python takes for nothing
            unclear |= np.array(["_" in text for text in column])
        for row in np.flatnonzero(unclear).tolist():
            text = column[row].strip()
            if text not in MISSING_NUMBER:
                self._take_odd(place, at + row, text)
        numbers[unclear] = np.nan
        return numbers

    def _take_odd(self, place: int, row: int, text: str) -> None:
        """A number in another way of writing is judged beside all others as text, as if it were in the first rows."""
        if place in self.torn:
            return
        odd, is_number = self._odd[place], not is_plain(text) and parts_of(text) is not None
        if not is_number and len(odd) <= max(FEW, SHARE * row):
            odd[row] = text
        else:
            self.torn.add(place)

    def _take_texts(self, columns: Sequence[tuple[str, ...]]) -> None:
        for place, index in self._index.items():
            before = len(index)
            codes = [index.setdefault(text.strip(), len(index)) for text in columns[place]]
            self._codes[place].append(np.array(codes, np.int32))
            if len(index) > before:
                self._letters += sum(map(len, columns[place]))

    def _look_for_torn(self, block: Floats, rows: Sequence[list[str]]) -> None:
        """Whole numbers that begin with 0, are too long, or become fractions where a point may part thousands."""
        assert self._plain is not None
        whole = ((np.nan_to_num(block) % 1) == 0).all(axis=1)
        if self._count and not self._is_told:
            self.torn |= {self._plain[index] for index in np.flatnonzero(self._is_whole & ~whole)}
        self._is_whole &= whole
        for index in np.flatnonzero(whole):
            place = self._plain[index]
            if place in self.torn:
                continue
            text = "\n".join([row[place] for row in rows])
            if _TORN.search(text) or ((np.abs(block[index]) >= WHOLE).any() and _LONG.search(text)):
                self.torn.add(place)

    def tear(self) -> None:
        """Columns in which numbers are no more than a few among texts are none of numbers."""
        for index, place in enumerate(self._plain or ()):
            if mistakes := sum(not says_unknown(text) for text in self._odd[place].values()):
                present = np.count_nonzero(~np.isnan(self._store[index, : self._count]))
                if not present or mistakes > SHARE * (present + mistakes):
                    self.torn.add(place)

    def columns(self) -> tuple[Column, ...]:
        """All of them, as far as they were read."""
        assert self._plain is not None
        store = self._store[:, : self._count]
        made = {place: Column(store[index], self._odd[place]) for index, place in enumerate(self._plain)}
        for place, codes in self._codes.items():
            made[place] = Column(codes=np.concatenate(codes), texts=list(self._index[place]))
        return tuple(made[place] for place in range(self._width))


def _are_plain(texts: Iterable[str]) -> bool:
    """Whether all are written as programs write numbers."""
    return all(is_plain(text) and not is_code(text) for text in texts)


def _may_be_thousands(texts: Iterable[str]) -> bool:
    """Whether each point may as well part thousands: 1.100, 2.033."""
    points = [*islice((text for text in texts if "." in text), FIRST)]
    return bool(points) and all(part is not None and part.is_torn for part in map(parts_of, points))


def _has_decimal_comma(column: Sequence[str]) -> bool:
    """Whether there is a number that is none with a decimal point."""
    parts = (parts_of(text) for text in column[:FIRST] if "," in text)
    return any(part is not None and isnan(part.values[0]) for part in parts)


def _floats(column: Sequence[str]) -> Floats | None:
    try:
        return np.fromiter(map(float, column), np.float64, len(column))
    except ValueError:
        return None


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan

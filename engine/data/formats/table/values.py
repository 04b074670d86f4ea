"""One column's values: as numbers, as texts, as categories; which are missing, and which are not what others are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.data.errors import DataError
from engine.data.formats.table.gathering import LARGEST, Floats
from engine.data.formats.table.numbers import parts_of
from engine.data.options.table import ColumnKind
from engine.messages import Message, say

BAD_SHARE = 0.1  # of the values: so many that are no numbers are mistakes, which count as missing; more make texts
NAMED = 3  # of them
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
    def different(self) -> Floats:
        """The numbers that there are, each once, in order."""

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
            size_of(self.text(row)) > LARGEST for row in self.bad.tolist())

    def look(self) -> None:
        """Find out what takes long, so that it is there when it is asked for."""
        for name in ("distinct", "styles"):
            getattr(self, name)

    @property
    def styles(self) -> tuple[Message, ...]:
        """How its numbers are written, where that is to be said."""
        return ()

    @property
    def rounded(self) -> tuple[str, str] | None:
        """Two texts with whole numbers that are too large to be told apart."""
        return None

    @property
    def unclear(self) -> Message | None:
        """Why sums of money are no numbers, where they may be of several sizes."""
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
    size = size_of(text)
    if np.isinf(size):
        return "“{column}”, line {line}: “{value}” is not a finite number"
    if size > LARGEST:
        return "“{column}”, line {line}: “{value}” is too large a number"
    return ("“{column}”, line {line}: “{value}” is not a number. Correct it, or use the column as a category")


def size_of(text: str) -> float:
    """Of the number; NaN: it is none."""
    try:
        return abs(float(text))
    except ValueError:
        part = parts_of(text)
        return np.nan if part is None else float(np.nanmax(np.abs(part.values)))


def plain_text(number: float) -> str:
    """As short as it is exact."""
    return str(int(number)) if number % 1 == 0 and abs(number) < 2**53 else repr(number)

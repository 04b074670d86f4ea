"""The records of lines of text: values between delimiters, in quotation marks where they hold one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.data.formats.table.missing import MISSING_NUMBER
from engine.data.formats.table.numbers import parts_of

Row = tuple[int, list[str]]  # the line on which it begins, and its values


def is_value(text: str) -> bool:
    """Whether it is a number, or says that there is none."""
    return text in MISSING_NUMBER or parts_of(text) is not None


@dataclass(frozen=True)
class Comments:
    """Lines that begin with a mark and are none of the table; those with as many values as it has columns are rows."""

    mark: str
    width: int = 0  # columns; 0: no such line is a row
    numbers: tuple[int, ...] = ()  # columns behind the first in which most values are numbers

    def is_row(self, values: list[str]) -> bool:
        """Whether these are the values of a row all the same."""
        has_more = any(map(str.strip, values[1:]))  # a line of a spreadsheet ends with its delimiters
        return len(values) == self.width > 1 and has_more and (not self.numbers or self.has_number(values))

    def has_number(self, values: list[str]) -> bool:
        """Whether there is a number where others have some."""
        return len(values) == self.width and any(parts_of(values[place].strip()) for place in self.numbers)


class Rows:
    """The records of lines of text, and the line on which each begins (from 1). Raises csv.Error."""

    def __init__(self, lines: Iterable[str], delimiter: str, comments: Comments | None = None, before: int = 0,
                 spaced: bool = True) -> None:
        self.line = before + 1  # on which the next one begins
        self.left_out = 0  # comments
        self._before, self._delimiter, self._comments, self._spaced = before, delimiter, comments, spaced
        self.is_broken = False  # whether quotation marks did not fit
        self._begins = True  # whether the next line is not inside of a value
        self.record: list[str] = []  # the lines of the last one
        self._reader = self._read(self._kept(lines))

    @property
    def taken(self) -> int:
        """How many lines were read."""
        return int(self._reader.line_num) + self._before

    def _read(self, lines: Iterable[str]) -> Any:
        return csv.reader(lines, delimiter=self._delimiter, strict=True,
                          skipinitialspace=self._spaced or self._delimiter == " ")

    def _kept(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            plain = " ".join(line.split("\t")).strip() + "\n" if self._delimiter == " " else line
            if self._comments and self._begins and self._is_comment(line, plain):
                self.left_out += 1
                plain = "\n"
            if self._begins:
                self.record = []
            self.record.append(plain)
            self._begins = False
            yield plain

    def may_be_rows(self, width: int) -> bool:
        """Whether each line of the last record, which has several, has as many values as there are columns."""
        ends = f"{self._delimiter}(?! )" if self._delimiter == "," else re.escape(self._delimiter)  # as in prose
        return len(self.record) > 1 < width and all(len(re.findall(ends, line)) == width - 1 for line in self.record)

    def _is_comment(self, line: str, plain: str) -> bool:
        assert self._comments is not None
        if not line.startswith(self._comments.mark):
            return False
        try:
            return not self._comments.is_row(next(self._read([plain]), []))
        except csv.Error:
            return True

    def __iter__(self) -> Iterator[Row]:
        try:
            for row in self._reader:
                self._begins = True
                yield self.line, row
                self.line = self.taken + 1
        except csv.Error:
            self.is_broken = True
            raise

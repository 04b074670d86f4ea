"""The records of lines of text: values between delimiters, in quotation marks where they hold one."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

Row = tuple[int, list[str]]  # the line on which it begins, and its values


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

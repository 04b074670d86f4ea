"""Rows of another length than there are columns."""

from __future__ import annotations

from pathlib import Path

from engine.data.errors import DataError
from engine.messages import Message, say

RAGGED = 0.1  # share of rows of another length that are left out; more are a mistake
NAMED = 3  # of them


class Ragged:
    """Rows of another length: empty ends are cut off, others are left out and named."""

    def __init__(self, path: Path, width: int) -> None:
        self._path, self._width, self.count = path, width, 0
        self._first: list[tuple[int, int]] = []

    def mended(self, line: int, row: list[str]) -> list[str]:
        """The row in its right length; nothing where that cannot be."""
        if not any(map(str.strip, row)):
            return []
        if len(row) > self._width and not any(map(str.strip, row[self._width:])):
            return row[: self._width]
        self.count += 1
        if len(self._first) < NAMED:
            self._first.append((line, len(row)))
        return []

    def expect_few(self, others: int) -> None:
        """Raise DataError where there are too many to be left out."""
        if self.count > RAGGED * (others + self.count):
            line, found = self._first[0]
            raise DataError("{path}, line {line}: it has {values}, but there are {wanted} columns. Lines like this: "
                            "{count}", path=self._path, line=line, values=_values(found), wanted=self._width,
                            count=self.count)

    @property
    def notes(self) -> list[Message]:
        """Which they are."""
        if not self.count:
            return []
        line, found = self._first[0]
        if self.count == 1:
            return [say("Line {line} has {values}, but there are {wanted} columns: it is left out", line=line,
                        values=_values(found), wanted=self._width)]
        lines = ", ".join(str(line) for line, _ in self._first) + (", …" if self.count > NAMED else "")
        return [say("{count} lines do not have {wanted} values, as there are columns, and are left out: {lines}",
                    count=self.count, wanted=self._width, lines=lines)]


def _values(count: int) -> Message:
    return say("1 value") if count == 1 else say("{count} values", count=count)

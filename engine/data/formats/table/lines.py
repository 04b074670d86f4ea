"""Lines of a table, which may be put back, and those with nothing but numbers, read at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from engine.data.formats.table.gathering import Floats


class Lines:
    """An iterator of lines that counts them."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: list[str] = []  # the next is the last
        self.taken = 0

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._lines)
        self.taken += 1
        return line

    def take(self, count: int) -> list[str]:
        """So many, or as many as there are."""
        return list(islice(self, count))

    def put_back(self, lines: list[str]) -> None:
        """They are the next ones again."""
        self._back += reversed(lines)
        self.taken -= len(lines)


def numbers_in(lines: list[str], text: str, delimiter: str, width: int) -> Floats | None:
    """R×C, NaN where nothing is; None where there is anything else, or another number of values."""
    if not lines or '"' in text:
        return None
    if (found := _loaded(lines, delimiter, width)) is not None:
        return found
    if delimiter == " ":
        return None
    nothing = f"{delimiter}nan"
    for gap in ("", "NA"):
        inside = f"{delimiter}{gap}{delimiter}"
        text = text.replace(inside, nothing + delimiter).replace(inside, nothing + delimiter)
        for end in ("\n", "\r"):
            text = text.replace(f"{delimiter}{gap}{end}", nothing + end).replace(f"{end}{gap}{delimiter}",
                                                                               f"{end}nan{delimiter}")
        text = f"nan{text[len(gap):]}" if text.startswith(gap + delimiter) else text
    return _loaded(text.splitlines(), delimiter, width)


def _loaded(lines: list[str], delimiter: str, width: int) -> Floats | None:
    try:
        found: Floats = np.loadtxt(lines, delimiter=None if delimiter == " " else delimiter, comments=None, ndmin=2)
    except ValueError:
        return None
    return found if found.shape == (len(lines), width) else None

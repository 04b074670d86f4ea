"""What is typed to find runs: words, and numbers that are held against columns (“lr>0.1”)."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from engine.units import typed_number
from widgets.runs.rows import Column, RunRow

_LIMIT = re.compile(r"(?P<name>[^\s<>=!≤≥]+)(?P<sign><=|>=|!=|=|<|>|≤|≥)(?P<value>\S*)")


def _is_same(left: float, right: float) -> bool:
    return math.isclose(left, right, rel_tol=1e-9)


_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, "≤": operator.le, ">": operator.gt, ">=": operator.ge, "≥": operator.ge,
    "=": _is_same, "!=": lambda left, right: not _is_same(left, right),
}  # fmt: skip


class Limit(NamedTuple):
    """A number, or a word, that a column is held against."""

    name: str
    sign: str
    text: str

    def fits(self, row: RunRow, columns: Sequence[Column]) -> bool:
        """Whether one of the row's values of this name keeps it; a run without one does not."""
        return any(self._keeps(value) for value in _values(row, columns, self.name))

    def _keeps(self, value: float | str | None) -> bool:
        if isinstance(value, str):
            same = value.casefold() == self.text
            return {"=": same, "!=": not same}.get(self.sign, False)
        wanted = _number(self.text)
        return value is not None and wanted is not None and not math.isnan(value) and _SIGNS[self.sign](value, wanted)


def _values(row: RunRow, columns: Sequence[Column], name: str) -> Iterator[float | str | None]:
    for column, cell in zip(columns, row.cells, strict=False):
        if name in (column.key.casefold(), column.title.casefold()):
            yield cell.value
    yield from (value for key, value in row.facts if key.casefold() == name)


class Filter:
    """All of it must fit; one that is still being typed (“lr>”) leaves everything."""

    def __init__(self, text: str = "", starred: bool = False) -> None:
        self.text, self.starred = text.strip(), starred

    @property
    def is_on(self) -> bool:
        """Whether it can leave something out."""
        return bool(self.text or self.starred)

    @cached_property
    def _parts(self) -> tuple[list[str], list[Limit]]:
        words, limits = list[str](), list[Limit]()
        for token in self.text.casefold().split():
            found = _LIMIT.fullmatch(token)
            if found is None:
                words.append(token)
            elif found["value"]:
                limits.append(Limit(found["name"], found["sign"], found["value"]))
        return words, limits

    def fits(self, row: RunRow, columns: Sequence[Column]) -> bool:
        """Whether the row itself is found."""
        words, limits = self._parts
        return ((not self.starred or row.star) and all(word in row.words for word in words)
                and all(limit.fits(row, columns) for limit in limits))  # fmt: skip


@lru_cache(maxsize=64)
def _number(text: str) -> float | None:
    try:
        return typed_number(text)
    except ValueError:
        return None

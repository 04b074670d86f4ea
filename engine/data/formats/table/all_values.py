"""The columns of a table as values; what one alone does not tell of decimal signs, the others do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.data.formats.table.gathering import Column
from engine.data.formats.table.kinds import NumberValues, TextValues
from engine.data.formats.table.missing import MISSING_NUMBER
from engine.data.formats.table.numbers import Read, Sign, Texts, parts_of
from engine.data.formats.table.values import Values
from engine.data.progress import Work

SAMPLE, MANY = 1000, 5000  # of so many different texts some are looked at first


def values_of(names: Sequence[str], columns: Sequence[Column], lines: NDArray[np.int64], delimiter: str,
              chosen: Sign | None) -> Work[dict[str, Values]]:
    """The columns by name; what one does not tell of decimal signs, the others do. It can be left at any time."""
    rows = np.arange(len(lines))
    texts = {}
    for name, column in zip(names, columns, strict=True):
        if column.codes is not None:
            texts[name] = yield from _present(column)
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
        yield
        made[name] = TextValues(name, lines, rows, column.codes, column.texts, read, is_told)
    return made


def _present(column: Column) -> Work[tuple[list[int], Texts | None]]:
    """The codes of what is not missing, and their texts if they can be numbers."""
    assert column.codes is not None
    counts = np.bincount(column.codes, minlength=len(column.texts)).tolist()
    codes = [code for code, text in enumerate(column.texts) if text not in MISSING_NUMBER and counts[code]]
    if len(codes) > MANY:  # long texts, names: it need not be asked of each
        some = [column.texts[code] for code in codes[:: len(codes) // SAMPLE]]
        if 2 * sum(parts_of(text) is not None for text in some) < len(some):
            return codes, None
    texts, parts = [column.texts[code] for code in codes], []
    for begin in range(0, len(texts), MANY):
        parts += [parts_of(text) for text in texts[begin : begin + MANY]]
        yield
    return codes, Texts(texts, [counts[code] for code in codes], parts)


def _whole(codes: Sequence[int], read: Read, count: int) -> Read:
    """From the texts that are there to all texts."""
    numbers = np.full(count, np.nan)
    numbers[list(codes)] = read.numbers
    example, torn, unclear = (None if index is None else codes[index] for index in (
        read.example, read.open, read.unclear))
    return Read(tuple(numbers.tolist()), read.sign, example, torn, unclear, tuple(codes[i] for i in read.footnotes))


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

"""The two kinds of columns: those that were read as numbers, and those of texts, which may be numbers all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.formats.table.gathering import LARGEST, WHOLE, Floats
from engine.data.formats.table.missing import MISSING, MISSING_NUMBER, says_unknown
from engine.data.formats.table.numbers import SAME, Read, Sign, is_code
from engine.data.formats.table.powers import power_in
from engine.data.formats.table.values import SHOWN, Mask, Values, plain_text
from engine.messages import Message, say

_LETTERS = re.compile(r"[^\W\d_]+$")


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
    def different(self) -> Floats:
        found = np.sort(self.numbers)
        found = found[: self.present]  # what is missing comes last
        return found[np.concatenate([[True], np.diff(found) != 0])] if len(found) else found

    @cached_property
    def distinct(self) -> int:
        return len(self.different) + (0 if self.is_numeric else len(set(self._odd.values())))

    def categories(self) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        found = self.different
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


def _style(text: str) -> str:
    """What stands around a number that may change its sign, or its size."""
    if text.isdigit():
        return ""
    ends = text[-1:].translate(SAME)
    if ends.isalpha() and (letters := _LETTERS.search(text)) and (letters[0] in "kKMBT" or power_in(letters[0])[0]):
        return letters[0]
    return ends if ends in ("+", "-") else "(" if text.translate(SAME).startswith("(") else ""


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
    def different(self) -> Floats:
        found = np.unique(self.numbers)
        return found[~np.isnan(found)]

    @cached_property
    def rounded(self) -> tuple[str, str] | None:
        seen: dict[float, str] = {}
        large = self._there if len(self.different) and np.abs(self.different[[0, -1]]).max() >= WHOLE else []
        for text in (self._texts[code] for code in large):
            if text.isascii() and text.lstrip("-").isdecimal() and seen.setdefault(float(text), text) != text:
                return seen[float(text)], text
        return None

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
        return any(map(is_code, there)) and all(text.isdecimal() or says_unknown(text) for text in there)

    @cached_property
    def distinct(self) -> int:
        """Texts, of which several may be one number."""
        return len(np.unique(self._codes[~self.missing("category")]))

    @cached_property
    def _categories(self) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        missing = self.missing("category")
        codes = np.unique(self._codes[~missing]).tolist()
        read = self._read if self.is_numeric else None
        if read is not None:
            codes.sort(key=lambda code: (read.numbers[code], len(self._texts[code]), self._texts[code]))
        else:
            codes.sort(key=self._texts.__getitem__)
        place, names = np.full(len(self._texts), -1, np.int64), list[str]()
        for before, code in zip([None, *codes], codes, strict=False):
            if before is None or read is None or not self._are_same(before, code):
                names.append(self._texts[code])
            place[code] = len(names) - 1
        return tuple(names), np.where(missing, -1, place[self._codes])

    def _are_same(self, one: int, other: int) -> bool:
        """Whether two texts are one number, none a name or rounded: 1,000 and 1000."""
        assert self._read is not None
        number = self._read.numbers[one]
        return (number == self._read.numbers[other] and abs(number) < WHOLE and not self.is_code
                and one not in self._read.footnotes and other not in self._read.footnotes)

    def categories(self) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        return self._categories

    @cached_property
    def styles(self) -> tuple[Message, ...]:
        read = self._read
        if read is None or not self.is_numeric or self.is_code:
            return ()
        found = [self._said(code) for code in read.footnotes[:1]]
        if read.open is not None and not self._is_told:
            return (self._said(read.open, "comma" if read.sign == "point" else "point"), *found)
        if read.example is None:
            return tuple(found)
        example = self._example
        more = self._changing(self._texts[example])
        return (self._said(example), *map(self._said, more), *found)

    def _changing(self, known: str) -> list[int]:
        """The first text of each other style in which signs behind or around a number may change it: 2+, 2-, (5)."""
        assert self._read is not None
        styles = {_style(known): -1}
        for code in self._there:
            if (style := _style(self._texts[code])) and not np.isnan(self._read.numbers[code]):
                styles.setdefault(style, code)
        return [code for code in styles.values() if code >= 0]

    def _said(self, code: int, other: Sign | None = None) -> Message:
        """How one text is read; ``other`` is the decimal sign that it could have as well."""
        assert self._read is not None
        text, number = self._texts[code], plain_text(self._read.numbers[code])
        if other is None:
            return say("“{column}”: “{text}” is read as {number}", column=self.name, text=text, number=number)
        return say("“{column}” could be meant in two ways: “{text}” is read as {number}. If that is wrong, set Decimal "
                   "sign to {sign}", column=self.name, text=text, number=number, sign=say(other))

    @property
    def unclear(self) -> Message | None:
        read = self._read
        if read is None or read.unclear is None or self.is_numeric:
            return None
        return say("“{column}” has sums such as “{text}”, whose letters may mean several things: it is left out. If "
                   "they are numbers, write them in full", column=self.name, text=self._texts[read.unclear][:SHOWN])

    @property
    def _example(self) -> int:
        """The text that shows best how numbers are written: the longest of the first ones, if any is not plain."""
        assert self._read is not None and self._read.example is not None
        first = [code for code in self._there if not np.isnan(self._read.numbers[code])
                 and code not in self._read.footnotes][:50]
        if self._read.open is not None:  # whose separator the other columns told
            return self._read.open
        return max([*first, self._read.example], key=lambda code: (not self._is_plain(code), len(self._texts[code])))

    def _is_plain(self, code: int) -> bool:
        assert self._read is not None
        try:
            return float(self._texts[code]) == self._read.numbers[code]
        except ValueError:
            return False

    def chosen(self, keep: Mask) -> Values:
        return TextValues(self.name, self.lines[keep], self.rows[keep], self._codes[keep], self._texts, self._read,
                          self._is_told)

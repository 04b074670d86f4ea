"""The texts of a column as numbers: with separators, units, signs, currency, in one way for the whole column."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Literal, NamedTuple

from engine.data.formats.table.powers import (
    PLAIN,
    POWER,
    is_thousands,
    may_be_power,
    power_beside,
    power_in,
    power_of_money,
    scaled,
)
from engine.data.formats.table.wrapped import unquoted, without_footnote

Sign = Literal["point", "comma"]
BOTH: tuple[Sign, Sign] = ("point", "comma")

# A minus, spaces and digits have many forms; what a keyboard of another country gives is the same sign.
SAME = str.maketrans({
    "−": "-", "－": "-", "﹣": "-", "‐": "-", "‑": "-", "–": "-", "＋": "+", "．": ".", "，": ",", "％": "%", "’": "'",
    "٫": ".", "٬": ",", "（": "(", "）": ")", **dict.fromkeys("\u00a0\u202f\u2009\u2007\u2008\u3000\u2002\u2003", " "),
    **dict.fromkeys("\u200e\u200f\u200b\ufeff"),
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
})  # fmt: skip
_CODES = ("USD", "EUR", "GBP", "JPY", "CNY", "RMB", "CHF", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "NTD", "KRW",
          "INR", "RUB", "BRL", "MXN", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "TRY", "ZAR", "THB", "IDR", "MYR",
          "PHP", "VND", "ILS", "AED", "SAR", "EGP", "NGN", "UAH", "ARS", "CLP", "COP", "Rs", "Rs.", "kr", "kr.", "Fr.",
          "Kč", "zł", "руб", "руб.", "лв", "Ft")
_MONEY = rf"(?:[A-Za-z]{{0,3}}SIGN|{'|'.join(re.escape(code) for code in _CODES)})".replace(
    "SIGN", "[" + "".join(chr(code) for code in range(0x21, 0x10000) if unicodedata.category(chr(code)) == "Sc") + "]")
_UNIT = r"(?:[cdkm]?m[23]|(?:[^\W\d_]|[%‰°µ$€£¥₹₩₽\"'+])(?:[^\W\d_]|[%‰°²³µ/.\"'·^+ €$£¥₹₩₽-]){0,15})"
_WHOLE = re.compile(rf"(?P<minus>-)?\+?\s*(?P<open>\()?\s*(?P<before>{_MONEY})?\s*(?P<sign>[-+])?\s*"
                    r"(?P<core>(?:\d|[.,](?=\d))[\d.,' _]*(?:(?<=[\d.,])[eE][-+]?\d{1,3}(?![\d.,]))?)"
                    r"(?:(?<=[.,])(?:--?|—))?"  # no cents: 10.-
                    rf"(?P<space>\s*)(?P<after>{_UNIT})?(?P<close>\))?(?P<behind>-)?")
_POINT = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?:([ '_])\d{3})(?:\1\d{3})*"
                    r"|[1-9]\d?(?:,\d{2})+,\d{3})?(?:\.\d*)?(?:[eE][-+]?\d+)?")
_COMMA = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?:([ '_])\d{3})(?:\1\d{3})*)?"
                    r"(?:,\d*)?(?:[eE][-+]?\d+)?")
_LETTERS = {"k": 3, "K": 3, "M": 6, "B": 9, "T": 12}  # which may be anything else
_FRACTIONS = "½¼¾⅛⅜⅝⅞"
_SHARES = frozenset({"%", "‰", "percent", "per cent", "pct", "procent", "prozent"})
_BEHIND = re.compile(rf"(?P<times>[kKmMbB]|(?i:t|mn|md|[cd]r|l)(?=[\s+]|$))?\s*\+?\s*(?P<money>{_MONEY})?")
_ADDRESS = re.compile(r"(?:\.?(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?!\d)){4}")
_PLAIN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
ZERO = "[0０٠۰०]"  # in scripts whose digits Python reads
_BEGINS_WITH_0 = re.compile(rf"{ZERO}\d+")
LONGEST = 60  # letters of a number with all that stands around it


def is_plain(text: str) -> bool:
    """Whether it is written as programs write numbers."""
    return _PLAIN.fullmatch(text) is not None


def is_code(text: str) -> bool:
    """Whether it is digits that begin with 0, as of a postcode: a number would lose them."""
    return _BEGINS_WITH_0.fullmatch(text) is not None


class Parts(NamedTuple):
    """A number, taken apart: ``values`` with a decimal point, and with a decimal comma; NaN where it is none."""

    values: tuple[float, float]
    unit: str
    money: str
    is_close: bool = False  # the unit follows without a space
    has_power: bool = False  # a word or sign behind it said that it is so many thousands, millions …
    footnote: str = ""  # the sign of one, which is not read

    @property
    def is_torn(self) -> bool:
        """Whether point and comma give two different numbers."""
        point, comma = self.values
        return not math.isnan(point) and not math.isnan(comma) and point != comma


def parts_of(text: str) -> Parts | None:
    """None: it is no number in any way."""
    if len(text) > LONGEST or not any(letter.isdigit() for letter in text):
        return None
    plain = text.translate(SAME).strip()
    if (inner := unquoted(plain)) is not None:
        if is_code(inner):
            return None
        plain = inner
    marked, plain = plain, without_footnote(plain)
    found = _WHOLE.fullmatch(plain)
    if found is None or bool(found["open"]) != bool(found["close"]) or _ADDRESS.fullmatch(plain):
        return None
    signs = (found["minus"], found["open"], found["sign"] == "-" and "-", found["behind"])
    if sum(map(bool, signs)) > 1:
        return None
    sign, core = -1.0 if any(signs) else 1.0, found["core"].rstrip(" ")
    point, comma = (sign * _number(core, pattern, decimal) for pattern, decimal in ((_POINT, "."), (_COMMA, ",")))
    if math.isnan(point) and math.isnan(comma):
        return None
    after = found["after"] or ""
    if after and unicodedata.category(after[0]) == "No":  # 8½, 8²
        if after[0] not in _FRACTIONS or not core.isdecimal():
            return None
        point = comma = point + sign * unicodedata.numeric(after[0])
        after = after[1:].lstrip()
    power, rest = power_in(after)
    unit, money = _unit(rest, found["before"] or "")
    if money and (more := power_of_money(unit)) is not None:
        power, unit = power + more, ""
    power += 3 if is_thousands(unit) or is_thousands(money) else 0
    return Parts((scaled(point, power), scaled(comma, power)), unit, money,
                 not found["space"] and not found["core"].endswith(" "), power > 0, marked[len(plain):].strip())


def _unit(after: str, before: str) -> tuple[str, str]:
    """What stands behind a number as a unit, and a currency behind it or before: ``M USD``, ``K+``, ``kg``."""
    found = _BEHIND.fullmatch(after.strip())
    return (after.strip(), before) if found is None else (found["times"] or "", before or found["money"] or "")


def _number(core: str, pattern: re.Pattern[str], decimal: str) -> float:
    if not pattern.fullmatch(core) or not core.strip(".,"):
        return math.nan
    kept = re.sub(rf"[^\d{decimal}eE+-]", "", core)
    if kept != core and "e" in core.lower():  # who writes powers of ten parts no thousands
        return math.nan
    try:
        return float(kept.replace(",", "."))
    except ValueError:
        return math.nan


@dataclass(frozen=True)
class Read:
    """A column's different texts as numbers (NaN: not one), by the decimal sign that fits all of them best."""

    numbers: tuple[float, ...]
    sign: Sign = "point"
    example: int | None = None  # a text that is not written as programs write numbers
    open: int | None = None  # a text that the other sign, which would fit all as well, makes another number
    unclear: int | None = None  # a text with a sum of money whose letters may mean several things
    footnotes: tuple[int, ...] = ()  # texts with the sign of one, which is not read


@dataclass
class Texts:
    """A column's different texts, none of which is missing, how often each is there, and each taken apart."""

    texts: Sequence[str]
    counts: Sequence[int]
    parts: list[Parts | None]

    def __post_init__(self) -> None:
        if _tell(self.parts):
            self.parts = [None if part is None or part.footnote else part for part in self.parts]
        money = self._most(self.parts, "money")
        there, self.parts = self.parts, _told(self.parts, money)
        parts = self.parts
        self._unclear = next((index for index, part in enumerate(parts) if part is None and there[index]), None)
        unit, is_usual = self._most(parts, "unit"), self._is_behind_most(parts)
        if unit.casefold() in _SHARES and not is_usual:
            unit = ""  # a few shares among numbers are odd
        if self._times(parts, is_usual):
            self.parts = [_in_ones(part, money) for part in parts]
        else:
            self.parts = [_in_unit(part, unit, money, is_usual) for part in parts]

    def _most(self, parts: Sequence[Parts | None], name: str) -> str:
        """The unit that most have."""
        found: Counter[str] = Counter()
        for part, count in zip(parts, self.counts, strict=True):
            if part is not None:
                found[getattr(part, name)] += count
        there = {unit: count for unit, count in found.items() if unit} or {"": 0}
        return max(there, key=lambda unit: there[unit])

    def _times(self, parts: Sequence[Parts | None], is_usual: bool) -> bool:
        """Whether letters are thousands and millions: beside such words, k and M together, or behind most."""
        there = [part for part in parts if part is not None and part.unit]
        if not there or not all(part.unit in _LETTERS for part in there):
            return False
        return (len({_LETTERS[part.unit] for part in there}) > 1 or (is_usual and all(part.is_close for part in there))
                or any(part is not None and part.has_power for part in parts))

    def _is_behind_most(self, parts: Sequence[Parts | None]) -> bool:
        """Whether most numbers have a unit."""
        counts = [(count, bool(part.unit)) for part, count in zip(parts, self.counts, strict=True) if part is not None]
        return 2 * sum(count for count, has_unit in counts if has_unit) > sum(count for count, _ in counts)

    def bad(self, sign: Sign) -> int:
        """How many values are no numbers with this decimal sign."""
        place = BOTH.index(sign)
        return sum(count for part, count in zip(self.parts, self.counts, strict=True)
                   if part is None or math.isnan(part.values[place]))

    @property
    def sure(self) -> Sign | None:
        """The decimal sign that alone fits; None: both do, or neither, or there is nothing to tell them apart."""
        point, comma = self.bad("point"), self.bad("comma")
        if point == comma or min(point, comma) > sum(self.counts) / 2:
            return None
        return "point" if point < comma else "comma"

    def read(self, chosen: Sign | None, usual: Sign) -> Read:
        """As numbers; ``usual`` is the sign where the column itself does not tell."""
        told = self.sure or chosen
        sign = told or usual
        place = BOTH.index(sign)
        numbers = tuple(math.nan if part is None else part.values[place] for part in self.parts)
        there = [(index, part) for index, part in enumerate(self.parts)
                 if part is not None and not math.isnan(numbers[index])]
        footnotes = tuple(index for index, part in there if part.footnote)
        odd = (index for index, part in there if not part.footnote and (
            not is_plain(self.texts[index]) or (sign == "comma" and "." in self.texts[index])))
        torn = (index for index, part in there if told is None and part.is_torn)
        return Read(numbers, sign, next(odd, None), next(torn, None), self._unclear, footnotes)


def _tell(parts: Iterable[Parts | None]) -> bool:
    """Whether letters of footnotes tell apart what would be the same number: 1 (a), 1 (b)."""
    signs: dict[tuple[object, ...], str] = {}
    return any(part is not None and any(map(str.isalpha, part.footnote))
               and signs.setdefault((part.values, part.unit, part.money), part.footnote) != part.footnote
               for part in parts)


def _told(parts: Sequence[Parts | None], money: str) -> list[Parts | None]:
    """Letters behind money as what others beside them tell; None where they could be several."""
    if not money:
        return list(parts)
    beside = {POWER if part.has_power else part.unit.casefold() or PLAIN for part in parts if part is not None}
    return [part and _told_by(part, part.money or money, beside) for part in parts]


def _told_by(part: Parts, money: str, beside: Set[str]) -> Parts | None:
    power = power_beside(part.unit, money, beside)
    if not power:
        return None if power is None else part
    point, comma = part.values
    return part._replace(values=(scaled(point, power), scaled(comma, power)), unit="", has_power=True)


def _in_ones(part: Parts | None, money: str) -> Parts | None:
    """The number without thousands and millions; None where it is of another currency."""
    if part is None or _is_other(part, money):
        return None
    power, (point, comma) = _LETTERS.get(part.unit, 0), part.values
    return part._replace(values=(scaled(point, power), scaled(comma, power)))


def _in_unit(part: Parts | None, unit: str, money: str, is_usual: bool) -> Parts | None:
    """The number in the unit of the others; None where it has another one, or a letter (31B) that few have, or none
    where the letter of the others may be a power of ten."""
    if part is None or _is_other(part, money) or (not is_usual and _is_unsure(part)):
        return None
    is_alone = not part.unit and unit.casefold() not in _SHARES and not (is_usual and may_be_power(unit))
    return part if part.unit == unit or is_alone else None


def _is_other(part: Parts, money: str) -> bool:
    """Whether it is of another currency, or may be one of thousands (T€) where the others are."""
    return part.money != money and (bool(part.money) or may_be_power(money))


def _is_unsure(part: Parts) -> bool:
    return may_be_power(part.unit) or (part.is_close and len(part.unit) == 1 and part.unit.lower() != part.unit.upper())

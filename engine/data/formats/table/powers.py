"""Words behind a number that stand for a power of ten: 1.2 million, 5 lakh, 3万."""

from __future__ import annotations

import re
from collections.abc import Set
from decimal import Decimal

_WORDS = {
    2: "hundred hundreds",
    3: "thousand thousands thsd tsd tausend mila тыс тысяча тысячи тысяч",
    5: "lakh lakhs lac lacs",
    6: "million millions millionen mio mln millón millones milione milioni milhão milhões miljoen miljon miljoner "
       "млн миллион миллиона миллионов",
    7: "crore crores",
    9: "billion billions bn bln milliard milliards milliarde milliarden mrd mld mlrd miljard miljarder miliardo "
       "miliardi bilhão bilhões млрд миллиард миллиарда миллиардов",
    12: "trillion trillions trn billionen billón billones biljoen трлн триллион триллиона триллионов",
}  # fmt: skip
_SIGNS = {"百": 2, "千": 3, "万": 4, "萬": 4, "億": 8, "亿": 8, "백": 2, "천": 3, "만": 4, "억": 8}
_POWERS = {word: power for power, words in _WORDS.items() for word in words.split()} | _SIGNS
_BEGINS = re.compile(r"\s*(?P<word>(?i:{words})(?![^\W\d_])|(?:百(?!分)|千(?![克米瓦卡])|[{signs}]))\.?\s*".format(
    words="|".join(sorted(set(_POWERS) - set(_SIGNS), key=len, reverse=True)),
    signs="".join(sign for sign in _SIGNS if sign not in "百千")))
_UNSURE = re.compile(r"(?:[kmbt]|mm|mil|mill|mille|mn|md|cr|tn|tr)(?![\w²³/]).*|"
                     r"t(?:€|eur|usd|chf|kr|sek|nok|dkk|gbp|£|\$).*|兆.*", re.IGNORECASE)
_MILLIMETRES = "mm"
_OF_MONEY = {"k": 3, "m": 6, "b": 9, "mn": 6, "md": 9}
_THOUSANDS = frozenset({"t€", "teur", "tchf", "tkr", "tkr.", "tsek", "tnok", "tdkk"})
_RUPEES, _INDIAN = ("₹", "Rs", "Rs.", "INR"), {"cr": 7, "l": 5}
_UNCLEAR = frozenset({"t", "cr", "dr"})  # thousands or trillions, crores or credit
PLAIN, POWER = "", "power"  # what may stand beside such letters: nothing, or a power of ten that is clear


def power_in(unit: str) -> tuple[int, str]:
    """The power of ten that a unit begins with, and what is left of the unit."""
    power = 0
    while found := _BEGINS.match(unit):
        power += _POWERS[found["word"].casefold()]
        unit = unit[found.end():]
    return power, unit


def power_of_money(unit: str) -> int | None:
    """What letters mean behind a sum of money, where alone they may be metres, minutes or credits."""
    return _OF_MONEY.get(unit.casefold())


def is_thousands(unit: str) -> bool:
    """Whether it is a currency in thousands: T€, TEUR, tkr."""
    return unit.casefold() in _THOUSANDS


def power_beside(unit: str, money: str, beside: Set[str]) -> int | None:
    """What letters behind a sum of money mean beside those of other sums; None: it cannot be told."""
    unit = unit.casefold()
    if money in _RUPEES and unit in _INDIAN:
        is_clear = bool(beside & {"l", POWER}) or PLAIN not in beside
        return _INDIAN[unit] if is_clear and "dr" not in beside and beside & {"cr", POWER} else None
    if unit == "t" and ("$" in money or money == "USD") and POWER in beside:
        return 12
    return None if unit in _UNCLEAR else 0


def may_be_power(unit: str) -> bool:
    """Whether a unit may mean a power of ten: numbers without it may be of another scale."""
    return unit != _MILLIMETRES and _UNSURE.fullmatch(unit) is not None


def scaled(number: float, power: int) -> float:
    """So many times a power of ten, without an error of rounding."""
    return float(Decimal(repr(number)).scaleb(power)) if power else number

"""Words behind a number that stand for a power of ten: 1.2 million, 5 lakh, 3万."""

from __future__ import annotations

import re
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
_UNSURE = re.compile(r"(?:[kmbt]|mm|mil|mill|mille|mn|md|cr|tn|tr)(?![\w²³/]).*|t(?:€|eur|usd|chf|kr|gbp|£|\$).*|兆.*",
                     re.IGNORECASE)
_MILLIMETRES = "mm"
_OF_MONEY = {"k": 3, "m": 6, "b": 9, "t": 12, "mn": 6, "md": 9, "cr": 7}


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


def may_be_power(unit: str) -> bool:
    """Whether a unit may mean a power of ten: numbers without it may be of another scale."""
    return unit != _MILLIMETRES and _UNSURE.fullmatch(unit) is not None


def scaled(number: float, power: int) -> float:
    """So many times a power of ten, without an error of rounding."""
    return float(Decimal(repr(number)).scaleb(power)) if power else number

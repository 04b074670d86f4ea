"""Of encodings that are no Unicode the one in which bytes are the likeliest letters."""

from __future__ import annotations

import math
import string
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from engine.data.formats.table import frequent


@dataclass(frozen=True)
class Script:
    """Logarithms of how likely letters are; others have ``other``, or are scored as signs."""

    usual: Mapping[str, float]
    first: str  # the range of its letters …
    last: str
    other: float


def _script(letters: Mapping[str, float], first: str, last: str, cases: bool = True, other: float = -11.0) -> Script:
    total = sum(letters.values()) * 1.1
    logs = {letter: math.log(count / total) for letter, count in letters.items()}
    if cases:
        logs = {**{letter.upper(): log - 2.5 for letter, log in logs.items() if len(letter.upper()) == 1}, **logs}
    return Script(logs, first, last, other)


def _ranked(letters: str) -> dict[str, float]:
    """The earlier, the more usual."""
    return {letter: 1 / (30 + index) for index, letter in enumerate(dict.fromkeys(letters))}


@cache
def _scripts() -> Mapping[str, Script]:
    """Of each encoding."""
    han = ("\u3400", "\u9fff")
    kana = {chr(code): 1 / 60 for code in range(0x3041, 0x30FF)} | {"ー": 1 / 40, "ん": 1 / 40, "い": 1 / 40}
    japanese = {**_ranked(frequent.JAPANESE), **kana}
    central, western = _script(frequent.CENTRAL, "À", "ž"), _script(frequent.WESTERN, "À", "ÿ")
    cyrillic = _script(frequent.CYRILLIC, "\u0400", "\u04ff")
    return {
        "cp1252": western,
        "gb18030": _script(_ranked(frequent.SIMPLIFIED), *han, cases=False, other=-12.0),
        "big5": _script(_ranked(frequent.TRADITIONAL), *han, cases=False, other=-12.0),
        "cp932": _script(japanese, "\u3041", "\u9fff", cases=False, other=-12.0),
        "euc_jp": _script(japanese, "\u3041", "\u9fff", cases=False, other=-12.0),
        "cp949": _script(_ranked(frequent.HANGUL), "가", "힣", cases=False, other=-11.5),
        "cp1251": cyrillic, "koi8_r": cyrillic, "cp866": cyrillic,
        "cp1250": central, "iso8859_2": central,
        "cp1253": _script(frequent.GREEK, "\u0370", "\u03ff"),
        "cp1254": _script({**frequent.WESTERN, **{k: 4 * v for k, v in frequent.TURKISH.items()}}, "À", "ş"),
        "cp1255": _script(frequent.HEBREW, "\u05d0", "\u05ea", cases=False),
        "cp1256": _script(frequent.ARABIC, "\u0621", "\u064a", cases=False),
        "mac_roman": western, "cp850": western, "latin_1": _script(frequent.WESTERN, "À", "ÿ"),
    }  # fmt: skip


# Of letters and figures of ASCII only the kind counts.
_ALIKE = str.maketrans(dict.fromkeys(string.ascii_lowercase, "a") | dict.fromkeys(string.ascii_uppercase, "A")
                       | dict.fromkeys(string.digits, "0"))
# What is rarer needs better reasons: a log that its score begins with.
_RARE = {"euc_jp": -2.0, "cp866": -10.0, "iso8859_2": -9.0, "mac_roman": -10.0, "cp850": -11.0,
         "latin_1": -6.0, "cp1250": -1.5, "cp1254": -2.0, "koi8_r": -2.0}  # fmt: skip


def likeliest(raw: bytes) -> str:
    """The encoding in which these bytes are the likeliest letters."""
    scores = {encoding: score for encoding in _scripts() if (score := _score(raw, encoding)) is not None}
    best = max(scores, key=lambda encoding: scores[encoding], default="latin_1")
    return "latin-1" if best == "latin_1" else best


def _score(raw: bytes, encoding: str) -> float | None:
    """The logarithm of how likely the text is, letters one by one; None: it is nothing in this encoding."""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return None
    script = _scripts()[encoding]
    plain = text.translate(_ALIKE)
    seen = Counter(zip(" " + plain, plain, plain[1:] + " ", strict=False))
    return _RARE.get(encoding, 0.0) + sum(_weight(count) * _log_of(*three, script) for three, count in seen.items())


def _weight(count: int) -> float:
    """What is there over and over, such as a sign of money in every row, tells little more than once."""
    return 1 + math.log2(count)


def _log_of(before: str, letter: str, after: str, script: Script) -> float:
    if letter > "\x7f":
        return _log(letter, script) + _strange(before, letter, script) + _lonely(before, letter, after)
    return -3.0 if before > "\x7f" and letter.isupper() and before.islower() else 0.0


def _log(letter: str, script: Script) -> float:
    if letter in script.usual:
        return script.usual[letter]
    if letter in frequent.SIGNS:
        return math.log(frequent.SIGNS[letter] / 1500)
    if script.first <= letter <= script.last:
        return script.other
    if "\uff01" <= letter <= "\uff5e" or letter in "、。・「」（）：；，・《》":
        return -9.0
    return -17.0 if letter.isprintable() or script is _scripts()["latin_1"] else -22.0


def _strange(before: str, letter: str, script: Script) -> float:
    """What speaks against two letters beside each other: capitals inside a word, signs or other scripts in one."""
    if letter.isupper() and (before.islower() or (before.isalpha() and not before.isupper())):
        return -5.0
    if not letter.isalpha() and before.isalpha() and letter not in "’°²³ºª€%ー–":
        return -2.0
    if script.last > "\u0370" and letter.isalpha() and before.isascii() and before.isalpha():
        return -2.0
    return 0.0


def _lonely(before: str, letter: str, after: str) -> float:
    """What speaks against a letter of an alphabet beside figures, or without another of it: signs stand there."""
    if not letter.isalpha() or letter in frequent.SIGNS or letter > "\u0700":
        return 0.0
    if letter > "\u0370" and (before in "aA" or after in "aA"):
        return -3.0  # two alphabets in one word
    return -3.0 if "0" in (before, after) or not (before.isalpha() or after.isalpha()) else 0.0

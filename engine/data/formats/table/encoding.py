"""Which encoding a file of text is in: Unicode where it can be that, else the one whose letters are the most usual."""

from __future__ import annotations

import codecs
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from engine.data.errors import DataError
from engine.data.formats.table import frequent
from engine.data.formats.table.opening import Opened
from engine.data.progress import Step, Steps
from engine.messages import Message, say

SOME = 2**16  # bytes of lines that are not in ASCII: enough to tell
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_FEW = 0.05  # broken letters in a text that is UTF-8 all the same


class Found(NamedTuple):
    """An encoding, what to do with bytes that are nothing in it, and what is to be said of it."""

    encoding: str
    errors: str = "strict"
    notes: tuple[Message, ...] = ()


def encoding_of(file: Opened) -> Steps[Found]:
    """The encoding of the whole file, which is read once. Raises DataError where it is no text."""
    decoder, odd, is_utf8 = codecs.getincrementaldecoder("utf-8")(), _OddLines(), True
    for number, block in enumerate(file.blocks()):
        if number == 0:
            found = next((name for mark, name in _BOMS if block.startswith(mark)), None) or _wide(block)
            if found:
                return Found(found)
            _expect_text(file.path, block)
        odd.take(block)
        if is_utf8 and not (block.isascii() and not decoder.getstate()[0]):
            is_utf8 = _decodes(decoder, block)
        yield Step(file.path.name, file.done // 10, file.total, "reading")
    if is_utf8 and _decodes(decoder, b"", final=True):
        return Found("utf-8")
    return _guessed(file.path, odd.lines())


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


class _OddLines:
    """Lines that are not in ASCII, as many as are needed."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._size, self._begun = 0, b""

    def take(self, block: bytes) -> None:
        if self._size >= SOME:
            return
        *whole, self._begun = (self._begun + block).splitlines(keepends=True) or [b""]
        for line in whole:
            self._add(line)
        if len(self._begun) > SOME:  # a line without end
            self._add(self._begun)
            self._begun = b""

    def _add(self, line: bytes) -> None:
        if not line.isascii() and self._size < SOME:
            self._lines.append(line)
            self._size += len(line)

    def lines(self) -> bytes:
        """All of them."""
        self._add(self._begun)
        return b"".join(self._lines)


def _wide(raw: bytes) -> str | None:
    """UTF-16 without a mark: in Western text every other byte is zero."""
    some = raw[:4096]
    if len(some) < 4:
        return None
    even, odd = some[::2].count(0) / len(some[::2]), some[1::2].count(0) / len(some[1::2])
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.1 else None


def _expect_text(path: Path, raw: bytes) -> None:
    some = raw[:65_536]
    strange = sum(byte < 32 and byte not in b"\t\n\r\f\v" for byte in some)
    if strange > len(some) / 100 or b"\0" in raw:
        raise DataError("{path} is not a text file: choose a .csv or .tsv file", path=path)


def _guessed(path: Path, raw: bytes) -> Found:
    text = raw.decode("utf-8", "replace")
    good = sum(letter > "\x7f" for letter in text)
    broken = text.count("\ufffd")
    if broken <= max(1, _FEW * good) and good > 10 * broken:
        return Found("utf-8", "replace", (say(
            "The file is UTF-8, but for {count} letters that cannot be read: they are shown as �", count=broken),))
    encoding = likeliest(raw)
    note = say("The file is not UTF-8: it was read as {encoding}. If letters look wrong, save it as UTF-8",
               encoding=encoding)
    return Found(encoding, notes=(note,))


# -- what fits --------------------------------------------------------------------------------------------------------


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
    return _RARE.get(encoding, 0.0) + sum(_logs(text, script))


def _logs(text: str, script: Script) -> Iterator[float]:
    before = " "
    for letter in text:
        if letter > "\x7f":
            yield _log(letter, script) + _strange(before, letter, script)
        elif before > "\x7f" and letter.isupper() and before.islower():
            yield -3.0
        before = letter


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

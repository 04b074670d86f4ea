"""Which encoding a file of text is in: Unicode where it can be that, else the one whose letters are the most usual."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import NamedTuple

from engine.data.errors import DataError
from engine.data.formats.table.likeliest import likeliest
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
    size: int = 0  # bytes of the whole text; 0: not known


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
        return Found("utf-8", size=file.size)
    return _guessed(file.path, odd.lines())._replace(size=file.size)


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
            "The file is UTF-8, but for 1 letter that cannot be read: it is shown as �" if broken == 1 else
            "The file is UTF-8, but for {count} letters that cannot be read: they are shown as �", count=broken),))
    encoding = likeliest(raw)
    note = say("The file is not UTF-8: it was read as {encoding}. If letters look wrong, save it as UTF-8",
               encoding=encoding)
    return Found(encoding, notes=(note,))

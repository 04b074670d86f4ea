"""Changes that a file may have suffered, or that somebody made on purpose: one seed, one file."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from copy import deepcopy
from random import Random
from typing import Any

MARKED = (b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\0" * 8,
          b"\xff" * 8, b"\0\0\0\0\1\0\0\0", b"(", b"t", b"R", b"b", b"s", b".", b"]", b"}")  # fmt: skip
WORDS = (b"null", b"[]", b"{}", b'""', b"true", b"-1", b"0", b"1e999", b"NaN", b"99999999999999999999", b"1e308",
         b'"\\ud800"', b"\xf0\x9f\x98\x80", b"[[[[[[[[[[", b"\xc3\x28", b"nan", b"inf", b"-0.0", b'"a.b"', b"\0",
         b"lambda: 0", b"import os", b"**", b"10**9", b"(" * 300)  # fmt: skip
TOKEN = re.compile(rb"-?\d+\.?\d*|\w+|\"[^\"]*\"|[^\w\s]")
MOST = 8  # changes at once


def changed(content: bytes, others: Sequence[bytes], random: Random, is_text: bool) -> bytes:
    """Changed as it lies there, or inside of what it is packed in, with checksums that are right again."""
    if content.startswith(b"PK") and random.random() < 0.7:
        return _in_archive(content, others, random)
    if content.startswith(b"\x1f\x8b") and random.random() < 0.7:
        return gzip.compress(_bytes(gzip.decompress(content), others, random), 1, mtime=0)
    if content.startswith(b"\x89PNG") and random.random() < 0.7:
        return _in_png(content, others, random)
    if content.startswith(b"{") and is_text and random.random() < 0.6:
        return _line(content, random) if content.partition(b"\n")[0].endswith(b"}") else _json(content, random)
    return _text(content, random) if is_text and random.random() < 0.7 else _bytes(content, others, random)


VALUES: tuple[Any, ...] = (None, True, -1, 0, 1, 0.5, 1e308, -1e-300, float("nan"), float("inf"), 10**30, "", "a",
                           "a.b", "\ud800", "é\0", "x" * 5000, [], {}, [[]], [1, 2], {"a": 1}, 200, 2**31, "input",
                           "Linear")


def _line(content: bytes, random: Random) -> bytes:
    """One line of many that are each JSON."""
    lines = content.splitlines()
    index = random.randrange(len(lines))
    lines[index] = _json(lines[index], random)
    return b"\n".join([*lines, b""])


def _json(content: bytes, random: Random) -> bytes:
    """One value, or a few, is another; or an item is gone, twice there, or under another name."""
    whole = json.loads(content)
    for _ in range(random.choice((1, 1, 2, 4))):
        places = list(_places(whole))
        holder, key = random.choice(places)
        other, from_ = random.choice(places)
        match random.randrange(5):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, list):
                holder.insert(random.randrange(len(holder) + 1), holder[key])
            case 2:
                holder[key] = json.loads(json.dumps(other[from_]))
            case 3 if isinstance(holder, dict) and isinstance(from_, str):
                holder[from_] = holder.pop(key)
            case _:
                holder[key] = deepcopy(random.choice(VALUES))
        if not whole:
            break
    return json.dumps(whole).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from _places(value[key])


def _bytes(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    made = bytearray(content)
    for _ in range(random.choice((1, 1, 1, 2, 3, MOST))):
        if not made:
            break
        near = random.random() < 0.4  # to the beginning, where most is said
        at = min(len(made) - 1, int(random.expovariate(1 / 64))) if near else random.randrange(len(made))
        length = min(len(made) - at, random.choice((1, 1, 2, 4, 8, 16, 64)))
        match random.randrange(8):
            case 0:
                made[at] ^= 1 << random.randrange(8)
            case 1:
                made[at] = random.randrange(256)
            case 2:
                made[at:at + length] = random.choice(MARKED)
            case 3:
                mark = random.choice(MARKED)
                made[at:at + len(mark)] = mark
            case 4:
                del made[at:at + length]
            case 5:
                made[at:at] = made[at:at + length] * random.choice((1, 2, 50))
            case 6 if random.random() < 0.3:
                del made[at:]
            case _:
                other = random.choice(others)
                start = random.randrange(len(other) or 1)
                made[at:at + length] = other[start:start + length]
    return bytes(made)


def _text(content: bytes, random: Random) -> bytes:
    tokens = list(TOKEN.finditer(content))
    if not tokens:
        return content
    for _ in range(random.choice((1, 1, 2, 4))):
        token, other = random.choice(tokens), random.choice(tokens)
        new = random.choice((random.choice(WORDS), other[0], b"", token[0] * random.choice((2, 30))))
        place = content.find(token[0], max(0, token.start() - 20))
        if place >= 0:
            content = content[:place] + new + content[place + len(token[0]):]
    return content


def _in_archive(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {info.filename: (archive.read(info), info.compress_type) for info in archive.infolist()}
    pickles = [name for name in entries if name.endswith(".pkl")]
    name = random.choice(pickles if pickles and random.random() < 0.7 else list(entries))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for each, (inner, kind) in entries.items():
            if each != name or random.random() < 0.98:  # else it is missing
                entry = zipfile.ZipInfo(each)  # of no time: the same number is the same file
                archive.writestr(entry, _bytes(inner, others, random) if each == name else inner, kind)
    return made.getvalue()


def _in_png(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """A chunk is changed, and its checksum with it."""
    made, at, chunks = content[:8], 8, list[tuple[bytes, bytes]]()
    while at + 8 <= len(content):
        size = int.from_bytes(content[at:at + 4], "big")
        chunks.append((content[at + 4:at + 8], content[at + 8:at + 8 + size]))
        at += 12 + size
    place = random.randrange(len(chunks))
    for index, (kind, body) in enumerate(chunks):
        new = _bytes(body, others, random) if index == place and body else body
        made += len(new).to_bytes(4, "big") + kind + new + zlib.crc32(kind + new).to_bytes(4, "big")
    return made

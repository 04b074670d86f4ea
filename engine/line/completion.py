"""What can stand next in a line: layers while a name is typed, options and values behind it. No torch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from engine.layers import LAYERS, Layer, Shape
from engine.line.values import SIZES, LineError, Token, choices_of, default_of, is_value, named, title_of, tokens_of
from engine.line.writing import name_of, text_of
from engine.search.search import search

BREAKS = re.compile(r"→|->|[,，、\n;；()|+（）]")
MOST = 12
SHORT = {"kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d", "groups": "g"}


class Completion(NamedTuple):
    """Text that may replace the columns ``start`` … ``end``, and what it is called."""

    insert: str
    start: int
    end: int
    title: str


def complete(text: str, cursor: int, shape: Shape | None = None, after: str | None = None) -> list[Completion]:
    """What may stand at the cursor, best first: ``shape`` and ``after`` say what comes before the line."""
    cursor = min(cursor, len(text))  # where editors count some characters twice
    start = max((found.end() for found in BREAKS.finditer(text, 0, cursor)), default=0)
    tokens = tokens_of(text[start:cursor], start)
    typing = bool(tokens) and not text[cursor - 1].isspace()
    previous = _kind_before(text, start) or after
    try:
        kind, _, _ = named(tokens[:-1] if typing else tokens) if tokens[: len(tokens) - typing] else (None, {}, [])
    except LineError:
        kind = None
    if kind is None or (typing and not is_value(tokens[-1].text) and _still_name(tokens)):
        words = text[tokens[0].start : cursor] if tokens else ""
        return _layers(words, tokens[0].start if tokens else cursor, cursor, shape if previous is after else None,
                       previous)
    return _options(LAYERS[kind], tokens, typing, cursor)


def _still_name(tokens: Sequence[Token]) -> bool:
    """Whether all words together still begin a layer's name: ``batch no`` …"""
    words = " ".join(token.text for token in tokens)
    return any(found.title.lower().startswith(words.lower()) for found in search(words, limit=3))


def _kind_before(text: str, start: int) -> str | None:
    """The kind of the step before."""
    steps = [step for step in BREAKS.split(text[:start]) if step.strip()]
    try:
        return named(tokens_of(steps[-1]))[0] if steps else None
    except LineError:
        return None


def _layers(words: str, start: int, end: int, shape: Shape | None, after: str | None) -> list[Completion]:
    found, seen = [], set()
    for each in search(words, shape=shape, after=after, limit=MOST * 2):
        insert = name_of(each.kind)
        options = {n: v for n, v in each.layer if v != getattr(default_of(each.kind), n)}
        insert += "".join(f" {SHORT.get(n, n + '=')}{text_of(v)}" for n, v in options.items())
        if insert not in seen and each.kind in LAYERS:
            seen.add(insert)
            found.append(Completion(insert, start, end, each.title))
    return found[:MOST]


def _options(layer: type[Layer], tokens: Sequence[Token], typing: bool, cursor: int) -> list[Completion]:
    word = tokens[-1].text if typing else ""
    start = tokens[-1].start if typing else cursor
    if re.fullmatch(SIZES, word):
        return []
    name, equals, value = word.partition("=")
    if equals:
        return [c for c in _values(layer, name, start, cursor) if c.insert.startswith(f"{name}={value}")]
    given = {token.text.partition("=")[0] for token in tokens}
    made = []
    for option in layer.model_fields:
        if option in given or (word and not option.startswith(word.lower()) and not option.split("_")[-1].startswith(
                word.lower())):
            continue
        made.append(Completion(f"{option}=", start, cursor, title_of(layer, option)))
    return made


def _values(layer: type[Layer], name: str, start: int, cursor: int) -> list[Completion]:
    if name not in layer.model_fields:
        return []
    field = layer.model_fields[name]
    values = ["true", "false"] if field.annotation is bool else [*choices_of(field.annotation)]
    return [Completion(f"{name}={value}", start, cursor, value) for value in values]

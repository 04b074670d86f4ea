"""How well typed words match a name: as a whole, from its beginning, at words, at initials, letter by letter. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

# How well a text matches, best first.
EXACT, PREFIX, WORD, INITIALS, INSIDE, SCATTERED, TYPO, NONE = range(8)
SHORTEST_GUESS = 3  # letters from which on they may be scattered, or one of them wrong
BESIDE = 2.5  # how much worse what stands beside a title is than the title

T = TypeVar("T")


class _Words(NamedTuple):
    """A text taken apart: without spaces, what stands between them, its words without signs, their first letters."""

    plain: str
    parts: tuple[str, ...]
    words: tuple[str, ...]
    initials: str


@lru_cache(maxsize=8192)
def _words(text: str) -> _Words:
    parts, words = tuple(text.split()), tuple(re.findall(r"\w+", text))
    return _Words("".join(parts), parts, words, "".join(word[0] for word in words))


def folded(text: str) -> str:
    """Lower case, single spaces, × as x, without ``nn.`` and the like."""
    text = re.sub(r"^(torch\.nn\.functional|torch\.nn|torch|nn|f)\.(?=\w)", "", text.strip().casefold())
    text = text.replace("×", "x").replace("–", " ").replace("-", " ") if len(text) > 1 else text
    return " ".join(text.replace("_", " ").split())


def match(text: str, name: str, *, guess: bool = True) -> int | None:
    """How well the text matches a name (both folded): the smaller the better; None: not at all."""
    wanted, given = _words(text), _words(name)
    if wanted.plain == given.plain:
        return EXACT
    if given.plain.startswith(wanted.plain):
        return PREFIX
    if len(given.words) > 1 and _in_words(wanted.parts, given.words):
        return WORD
    if len(text) > 1 and given.initials.startswith(text):
        return INITIALS
    if text in name:
        return INSIDE
    return _guess(wanted.plain, given.plain) if guess else None


def best(ranks: Iterable[int | None]) -> int | None:
    """The best of several matches; None: nothing matches."""
    return min((rank for rank in ranks if rank is not None), default=None)


def has_words(text: str, words: str) -> bool:
    """Whether every word occurs in the text, wherever: what a filter keeps."""
    text = text.casefold()
    return all(word in text for word in words.casefold().split())


def ranked(query: str, items: Iterable[T], names: Callable[[T], tuple[str, str]], most: int = 200) -> list[T]:
    """The items that match, best first; of equal ones those given first. All without a query.

    ``names`` gives an item's title and what stands beside it.
    """
    text = folded(query)
    if not text:
        return list(items)[:most]
    ranks = [(_rank(text, *map(folded, names(item))), item) for item in items]
    found = [(rank, item) for rank, item in ranks if rank is not None]
    return [item for _, item in sorted(found, key=lambda pair: pair[0])][:most]


def _rank(text: str, title: str, beside: str) -> float | None:
    """By its title, else by what stands beside it, or by words of both."""
    others = [match(text, beside, guess=False), match(text, f"{beside} {title}", guess=False)]
    if others[1] is not None and others[1] > WORD:
        others.pop()
    found: list[float] = [rank + BESIDE for rank in others if rank is not None]
    own = match(text, title)
    return min(found if own is None else [own, *found], default=None)


def _in_words(parts: Sequence[str], words: Sequence[str]) -> bool:
    """Whether every part begins a word of its own."""
    left = list(words)
    for part in parts:
        word = next((word for word in left if word.startswith(part)), None)
        if word is None:
            return False
        left.remove(word)
    return True


def _guess(text: str, name: str) -> int | None:
    if len(text) < SHORTEST_GUESS or not text.isascii() or not name.isascii():
        return None
    if text[0] == name[0] and _scattered(text, name):
        return SCATTERED
    return TYPO if len(text) > SHORTEST_GUESS and _one_off(text, name) else None


def _scattered(text: str, name: str) -> bool:
    """Whether the letters occur in this order."""
    at = -1
    for letter in text:
        at = name.find(letter, at + 1)
        if at < 0:
            return False
    return True


def _one_off(text: str, name: str) -> bool:
    """Whether one letter more, less, other or swapped with the next makes the text the beginning of the name."""
    same = 0
    for one, two in zip(text, name, strict=False):
        if one != two:
            break
        same += 1
    rest, other = text[same:], name[same:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return other.startswith((rest[1:], swapped)) or other[1:].startswith((rest, rest[1:]))

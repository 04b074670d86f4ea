"""Layers found by name, torch class, synonym (English, Chinese) and purpose; best for the place first. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import engine.blocks  # noqa: F401  (fills the registry)
from engine.layers import LAYERS, Layer, Shape
from engine.messages import LayerloomError
from engine.search.matching import EXACT, INITIALS, PREFIX, SCATTERED, best, folded, match
from engine.search.synonyms import ALIASES, FOLLOWS, PURPOSES, USUALLY, Purpose, words_of

# Beside the ranks of ``matching``; between two steps it is the place that decides.
ALIAS = -1  # an abbreviation that everybody writes
SYNONYM = 0.5  # how much worse another name is than the layer's own
PURPOSE = 0.75


class Found(NamedTuple):
    """A layer that the search offers: why, where its name does not say it; whether it takes the tensor on the wire."""

    kind: str
    layer: Layer
    title: str
    why: str
    fits: bool

    @property
    def is_own(self) -> bool:
        """Whether it is a block of the person's own; ``kind`` is then the key it was given by."""
        return self.kind not in LAYERS


class _Entry(NamedTuple):
    kind: str
    names: tuple[str, ...]  # title, kind, torch's name
    synonyms: tuple[str, ...]


class _Hit(NamedTuple):
    rank: float
    kind: str
    options: Mapping[str, Any]
    why: str
    place: int | None = None  # among the answers to a purpose


def search(query: str, *, shape: Shape | None = None, after: str | None = None, limit: int = 40,
           own: Sequence[tuple[str, str]] = ()) -> list[Found]:
    """Layers for the words, best first: by text, then what can take ``shape`` (a tensor without its batch), then what
    usually follows the kind ``after``, then the usual ones. What does not fit comes last and says so.

    ``own`` are a person's blocks as (key, title): they are found with their key as kind. Without words all is found.
    """
    text = folded(query)
    hits = _hits(text) if text else [_Hit(0, entry.kind, {}, "") for entry in _entries()]
    hits += [_Hit(rank, key, {"label": title}, "") for key, title in own
             if (rank := match(text, folded(title)) if text else 0) is not None]
    known = shape is not None
    hits.sort(key=lambda hit: (known and not _hit_fits(hit, shape), _band(hit.rank), *_usual(hit, after, known)))
    return [_found(hit, shape) for hit in hits[:limit]]


def best_kind(words: str) -> str | None:
    """The kind of layer that the words mean beyond doubt: one of its names as a whole; plain 2d kinds first."""
    text = folded(words)
    return _by_name().get(text.replace(" ", ""))


def fits(layer: Layer, shape: Shape) -> bool:
    """Whether the layer can take a tensor of this shape (all its inputs alike)."""
    return _fits(layer, tuple(shape))


@lru_cache(maxsize=4096)
def _fits(layer: Layer, shape: Shape) -> bool:
    if layer.kind() == "Code":  # nothing is run to find out
        return True
    if layer.max_inputs == 0:
        return False
    try:
        layer.output_shape((shape,) * layer.min_inputs)
    except LayerloomError:
        return False
    return True


def _hit_fits(hit: _Hit, shape: Shape | None) -> bool:
    return shape is None or hit.kind not in LAYERS or fits(made(hit.kind, **hit.options), shape)


def _found(hit: _Hit, shape: Shape | None) -> Found:
    if hit.kind not in LAYERS:
        return Found(hit.kind, made("Custom", **hit.options), str(hit.options["label"]), "", True)
    layer = made(hit.kind, **hit.options)
    return Found(hit.kind, layer, layer.title, hit.why, _hit_fits(hit, shape))


def made(kind: str, **options: Any) -> Layer:
    """A layer of the kind; the same one each time."""
    return _made(kind, tuple(options.items()))


@cache
def _made(kind: str, options: tuple[tuple[str, Any], ...]) -> Layer:
    return LAYERS[kind](**dict(options))


# -- what is searched ---------------------------------------------------------------------------------------------


@cache
def _entries() -> tuple[_Entry, ...]:
    made = []
    for kind, layer in LAYERS.items():
        if layer.in_palette:
            names = dict.fromkeys(map(folded, (layer.title, kind, layer.torch.rpartition(".")[2])))
            others = dict.fromkeys(map(folded, (*layer.synonyms, *words_of(kind))))
            made.append(_Entry(kind, tuple(filter(None, names)), tuple(others)))
    return tuple(made)


@cache
def _by_name() -> dict[str, str]:
    """Every name and synonym as a whole, and the kind it means: own names before synonyms, 2d before 1d and 3d."""
    entries = sorted(_entries(), key=lambda entry: _usual(_Hit(0, entry.kind, {}, ""), None))
    known: dict[str, str] = {}
    own = [(entry.kind, name) for entry in entries for name in entry.names]
    others = [(entry.kind, name) for entry in entries for name in entry.synonyms]
    for kind, name in (*own, *others):
        known.setdefault(name.replace(" ", ""), kind)
    return known


@cache
def _purposes() -> tuple[tuple[tuple[str, ...], Purpose], ...]:
    return tuple((tuple(map(folded, purpose.words)), purpose) for purpose in PURPOSES)


def _hits(text: str) -> list[_Hit]:
    """What the text matches, each kind (with its options) once: as an abbreviation, by name, synonym or purpose."""
    hits = [hit for entry in _entries() if (hit := _hit(entry, text)) is not None]
    short = ALIASES.get(text)
    if short is not None:
        hits.append(_Hit(ALIAS, short[0], short[1], ""))
    for words, purpose in _purposes():
        rank = best(match(text, word, guess=False) for word in words)
        if rank is not None and rank < INITIALS:
            hits += [_Hit(rank + PURPOSE, kind, options, purpose.why, place)
                     for place, (kind, options) in enumerate(purpose.answers)]
    kept: dict[tuple[str, str], _Hit] = {}
    for hit in sorted(hits, key=lambda hit: hit.rank):
        key = (hit.kind, repr(hit.options))
        known = kept.setdefault(key, hit)
        if known.place is None and hit.place is not None and _band(known.rank) == _band(hit.rank):
            kept[key] = known._replace(place=hit.place)
    return list(kept.values())


def _hit(entry: _Entry, text: str) -> _Hit | None:
    own = best(match(text, name) for name in entry.names)
    if own == EXACT:
        return _Hit(own, entry.kind, {}, "")
    other = min(((rank, name) for name in entry.synonyms if (rank := match(text, name, guess=False)) is not None),
                default=None)
    if own is not None and (other is None or own <= other[0] + SYNONYM):
        return _Hit(own, entry.kind, {}, "")
    return None if other is None else _Hit(other[0] + SYNONYM, entry.kind, {}, other[1])


# -- order --------------------------------------------------------------------------------------------------------


def _band(rank: float) -> int:
    """Matches that count as equally good, so that the place decides between them."""
    if rank < PREFIX:
        return -1 if rank <= EXACT else 0
    return 1 if rank < INITIALS else 2 if rank < SCATTERED else int(rank)


@cache
def _places() -> dict[str, int]:
    return {kind: index for index, kind in enumerate(LAYERS)}


@cache
def _follows() -> dict[str, dict[str, int]]:
    return {kind: {after: index for index, after in enumerate(then)} for kind, then in FOLLOWS.items()}


def _usual(hit: _Hit, after: str | None, shape_is_known: bool = False) -> tuple[int, int, int, int]:
    """Smaller for what follows the kind ``after``, then for better matches, then for what people mostly use."""
    following = _follows().get(after, {}) if after is not None else {}
    usually = USUALLY.index(hit.kind) if hit.kind in USUALLY else len(USUALLY)
    odd = not shape_is_known and hit.kind.endswith(("1d", "3d"))
    roundabout = hit.rank >= PREFIX and hit.rank % 1 == PURPOSE
    return (following.get(hit.kind, len(following)), int(hit.rank) + odd + roundabout,
            usually if hit.place is None else hit.place, _places().get(hit.kind, 0))

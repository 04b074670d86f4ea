"""From the dotted place of a layer in a network that runs to its card: copies of a repeated block have numbers."""

from __future__ import annotations

from collections.abc import Iterable


def way_to(place: str) -> tuple[str, ...]:
    """The names that lead there on the canvas, where all copies of a block are one."""
    return tuple(part for part in place.split(".") if part and not part.isdigit())


def below(places: Iterable[str], path: tuple[str, ...]) -> dict[str, list[str]]:
    """By the cards of the level at this path the places that are of them, or inside of them."""
    found: dict[str, list[str]] = {}
    depth = len(path)
    for place in places:
        way = way_to(place)
        if len(way) > depth and way[:depth] == path:
            found.setdefault(way[depth], []).append(place)
    return found

"""How nodes are called by whoever reads code in which nothing but the modules has a name."""

from __future__ import annotations

from collections.abc import Iterable

from engine.layers.base import Layer
from engine.names import fresh_name


def by_itself(nodes: Iterable[tuple[str, Layer, bool]]) -> dict[str, str]:
    """The name that each node gets: its own where it keeps something, else its kind's next number.

    ``nodes``: in the order in which they are called, with whether they keep something.
    """
    found: dict[str, str] = {}
    numbers: dict[str, str] = {}
    taken: set[str] = set()
    for name, layer, keeps in nodes:
        called = name
        if not keeps and found:  # the first is what comes in
            called = numbers[layer.stem] = fresh_name(numbers.get(layer.stem, layer.stem), taken)
        taken.add(called)
        found[name] = called
    return found

"""How nodes are called by whoever reads code in which nothing but the modules has a name."""

from __future__ import annotations

from collections.abc import Iterable

from engine.names import fresh_name

SCRATCH = "x"  # the variable of what is soon over, and of what comes in


def by_itself(nodes: Iterable[tuple[str, str, bool]]) -> dict[str, str]:
    """The name that each node gets: its own where it keeps something, else the next number.

    ``nodes``: in the order in which they are called, each with what its number stands behind, and whether it keeps
    something.
    """
    found: dict[str, str] = {}
    numbers: dict[str, str] = {}
    taken: set[str] = set()
    for name, stem, keeps in nodes:
        called = name
        if not keeps and found:  # the first is what comes in
            called = numbers[stem] = fresh_name(numbers.get(stem, stem), taken)
        taken.add(name)  # what is called otherwise is named by its variable
        found[name] = called
    return found

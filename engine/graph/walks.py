"""Ways through a graph against the wires; with them goes ``Graph.downstream``."""

from __future__ import annotations

from collections.abc import Iterable

from engine.graph.graph import Graph


def most_above(graph: Graph, names: Iterable[str]) -> str:
    """Which of these needs the most nodes; of equals the first. Raises ValueError where there are none."""
    above: dict[str, int] = {}  # sets of nodes as the bits of a number: one pass, however many are asked for
    for place, name in enumerate(graph.order):
        bits = 1 << place
        for edge in graph.inputs[name]:
            bits |= above[edge.source]
        above[name] = bits
    return max(names, key=lambda name: above[name].bit_count())


def upstream(graph: Graph, names: Iterable[str]) -> set[str]:
    """Every node whose output these need, they themselves included."""
    seen = set(names)
    stack = list(seen)
    while stack:
        for edge in graph.inputs[stack.pop()]:
            if edge.source not in seen:
                seen.add(edge.source)
                stack.append(edge.source)
    return seen

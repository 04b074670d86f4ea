"""Ways through a graph against the wires; with them goes ``Graph.downstream``."""

from __future__ import annotations

from collections.abc import Iterable

from engine.graph.graph import Graph


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

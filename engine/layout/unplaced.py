"""Graphs that nobody has placed yet."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from engine.graph.graph import Graph
from engine.graph.grid import Flow


def laid_out(graph: Graph, flow: Flow | None = None) -> Graph:
    """A graph that nobody has placed (all nodes lie in one spot): every node behind those it reads; others stay.

    ``flow`` is where it goes on, where that is another direction.
    """
    if len({node.position for node in graph.nodes.values()}) != 1 or len(graph.nodes) < 2:
        return graph
    return _arranged(graph, flow or graph.flow)


@lru_cache(maxsize=256)
def _arranged(graph: Graph, flow: Flow) -> Graph:
    # Every file that is opened asks; few need a layout, whose modules would delay the first picture.
    from engine.layout.rows import arranged

    return arranged(replace(graph, flow=flow) if flow != graph.flow else graph, wrap=True)

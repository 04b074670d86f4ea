"""Graphs that nobody has placed yet."""

from __future__ import annotations

from engine.graph.graph import Graph


def laid_out(graph: Graph) -> Graph:
    """A graph that nobody has placed (all nodes lie in one spot): every node below those it reads; others stay."""
    if len({node.position for node in graph.nodes.values()}) != 1 or len(graph.nodes) < 2:
        return graph
    # Every file that is opened asks; few need a layout, whose modules would delay the first picture.
    from engine.layout.rows import arranged

    return arranged(graph)

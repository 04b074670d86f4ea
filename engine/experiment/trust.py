"""Which code a person has agreed to run: nothing that a file holds runs before. No torch."""

from __future__ import annotations

from engine.blocks.base import Block
from engine.graph.graph import Graph
from engine.layers.code import Code
from engine.layers.code.source import allow, allow_digests, digest, is_allowed

__all__ = ["allow", "allow_digests", "digest", "first_not_allowed", "is_allowed", "not_allowed", "sources_of"]


def sources_of(graph: Graph) -> set[str]:
    """Every source in the network, also inside blocks."""
    found: set[str] = set()
    for node in graph.nodes.values():
        if isinstance(node.layer, Code):
            found.add(node.layer.source)
        elif isinstance(node.layer, Block) and node.layer.own_graph is not None:
            found |= sources_of(node.layer.own_graph)
    return found


def not_allowed(graph: Graph) -> set[str]:
    """Sources in the network that nobody has agreed to yet."""
    return {source for source in sources_of(graph) if not is_allowed(source)}


def first_not_allowed(graph: Graph, path: tuple[str, ...] = ()) -> tuple[tuple[str, ...], str] | None:
    """Where the first of them is: the blocks on the way in, and the layer; None: there is none."""
    for node in graph.nodes.values():
        if isinstance(node.layer, Code) and not is_allowed(node.layer.source):
            return path, node.name
        inner = node.layer.own_graph if isinstance(node.layer, Block) else None
        found = first_not_allowed(inner, (*path, node.name)) if inner is not None else None
        if found is not None:
            return found
    return None

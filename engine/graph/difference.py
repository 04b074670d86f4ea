"""What differs between two graphs."""

from __future__ import annotations

from dataclasses import dataclass

from engine.graph.graph import Edge, Graph


@dataclass(frozen=True, slots=True)
class Diff:
    """What must happen to turn one graph into another; ``changed`` nodes keep their name."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    edges_added: tuple[Edge, ...]
    edges_removed: tuple[Edge, ...]


def diff(before: Graph, after: Graph) -> Diff:
    """What differs. Nodes and edges are compared by identity first, so unchanged parts cost almost nothing."""
    edges_added, edges_removed = _others(after.edges, before.edges), _others(before.edges, after.edges)
    same = set(edges_added).intersection(edges_removed)
    return Diff(
        added=tuple(name for name in after.nodes if name not in before.nodes),
        removed=tuple(name for name in before.nodes if name not in after.nodes),
        changed=tuple(
            name
            for name, node in after.nodes.items()
            if (old := before.nodes.get(name)) is not None and old is not node and old != node
        ),
        edges_added=tuple(edge for edge in edges_added if edge not in same),
        edges_removed=tuple(edge for edge in edges_removed if edge not in same),
    )


def _others(edges: tuple[Edge, ...], known: tuple[Edge, ...]) -> list[Edge]:
    """Those that are not the very same objects as any of the others."""
    if edges is known:
        return []
    objects = set(map(id, known))
    return [edge for edge in edges if id(edge) not in objects]

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
    """What differs. Nodes are compared by identity first, so unchanged parts cost almost nothing."""
    same = before.edges is after.edges
    edges_before, edges_after = (set(), set()) if same else (set(before.edges), set(after.edges))
    return Diff(
        added=tuple(name for name in after.nodes if name not in before.nodes),
        removed=tuple(name for name in before.nodes if name not in after.nodes),
        changed=tuple(
            name
            for name, node in after.nodes.items()
            if (old := before.nodes.get(name)) is not None and old is not node and old != node
        ),
        edges_added=() if same else tuple(edge for edge in after.edges if edge not in edges_before),
        edges_removed=() if same else tuple(edge for edge in before.edges if edge not in edges_after),
    )

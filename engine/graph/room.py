"""Room for cards: where one grows or comes, what lies in its way moves on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from engine.graph.graph import Graph, Node
from engine.graph.grid import CARD, STEP, size_of

GAP = STEP - CARD[1]  # between two cards, one below the other


def make_room(graph: Graph, names: Iterable[str]) -> Graph:
    """The same where none of the named cards lies on another: from the first in its way on, all goes down.

    Rows stay rows, for everything that lies as low moves as far: cards, bends of wires, comments of their own.
    """
    for name in sorted(names, key=lambda name: graph.nodes[name].position[1]):
        node = graph.nodes[name]
        hit = [other.position[1] for other in graph.nodes.values() if other is not node and _covers(node, other)]
        if hit:
            graph = lowered(graph, min(hit), node.position[1] + size_of(node)[1] + GAP - min(hit), {name})
    return graph


def _covers(node: Node, other: Node) -> bool:
    """Whether a card lies on another that begins no higher up."""
    (x, y), (width, height) = node.position, size_of(node)
    (a, b), (wide, _) = other.position, size_of(other)
    return y <= b < y + height and x < a + wide and a < x + width


def lowered(graph: Graph, top: float, shift: float, but: Collection[str] = ()) -> Graph:
    """All that lies at ``top`` or below it further down, but for these nodes."""
    moved = {name: (node.position[0], node.position[1] + shift) for name, node in graph.nodes.items()
             if node.position[1] >= top and name not in but}
    edges = tuple(replace(edge, via=tuple((x, y + shift if y >= top else y) for x, y in edge.via)) if edge.via else edge
                  for edge in graph.edges)
    frames = tuple(replace(frame, position=(frame.position[0], frame.position[1] + shift))
                   if not frame.members and frame.position[1] >= top else frame for frame in graph.frames)
    nodes = {name: replace(node, position=moved[name]) if name in moved else node
             for name, node in graph.nodes.items()}
    return replace(graph, nodes=nodes, edges=edges, frames=frames)


def grown(before: Graph, after: Graph) -> list[str]:
    """Cards that are higher than they were, where they were."""
    return [name for name, node in after.nodes.items() if (old := before.nodes.get(name)) is not None
            and old is not node and old.position == node.position and size_of(node)[1] > size_of(old)[1]]

"""What gestures mean: whole edits of a graph, each giving another Graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from engine.graph.frames import with_members_renamed
from engine.graph.graph import Edge, Graph, Node, Position
from engine.graph.grid import COLUMN, STEP
from engine.layers.base import Layer
from engine.layers.inputs import Input
from engine.names import fresh_name


def added(graph: Graph, layer: Layer, position: Position) -> tuple[Graph, str]:
    """A layer put down at a place, without wires; also its name."""
    name = _input_name(graph) if isinstance(layer, Input) else fresh_name(layer.stem, graph.nodes)
    return graph.with_node(Node(name, layer, position)), name


def _input_name(graph: Graph) -> str:
    return "input" if "input" not in graph.nodes else fresh_name("input", graph.nodes)


def appended(graph: Graph, layer: Layer, after: Sequence[str]) -> tuple[Graph, str]:
    """A layer put behind the given ones (none: the network's end) and wired; also its name.

    Behind one layer that feeds exactly one wire it goes into that wire.
    """
    after = tuple(after) or only_end(graph)
    if not after or layer.max_inputs == 0:
        return added(graph, layer, _below_everything(graph))
    last = graph.nodes[after[-1]]
    out = graph.outputs[last.name]
    if len(after) == 1 and len(out) == 1:
        return inserted(graph, layer, out[0])
    x = sum(graph.nodes[name].position[0] for name in after) / len(after)
    y = max(graph.nodes[name].position[1] for name in after) + STEP
    graph, name = added(graph, layer, (x + COLUMN * bool(out), y))
    most = len(after) if layer.max_inputs is None else layer.max_inputs
    return graph.with_edges(Edge(source, name, port) for port, source in enumerate(after[-most:])), name


def only_end(graph: Graph) -> tuple[str, ...]:
    """The only node that leads nowhere, if there is one."""
    ends = tuple(name for name in graph.nodes if not graph.outputs[name])
    return ends if len(ends) == 1 else ()


def _below_everything(graph: Graph) -> Position:
    if not graph.nodes:
        return (0.0, 0.0)
    lowest = max(graph.nodes.values(), key=lambda node: node.position[1])
    return (lowest.position[0], lowest.position[1] + STEP)


def inserted(graph: Graph, layer: Layer, edge: Edge) -> tuple[Graph, str]:
    """A layer put into a wire, with what follows moved down to make room; also its name."""
    source, target = graph.nodes[edge.source], graph.nodes[edge.target]
    x = source.position[0] if layer.max_inputs == 1 else target.position[0]
    position = (x, source.position[1] + STEP)
    graph = with_room(graph, edge.target, position[1] + STEP)
    name = fresh_name(layer.stem, graph.nodes)
    return graph.inserted(Node(name, layer, position), edge), name


def with_room(graph: Graph, name: str, top: float) -> Graph:
    """Move ``name`` and all that follows it and lies no higher down, until it is at ``top`` or lower."""
    shift = top - graph.nodes[name].position[1]
    if shift <= 0:
        return graph
    level = graph.nodes[name].position[1]
    below = (graph.nodes[other] for other in graph.downstream(name))
    return graph.moved({n.name: (n.position[0], n.position[1] + shift) for n in below if n.position[1] >= level})


def connected(graph: Graph, source: str, target: str, port: int | None = None) -> Graph:
    """A wire to the given input, or to the first free one (to input 0 when none is, which says it is taken)."""
    if port is None:
        port = graph.free_port(target)
    return graph.with_edge(Edge(source, target, 0 if port is None else port))


def part(graph: Graph, names: Collection[str]) -> Graph:
    """The named nodes, the wires among them, and the frames around nothing else."""
    inside = set(names)
    nodes = {name: node for name, node in graph.nodes.items() if name in inside}
    edges = tuple(edge for edge in graph.edges if edge.source in inside and edge.target in inside)
    frames = tuple(f for f in graph.frames if f.members and inside.issuperset(f.members))
    return replace(graph, nodes=nodes, edges=edges, frames=frames)


def pasted(graph: Graph, piece: Graph, offset: Position) -> tuple[Graph, tuple[str, ...]]:
    """``piece`` added beside what is there, renamed where names are taken and moved by ``offset``; its new names."""
    taken, names = set(graph.nodes), {}
    for name in piece.nodes:
        names[name] = name if name not in taken else fresh_name(name, taken)
        taken.add(names[name])
    owners = {name: _owner_for(n, names, graph) for name, n in piece.nodes.items()}
    nodes = [
        replace(n, name=names[n.name], position=shifted(n.position, offset), shares=owners[n.name],
                listed=n.listed and owners[n.name] is not None)
        for n in piece.nodes.values()
    ]
    edges = (Edge(names[e.source], names[e.target], e.port, tuple(shifted(at, offset) for at in e.via))
             for e in piece.edges)
    frames = (replace(f, position=shifted(f.position, offset)) for f in with_members_renamed(piece.frames, names))
    graph = graph.with_nodes(nodes).with_edges(edges)
    return graph.with_frames([*graph.frames, *frames]), tuple(names.values())


def shifted(position: Position, offset: Position) -> Position:
    """The place that lies so far from another."""
    return (position[0] + offset[0], position[1] + offset[1])


def _owner_for(node: Node, names: Mapping[str, str], graph: Graph) -> str | None:
    """Whose weights a copy uses: the copied owner's, or the same as before where that is still what it was."""
    if node.shares is None:
        return None
    if node.shares in names:
        return names[node.shares]
    owner = graph.nodes.get(node.shares)
    return owner.name if owner is not None and owner.layer == node.layer and owner.shares is None else None

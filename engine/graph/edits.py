"""What gestures mean: whole edits of a graph, each giving another Graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from engine.graph.frames import with_members_renamed
from engine.graph.graph import Edge, Graph, Node, Position
from engine.graph.room import (
    apart,
    axis_of,
    end_of,
    free_lane,
    free_place,
    lane_of,
    placed,
    pushed,
    spot,
    within,
)
from engine.layers.base import Layer
from engine.layers.inputs import Input
from engine.names import fresh_name


def added(graph: Graph, layer: Layer, position: Position) -> tuple[Graph, str]:
    """A layer put down at a place, or where nothing lies beside it, without wires; also its name."""
    node = _node(graph, layer, position)
    return graph.with_node(replace(node, position=free_place(graph, node))), node.name


def _node(graph: Graph, layer: Layer, position: Position = (0.0, 0.0)) -> Node:
    is_first = isinstance(layer, Input) and "input" not in graph.nodes
    stem = "input" if isinstance(layer, Input) else layer.stem
    return Node("input" if is_first else fresh_name(stem, graph.nodes), layer, position)


def appended(graph: Graph, layer: Layer, after: Sequence[str]) -> tuple[Graph, str]:
    """A layer put behind the given ones (none: the network's end) and wired; also its name.

    Behind one layer that feeds exactly one wire it goes into that wire.
    """
    after = tuple(after) or only_end(graph)
    if not after or layer.max_inputs == 0:
        return added(graph, layer, _behind_everything(graph))
    out = graph.outputs[after[-1]]
    if len(after) == 1 and len(out) == 1:
        return inserted(graph, layer, out[0])
    node = _behind(graph, _node(graph, layer), after)
    most = len(after) if layer.max_inputs is None else layer.max_inputs
    new = graph.with_node(node).with_edges(Edge(s, node.name, port) for port, s in enumerate(after[-most:]))
    return apart(graph, new), node.name


def _behind(graph: Graph, node: Node, after: Sequence[str]) -> Node:
    """In the middle behind these; beside what the last of them feeds already."""
    axis, others = axis_of(graph), [graph.nodes[name] for name in after]
    lane = sum(lane_of(other, axis) for other in others) / len(others)
    node = placed(node, max(end_of(other, axis) for other in others), lane, axis)
    return free_lane(graph, [node], axis)[0] if graph.outputs[after[-1]] else node


def only_end(graph: Graph) -> tuple[str, ...]:
    """The only node that leads nowhere, if there is one."""
    ends = tuple(name for name in graph.nodes if not graph.outputs[name])
    return ends if len(ends) == 1 else ()


def _behind_everything(graph: Graph) -> Position:
    if not graph.nodes:
        return (0.0, 0.0)
    axis = axis_of(graph)
    last = max(graph.nodes.values(), key=lambda node: end_of(node, axis))
    return spot(end_of(last, axis), lane_of(last, axis), axis)


def inserted(graph: Graph, layer: Layer, edge: Edge) -> tuple[Graph, str]:
    """A layer put into a wire, with what follows moved on to make room; also its name."""
    axis = axis_of(graph)
    beside = graph.nodes[edge.source if layer.max_inputs == 1 else edge.target]
    [node] = within(graph, edge, [_node(graph, layer)], lane_of(beside, axis))
    new = pushed(graph, edge.target, end_of(node, axis), node.position).inserted(node, edge)
    return apart(graph, new), node.name


def with_layers(graph: Graph, layers: Mapping[str, Layer]) -> Graph:
    """Other layers in these nodes, with room for cards that become higher. Raises UnknownNodeError."""
    return apart(graph, graph.with_layers(layers))


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
    new = graph.with_nodes(nodes).with_edges(edges)
    return new.with_frames([*graph.frames, *frames]), tuple(names.values())


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

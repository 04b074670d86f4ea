"""Cards in line: aligned, evenly spaced, chains straight."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from engine.graph.cards import Grid
from engine.graph.graph import Graph, Node, Position
from engine.graph.grid import size_of
from engine.graph.room import axis_of, gap_along, lane_of, placed

Side = Literal["left", "center", "right", "top", "middle", "bottom"]
Axis = Literal["across", "down"]


def aligned(graph: Graph, names: Collection[str], side: Side) -> Graph:
    """Their edges or middles in one line; those that would cover each other move on along it."""
    axis = 0 if side in ("left", "center", "right") else 1
    part = {"left": 0.0, "top": 0.0, "center": 0.5, "middle": 0.5, "right": 1.0, "bottom": 1.0}[side]
    nodes = _named(graph, names)
    if len(nodes) < 2:
        return graph
    starts = [node.position[axis] for node in nodes]
    ends = [node.position[axis] + size_of(node)[axis] for node in nodes]
    line = (min(starts), (min(starts) + max(ends)) / 2, max(ends))[round(part * 2)]
    places = {node.name: _at(node.position, axis, line - part * size_of(node)[axis]) for node in nodes}
    return _moved(graph, _apart(graph, places, 1 - axis))


def _apart(graph: Graph, places: Mapping[str, Position], axis: int) -> dict[str, Position]:
    """Along one axis, each begins where the one before it has ended."""
    free, apart, gap = float("-inf"), {}, gap_along(graph, axis)
    for name in sorted(places, key=lambda name: places[name][axis]):
        start = places[name][axis]
        if start < free:
            start = free + gap
        apart[name] = _at(places[name], axis, start)
        free = start + size_of(graph.nodes[name])[axis]
    return apart


def distributed(graph: Graph, names: Collection[str], axis: Axis) -> Graph:
    """Their middles at equal distances between the first and the last, but never over each other."""
    along = 0 if axis == "across" else 1
    nodes = sorted(_named(graph, names), key=lambda node: _middle(node, along))
    if len(nodes) < 3:
        return graph
    first, last = _middle(nodes[0], along), _middle(nodes[-1], along)
    step = _step(nodes, along, (last - first) / (len(nodes) - 1), gap_along(graph, along))
    return _moved(graph, {node.name: _at(node.position, along, first + index * step - size_of(node)[along] / 2)
                          for index, node in enumerate(nodes)})


def _step(nodes: Sequence[Node], axis: int, step: float, gap: float) -> float:
    """From middle to middle: as far as this, or as far as those need that would lie on each other."""
    halves = [size_of(node)[axis] / 2 for node in nodes]
    most, needed = max(halves), [step]
    for i, node in enumerate(nodes):
        for j in range(i + 1, len(nodes)):
            if (j - i) * step >= halves[i] + most:
                break
            if (j - i) * step < halves[i] + halves[j] and _are_in_line(node, nodes[j], 1 - axis):
                needed.append((halves[i] + halves[j] + gap) / (j - i))
    return max(needed)


def _are_in_line(one: Node, other: Node, axis: int) -> bool:
    """Whether cards brought close along the other axis would lie on each other."""
    distance = other.position[axis] - one.position[axis]
    return -size_of(other)[axis] < distance < size_of(one)[axis]


def straightened(graph: Graph, names: Collection[str]) -> Graph:
    """Chains among them on one line each, that of their first card, where no other card lies in the way."""
    axis = axis_of(graph)
    for chain in _chains(graph, names, axis):
        lane = lane_of(graph.nodes[chain[0]], axis)
        moved = [placed(node, node.position[axis], lane, axis) for node in map(graph.nodes.__getitem__, chain)]
        others = Grid(graph.without(chain).nodes.values())
        if not any(map(others.is_near, moved)):
            graph = _moved(graph, {node.name: node.position for node in moved})
    return graph


def _chains(graph: Graph, names: Collection[str], axis: int) -> list[list[str]]:
    """Each card goes on to the nearest beyond it, into a first input if it can; each is in one chain."""
    inside, taken, follows = set(names), set[str](), {}
    for name in graph.order:
        if name in inside:
            end = graph.nodes[name].position[axis] + size_of(graph.nodes[name])[axis]
            edges = [e for e in graph.outputs[name] if e.target in inside and e.target not in taken
                     and graph.nodes[e.target].position[axis] >= end]
            if edges:
                edge = min(edges, key=lambda e: (e.port, graph.nodes[e.target].position[axis]))
                follows[name] = edge.target
                taken.add(edge.target)
    chains = []
    for name in graph.order:
        if name in follows and name not in taken:
            chain = [name]
            while chain[-1] in follows:
                chain.append(follows[chain[-1]])
            chains.append(chain)
    return chains


def _named(graph: Graph, names: Collection[str]) -> list[Node]:
    return [node for name, node in graph.nodes.items() if name in names]


def _middle(node: Node, axis: int) -> float:
    return node.position[axis] + size_of(node)[axis] / 2


def _at(place: Position, axis: int, value: float) -> Position:
    return (value, place[1]) if axis == 0 else (place[0], value)


def _moved(graph: Graph, places: Mapping[str, Position]) -> Graph:
    """The same graph where nothing moves."""
    moved = {name: place for name, place in places.items() if place != graph.nodes[name].position}
    return graph.moved(moved) if moved else graph

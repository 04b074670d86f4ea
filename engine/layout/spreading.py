"""The same network with room beside its cards, to be looked at: where everything lies then, and how back again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from engine.graph.graph import Graph, Node, Position
from engine.graph.grid import size_of

WIDE, NARROW, FEW = 350.0, 180.0, 3  # beside a card: where there are few columns, and where there are many
BELOW = 60.0  # below one, where a network goes to the right


@dataclass(frozen=True)
class Spread:
    """Moves all that lies at or after ``starts[i]`` by ``shifts[i]``, along one axis (0 across, 1 down)."""

    axis: int = 0
    starts: tuple[float, ...] = ()
    shifts: tuple[float, ...] = ()

    def there(self, at: Position) -> Position:
        """Where this point of the network is shown."""
        return self._at(at, self._shown(at[self.axis]))

    def back(self, at: Position) -> Position:
        """Which point of the network is shown there; of the room that was made, the nearest."""
        return self._at(at, self._meant(at[self.axis]))

    def _at(self, at: Position, value: float) -> Position:
        return (value, at[1]) if self.axis == 0 else (at[0], value)

    def _shown(self, value: float) -> float:
        index = bisect_right(self.starts, value) - 1
        return value + (self.shifts[index] if index >= 0 else 0.0)

    def _meant(self, value: float) -> float:
        begins = [start + shift for start, shift in zip(self.starts, self.shifts, strict=True)]
        index = bisect_right(begins, value) - 1
        found = value - (self.shifts[index] if index >= 0 else 0.0)
        return min(found, self.starts[index + 1]) if index + 1 < len(self.starts) else found

    # -- graphs -------------------------------------------------------------------------------------------------

    def of(self, graph: Graph, known: Mapping[Node, Node] | None = None) -> Graph:
        """The graph as it is shown; nodes that are ``known`` already are the same objects again."""
        before = known or {}
        nodes = {name: before.get(node) or self._node(node, self.there) for name, node in graph.nodes.items()}
        return self._placed(graph, nodes, self.there)

    def undone(self, shown: Graph, graph: Graph) -> Graph:
        """What ``graph`` becomes by an edit of how it is shown: what was not moved lies where it did."""
        before = self.of(graph)
        nodes = {}
        for name, node in shown.nodes.items():
            old, own = before.nodes.get(name), graph.nodes.get(name)
            if old is None or own is None or old.position != node.position:
                nodes[name] = self._node(node, self.back)
            else:
                nodes[name] = own if node == old else replace(node, position=own.position)
        ways = {edge.via: own.via for edge, own in zip(before.edges, graph.edges, strict=True) if edge.via}
        frames = dict(zip(before.frames, graph.frames, strict=True))
        edges = tuple(replace(edge, via=ways.get(edge.via) or tuple(map(self.back, edge.via))) if edge.via else edge
                      for edge in shown.edges)
        return replace(shown, nodes=nodes, edges=edges, frames=tuple(
            frames.get(frame) or replace(frame, position=self.back(frame.position)) for frame in shown.frames))

    @staticmethod
    def _node(node: Node, move: Callable[[Position], Position]) -> Node:
        position = move(node.position)
        return node if position == node.position else replace(node, position=position)

    @staticmethod
    def _placed(graph: Graph, nodes: dict[str, Node], move: Callable[[Position], Position]) -> Graph:
        edges = tuple(replace(edge, via=tuple(map(move, edge.via))) if edge.via else edge for edge in graph.edges)
        return replace(graph, nodes=nodes, edges=edges,
                       frames=tuple(replace(frame, position=move(frame.position)) for frame in graph.frames))


def spread_for(graph: Graph) -> Spread:
    """With room at the right of every card that has another beside it; below, where the network goes to the right."""
    axis = 1 if graph.flow == "right" else 0
    boxes = [_Box(node.position[axis], size_of(node)[axis], node.position[1 - axis], size_of(node)[1 - axis])
             for node in graph.nodes.values()]
    starts = sorted({box.start for box in boxes})
    beside = {start: [box for box in boxes if box.start == start] for start in starts}
    room = BELOW if axis else WIDE if len(starts) <= FEW else NARROW
    shifts = dict[float, float]()
    so_far = 0.0
    for start in starts:
        for box in beside[start]:
            for other in _before(box, boxes):
                so_far = max(so_far, shifts[other.start] + room - (start - other.end))
        shifts[start] = so_far
    return Spread(axis, tuple(starts), tuple(shifts.values()))


@dataclass(frozen=True)
class _Box:
    start: float
    size: float
    across: float
    breadth: float

    @property
    def end(self) -> float:
        return self.start + self.size


def _before(box: _Box, boxes: Iterable[_Box]) -> Iterable[_Box]:
    """Those that end before it begins, in the same row."""
    return (other for other in boxes if other.end <= box.start and other.across < box.across + box.breadth
            and box.across < other.across + other.breadth)

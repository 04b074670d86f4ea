"""Room for cards: a free place for one that comes, and what lies in the way of one that comes or grows moves on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from engine.graph.cards import Grid
from engine.graph.graph import Edge, Graph, Node, Position
from engine.graph.grid import AFTER, ASIDE, CARD, Flow, size_of

GAP = AFTER["down"]  # between two cards, one below the other
BETWEEN = 96.0  # … at least, where another column begins
DOWN = 1  # the axis along which cards grow
_ALONG, _ACROSS = (AFTER["right"], AFTER["down"]), (ASIDE, GAP)
_AXES: dict[Flow, int] = {"right": 0, "down": DOWN}


def axis_of(graph: Graph) -> int:
    """The axis along which a network goes on: 0 across, 1 down."""
    return _AXES[graph.flow]


def placed(node: Node, along: float, lane: float, axis: int) -> Node:
    """The node at another place: how far along the axis, and in which lane beside it, in the middle of that."""
    return replace(node, position=spot(along, lane - _higher(node, axis), axis))


def spot(along: float, across: float, axis: int) -> Position:
    """A place by how far it is along the axis and beside it."""
    return (across, along) if axis == DOWN else (along, across)


def lane_of(node: Node, axis: int) -> float:
    """Where a card like most would begin, across the axis, to lie in one line with the node's."""
    return node.position[1 - axis] + _higher(node, axis)


def _higher(node: Node, axis: int) -> float:
    """How far the card reaches beyond one like most, to each side of its lane."""
    return (size_of(node)[1 - axis] - CARD[1 - axis]) / 2


def before(node: Node, axis: int) -> Position:
    """Where a card like most lies right before the node's, in its lane."""
    return spot(node.position[axis] - CARD[axis] - _ALONG[axis], lane_of(node, axis), axis)


def corner(nodes: Iterable[Node], axis: int) -> Position:
    """How far along the first of some cards lies, and in which lane the first beside it."""
    places = [(node.position[axis], lane_of(node, axis)) for node in nodes]
    return min((along for along, _ in places), default=0.0), min((lane for _, lane in places), default=0.0)


def gap_along(graph: Graph, axis: int) -> float:
    """From one card to the next along an axis: the network's own, or across it."""
    return (_ALONG if axis == axis_of(graph) else _ACROSS)[axis]


def end_of(node: Node, axis: int, across: bool = False) -> float:
    """Where the next card may begin; ``across``: one beside it."""
    return node.position[axis] + size_of(node)[axis] + (_ACROSS if across else _ALONG)[axis]


def cover(one: Node, other: Node) -> bool:
    """Whether the cards of two nodes lie on each other."""
    (x, y), (width, height) = one.position, size_of(one)
    (a, b), (wide, high) = other.position, size_of(other)
    return x < a + wide and a < x + width and y < b + high and b < y + height


# -- free places ------------------------------------------------------------------------------------------------------


def free_place(graph: Graph, node: Node) -> Position:
    """The place nearest to the node's own where its card lies on no other."""
    here, others = node.position, Grid(other for name, other in graph.nodes.items() if name != node.name)
    if not others.is_near(node, (0, 0)):
        return here
    ways = sorted(set(_beside(graph, node)), key=lambda at: (abs(at[0] - here[0]) + abs(at[1] - here[1]), at))
    return next(at for at in ways if not others.is_near(replace(node, position=at), (0, 0)))


def is_free(graph: Graph, nodes: Iterable[Node]) -> bool:
    """Whether these cards would lie on none of the others."""
    own = {node.name: node for node in nodes}
    cards = Grid(own.values())
    return not any(cards.is_near(other, (0, 0)) for name, other in graph.nodes.items() if name not in own)


def _beside(graph: Graph, node: Node) -> Iterator[Position]:
    """Places beside, below and above each of the other cards."""
    (x, y), (width, height) = node.position, size_of(node)
    across, down = (gap_along(graph, axis) for axis in (0, 1))
    for other in graph.nodes.values():
        (a, b), (wide, high) = other.position, size_of(other)
        yield from ((x, b + high + down), (x, b - height - down), (a + wide + across, y), (a - width - across, y))


def free_lane(graph: Graph, nodes: Sequence[Node], axis: int) -> list[Node]:
    """These cards as they are, or as far aside that they lie on none of the others."""
    across, names = 1 - axis, {node.name for node in nodes}
    others = Grid(other for name, other in graph.nodes.items() if name not in names)
    while ways := [end_of(near, across, True) - node.position[across] for node in nodes for near in others.near(node)]:
        nodes = [placed(node, node.position[axis], lane_of(node, axis) + max(ways), axis) for node in nodes]
    return list(nodes)


def within(graph: Graph, edge: Edge, group: Sequence[Node], lane: float) -> list[Node]:
    """A group of cards as it lies in a wire: behind its source, in a lane where only what follows is in the way.

    ``lane``: where its first card shall lie; where that is taken, it lies before the wire's target, or beside.
    """
    axis, names = axis_of(graph), {node.name for node in group}
    source, target = graph.nodes[edge.source], graph.nodes[edge.target]
    along = end_of(source, axis) - min(node.position[axis] for node in group)
    others = graph.without(names & graph.nodes.keys())

    def at(lane: float) -> list[Node]:
        aside = lane - lane_of(group[0], axis)
        return [placed(n, n.position[axis] + along, lane_of(n, axis) + aside, axis) for n in group]

    ways = [at(lane), at(lane_of(target, axis))]
    for way in ways:
        if is_free(pushed(others, edge.target, max(end_of(node, axis) for node in way), way[0].position), way):
            return way
    is_chain = lane_of(source, axis) == lane_of(target, axis) and len(graph.outputs[source.name]) == 1
    return ways[0] if is_chain else free_lane(others, ways[0], axis)


# -- making room ------------------------------------------------------------------------------------------------------


class Columns:
    """What a network that goes on in several columns has in each: cards between which nothing wide is free, across."""

    def __init__(self, graph: Graph, axis: int) -> None:
        self._axis, self._lefts = axis, list[float]()
        right = float("-inf")
        for node in sorted(graph.nodes.values(), key=lambda node: node.position[1 - axis]):
            left = node.position[1 - axis]
            if left - right >= BETWEEN:
                self._lefts.append(left)
            right = max(right, left + size_of(node)[1 - axis])
        self.names: list[list[str]] = [[] for _ in self._lefts]
        for name, node in graph.nodes.items():
            self.names[self.at(node.position)].append(name)

    def at(self, place: Position) -> int:
        """Which column lies there, or last before it."""
        return max(0, bisect_right(self._lefts, place[1 - self._axis] + 0.5) - 1)

    def of(self, node: Node) -> set[str]:
        """All that lies in the column of a node."""
        return set(self.names[self.at(node.position)])


def pushed(graph: Graph, name: str, start: float, by: Position) -> Graph:
    """``name`` and all that follows it and lies no less far along moved on, until it is at ``start`` or beyond.

    Only what lies in its column; nothing where what pushes it (``by``, a place) lies in another one.
    """
    axis, target, columns = axis_of(graph), graph.nodes[name], Columns(graph, axis_of(graph))
    level = target.position[axis]
    if start <= level or columns.at(by) != columns.at(target.position):
        return graph
    after = (graph.nodes[other] for other in columns.of(target) & graph.downstream(name))
    return graph.moved({node.name: spot(node.position[axis] + start - level, node.position[1 - axis], axis)
                        for node in after if node.position[axis] >= level})


def moved_on(graph: Graph, start: float, by: float, but: Collection[str] = (), axis: int = DOWN,
             beside: str = "") -> Graph:
    """All that lies at ``start`` along the axis or beyond moved on, but for these nodes; ``beside``: in its column.

    Rows stay rows, for everything that lies as far moves as far: cards, bends of wires, comments of their own.
    """
    columns = Columns(graph, axis)
    names = columns.of(graph.nodes[beside]) if beside else graph.nodes.keys()
    own = columns.at(graph.nodes[beside].position) if beside else 0
    ways = {name: by for name in names if name not in but and graph.nodes[name].position[axis] >= start}
    return _moved(graph, ways, lambda at: by if at[axis] >= start and (not beside or columns.at(at) == own) else 0.0,
                  axis)


def _moved(graph: Graph, ways: Mapping[str, float], way_at: Callable[[Position], float], axis: int) -> Graph:
    """Nodes moved along the axis by name; bends and comments of their own by where they lie."""
    def on(at: Position, way: float) -> Position:
        return spot(at[axis] + way, at[1 - axis], axis) if way else at

    nodes = {name: replace(node, position=on(node.position, way)) if (way := ways.get(name)) else node
             for name, node in graph.nodes.items()}
    edges = tuple(replace(edge, via=tuple(on(at, way_at(at)) for at in edge.via)) if edge.via else edge
                  for edge in graph.edges)
    frames = tuple(frame if frame.members else replace(frame, position=on(frame.position, way_at(frame.position)))
                   for frame in graph.frames)
    return replace(graph, nodes=nodes, edges=edges, frames=frames)


def make_room(graph: Graph, names: Iterable[str]) -> Graph:
    """The same where none of the named cards lies on another: from the first in its way on, all goes down."""
    return _cleared(graph, set(names), Graph(), DOWN)


def apart(before: Graph, after: Graph) -> Graph:
    """``after``, but no card that has come, moved or grown lies on one on which it did not lie before.

    What has become higher keeps its lane, where that is free, and the usual distance to what lies below.
    """
    after = _in_lanes(before, after)
    stirred = {name for name, node in after.nodes.items() if (old := before.nodes.get(name)) is None
               or (old is not node and (old.position, size_of(old)) != (node.position, size_of(node)))}
    new = [name for name in stirred if name not in before.nodes]
    higher = set(grown(before, after))
    others = {name for name in higher if after.nodes[name].layer is not before.nodes[name].layer}
    after = _cleared(after, higher, before, DOWN, others)
    if len(new) == 1:
        after = _led_past(after, new[0], axis_of(after))
    return _cleared(after, stirred, before, axis_of(after))


def grown(before: Graph, after: Graph) -> list[str]:
    """Cards that are higher than they were, where they were."""
    return [name for name, node in after.nodes.items() if (old := before.nodes.get(name)) is not None
            and old is not node and old.position == node.position and size_of(node)[1] > size_of(old)[1]]


def _in_lanes(before: Graph, after: Graph) -> Graph:
    """Cards of another height with their middles where they were, where wires come in there and it is free."""
    changed = [] if axis_of(after) == DOWN else [
        placed(node, node.position[0], lane_of(old, 0), 0) for name, node in after.nodes.items()
        if (old := before.nodes.get(name)) is not None and old is not node and old.position == node.position
        and size_of(old) != size_of(node)]
    cards, nodes = Grid(after.nodes.values() if changed else ()), dict(after.nodes)
    for node in changed:
        if all(other.name == node.name for other in cards.near(node, (0, GAP))):
            nodes[node.name] = node
            cards.add(node)
    return replace(after, nodes=nodes) if changed else after


def _led_past(graph: Graph, name: str, axis: int) -> Graph:
    """A card that has come moved on alone, where one that begins before it is in its way."""
    node, others = graph.nodes[name], Grid(node for node in graph.nodes.values() if node.name != name)
    while ends := [end_of(other, axis) for other in others.near(node) if other.position[axis] < node.position[axis]]:
        node = placed(node, max(ends), lane_of(node, axis), axis)
    return graph if node is graph.nodes[name] else replace(graph, nodes={**graph.nodes, name: node})


def _cleared(graph: Graph, stirred: Collection[str], before: Graph, axis: int, others: Collection[str] = ()) -> Graph:
    """Where one of these cards lies on another, all that lies as far as the second of them moves on.

    ``others``: cards of another layer now, which keep the usual distance.
    """
    if not stirred:
        return graph
    columns = Columns(graph, axis)
    sweeps = [_swept([graph.nodes[name] for name in names], _Sweep(stirred, before, axis, others))
              for names in columns.names]
    if not any(sweep.way for sweep in sweeps):
        return graph
    ways = {name: way for sweep in sweeps for name, way in sweep.ways.items()}
    return _moved(graph, ways, lambda at: sweeps[columns.at(at)].way_at(at[axis]), axis)


def _swept(nodes: Sequence[Node], sweep: _Sweep) -> _Sweep:
    """Row by row of a column."""
    for level, row in groupby(sweep.in_order(nodes), key=sweep.level):
        sweep.add_row(level, list(row))
    return sweep


class _Sweep:
    """Cards in the order in which they lie, each clear of those before it: all from it on go as far."""

    def __init__(self, stirred: Collection[str], before: Graph, axis: int, others: Collection[str]) -> None:
        self._stirred, self._before, self._axis, self._others = frozenset(stirred), before, axis, others
        self._cards, self._stirred_cards = Grid(), Grid()
        self._levels: list[float] = []
        self._ways: list[float] = []
        self.way, self.ways = 0.0, dict[str, float]()

    def in_order(self, nodes: Iterable[Node]) -> list[Node]:
        """As they lie; what has come, then what has stirred, before what was there."""
        return sorted(nodes, key=lambda n: (self.level(n), n.name in self._before.nodes, n.name not in self._stirred))

    def level(self, node: Node) -> float:
        """How far along it lies."""
        return node.position[self._axis]

    def way_at(self, place: float) -> float:
        """How far what lies there moves on."""
        index = bisect_right(self._levels, place)
        return self._ways[index - 1] if index else 0.0

    def add_row(self, level: float, row: Sequence[Node]) -> None:
        """What lies as far along; of those that lie on each other there, the first stays and the others move on."""
        ends = [end_of(other, self._axis) for node in row for other in self._in_the_way(node)]
        self.way = max([self.way, *(end - level for end in ends)])
        staying = self._staying(row)
        for node in row:
            if node.name in staying:
                self.way = end_of(self._put(node), self._axis) - level
        for node in row:
            if node.name not in staying:
                self._put(node)
        if self.way:
            self._levels.append(level)
            self._ways.append(self.way)

    def _in_the_way(self, node: Node) -> Iterator[Node]:
        """Cards before it on which it must not lie."""
        node, cards = self._at(node), self._cards if node.name in self._stirred else self._stirred_cards
        return (other for other in cards.near(node, (0, GAP) if self._others else (0, 0))
                if (other.name in self._others or cover(node, other)) and self._is_new(node, other))

    def _staying(self, row: Sequence[Node]) -> set[str]:
        """Those of a row that lie on a later one of it."""
        later, names = Grid(), set()
        for node in reversed(row):
            if any(self._is_new(node, other) for other in later.near(node)):
                names.add(node.name)
            later.add(node)
        return names

    def _is_new(self, one: Node, other: Node) -> bool:
        """Whether one of them has stirred, and they did not lie on each other before."""
        names = {one.name, other.name}
        old = [node for name in names if (node := self._before.nodes.get(name)) is not None]
        return not names.isdisjoint(self._stirred) and not (len(old) == 2 and cover(*old))

    def _at(self, node: Node) -> Node:
        """The node as far on as all that lies where it does."""
        along, across = node.position[self._axis] + self.way, node.position[1 - self._axis]
        return replace(node, position=spot(along, across, self._axis)) if self.way else node

    def _put(self, node: Node) -> Node:
        self.ways[node.name] = self.way
        node = self._at(node)
        self._cards.add(node)
        if node.name in self._stirred:
            self._stirred_cards.add(node)
        return node

"""Room for cards: a free place for one that comes, and what lies in the way of one that comes or grows moves on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from engine.graph.graph import Edge, Graph, Node, Position
from engine.graph.grid import AFTER, CARD, COLUMN, Flow, size_of

GAP = AFTER["down"]  # between two cards, one below the other
ASIDE = COLUMN - CARD[0]  # … one beside the other
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
    here = node.position
    if is_free(graph, [node]):
        return here
    ways = sorted(set(_beside(graph, node)), key=lambda at: (abs(at[0] - here[0]) + abs(at[1] - here[1]), at))
    return next(at for at in ways if is_free(graph, [replace(node, position=at)]))


def is_free(graph: Graph, nodes: Iterable[Node]) -> bool:
    """Whether these cards would lie on none of the others."""
    names = {node.name for node in nodes}
    return not any(cover(node, other) for node in nodes for other in graph.nodes.values() if other.name not in names)


def _beside(graph: Graph, node: Node) -> Iterator[Position]:
    """Places beside, below and above each of the other cards."""
    (x, y), (width, height) = node.position, size_of(node)
    for other in graph.nodes.values():
        (a, b), (wide, high) = other.position, size_of(other)
        yield from ((x, b + high + GAP), (x, b - height - GAP), (a + wide + ASIDE, y), (a - width - ASIDE, y))


def free_lane(graph: Graph, nodes: Sequence[Node], axis: int) -> list[Node]:
    """These cards as they are, or as far aside that they lie on none of the others."""
    across = 1 - axis
    names = {node.name for node in nodes}
    others = [other for other in graph.nodes.values() if other.name not in names]
    while ways := [end_of(other, across, True) - node.position[across] for node in nodes for other in others
                   if cover(node, other)]:
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
        if is_free(pushed(others, edge.target, max(end_of(node, axis) for node in way)), way):
            return way
    is_chain = lane_of(source, axis) == lane_of(target, axis) and len(graph.outputs[source.name]) == 1
    return ways[0] if is_chain else free_lane(others, ways[0], axis)


# -- making room ------------------------------------------------------------------------------------------------------


def pushed(graph: Graph, name: str, start: float) -> Graph:
    """``name`` and all that follows it and lies no less far along moved on, until it is at ``start`` or beyond."""
    axis, level = axis_of(graph), graph.nodes[name].position[axis_of(graph)]
    if start <= level:
        return graph
    after = (graph.nodes[other] for other in graph.downstream(name))
    return graph.moved({n.name: spot(n.position[axis] + start - level, n.position[1 - axis], axis)
                        for n in after if n.position[axis] >= level})


def lowered(graph: Graph, top: float, shift: float, but: Collection[str] = (), axis: int = DOWN) -> Graph:
    """All that lies at ``top`` or below it further down, but for these nodes; or further right.

    Rows stay rows, for everything that lies as low moves as far: cards, bends of wires, comments of their own.
    """
    def on(at: Position) -> Position:
        if at[axis] < top:
            return at
        return (at[0], at[1] + shift) if axis == DOWN else (at[0] + shift, at[1])

    nodes = {name: node if name in but or node.position[axis] < top else replace(node, position=on(node.position))
             for name, node in graph.nodes.items()}
    edges = tuple(replace(edge, via=tuple(map(on, edge.via))) if edge.via else edge for edge in graph.edges)
    frames = tuple(frame if frame.members else replace(frame, position=on(frame.position)) for frame in graph.frames)
    return replace(graph, nodes=nodes, edges=edges, frames=frames)


def make_room(graph: Graph, names: Iterable[str]) -> Graph:
    """The same where none of the named cards lies on another: from the first in its way on, all goes down."""
    return _cleared(graph, set(names), Graph(), DOWN)


def apart(before: Graph, after: Graph) -> Graph:
    """``after``, but no card that has come, moved or grown lies on one on which it did not lie before."""
    stirred = {name for name, node in after.nodes.items() if (old := before.nodes.get(name)) is None
               or (old is not node and (old.position, size_of(old)) != (node.position, size_of(node)))}
    new = [name for name in stirred if name not in before.nodes]
    after = _cleared(after, set(grown(before, after)), before, DOWN)
    return _cleared(after, stirred, before, axis_of(after), new[0] if len(new) == 1 else "")


def grown(before: Graph, after: Graph) -> list[str]:
    """Cards that are higher than they were, where they were."""
    return [name for name, node in after.nodes.items() if (old := before.nodes.get(name)) is not None
            and old is not node and old.position == node.position and size_of(node)[1] > size_of(old)[1]]


def _cleared(graph: Graph, stirred: Collection[str], before: Graph, axis: int, alone: str = "") -> Graph:
    """Each step takes two cards from each other and puts none on another: what lies as far on moves as far.

    ``alone``: a card that goes on without the others, where one that begins before it is in its way.
    """
    while (clash := _first_clash(graph, stirred, before, axis)) is not None:
        first, second = clash
        start = end_of(first, axis)
        if second.name == alone and first.position[axis] < second.position[axis]:
            moved = placed(second, start, lane_of(second, axis), axis)
            graph = replace(graph, nodes={**graph.nodes, second.name: moved})
        else:
            level = second.position[axis]
            graph = lowered(graph, level, start - level, {first.name}, axis)
    return graph


def _first_clash(graph: Graph, stirred: Collection[str], before: Graph, axis: int) -> tuple[Node, Node] | None:
    """Two cards that lie on each other since one of them has stirred; the one that begins first, or has come, first."""
    if not stirred:
        return None
    line = sorted(graph.nodes.values(), key=lambda n: (n.position[axis], n.name in before.nodes, n.name not in stirred))
    for index, node in enumerate(line):
        end = node.position[axis] + size_of(node)[axis]
        for other in line[index + 1 :]:
            if other.position[axis] >= end:
                break
            if (node.name in stirred or other.name in stirred) and cover(node, other) and not _covered(
                    before, node.name, other.name):
                return node, other
    return None


def _covered(graph: Graph, one: str, other: str) -> bool:
    return one in graph.nodes and other in graph.nodes and cover(graph.nodes[one], graph.nodes[other])

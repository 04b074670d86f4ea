"""What is drawn on a network and means nothing to it: labels, frames, bends of wires; and moves that respect them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from engine.graph.edits import shifted
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node, Position
from engine.graph.grid import CARD, COLUMN, size_of
from engine.graph.room import apart, axis_of, end_of, lane_of, moved_on, pushed, within

TITLE_ROOM = 46.0  # from a card to the next one below it, where a frame begins between them


def bypass_turned(graph: Graph, names: Collection[str]) -> Graph:
    """These nodes bypassed, but for an Input, which has nothing to pass on; where all of them are, none is any more."""
    nodes = [graph.nodes[name] for name in names if can_bypass(graph.nodes[name])]
    return graph.with_marks([node.name for node in nodes], bypassed=not all(node.bypassed for node in nodes))


def can_bypass(node: Node) -> bool:
    """Whether something comes in that could go out instead, or it is bypassed already."""
    return node.bypassed or node.layer.max_inputs != 0


def fold_turned(graph: Graph, names: Collection[str]) -> Graph:
    """These cards collapsed; where all of them are, all unfolded, with room made for them."""
    return apart(graph, graph.with_marks(names, collapsed=not all(graph.nodes[name].collapsed for name in names)))


# -- moving -----------------------------------------------------------------------------------------------------------


def nudged(graph: Graph, names: Iterable[str], dx: float, dy: float) -> Graph:
    """The named nodes moved a little."""
    return graph.moved({name: shifted(graph.nodes[name].position, (dx, dy)) for name in names})


def can_go_into(graph: Graph, names: Collection[str], edge: Edge) -> bool:
    """Whether these nodes, wired to no others, have one way in and one way out and so fit into the wire."""
    return _ends(graph, names, edge) is not None


def _ends(graph: Graph, names: Collection[str], edge: Edge) -> tuple[str, str] | None:
    """The first and the last of the nodes; None: they do not fit."""
    inside = set(names)
    if edge.source in inside:  # their own wire
        return None
    if any(e.source not in inside for n in inside for e in graph.inputs[n]):
        return None
    if any(e.target not in inside for n in inside for e in graph.outputs[n]):
        return None
    first = [name for name in inside if not graph.inputs[name]]
    last = [name for name in inside if not graph.outputs[name]]
    if len(first) != 1 or len(last) != 1 or graph.nodes[first[0]].layer.max_inputs == 0:
        return None
    return first[0], last[0]


def put_into(graph: Graph, names: Collection[str], edge: Edge) -> Graph:
    """These nodes led through by the wire, behind its source, with what follows moved on to make room."""
    ends = _ends(graph, names, edge)
    if ends is None:
        return graph
    first, last = ends
    axis, source = axis_of(graph), graph.nodes[edge.source]
    group = [graph.nodes[first], *(graph.nodes[name] for name in names if name != first)]
    group = within(graph, edge, group, lane_of(source, axis))
    new = graph.moved({node.name: node.position for node in group})
    new = pushed(new, edge.target, max(end_of(node, axis) for node in group), group[0].position).without_edges([edge])
    return apart(graph, new.with_edges([Edge(edge.source, first), Edge(last, edge.target, edge.port)]))


# -- bends ------------------------------------------------------------------------------------------------------------


def bent(graph: Graph, edge: Edge, index: int, at: Position) -> Graph:
    """The wire with one more bend, as number ``index``."""
    return graph.with_via(edge, (*edge.via[:index], at, *edge.via[index:]))


def unbent(graph: Graph, edge: Edge, index: int | None = None) -> Graph:
    """The wire without one of its bends, or without any."""
    return graph.with_via(edge, () if index is None else (*edge.via[:index], *edge.via[index + 1 :]))


def same_ends(one: Edge, other: Edge) -> bool:
    """Whether they are one wire, however it is drawn."""
    return (one.source, one.target, one.port) == (other.source, other.target, other.port)


# -- frames -----------------------------------------------------------------------------------------------------------


def with_frame(graph: Graph, frame: Frame) -> Graph:
    """One more comment; above one that encloses nodes there is room for its title."""
    return _with_room_above(graph, frame.members).with_frames([*graph.frames, frame])


def _with_room_above(graph: Graph, members: Collection[str]) -> Graph:
    """These nodes, and all that lie as low as they do, moved down until what is above them leaves room for a title."""
    places = [graph.nodes[name].position for name in members]
    if not places:
        return graph
    top, left, right = min(y for _, y in places), min(x for x, _ in places), max(x for x, _ in places)
    inside = set(members)
    above = [node.position[1] + size_of(node)[1] for node in graph.nodes.values() if node.name not in inside
             and node.position[1] < top and left - CARD[0] < node.position[0] < right + CARD[0]]
    shift = max(above, default=top - TITLE_ROOM) + TITLE_ROOM - top
    return moved_on(graph, top, shift, beside=next(iter(members))) if shift > 0 else graph


def frame_changed(graph: Graph, index: int, frame: Frame) -> Graph:
    """Another comment in the place of one."""
    return graph.with_frames([*graph.frames[:index], frame, *graph.frames[index + 1 :]])


def frame_shifted(graph: Graph, index: int, way: Position) -> Graph:
    """A comment's own place moved; one with members lies where they lie."""
    frame = graph.frames[index]
    return graph if frame.members else frame_changed(
        graph, index, replace(frame, position=shifted(frame.position, way)))


def frame_placed(graph: Graph, index: int, position: Position) -> Graph:
    """A note elsewhere."""
    return frame_changed(graph, index, replace(graph.frames[index], position=position))


def frame_sized(graph: Graph, index: int, size: tuple[float, float]) -> Graph:
    """A note as large as this."""
    return frame_changed(graph, index, replace(graph.frames[index], size=size))


def frame_colored(graph: Graph, index: int, color: str) -> Graph:
    """A comment in another colour."""
    return frame_changed(graph, index, replace(graph.frames[index], color=color))


def frames_folded(graph: Graph, indices: Collection[int]) -> Graph:
    """These frames collapsed to their titles; where all of them are, all unfolded. Notes stay as they are."""
    having = {index for index in indices if graph.frames[index].members}
    folded = not all(graph.frames[index].collapsed for index in having)
    return graph.with_frames(replace(frame, collapsed=folded) if index in having else frame
                             for index, frame in enumerate(graph.frames)) if having else graph


def without_frames(graph: Graph, indices: Collection[int], with_members: bool = False) -> Graph:
    """Some comments fewer; ``with_members``: and what they enclose."""
    gone = {name for index in indices for name in graph.frames[index].members} if with_members else set()
    graph = graph.with_frames(frame for index, frame in enumerate(graph.frames) if index not in set(indices))
    return graph.without(gone) if gone else graph


def joined(graph: Graph, names: Collection[str], homes: Collection[int]) -> Graph:
    """These nodes as members of the frames ``homes`` and of no others; an emptied frame goes."""
    chosen, frames = set(names), []
    for index, frame in enumerate(graph.frames):
        kept = tuple(name for name in frame.members if name not in chosen or index in homes)
        come = tuple(n for n in graph.nodes if n in chosen and n not in kept) if index in homes else ()
        if kept or come or not frame.members:
            frames.append(frame if kept + come == frame.members else replace(frame, members=kept + come))
    return graph if tuple(frames) == graph.frames else graph.with_frames(frames)


# -- copies -----------------------------------------------------------------------------------------------------------


def middle_of(piece: Graph) -> Position:
    """The place in the middle of all nodes' cards."""
    left, top, right, bottom = _extent(piece)
    return ((left + right) / 2, (top + bottom) / 2)


def _extent(graph: Graph) -> tuple[float, float, float, float]:
    areas = [(*node.position, *size_of(node)) for node in graph.nodes.values()]
    return (min(x for x, *_ in areas), min(y for _, y, *_ in areas),
            max(x + width for x, _, width, _ in areas), max(y + height for _, y, _, height in areas))


def clear_of(graph: Graph, piece: Graph, offset: Position) -> Position:
    """The offset, with as many columns more to the right as ``piece`` needs to lie on none of the cards."""
    left, top, right, bottom = _extent(piece)
    areas = [(*node.position, *size_of(node)) for node in graph.nodes.values()]
    while any(left < x - offset[0] + width and x - offset[0] < right and top < y - offset[1] + height
              and y - offset[1] < bottom for x, y, width, height in areas):
        offset = (offset[0] + COLUMN, offset[1])
    return offset

"""Lines of text that are networks, built into a graph. What can stand in them: engine/line/grammar.py."""

from __future__ import annotations

from collections.abc import Sequence

from engine.graph.edits import added, only_end
from engine.graph.graph import Edge, Graph, Node, Position
from engine.graph.room import apart, axis_of, end_of, free_lane, lane_of, placed, pushed, spot, within
from engine.layers.inputs import Input
from engine.line.completion import Completion, complete
from engine.line.grammar import Item, LineError, parse_line, read_line
from engine.line.values import rank_behind
from engine.line.writing import line_of
from engine.names import fresh_name

__all__ = ["Completion", "Item", "LineError", "build_items", "build_line", "complete", "line_of", "parse_line",
           "read_line"]  # fmt: skip


def build_line(graph: Graph, text: str, after: Sequence[str] = (), at: Position | None = None,
               edge: Edge | None = None) -> tuple[Graph, tuple[str, ...]]:
    """The line's layers added and wired: into ``edge``, behind the layers ``after``, or loose at a place.

    Without any of these: behind the network's only end. Behind one layer that feeds exactly one wire they go into that
    wire. A graph without an Input gets one. Also the new names. Raises LineError.
    """
    before = edge.source if edge is not None else next(iter(after or (only_end(graph) if at is None else ())), None)
    return build_items(graph, read_line(text, rank_at(graph, before)), after, at, edge)


def rank_at(graph: Graph, name: str | None) -> int | None:
    """How many dimensions beside the channels come out of a node, as far as the kinds of layers before it say."""
    chain = []
    while name is not None:
        chain.append(graph.nodes[name].layer)
        name = next((edge.source for edge in graph.inputs[name]), None)
    rank = None
    for layer in reversed(chain):
        rank = rank_behind(layer, rank)
    return rank


def build_items(graph: Graph, items: Sequence[Item], after: Sequence[str] = (), at: Position | None = None,
                edge: Edge | None = None) -> tuple[Graph, tuple[str, ...]]:
    """The same for a line that has been read."""
    graph, items = _with_shape_of_input(graph, items)
    if not items:
        return graph, ()
    new: list[str] = []
    if not _inputs(graph) and not any(isinstance(item.layer, Input) for item in items) and items[0].after:
        graph, after = _with_input(graph, at or _corner(graph)), ("input",)
        new, at = ["input"], None
    if edge is None:
        after = tuple(after) or (only_end(graph) if at is None else ())
        out = graph.outputs[after[0]] if len(after) == 1 and items[0].after else ()
        edge = out[0] if len(out) == 1 else None
    if edge is not None:
        after = (edge.source,)
    graph, names = _added(graph, items, after, at, edge)
    return graph, (*new, *names)


def _inputs(graph: Graph) -> list[str]:
    return [name for name, node in graph.nodes.items() if isinstance(node.layer, Input)]


def _with_shape_of_input(graph: Graph, items: Sequence[Item]) -> tuple[Graph, Sequence[Item]]:
    """A line's leading Input is the one that is there, and gives it its shape where it has none."""
    own, first = _inputs(graph), items[0].layer
    if not own or not isinstance(first, Input):
        return graph, items
    layer = graph.nodes[own[0]].layer
    if first.shape is not None and isinstance(layer, Input) and layer.shape is None:
        graph = graph.with_layer(own[0], first)
    return graph, [item._replace(after=tuple(max(index - 1, -1) for index in item.after)) for item in items[1:]]


def _with_input(graph: Graph, at: Position) -> Graph:
    return added(graph, Input(), at)[0]


def _corner(graph: Graph) -> Position:
    """Behind all that is there, in the first lane."""
    if not graph.nodes:
        return (0.0, 0.0)
    nodes, axis = list(graph.nodes.values()), axis_of(graph)
    return spot(max(end_of(node, axis) for node in nodes), min(lane_of(node, axis) for node in nodes), axis)


# -- names, places, wires -----------------------------------------------------------------------------------------


def _added(graph: Graph, items: Sequence[Item], after: Sequence[str], at: Position | None,
           edge: Edge | None) -> tuple[Graph, tuple[str, ...]]:
    before, names, axis = graph, _names(graph, items), axis_of(graph)
    nodes = _placed(graph, [Node(name, item.layer) for name, item in zip(names, items, strict=True)], items, after, at,
                    edge)
    wires = _wires(items, names, after)
    if edge is not None:
        graph = pushed(graph, edge.target, max(end_of(node, axis) for node in nodes), nodes[0].position)
        graph = graph.without_edges([edge])
        wires.append(Edge(names[-1], edge.target, edge.port))
    return apart(before, graph.with_nodes(nodes).with_edges(wires)), tuple(names)


def _names(graph: Graph, items: Sequence[Item]) -> list[str]:
    taken, names = set(graph.nodes), []
    numbers: dict[str, str] = {}
    for item in items:
        stem = item.layer.stem
        name = "input" if isinstance(item.layer, Input) and "input" not in taken else fresh_name(
            numbers.get(stem, stem), taken)
        numbers[stem] = name  # the next is counted on from here
        taken.add(name)
        names.append(name)
    return names


def _wires(items: Sequence[Item], names: Sequence[str], after: Sequence[str]) -> list[Edge]:
    """Each layer's wires, as many as it can take; what comes in from outside counts first."""
    wires = []
    for name, item in zip(names, items, strict=True):
        sources = [source for index in item.after
                   for source in (after if index < 0 else (names[index],))]
        most = len(sources) if item.layer.max_inputs is None else item.layer.max_inputs
        wires += [Edge(source, name, port) for port, source in enumerate(sources[-most:] if most else [])]
    return wires


def _placed(graph: Graph, nodes: Sequence[Node], items: Sequence[Item], after: Sequence[str], at: Position | None,
            edge: Edge | None) -> list[Node]:
    """Row behind row; branches side by side. Beside other cards where the place is taken."""
    axis, start = axis_of(graph), _start(graph, after, at, edge)
    columns, rows = _cells(items)
    along, lanes = _steps(nodes, rows, axis), _steps(nodes, columns, 1 - axis, across=True)
    laid = [placed(node, start[axis] + along[row], start[1 - axis] + lanes[column], axis)
            for node, row, column in zip(nodes, rows, columns, strict=True)]
    return free_lane(graph, laid, axis) if edge is None else within(graph, edge, laid, start[1 - axis])


def _steps(nodes: Sequence[Node], cells: Sequence[int], axis: int, across: bool = False) -> list[float]:
    """Where each row (or lane) begins, as far as the largest card of those before it needs."""
    starts = [0.0]
    for cell in range(max(cells) + 1):
        ends = [end_of(node, axis, across) for node, own in zip(nodes, cells, strict=True) if own == cell]
        starts.append(starts[-1] + max(ends, default=0.0))
    return starts


def _start(graph: Graph, after: Sequence[str], at: Position | None, edge: Edge | None) -> Position:
    if at is not None and edge is None:
        return at
    if not after:
        return _corner(graph)
    axis, nodes = axis_of(graph), [graph.nodes[name] for name in after]
    lane = sum(lane_of(node, axis) for node in nodes) / len(nodes)
    return spot(max(end_of(node, axis) for node in nodes), lane, axis)


def _cells(items: Sequence[Item]) -> tuple[list[int], list[int]]:
    """Column and row of each item: below what it reads; each further reader of the same output one column on."""
    columns: list[int] = []
    rows: list[int] = []
    readers: dict[int, int] = {}
    chain = 0
    for index, item in enumerate(items):
        if not item.after:
            chain = max(columns, default=-1) + 1
        rows.append(max((rows[i] + 1 for i in item.after if i >= 0), default=0))
        column = min((columns[i] if i >= 0 else chain for i in item.after), default=chain)
        if len(item.after) == 1:
            taken = readers.get(item.after[0], 0)
            column += taken and max(taken, max(columns[item.after[0] + 1 : index], default=column) - column + 1)
        columns.append(column)
        for source in item.after:
            readers[source] = readers.get(source, 0) + 1
    return columns, rows

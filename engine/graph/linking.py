"""What a layer's output can be wired to: free inputs of others, and new sums as shortcuts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from engine.graph import edits
from engine.graph.graph import Graph
from engine.graph.room import Columns, axis_of
from engine.graph.walks import upstream
from engine.layers.base import LAYERS

JOINS = ("Add", "Concatenate", "Multiply")


class Link(NamedTuple):
    """One possibility: into ``name``'s input ``port``, or through a new layer (``kind``) that joins it with one."""

    how: Literal["into", "join", "together"]
    name: str = ""
    port: int = 0
    kind: str = ""


def links(graph: Graph, sources: Sequence[str]) -> tuple[Link, ...]:
    """What the outputs of these nodes can be wired to, nearest beyond first."""
    if not sources:
        return ()
    together = [Link("together", kind=kind) for kind in JOINS] if len(sources) > 1 else []
    return (*together, *_into(graph, sources), *(_shortcuts(graph, sources[0]) if len(sources) == 1 else ()))


def linked(graph: Graph, sources: Sequence[str], link: Link) -> tuple[Graph, str]:
    """The graph with this link; also the node it leads to. Raises GraphError."""
    if link.how == "together":
        return edits.appended(graph, LAYERS[link.kind](), sources)
    if link.how == "join":
        graph, name = edits.appended(graph, LAYERS[link.kind](), (link.name,))
        return edits.connected(graph, sources[0], name), name
    for source in sources:
        graph = edits.connected(graph, source, link.name)
    return graph, link.name


def unwired(graph: Graph, names: Sequence[str]) -> Graph:
    """Without the wires into these nodes."""
    return graph.without_edges([edge for name in names for edge in graph.inputs[name]])


def _into(graph: Graph, sources: Sequence[str]) -> Iterator[Link]:
    """Free inputs of nodes that do not come before: those that still miss one first."""
    barred = upstream(graph, sources)
    distance = _distances(graph, sources[-1])
    free = [(name, graph.free_port(name)) for name in graph.nodes if name not in barred]
    open_ = [Link("into", name, port) for name, port in free if port is not None and _room(graph, name) >= len(sources)]
    yield from sorted(open_, key=lambda link: (_is_complete(graph, link.name), distance(link.name)))


def _shortcuts(graph: Graph, source: str) -> Iterator[Link]:
    """A sum behind each layer that comes after this one: a residual connection. Nearest first."""
    after = graph.downstream(source) - {source}
    yield from (Link("join", name, kind="Add") for name in graph.order if name in after)


def _room(graph: Graph, name: str) -> float:
    most = graph.nodes[name].layer.max_inputs
    return float("inf") if most is None else most - len(graph.inputs[name])


def _is_complete(graph: Graph, name: str) -> bool:
    return len(graph.inputs[name]) >= graph.nodes[name].layer.min_inputs


def _distances(graph: Graph, source: str) -> Callable[[str], tuple[bool, int, float, int]]:
    """How far on each node lies, as one reads: column by column, along each; what lies before comes last."""
    axis, after = axis_of(graph), graph.downstream(source)
    columns, places = Columns(graph, axis), {name: place for place, name in enumerate(graph.order)}

    def read(name: str) -> tuple[int, float]:
        return columns.at(graph.nodes[name].position), graph.nodes[name].position[axis]

    column, start = read(source)

    def distance(name: str) -> tuple[bool, int, float, int]:
        its_column, along = read(name)
        is_before = (its_column, along) < (column, start) and name not in after
        return is_before, abs(its_column - column), abs(along - start), places[name]

    return distance

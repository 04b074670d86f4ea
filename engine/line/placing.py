"""Where a layer that was searched for goes: behind others, into a wire, to a held wire's end, into others' place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.analysis.analysis import NodeReport
from engine.blocks.replacing import replaced
from engine.graph import edits
from engine.graph.graph import Edge, Graph, Position
from engine.layers.base import Layer, Shape
from engine.line.line import build_items, build_line, read_line
from engine.messages import LayerloomError

Placed = tuple[Graph, tuple[str, ...]]


class PlacingError(LayerloomError):
    """There is no place for it here."""


@dataclass(frozen=True)
class Spot:
    """A place, and what the new layer has to do with what is there; at most one of the fields but ``at`` is given."""

    at: Position = (0.0, 0.0)  # of a card's upper left corner
    after: tuple[str, ...] = ()  # it comes behind these
    source: str | None = None  # a wire out of this node ends here
    target: tuple[str, int] | None = None  # … or one into this input (node, port)
    edge: Edge | None = None  # it goes into this wire
    replaces: tuple[str, ...] = ()  # it takes the place of these

    @property
    def bare(self) -> Spot:
        """The same place without wires."""
        return Spot(self.at)

    @property
    def before(self) -> tuple[str, ...]:
        """The nodes that the new layer would read."""
        source = self.source or (self.edge.source if self.edge else None)
        return self.after or ((source,) if source else ())


def shape_at(spot: Spot, reports: Mapping[str, NodeReport], graph: Graph) -> Shape | None:
    """What the new layer would read; None: not known, or nothing."""
    names = spot.before or tuple(edge.source for name in spot.replaces[:1] for edge in graph.inputs[name][:1])
    return reports[names[-1]].output_shape if names else None


def put(graph: Graph, layer: Layer, spot: Spot) -> Placed:
    """The graph with the layer at its place, wired; also what is new. Raises LayerloomError where it cannot be."""
    if spot.replaces:
        return replaced(graph, spot.replaces, layer)
    if layer.max_inputs == 0:
        graph, name = edits.added(graph, layer, spot.at)
        return _lead_on(graph, (name,), spot)
    if spot.edge is not None:
        graph, name = edits.inserted(graph, layer, spot.edge)
    elif spot.after:
        graph, name = edits.appended(graph, layer, spot.after)
    else:
        graph, name = edits.added(graph, layer, spot.at)
        if spot.source is not None:
            graph = edits.connected(graph, spot.source, name)
    return _lead_on(graph, (name,), spot)


def put_line(graph: Graph, text: str, spot: Spot) -> Placed:
    """The same for a whole chain in the line form. Raises LineError too."""
    if spot.replaces:
        return _line_instead(graph, text, spot.replaces)
    if spot.source is not None:
        return _branch(graph, text, spot.source, spot.at)
    at = None if spot.after or spot.edge else spot.at
    return _lead_on(*build_line(graph, text, spot.after, at, spot.edge), spot)


def _branch(graph: Graph, text: str, source: str, at: Position) -> Placed:
    """A chain of its own at a place, fed by ``source`` beside what that feeds already."""
    items = read_line(text)
    graph, names = build_items(graph, items, at=at)
    if len(names) == len(items):  # else an Input that is there already stood first
        for item, name in zip(items, names, strict=True):
            if -1 in item.after:
                graph = edits.connected(graph, source, name, item.after.index(-1))
    return graph, names


def _lead_on(graph: Graph, names: tuple[str, ...], spot: Spot) -> Placed:
    """Wired to the input that a wire was drawn out of."""
    if spot.target is None or not names:
        return graph, names
    return graph.with_edge(Edge(names[-1], *spot.target)), names


def _line_instead(graph: Graph, text: str, names: Sequence[str]) -> Placed:
    """A chain in the place of one layer: into the wire before it, then the layer goes."""
    if len(names) != 1 or not graph.inputs[names[0]]:
        raise PlacingError("A chain can replace one layer that has an input: select one")
    graph, new = build_line(graph, text, edge=graph.inputs[names[0]][0])
    return graph.healed(names[0]), new

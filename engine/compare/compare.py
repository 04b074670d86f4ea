"""Two networks side by side: what was added, removed, renamed, changed and moved, in the graph, data and recipe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from engine.compare.fields import NOTHING, Field, changed, differing, node_fields, value_text
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph, Node, Position
from engine.graph.room import axis_of
from engine.messages import say

Change = Literal["", "added", "removed", "changed", "moved"]
Wire = tuple[str, str, int]
MOST_LAID_OUT = 1000  # nodes: of larger networks it would take long to know


@dataclass(frozen=True, slots=True)
class Pair:
    """A node before and after; one of them is missing where it was added or removed."""

    before: Node | None
    after: Node | None
    fields: tuple[Field, ...] = ()
    moved: bool = False

    @property
    def name(self) -> str:
        """What it is called, afterwards if it is there."""
        node = self.after or self.before
        assert node is not None
        return node.name

    @property
    def renamed(self) -> bool:
        """Whether it is called otherwise."""
        return self.before is not None and self.after is not None and self.before.name != self.after.name

    @property
    def change(self) -> Change:
        """The gravest thing that happened to it."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "changed" if self.fields else "moved" if self.moved else ""


@dataclass(frozen=True)
class Comparison:
    """Every node of either network, the wires that only one has, and what differs beside the network.

    Wires that were removed have the names of ``before``; ``rerouted`` ones are only drawn through other points.
    """

    before: Experiment
    after: Experiment
    pairs: tuple[Pair, ...]
    wires_added: tuple[Edge, ...] = ()
    wires_removed: tuple[Edge, ...] = ()
    rerouted: tuple[Edge, ...] = ()
    comments: tuple[Field, ...] = ()
    data: tuple[Field, ...] = ()
    recipe: tuple[Field, ...] = ()
    words: tuple[Field, ...] = ()  # title, description, notes, variants

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What each node that stays is called afterwards."""
        return {p.before.name: p.after.name for p in self.pairs if p.before is not None and p.after is not None}

    def of(self, change: Change) -> tuple[Pair, ...]:
        """The nodes to which this happened."""
        return tuple(pair for pair in self.pairs if pair.change == change)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.wires_added or self.wires_removed or self.rerouted or self.comments or self.data
                    or self.recipe or self.words or any(pair.change for pair in self.pairs))


def compare(before: Experiment | Graph, after: Experiment | Graph) -> Comparison:
    """What must happen to turn one into the other. Nodes of one name are the same node; of those left over, equal
    layers at the same wires or in the same place are one that was renamed.
    """
    old = before if isinstance(before, Experiment) else Experiment(before)
    new = after if isinstance(after, Experiment) else replace(old, graph=after)
    if isinstance(before, Graph) and isinstance(after, Experiment):
        old = replace(after, graph=before)
    names = matched(old.graph, new.graph)
    added, removed, rerouted = _wires(old.graph, new.graph, names)
    return Comparison(
        old, new, tuple(_pairs(old.graph, new.graph, names)), added, removed, rerouted,
        tuple(_comments(old.graph, new.graph, names)), tuple(differing(old.data, new.data)),
        tuple(differing(old.recipe, new.recipe)), tuple(_words(old, new)),
    )  # fmt: skip


# -- which node is which --------------------------------------------------------------------------------------------


Way = Callable[[Graph, str, Mapping[str, str]], object]  # what a node is known by, in terms of nodes that are known


def matched(before: Graph, after: Graph) -> dict[str, str]:
    """What each node of ``before`` that stays is called in ``after``.

    A node of the same name elsewhere gives way to one that is the same layer at the same wires.
    """
    named = {name: name for name in before.nodes if name in after.nodes}
    names = {name: name for name in named if _stands(before, after, name)}
    left = [name for name in before.order if name not in names]
    free = {name: None for name in after.order if name not in names}
    left = _match(before, after, left, free, names, _wired, named)
    for name in left:
        if name in free:
            names[name] = name
            del free[name]
    left = [name for name in left if name not in names]
    left = _match(before, after, left, free, names, _fed)
    left = _match(before, after, left[::-1], free, names, _feeding)[::-1]  # what comes behind must be known first
    _match(before, after, left, free, names, _placed)
    return names


def _stands(before: Graph, after: Graph, name: str) -> bool:
    """Whether a node still has a wire that it had, or had none."""
    wires, others = ({(edge.source, edge.target) for edge in (*graph.inputs[name], *graph.outputs[name])}
                     for graph in (before, after))
    return not wires or not others or not wires.isdisjoint(others)


def _match(before: Graph, after: Graph, left: list[str], free: dict[str, None], names: dict[str, str],
           way: Way, around: Mapping[str, str] | None = None) -> list[str]:
    """Pair what is the same layer in the same surroundings; those that find no partner. ``around``: what the nodes
    around it are called, if not what is known of them by now.
    """
    if not left or not free:
        return left
    same = {name: name for name in after.nodes}
    known: dict[object, list[str]] = {}
    for name in free:
        key = way(after, name, same)
        if key is not None:
            known.setdefault((type(after.nodes[name].layer), key), []).append(name)
    rest = []
    for name in left:
        key = way(before, name, names if around is None else around)
        layer = before.nodes[name].layer
        found = known.get((type(layer), key), []) if key is not None else []
        partner = next((other for other in found if after.nodes[other].layer == layer), None)
        if partner is None:
            rest.append(name)
        else:
            names[name] = partner
            found.remove(partner)
            del free[partner]
    return rest


def _fed(graph: Graph, name: str, names: Mapping[str, str]) -> object:
    """What comes in, where all of it is known."""
    into = graph.inputs[name]
    return tuple([(names[e.source], e.port) for e in into]) if into and all(e.source in names for e in into) else None


def _feeding(graph: Graph, name: str, names: Mapping[str, str]) -> object:
    """What it goes into."""
    out = graph.outputs[name]
    return frozenset([(names[e.target], e.port) for e in out]) if out and all(e.target in names for e in out) else None


def _wired(graph: Graph, name: str, names: Mapping[str, str]) -> object:
    fed, feeding = _fed(graph, name, names), _feeding(graph, name, names)
    return (fed, feeding) if fed is not None and feeding is not None else None


def _placed(graph: Graph, name: str, names: Mapping[str, str]) -> object:
    return graph.nodes[name].position


# -- nodes and wires ------------------------------------------------------------------------------------------------


def _pairs(before: Graph, after: Graph, names: Mapping[str, str]) -> Iterator[Pair]:
    """All nodes, those that are there afterwards in their order, then those that are not."""
    was, moved = {new: old for old, new in names.items()}, _moved(before, after, names)
    for name, node in after.nodes.items():
        old = before.nodes[was[name]] if name in was else None
        fields = node_fields(old, node, names) if old is not None and old is not node else ()
        yield Pair(old, node, fields, name in moved)
    for name, node in before.nodes.items():
        if name not in names:
            yield Pair(node, None)


def _is_laid_out(graph: Graph) -> bool:
    """Whether it lies as the program would lay it: in columns or lines where a wire leads back to the next of them."""
    from engine.layout.rows import arranged  # few networks are compared, and its modules would delay the first picture

    axis = axis_of(graph)
    wrap = any(graph.nodes[e.target].position[axis] <= graph.nodes[e.source].position[axis] for e in graph.edges)
    return len(graph.nodes) <= MOST_LAID_OUT and arranged(graph, wrap=wrap) is graph


def _moved(before: Graph, after: Graph, names: Mapping[str, str]) -> set[str]:
    """The nodes a person has moved: not those that all went the same way, nor those pushed on by what came between,
    and none where both networks lie as they are laid out."""
    ways = {new: _way(before.nodes[old], after.nodes[new]) for old, new in names.items()
            if before.nodes[old].position != after.nodes[new].position}  # fmt: skip
    if not ways or (_is_laid_out(before) and _is_laid_out(after)):
        return set()
    (most, count), = Counter(ways.values()).most_common(1)
    usual = {most} if count * 2 > len(names) else set()
    rows = len(names) < len(before.nodes) or len(names) < len(after.nodes)
    was = {new: old for old, new in names.items()}
    moved = set()
    for name, way in ways.items():
        if way in usual:
            continue
        pushed = rows and way[1 - axis_of(after)] == 0 and _is_pushed(before, after, names, was[name], name, ways)
        if not pushed:
            moved.add(name)
    return moved


def _is_pushed(before: Graph, after: Graph, names: Mapping[str, str], old: str, new: str,
               ways: Mapping[str, Position]) -> bool:
    """Whether it went on with what is above it, or something was put in or taken out there."""
    sources = [edge.source for edge in after.inputs[new]]
    other = sorted(sources) != sorted(names.get(edge.source, "") for edge in before.inputs[old])
    return other or any(ways.get(source) == ways[new] for source in sources)


def _way(before: Node, after: Node) -> Position:
    return (after.position[0] - before.position[0], after.position[1] - before.position[1])


def _wires(before: Graph, after: Graph, names: Mapping[str, str]) -> tuple[
        tuple[Edge, ...], tuple[Edge, ...], tuple[Edge, ...]]:
    """The wires added, removed (by their old names), and those drawn through other points."""
    if before.edges is after.edges and all(old == new for old, new in names.items()):
        return (), (), ()
    old = {_renamed(edge, names): edge for edge in before.edges}
    new = {(edge.source, edge.target, edge.port): edge for edge in after.edges}
    added = tuple(edge for wire, edge in new.items() if wire not in old)
    removed = tuple(edge for wire, edge in old.items() if wire not in new)
    rerouted = tuple(edge for wire, edge in new.items() if wire in old and old[wire].via != edge.via)
    return added, removed, rerouted


def _renamed(edge: Edge, names: Mapping[str, str]) -> Wire:
    """The wire by its new names; at what is gone it has none that could be a node's."""
    return (names.get(edge.source, f"−{edge.source}"), names.get(edge.target, f"−{edge.target}"), edge.port)


# -- what stands beside ---------------------------------------------------------------------------------------------


def _comments(before: Graph, after: Graph, names: Mapping[str, str]) -> Iterator[Field]:
    """Comment frames, told by their texts."""
    old = [replace(frame, members=tuple(names.get(name, name) for name in frame.members)) for frame in before.frames]
    gone = [frame for frame in old if frame not in after.frames]
    new = [frame for frame in after.frames if frame not in old]
    for frame in gone:
        same = next((other for other in new if other.text == frame.text or (
            frame.members and other.members == frame.members)), None)
        if same is not None:
            new.remove(same)
        yield changed(("Comment",), frame.text, same.text if same is not None else None)
    for frame in new:
        yield Field(("Comment",), NOTHING, value_text(frame.text) if frame.text else say("added"))


def _words(before: Experiment, after: Experiment) -> Iterator[Field]:
    for title, old, new in (("Title", before.title, after.title), ("About", before.about, after.about)):
        if old != new:
            yield changed((title,), old, new)
    if before.notes != after.notes:
        yield Field(("Notes",), NOTHING, None)
    if before.variants != after.variants:
        counts = [say("{count} variants", count=len(experiment.variants)) for experiment in (before, after)]
        yield Field(("Variants",), counts[0], None if counts[0] == counts[1] else counts[1])

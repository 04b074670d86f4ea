"""The levels of two networks: the whole, and each own block whose inside is another, with which node is which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.analysis.analysis import Analysis, analyze
from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.blocks.edits import as_own
from engine.blocks.replacing import kind_key
from engine.compare.compare import matched
from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph, Node
from engine.layers.base import Category, Layer, Shape
from engine.messages import LayerloomError

MOST_BLOCKS = 500  # that are looked into: blocks in blocks may be more than anybody could draw


@dataclass(frozen=True)
class Shapes:
    """What comes into the blocks of a network that are made from parameters; it is found out once, if at all."""

    graph: Graph
    given: Callable[[], Shape | None]

    @cached_property
    def _analysis(self) -> Analysis:
        return analyze(self.graph, self.given())

    def within(self, name: str, own: Graph) -> Shapes:
        """The same for what is inside of a block."""
        def given() -> Shape | None:
            shapes = self._analysis.nodes[name].input_shapes
            return shapes[0] if shapes else None

        return Shapes(own, given)

    def own(self, node: Node) -> Custom | None:
        """A block as a person's own; None where nobody knows what it would hold."""
        if isinstance(node.layer, Custom):
            return node.layer
        if not isinstance(node.layer, Block) or self.graph.nodes.get(node.name) is not node:
            return None
        shapes = self._analysis.nodes[node.name].input_shapes
        try:
            return as_own(node, shapes) if shapes else None
        except LayerloomError:
            return None


@dataclass(frozen=True)
class Level:
    """Two graphs, the whole ones or those inside a block. ``names``: what each node that stays is called afterwards."""

    before: Graph
    after: Graph
    names: Mapping[str, str]
    shapes: tuple[Shapes, Shapes]
    prefix: str = ""  # of places: ``block1.``
    opened: dict[str, tuple[Custom, Custom]] = field(default_factory=dict)  # blocks that stay, as a person's own

    @cached_property
    def added(self) -> tuple[str, ...]:
        """Nodes that only the graph afterwards has."""
        stay = set(self.names.values())
        return tuple(name for name in self.after.nodes if name not in stay)

    @cached_property
    def removed(self) -> tuple[str, ...]:
        """Nodes that only the graph before has."""
        return tuple(name for name in self.before.nodes if name not in self.names)

    @property
    def kept(self) -> Iterator[tuple[Node, Node]]:
        """Those that both have and that are not the very same, in the order of the graph afterwards."""
        was = {new: old for old, new in self.names.items()}
        for name, node in self.after.nodes.items():
            if name in was and (old := self.before.nodes[was[name]]) is not node:
                yield old, node

    def place(self, name: str) -> str:
        """Where a node is, from the whole network down."""
        return self.prefix + name


def levels(before: Experiment, after: Experiment) -> list[Level]:
    """The whole first, then what is inside, from the top down."""
    found = [_level(Shapes(before.graph, lambda: before.data.sample_shape),
                    Shapes(after.graph, lambda: after.data.sample_shape), "")]
    for level in found:
        for old, new in level.kept:
            blocks = _opened(old, new, level.shapes)
            if blocks is None:
                continue
            level.opened[new.name] = blocks
            inside = blocks[0].graph, blocks[1].graph
            if inside[0] is not inside[1] and inside[0] != inside[1] and len(found) <= MOST_BLOCKS:
                found.append(_level(level.shapes[0].within(old.name, inside[0]),
                                    level.shapes[1].within(new.name, inside[1]), f"{level.place(new.name)}."))
    return found


def _opened(before: Node, after: Node, shapes: tuple[Shapes, Shapes]) -> tuple[Custom, Custom] | None:
    """One block before and after, where a person has changed something in it; None where it is another."""
    if not isinstance(before.layer, Custom) and not isinstance(after.layer, Custom):
        return None
    old, new = shapes[0].own(before), shapes[1].own(after)
    if old is None or new is None:
        return None
    return (old, new) if old.label == new.label or _is_mostly(old.graph, new.graph) else None


def _is_mostly(before: Graph, after: Graph) -> bool:
    """Whether half of the layers are still there."""
    same = sum(name in after.nodes and type(after.nodes[name].layer) is type(node.layer)
               for name, node in before.nodes.items())
    return 2 * same >= max(len(before.nodes), len(after.nodes))


def _level(old: Shapes, new: Shapes, prefix: str) -> Level:
    before, after = old.graph, new.graph
    names = dict(matched(before, after))
    names.update(_in_place(before, after, names))
    return Level(before, after, names, (old, new), prefix)


def _in_place(before: Graph, after: Graph, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Nodes that stand where another stood, between the same wires: one that was replaced got a name of its kind."""
    stay = set(names.values())
    free = {wires: name for name in after.nodes if name not in stay and (wires := _wires(after, name, None))}
    for name in before.nodes:
        if name not in names and (wires := _wires(before, name, names)) in free:
            yield name, free.pop(wires)


def _wires(graph: Graph, name: str, names: Mapping[str, str] | None) -> object:
    """What it stands between; None where one of these is new or gone, or it hangs at one end."""
    into, out = graph.inputs[name], graph.outputs[name]
    if names is None:
        known = {e.source: e.source for e in into} | {e.target: e.target for e in out}
    else:
        known = {each: names.get(each, "") for each in (*(e.source for e in into), *(e.target for e in out))}
    if not into or not all(known.values()):
        return None
    return (tuple((known[e.source], e.port) for e in into[:1]), frozenset((known[e.target], e.port) for e in out))


# -- how many of a kind there are ------------------------------------------------------------------------------------


class Kinds:
    """How many layers of each kind are in a network, own blocks included; those with another's weights do not count."""

    def __init__(self, graph: Graph) -> None:
        self._known: dict[int, Counter[str]] = {}
        self._counts = self._of(graph)

    def of(self, layer: Layer) -> int:
        """How many there are like this one."""
        return self._counts[kind_key(layer)]

    def in_category(self, category: Category) -> int:
        """How many there are of the kinds of a category."""
        return self._counts[f"category:{category}"]

    def _of(self, graph: Graph) -> Counter[str]:
        """One block that stands in many places is counted through once."""
        if id(graph) not in self._known:
            counts: Counter[str] = Counter()
            for node in graph.nodes.values():
                if node.shares is None:
                    counts[kind_key(node.layer)] += 1
                    counts[f"category:{node.layer.category}"] += 1
                if isinstance(node.layer, Custom):
                    counts.update(self._of(node.layer.graph))
            self._known[id(graph)] = counts
        return self._known[id(graph)]

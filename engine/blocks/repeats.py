"""The same layers several times one after the other: found, and made one block ×N."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.blocks.edits import make_block
from engine.blocks.gathering import MOST, copies, repeated_block
from engine.graph.edits import with_layers
from engine.graph.graph import Edge, Graph
from engine.graph.room import Columns, apart, axis_of, moved_on
from engine.layers.inputs import Input
from engine.names import InvalidNameError, fresh_name

LONGEST_PERIOD = 64  # parts of a chain that can repeat together
LEAST_LAYERS = 2  # in one copy: a single layer gains nothing by being a block …
LEAST_COPIES = 3  # … unless it learns and comes so often


@dataclass(frozen=True)
class Repeat:
    """Equal parts in a row, each by the names of its layers; one leads into the next by a single wire."""

    copies: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All its layers."""
        return tuple(name for copy in self.copies for name in copy)

    @property
    def saved(self) -> int:
        """How many cards fewer there are when it is a block."""
        return len(self.names) - 1


def repeated(graph: Graph) -> tuple[Repeat, ...]:
    """Repeated parts that do not overlap, those that save the most first. What shares weights is left alone."""
    found = sorted((repeat for chain in _chains(graph) for repeat in (*_of_blocks(graph, chain),
                                                                      *_in_chain(graph, chain))),
                   key=lambda repeat: (-repeat.saved, len(repeat.copies[0])))
    taken: set[str] = set()
    chosen = []
    for repeat in found:
        if taken.isdisjoint(repeat.names):
            taken.update(repeat.names)
            chosen.append(repeat)
    return tuple(chosen)


def _chains(graph: Graph) -> list[list[tuple[str, ...]]]:
    """Parts one after the other with a single wire's source between them; where sharing is, a chain ends."""
    chains: list[list[tuple[str, ...]]] = [[]]
    part: list[str] = []
    last = {edge.source: edge.target for edge in graph.edges}
    place = {name: index for index, name in enumerate(graph.order)}
    for source in last:
        last[source] = max((edge.target for edge in graph.outputs[source]), key=place.__getitem__)
    shared, open_ = {*graph.shares, *graph.shares.values()}, set[str]()
    ends: dict[str, list[str]] = {}
    for source, target in last.items():
        ends.setdefault(target, []).append(source)
    for name in graph.order:
        part.append(name)
        open_.difference_update(ends.get(name, ()))
        if name in last:
            open_.add(name)
        if open_ <= {name}:
            alone = any(n in shared or isinstance(graph.nodes[n].layer, Input) for n in part)
            if alone or not _follows(graph, part, chains[-1]):
                chains.append([])
            if not alone:
                chains[-1].append(tuple(part))
            part = []
    return chains


def _follows(graph: Graph, part: list[str], chain: list[tuple[str, ...]]) -> bool:
    """Whether the part reads nothing but itself and the end of the chain so far, or any one node before a new chain."""
    sources = {edge.source for name in part for edge in graph.inputs[name]} - set(part)
    return len(sources) == 1 and (not chain or sources == {chain[-1][-1]})


def _of_blocks(graph: Graph, chain: list[tuple[str, ...]]) -> Iterator[Repeat]:
    """Blocks in a row that are one block ×N, as those of a stage whose first halves the image."""
    start = 0
    while start < len(chain):
        nodes = [graph.nodes[part[0]] for part in takewhile(lambda part: len(part) == 1, chain[start : start + MOST])]
        count = copies(nodes) if nodes else 1
        if count > 1:
            yield Repeat(tuple(chain[start : start + count]))
        start += count


def _in_chain(graph: Graph, chain: list[tuple[str, ...]]) -> list[Repeat]:
    """Every longest run of each period."""
    kinds: dict[object, int] = {}
    signs = [kinds.setdefault(_sign(graph, part), len(kinds)) for part in chain]
    found = []
    for period in range(1, min(LONGEST_PERIOD, len(chain) // 2) + 1):
        start = 0
        for index in range(len(chain) - period + 1):
            if index + period < len(chain) and signs[index] == signs[index + period]:
                continue
            count = min(MOST, (index - start) // period + 1)
            length = index - start + period
            if count > 1 and _is_worth_it(graph, chain[start : start + period], signs[start : start + length], count):
                found.append(Repeat(tuple(_joined(chain, start + n * period, period) for n in range(count))))
            start = index + 1
    return found


def _is_worth_it(graph: Graph, parts: list[tuple[str, ...]], signs: list[int], count: int) -> bool:
    """Whether a block of these saves something, and is not itself something smaller that a block can hold so often."""
    size = next(size for size in range(1, len(parts) + 1) if signs[size:] == signs[:-size])
    if size < len(parts) and len(signs) // size <= MOST:
        return False
    names = _joined(parts, 0, len(parts))
    layer = graph.nodes[names[0]].layer
    alone = count >= LEAST_COPIES and layer.has_weights() and not isinstance(layer, Block)
    return len(names) >= LEAST_LAYERS or alone


def _joined(chain: list[tuple[str, ...]], start: int, count: int) -> tuple[str, ...]:
    return tuple(name for part in chain[start : start + count] for name in part)


def _sign(graph: Graph, part: tuple[str, ...]) -> object:
    """What two parts must have in common: layers, settings, and wires by place."""
    place = {name: index for index, name in enumerate(part)}
    return tuple(
        (node.layer, str(node.parameters), node.bypassed, node.declared,
         tuple((place.get(edge.source, -1), edge.port) for edge in graph.inputs[name]))
        for name in part for node in [graph.nodes[name]]
    )


def as_block(graph: Graph, repeat: Repeat, label: str) -> tuple[Graph, str]:
    """The parts as one block ×N in their place; also its name. Keys of the weights change. Raises BlockError."""
    before, nodes = graph, [graph.nodes[name] for name in repeat.names]
    block = repeated_block(nodes) if len(nodes) == len(repeat.copies) else None
    if block is not None:
        return _with_block(graph, repeat, block, label)
    first, rest, end = repeat.copies[0], set(repeat.names) - set(repeat.copies[0]), repeat.copies[-1][-1]
    onward = [edge for edge in graph.outputs[end] if edge.target not in rest]
    last = max(node.position[axis_of(graph)] for node in nodes)
    graph, name = make_block(graph.without(rest), first, label)
    graph = with_layers(graph, {name: graph.nodes[name].layer.with_options(repeat=len(repeat.copies))})
    graph = graph.with_edges(Edge(name, edge.target, edge.port, edge.via) for edge in onward)
    return apart(before, _moved_back(graph, name, last)), name


def _with_block(graph: Graph, repeat: Repeat, block: Block, label: str) -> tuple[Graph, str]:
    """Blocks that are one ×N as that block."""
    before, (first, *rest) = graph, repeat.names
    onward = list(graph.outputs[repeat.names[-1]])
    last = max(graph.nodes[name].position[axis_of(graph)] for name in repeat.names)
    graph = with_layers(graph.without(rest), {first: block})
    graph = graph.with_edges(Edge(first, edge.target, edge.port, edge.via) for edge in onward)
    stem = Custom().with_options(label=label).stem
    try:
        name = stem if stem not in graph.nodes or stem == first else fresh_name(stem, graph.nodes)
        graph = graph.renamed(first, name)
    except InvalidNameError:
        name = first
    return apart(before, _moved_back(graph, name, last)), name


def _moved_back(graph: Graph, name: str, last: float) -> Graph:
    """What lies beyond the last of the parts comes back to where they began, unless something stands beside them."""
    axis = axis_of(graph)
    first = graph.nodes[name].position[axis]
    column = Columns(graph, axis).of(graph.nodes[name])
    places = [*(graph.nodes[each].position[axis] for each in column),
              *(frame.position[axis] for frame in graph.frames if not frame.members)]
    beyond = min((place for place in places if place > first), default=last)
    return moved_on(graph, beyond, first - last, axis=axis, beside=name) if beyond > last else graph

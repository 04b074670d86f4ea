"""Blocks that were made in one list as one: ×N where they are equal, a stage with its own name where they are not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from engine.analysis.analysis import analyze
from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.blocks.settled import settled
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import DEFAULTS
from engine.layers.base import Layer, Shape
from engine.layers.inputs import Input
from engine.names import InvalidNameError, check_name

MOST = 200  # copies that a block can have
SIDE = 64  # of what flows through blocks while they are compared
INPUT = "input"
WIDTHS = ("in_channels", "num_features", "in_features", "normalized_shape")  # of what comes in, by torch's names
L = TypeVar("L", bound=Layer)


@dataclass(frozen=True)
class Group:
    """Nodes of one list, in its order; ``whole``: the list holds nothing else. Without a name it is no stage."""

    name: str
    nodes: tuple[str, ...]
    whole: bool


def gathered(graph: Graph, groups: Sequence[Group], shape: Shape | None = None) -> Graph:
    """The same network with these blocks put together as far as each leads into the next alone.

    ``shape``: what comes in, where that is known: then all that the code says of inputs is held against it at once.
    """
    if shape is not None and not analyze(graph, shape).faults:
        graph = settled(graph, shape)
    for group in groups:
        nodes = [name for name in group.nodes if name in graph.nodes]
        runs = [*_wired(graph, nodes)] if len(nodes) == len(group.nodes) else []
        if group.whole and len(runs) == 1 and len(runs[0]) == len(nodes) > 1:
            graph = _as_one(graph, runs[0], group.name)
        else:
            for run in runs:
                graph = _with_copies(graph, run)
    return graph


def _wired(graph: Graph, names: Sequence[str]) -> Iterator[list[str]]:
    """Blocks that follow each other, each the only reader of the one before, with weights of their own."""
    run: list[str] = []
    for name in names:
        if run and not _leads(graph, run[-1], name):
            yield run
            run = []
        if _is_plain(graph, name):
            run.append(name)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _is_plain(graph: Graph, name: str) -> bool:
    node = graph.nodes[name]
    shared = {*graph.shares, *graph.shares.values()}
    return (isinstance(node.layer, Block) and node.layer.repeat == 1 and name not in shared
            and not node.bypassed)


def _leads(graph: Graph, one: str, two: str) -> bool:
    return [edge.target for edge in graph.outputs[one]] == [two] and len(graph.inputs[two]) == 1


# -- copies -----------------------------------------------------------------------------------------------------------


def repeated_block(nodes: Sequence[Node]) -> Block | None:
    """The block ×N that these are one after the other; None where they are not."""
    first = nodes[0].layer
    if not isinstance(first, Block) or copies(nodes) < len(nodes) or len(nodes) < 2:
        return None
    many: Block = first.model_copy(update={"repeat": len(nodes)})
    return many if len({node.layer for node in nodes}) == 1 else _undeclared(many)


def copies(nodes: Sequence[Node]) -> int:
    """How many of these, from the first on, are one block several times."""
    start = nodes[0]
    first = _undeclared(start.layer)
    if not isinstance(first, Block) or first.repeat > 1:
        return 1
    count = 1
    while count < min(len(nodes), MOST) and _is_copy(nodes[count], first.copy_number(count), start) and (
            _says_the_same(nodes[count], start) or _follows(nodes[count], nodes[count - 1])):
        count += 1
    return count


def _says_the_same(node: Node, first: Node) -> bool:
    """Whether all that is said of inputs stays in the block ×N, and so is held against what arrives."""
    return isinstance(node.layer, Custom) and node.layer == first.layer


def _is_copy(node: Node, block: Block, first: Node) -> bool:
    """Whether the node is this copy of the first, with the same settings and nothing that only one can have."""
    settings = node.parameters
    return (_undeclared(node.layer) == block and settings == first.parameters and not settings.edits
            and node.bypassed == first.bypassed)


def _undeclared(layer: L) -> L:
    """A person's block without what the code said of the inputs inside."""
    if not isinstance(layer, Custom):
        return layer
    nodes = {name: replace(node, layer=_undeclared(node.layer), declared=())
             for name, node in layer.graph.nodes.items()}
    return layer.model_copy(update={"graph": replace(layer.graph, nodes=nodes)})


def _follows(node: Node, before: Node) -> bool:
    """Whether what the code says of inputs is so inside it, and of what comes out of the block before."""
    said, earlier = _said(node), _said(before)
    if said is None:
        return node.layer == _undeclared(node.layer) or node.layer == before.layer
    given = None if earlier is None else _out(before, earlier)
    return given is not None and _width(given) == _width(said) and _out(node, said) is not None


def _width(shape: Shape) -> tuple[int, int]:
    """How many dimensions, and how many channels or features."""
    return len(shape), shape[-1 if len(shape) == 1 else 0]


def _out(node: Node, shape: Shape) -> Shape | None:
    """What the block makes of it; None where it cannot take it."""
    block = Graph.of([Node(INPUT, Input()), replace(node, name="block")], [Edge(INPUT, "block")])
    analysis = analyze(block, shape)
    return None if analysis.faults else analysis.output_shape


def _said(node: Node) -> Shape | None:
    """A shape as the code says that it comes in; None where it says nothing."""
    if isinstance(node.layer, Block) and node.declared:
        return _shape_of(node, 2)
    if not isinstance(node.layer, Custom):
        return None
    graph = node.layer.graph
    start = next((name for name, each in graph.nodes.items() if isinstance(each.layer, Input)), None)
    readers = [graph.nodes[edge.target] for edge in graph.outputs[start]] if start else []
    said = (_said(each) if isinstance(each.layer, Block) else _shape_of(each, _rank(each.layer)) for each in readers)
    return next((shape for shape in said if shape is not None), None)


def _shape_of(node: Node, rank: int) -> Shape | None:
    said = next((value for name, value in node.declared if name in WIDTHS), None)
    return said if isinstance(said, tuple) else None if said is None else (said, *[SIDE] * rank)


def _rank(layer: Layer) -> int:
    """How many dimensions there are beside the channels."""
    return next((int(digit) for digit in layer.kind() if digit.isdigit()), 0)


def _with_copies(graph: Graph, run: Sequence[str]) -> Graph:
    """Equal neighbours as ×N."""
    start = 0
    while start < len(run):
        nodes = [graph.nodes[name] for name in run[start : start + MOST]]
        count = copies(nodes)
        if (block := repeated_block(nodes[:count])) is not None:
            graph = _instead(graph, run[start : start + count], block, run[start])
        start += count
    return graph


# -- stages -----------------------------------------------------------------------------------------------------------


def _as_one(graph: Graph, run: Sequence[str], name: str) -> Graph:
    nodes = [graph.nodes[each] for each in run]
    block = repeated_block(nodes)
    called = name if _is_free(graph, name, run) else run[0]
    if block is not None:
        return _instead(graph, run, block, called)
    if called != name or any(node.parameters != DEFAULTS for node in nodes):
        return _with_copies(graph, run)
    names = _numbered(run)
    inner = Graph.of([Node(INPUT, Input()), *(replace(node, name=new) for node, new in zip(nodes, names, strict=True))],
                     [Edge(one, two) for one, two in pairwise([INPUT, *names])])
    return _instead(graph, run, Custom(label=_words(name), graph=_with_copies(inner, names)), name)


def _numbered(run: Sequence[str]) -> list[str]:
    """Names that are but numbers of one kind begin with 1 inside."""
    stems = {name.rstrip("0123456789") for name in run}
    numbered = len(stems) == 1 and all(name[-1].isdigit() for name in run)
    return [f"{next(iter(stems))}{number}" for number in range(1, len(run) + 1)] if numbered else [*run]


def _is_free(graph: Graph, name: str, run: Sequence[str]) -> bool:
    try:
        check_name(name)
    except InvalidNameError:
        return False
    return name not in graph.nodes or name in run


def _words(name: str) -> str:
    """``layer1`` as ``Layer 1``; ``b3`` stays one word."""
    words = re.sub(r"(?<=[a-z]{3})(?=[0-9])|(?<=[a-z0-9])(?=[A-Z])|_+", " ", name).strip() or name
    return (words[:1].upper() + words[1:])[:60]


def _instead(graph: Graph, run: Sequence[str], block: Block, name: str) -> Graph:
    """One node in the place of these."""
    first = graph.nodes[run[0]]
    declared = first.declared if not isinstance(block, Custom) else ()
    nodes: dict[str, Node] = {}
    for each, node in graph.nodes.items():
        if each == run[0]:
            nodes[name] = Node(name, block, first.position, parameters=first.parameters, declared=declared)
        elif each not in run:
            nodes[each] = node
    gone = set(run)
    edges = [replace(edge, source=name if edge.source in gone else edge.source,
                     target=name if edge.target in gone else edge.target)
             for edge in graph.edges if not (edge.source in gone and edge.target in gone)]
    return replace(graph, nodes=nodes, edges=tuple(edges))

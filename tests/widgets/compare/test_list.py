"""The list of differences: what it says of one card."""

from __future__ import annotations

from engine.blocks.custom import Custom
from engine.compare.compare import compare
from engine.compare.union import union
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU, Sigmoid
from engine.layers.inputs import Input
from widgets.compare.list import entries


def network(block: Custom, name: str = "block") -> Graph:
    return Graph.of([Node("input", Input()), Node(name, block)], [Edge("input", name)])


def said(before: Graph, after: Graph) -> list[tuple[str, str, str]]:
    found = compare(before, after)
    return [(entry.kind, entry.title, entry.detail) for entry in entries(found, union(found)) if entry.kind != "head"]


def own(label: str, inside: Graph) -> Custom:
    return Custom(label=label, graph=inside)


INSIDE = Graph.of([Node("input", Input()), Node("act", ReLU())], [Edge("input", "act")])


def test_a_block_that_is_called_otherwise_is_no_card_that_is() -> None:
    one = network(own("Stem", INSIDE))
    assert said(one, network(own("Trunk", INSIDE))) == [("row", "block", "Name Stem → Trunk")]
    assert said(one, one.renamed("block", "stem")) == [("row", "block → stem", "Stem")]


def test_another_layer_is_told_by_what_it_was() -> None:
    one = network(own("Stem", INSIDE))
    other = network(own("Stem", INSIDE.with_layer("act", Sigmoid())))
    assert said(INSIDE, INSIDE.with_layer("act", Sigmoid())) == [("row", "act", "ReLU → Sigmoid")]
    assert said(one, other) == [("row", "block", "act · Layer ReLU → Sigmoid")]


def test_what_reads_as_before_is_called_changed() -> None:
    moved = INSIDE.moved({"act": (300.0, 0.0)})
    one, other = network(own("Stem", INSIDE)), network(own("Stem", moved))
    assert said(one, other) == [("row", "block", "Places inside changed")]

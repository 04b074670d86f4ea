"""Rows of what is found, of a chain to be, and of what could come next; and how much a chain is together."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.analysis.analysis import analyze
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from engine.layers.regularization import Dropout
from engine.line.line import complete
from engine.search.search import Found
from widgets.find.search_list import chain_rows, completion_rows, found_rows, totals

SHAPE = (6, 8, 8)


def found(layer: object, fits: bool = True, why: str = "") -> Found:
    return Found(layer.kind(), layer, layer.title, why, fits)  # type: ignore[attr-defined]


def test_what_is_found_says_what_it_is_and_what_comes_out() -> None:
    rows = found_rows([found(ReLU()), found(Dropout(p=0.3)), found(Add()), found(Linear(), fits=False)], SHAPE)
    assert [row.key for row in rows] == ["0", "1", "2", "3"]
    assert [(row.title, row.right, row.sign, row.dim) for row in rows] == [
        ("ReLU", "6×8×8", "", False), ("Dropout", "6×8×8", "", False), ("Add", "", "", False),
        ("Linear", "6×8×8", "≠", True)]
    assert rows[0].detail == "nn.ReLU" and rows[1].detail.startswith("nn.Dropout · ") and "0.3" in rows[1].detail
    assert [row.tip for row in rows] == ["", "", "", "Does not take 6×8×8"]
    assert [row.category for row in rows] == ["activation", "regularization", "merge", "linear"]


def test_why_it_was_found_is_said_and_without_a_shape_nothing_is_said_of_one() -> None:
    [row] = found_rows([found(ReLU(), why="usually follows")], None)
    assert (row.detail, row.right) == ("nn.ReLU · usually follows", "")
    [row] = found_rows([found(Linear(), fits=False)], None)
    assert (row.sign, row.dim, row.tip, row.right) == ("", False, "", "")
    [row] = found_rows([found(Conv2d(kernel_size=40))], SHAPE)
    assert row.right == "", "nothing comes out of it"


def chain(*layers: object) -> Graph:
    nodes = [Node("input", Input(shape=(1, 8, 8))), *(Node(f"n{index}", layer, (0.0, 76.0 * index))
                                                      for index, layer in enumerate(layers, 1))]
    return Graph.of(nodes, [Edge(one.name, other.name) for one, other in pairwise(nodes)])


def test_each_layer_of_a_chain_says_what_comes_out_or_what_is_wrong() -> None:
    graph = chain(Conv2d(out_channels=4), Linear(out_features=10), ReLU())
    rows = chain_rows(graph, ["n1", "n2", "n3"], analyze(graph))
    assert [(row.key, row.title, row.sign, row.tone) for row in rows] == [
        ("n1", "Conv 2d", "", ""), ("n2", "Linear", "!", "error"), ("n3", "ReLU", "", "")]
    assert rows[0].right == "→ 4×6×6" and rows[1].right.startswith("Linear expects a flat input")
    assert rows[2].right == "" and rows[0].detail == Conv2d(out_channels=4).summary()
    assert [row.category for row in rows] == ["convolution", "linear", "activation"]


@pytest.mark.parametrize(("layers", "names", "said"), [
    ((Flatten(), Linear(out_features=10)), ["n1", "n2"], "2 layers · 650 parameters · → 10"),
    ((Flatten(), Linear(out_features=10)), ["n1"], "1 layer · 0 parameters · → 64"),
    ((Linear(out_features=10), Flatten()), ["n1", "n2"], "2 layers · 0 parameters"),
    ((Flatten(),), [], "0 layers · 0 parameters"),
])
def test_how_much_a_chain_is(layers: tuple[object, ...], names: list[str], said: str) -> None:
    graph = chain(*layers)
    assert totals(names, analyze(graph)) == said


def test_what_could_come_next_in_its_order() -> None:
    next_ones = complete("relu, ma", 8, SHAPE, None)
    rows = completion_rows(next_ones)
    assert [(row.key, row.title, row.detail) for row in rows] == [
        (str(index), each.insert, each.title) for index, each in enumerate(next_ones)]
    assert len(rows) > 1

"""Blocks that are made from parameters: one class a kind serves whatever options and widths they have."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis.analysis import analyze
from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS
from engine.layers.inputs import Input
from engine.line.line import build_line
from engine.writing.forms import FORMS
from engine.writing.source import to_python
from tests.engine.writing.test_codegen import assert_same

SHAPE = (4, 32, 32)
WIDTH, FEW, FLAG = st.sampled_from([1, 2, 4, 6]), st.integers(1, 3), st.booleans()
OPTIONS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "ConvBNReLU": {"out_channels": WIDTH, "kernel_size": st.sampled_from([1, 3, (3, 1)]), "stride": FEW,
                   "padding": st.integers(0, 1), "bias": FLAG},
    "VGG": {"num_convs": FEW, "out_channels": WIDTH},
    "NiN": {"out_channels": WIDTH, "kernel_size": st.sampled_from([1, 3]), "stride": FEW, "padding": st.integers(0, 1)},
    "Inception": dict.fromkeys(("c1", "c2a", "c2b", "c3a", "c3b", "c4"), WIDTH),
    "Dense": {"num_convs": FEW, "growth_rate": WIDTH},
    "Transition": {"out_channels": st.none() | WIDTH},
    "Residual": {"num_channels": WIDTH, "stride": st.integers(1, 2), "bottleneck": FLAG, "bias": FLAG,
                 "shortcut": st.sampled_from(["auto", "auto", "convolution"])},
}  # fmt: skip


def in_a_row(*blocks: Block) -> Graph:
    nodes = [Node("input", Input(shape=SHAPE)), *(Node(f"block{i}", block) for i, block in enumerate(blocks))]
    return Graph.of(nodes, [Edge(one.name, two.name) for one, two in pairwise(nodes)])


def test_every_block_of_the_palette_has_its_form() -> None:
    assert set(FORMS) == {layer for layer in LAYERS.values() if issubclass(layer, Block) and layer.in_palette}
    assert OPTIONS.keys() == {kind.kind() for kind in FORMS}
    for kind, options in OPTIONS.items():
        assert {*options, "repeat"} == LAYERS[kind].model_fields.keys()


@pytest.mark.parametrize("kind", OPTIONS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_blocks_of_a_kind_are_one_class(kind: str, data: st.DataObject) -> None:
    options = st.fixed_dictionaries(OPTIONS[kind] | {"repeat": st.integers(1, 3)})
    blocks = [LAYERS[kind].model_validate(each) for each in data.draw(st.lists(options, min_size=1, max_size=4))]
    graph = in_a_row(*blocks)  # type: ignore[arg-type]
    if analyze(graph).faults:
        return
    source = to_python(graph)
    kinds = {block.class_name for block in blocks}  # type: ignore[attr-defined]
    assert source.count("\nclass ") == len(kinds) + 1
    assert_same(graph, SHAPE, source)


def test_blocks_inside_a_persons_own_are_the_same_class() -> None:
    inner = build_line(Graph(), "input, residual 8, residual 8 s2 x3, denseblock 2 4 x3, cbr 6")[0]
    graph = in_a_row(LAYERS["Residual"](num_channels=8), Custom(label="Own", graph=inner))
    wider = graph.with_node(Node("wide", LAYERS["ConvBNReLU"](out_channels=16))).with_edges([Edge("block1", "wide")])
    source = to_python(wider)
    assert source.count("class Residual(") == 1 and source.count("class ") == 5
    assert_same(wider, SHAPE, source)


@pytest.mark.parametrize(("repeat", "line"), [
    (2, "nn.Sequential(Residual(4, 8, stride=2), Residual(8))"),
    (3, "nn.Sequential(Residual(4, 8, stride=2), *(Residual(8) for _ in range(2)))"),
    (200, "nn.Sequential(Residual(4, 8, stride=2), *(Residual(8) for _ in range(199)))"),
])  # fmt: skip
def test_copies_that_are_equal_are_written_once(repeat: int, line: str) -> None:
    source = to_python(in_a_row(LAYERS["Residual"](num_channels=8, stride=2, repeat=repeat)))
    assert f"self.block0 = {line}\n" in source


def test_copies_that_grow_evenly_are_a_loop() -> None:
    source = to_python(in_a_row(LAYERS["Dense"](num_convs=2, growth_rate=4, repeat=5)))
    assert "self.block0 = nn.Sequential(*(DenseBlock(2, 4 + 8 * i, 4) for i in range(5)))\n" in source
    source = to_python(in_a_row(LAYERS["Dense"](num_convs=2, growth_rate=4, repeat=2)))
    assert "self.block0 = nn.Sequential(DenseBlock(2, 4, 4), DenseBlock(2, 12, 4))\n" in source


def test_a_persons_block_is_never_called_like_one_of_the_programs() -> None:
    own = Custom(label="Residual", graph=build_line(Graph(), "input, conv 4 3x3 p1, relu")[0])
    graph = in_a_row(own, LAYERS["Residual"](num_channels=4))
    source = to_python(graph)
    assert "class MyResidual(nn.Module):\n    \"\"\"Residual: " in source and "class Residual(nn.Module):" in source
    assert_same(graph, SHAPE, source)


@pytest.mark.parametrize("label", ['a "quoted" \\ block', "two\nlines", '"""', "ends with \"", "\\", "naïve 层"])
def test_any_label_stands_in_a_docstring(label: str) -> None:
    graph = in_a_row(Custom(label=label, graph=build_line(Graph(), "input, relu")[0]))
    source = to_python(graph)
    source.encode()
    assert_same(graph, SHAPE, source)


def test_blocks_in_blocks_are_written_once_however_many_there_are() -> None:
    inner = Custom(label="In", graph=build_line(Graph(), "input, relu")[0], repeat=100)
    nodes = [Node("input", Input()), Node("part", inner)]
    outer = Custom(label="Out", graph=Graph.of(nodes, [Edge("input", "part")]), repeat=100)
    source = to_python(in_a_row(outer))
    assert source.count(" for _ in range(100)))") == 2 and source.count("\nclass ") == 3

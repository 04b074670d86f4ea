"""Repeated parts are found, and are a block with the same number of parameters."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from engine.analysis.analysis import analyze, first_error
from engine.blocks.convolutional import ConvBNReLU
from engine.blocks.custom import MOST_LEVELS, Custom
from engine.blocks.repeats import as_block, repeated
from engine.blocks.residual import Residual
from engine.experiment.experiment import from_json, to_json
from engine.graph.edits import appended
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import FLOWS, size_of
from engine.graph.json import FileError
from engine.graph.room import GAP, axis_of, end_of, lane_of
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from engine.layers.normalization import BatchNorm2d
from engine.line.line import build_line
from engine.messages import LayerloomError
from engine.network.compile import build_module
from engine.writing.source import to_python
from tests.in_time import in_time


def houses(count: int, *, skip: bool) -> Graph:
    nodes, edges, last = [Node("input", Input(shape=(8, 8, 8)))], [], "input"
    for index in range(1, count + 1):
        layers = [("conv", Conv2d(out_channels=8, kernel_size=3, padding=1)), ("bn", BatchNorm2d()), ("act", ReLU())]
        start = last
        for stem, layer in [*layers, *([("add", Add())] if skip else [])]:
            name = f"{stem}{index}"
            nodes.append(Node(name, layer))
            edges.append(Edge(last, name))
            last = name
        if skip:
            edges.append(Edge(start, last, 1))
    nodes += [Node("flatten", Flatten()), Node("fc", Linear(out_features=10))]
    return Graph.of(nodes, [*edges, Edge(last, "flatten"), Edge("flatten", "fc")])


def check(graph: Graph, copies: int, layers: int) -> None:
    (found,) = repeated(graph)
    assert (len(found.copies), len(found.copies[0])) == (copies, layers)
    block, name = as_block(graph, found, "House")
    before, after = analyze(graph), analyze(block)
    assert not after.faults
    assert (after.params, after.mult_adds, after.output_shape) == (before.params, before.mult_adds, before.output_shape)
    assert block.nodes[name].layer.repeat == copies
    assert len(block.nodes) == len(graph.nodes) - found.saved
    assert sum(p.numel() for p in build_module(block).parameters()) == before.params


def test_a_chain():
    check(houses(4, skip=False), 4, 3)


def test_parts_with_branches():
    check(houses(3, skip=True), 3, 4)


def test_what_differs_or_shares_is_no_repeat():
    graph = houses(2, skip=False)
    assert repeated(graph)
    assert not repeated(graph.with_layer("conv2", Conv2d(out_channels=9, kernel_size=3, padding=1)))
    assert not repeated(graph.with_shares("conv2", "conv1"))


def test_two_thousand_layers_at_once():
    graph = houses(660, skip=False)
    found = repeated(graph)
    assert found[0].saved == 1979 and len(found[0].copies) <= 200  # a block has 200 copies at most: of several houses


def placed(graph: Graph) -> Graph:
    return graph.moved({name: (0.0, 76.0 * index) for index, name in enumerate(graph.nodes)})


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("layers", [[Conv2d(), ReLU()], [Residual()], [ConvBNReLU(), ReLU()]])
def test_what_lies_beyond_comes_back_and_the_block_lies_in_the_lane(layers, flow):
    graph, end = replace(Graph.of([Node("input", Input())]), flow=flow), "input"
    for layer in [*layers * 3, Flatten(), Linear()]:
        graph, end = appended(graph, layer, [end])
    axis, names = axis_of(graph), list(graph.nodes)
    (found,) = repeated(graph)
    block, name = as_block(graph, found, "House")
    assert {lane_of(node, axis) for node in block.nodes.values()} == {0.0}
    assert block.nodes[name].position[axis] == graph.nodes[names[1]].position[axis]
    line = [block.nodes[n] for n in ("input", name, *names[-2:])]
    room = [b.position[axis] - end_of(a, axis) for a, b in pairwise(line)]
    assert room[0] == room[2] == 0 and 0 <= room[1] <= size_of(graph.nodes[names[-3]])[axis]


def test_what_lies_below_comes_up_unless_something_stands_beside():
    graph = placed(houses(4, skip=False)).with_frames([Frame("note", position=(300, 76 * 14))])
    (found,) = repeated(graph)
    block, name = as_block(graph, found, "House")
    top = graph.nodes["conv1"].position[1]
    low = top + size_of(block.nodes[name])[1] + GAP  # the block is higher than a layer
    assert [block.nodes[n].position[1] for n in (name, "flatten", "fc")] == [top, low, low + 76]
    assert block.frames[0].position == (300, 76 * 14 - 11 * 76 + low - top - 76)
    beside = graph.with_frames([Frame("note", position=(300, 200))])
    block, name = as_block(beside, found, "House")
    assert block.nodes["fc"].position == graph.nodes["fc"].position and block.frames == beside.frames


# -- how many layers come of it ----------------------------------------------------------------------------------------


def nested(*times: int) -> Graph:
    """A ReLU in a block in a block, each so many times."""
    graph = build_line(Graph(), "input 4, relu")[0]
    for place, count in enumerate(times):
        block = Custom(label=f"Block {place}", graph=graph, repeat=count)
        start = Input(shape=(4,)) if place == len(times) - 1 else Input()
        graph = Graph.of([Node("input", start), Node("part", block)], [Edge("input", "part")])
    return graph


@pytest.mark.parametrize(("times", "count"), [
    ((200, 200), "40 000"), ((200, 200, 200), "40 000"), ((200,) * 9, "40 000"), ((150, 70), "10 500"),
])  # fmt: skip
def test_repeats_of_repeats_are_bounded_and_said_before_anything_is_built(times: tuple[int, ...], count: str) -> None:
    with in_time():
        graph = nested(*times)
        error = first_error(analyze(graph))
        assert error is not None and str(error).replace("\xa0", " ").endswith(
            f"These are {count} layers, each block as often as it is repeated: at most 10 000 can be built")
        for use in (lambda: to_python(graph, (4,)), lambda: build_module(graph)):
            with pytest.raises(LayerloomError, match="can be built"):
                use()


def test_many_blocks_beside_each_other_count_together() -> None:
    block = Custom(label="Many", graph=nested(60), repeat=70)
    graph = build_line(Graph(), "input 4, " + ", ".join(["relu"] * 3))[0]
    names = [name for name in graph.nodes if name != "input"]
    for name in names[:1]:
        graph = graph.with_layer(name, block)
    assert first_error(analyze(graph)) is None
    for name in names:
        graph = graph.with_layer(name, block)
    assert "can be built" in str(first_error(analyze(graph)))


def test_what_is_drawn_card_by_card_is_not_counted() -> None:
    nodes = [Node("input", Input(shape=(4,))), *(Node(f"a{index}", ReLU()) for index in range(10_050))]
    graph = Graph.of(nodes, [Edge(one.name, two.name) for one, two in pairwise(nodes)])
    assert first_error(analyze(graph)) is None


@pytest.mark.parametrize(("levels", "is_read"), [
    (10, True), (MOST_LEVELS, True), (MOST_LEVELS + 1, False), (150, False), (5000, False),
])  # fmt: skip
def test_blocks_in_blocks_have_a_depth(levels: int, is_read: bool) -> None:
    begin = ('{"nodes": [{"name": "input", "layer": "Input"}, {"name": "b", "layer": "Custom", '
             '"options": {"label": "x", "graph": ')
    inner = ('{"nodes": [{"name": "input", "layer": "Input"}, {"name": "a", "layer": "ReLU"}], '
             '"edges": [["input", "a", 0]]}')
    text = begin * levels + inner + '}}], "edges": [["input", "b", 0]]}' * levels
    text = '{"format": "layerloom", "version": 1, ' + text[1:]
    if not is_read:
        with pytest.raises(FileError, match="is nested too deeply"):
            from_json(text)
        return
    read = from_json(text)
    assert from_json(to_json(read)) == read and first_error(analyze(read.graph, (4,))) is None


def test_a_block_too_deep_cannot_be_made() -> None:
    nested(*[1] * MOST_LEVELS)
    with pytest.raises(ValueError, match="nested more than 50 levels deep"):
        nested(*[1] * (MOST_LEVELS + 1))

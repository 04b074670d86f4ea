"""Repeated parts are found, and are a block with the same number of parameters."""

from __future__ import annotations

from engine.analysis.analysis import analyze
from engine.blocks.repeats import as_block, repeated
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from engine.layers.normalization import BatchNorm2d
from engine.network.compile import build_module


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


def test_what_lies_below_comes_up_unless_something_stands_beside():
    graph = placed(houses(4, skip=False)).with_frames([Frame("note", position=(300, 76 * 14))])
    (found,) = repeated(graph)
    block, name = as_block(graph, found, "House")
    top = graph.nodes["conv1"].position[1]
    assert [block.nodes[n].position[1] for n in (name, "flatten", "fc")] == [top, top + 76, top + 152]
    assert block.frames[0].position == (300, 76 * 14 - 11 * 76)
    beside = graph.with_frames([Frame("note", position=(300, 200))])
    block, name = as_block(beside, found, "House")
    assert block.nodes["fc"].position == graph.nodes["fc"].position and block.frames == beside.frames

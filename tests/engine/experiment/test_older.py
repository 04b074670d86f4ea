"""Files of the first version are opened with room for higher cards; those of today exactly as they are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.blocks.custom import Custom
from engine.blocks.inception import Inception
from engine.blocks.residual import Residual
from engine.experiment.block_files import load_block, save_block
from engine.experiment.experiment import Experiment, from_json, to_json
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import FLOWS, size_of
from engine.graph.room import GAP
from engine.layers.activation import ReLU
from engine.layers.base import Layer

LAYERS = (ReLU(), Residual(), Inception())
PLACES = st.lists(st.tuples(st.sampled_from(LAYERS), st.integers(-9000, 9000), st.integers(-9000, 9000), st.booleans()),
                  min_size=1, max_size=6)


def column(*layers: Layer) -> Graph:
    graph = Graph.of([Node(f"n{i}", layer, (0.0, 76.0 * i)) for i, layer in enumerate(layers)],
                     [Edge(f"n{i - 1}", f"n{i}") for i in range(1, len(layers))])
    return graph.with_frames([Frame("note", position=(300.0, 152.0))])


def ys(graph: Graph) -> list[float]:
    return [node.position[1] for node in graph.nodes.values()]


def as_first_version(text: str) -> str:
    return json.dumps({**json.loads(text), "version": 1})


@pytest.mark.parametrize("flow", FLOWS)
def test_a_network_of_the_first_version(flow):
    graph = replace(column(ReLU(), Residual(), Custom(label="Own", graph=column(ReLU(), Residual(), ReLU())), ReLU()),
                    flow=flow)
    text = to_json(Experiment(graph))
    opened = from_json(as_first_version(text)).graph
    high, own = (size_of(graph.nodes[name])[1] + GAP for name in ("n1", "n2"))
    assert ys(opened) == [0, 76, 76 + high, 76 + high + own]
    assert opened.frames[0].position == (300.0, 76 + high)
    assert ys(opened.nodes["n2"].layer.own_graph) == [0, 76, 76 + high], "also inside of a person's own blocks"
    assert from_json(to_json(Experiment(opened))).graph == opened
    assert from_json(text).graph == graph


def test_a_block_of_the_first_version(tmp_path: Path):
    block, path = Custom(label="Own", graph=column(ReLU(), Residual(), ReLU())), tmp_path / "own.loomblock"
    save_block(block, path)
    assert load_block(path) == block
    path.write_text(as_first_version(path.read_text()))
    assert ys(load_block(path).graph) == [0, 76, 76 + size_of(block.graph.nodes["n1"])[1] + GAP]


@settings(max_examples=150, deadline=None)
@given(PLACES, PLACES, st.sampled_from(FLOWS), st.sampled_from(FLOWS))
def test_what_is_saved_is_opened_as_it_was(outer, inner, flow, other):
    def drawn(places, flow):
        return replace(Graph.of(Node(f"n{i}", layer, (x / 10, y / 10), collapsed=thin)
                                for i, (layer, x, y, thin) in enumerate(places)), flow=flow)

    graph = drawn(outer, flow).with_node(Node("own", Custom(label="Own", graph=drawn(inner, other)), (0.0, 0.0)))
    assert from_json(to_json(Experiment(graph))).graph == graph

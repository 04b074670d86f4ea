"""What code says of a layer's input: checked, kept in files, forgotten where it is so, mended where it is not."""

from __future__ import annotations

import json

import pytest

from engine.advice.repairs.repairs import repairs
from engine.analysis.analysis import analyze
from engine.analysis.declared import DeclaredError
from engine.blocks.repeats import repeated
from engine.blocks.settled import has_declared, settled
from engine.graph.difference import diff
from engine.graph.graph import Edge, Graph, Node
from engine.graph.json import FileError, graph_json, read_graph
from engine.layers.base import RankError
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.reading.reading import from_text


def network(says: int) -> Graph:
    nodes = [Node("input", Input()), Node("flat", Flatten()),
             Node("fc", Linear(out_features=3), declared=(("in_features", says),))]
    return Graph.of(nodes, [Edge("input", "flat"), Edge("flat", "fc")])


def test_what_is_so_is_forgotten_and_what_is_not_is_a_fault() -> None:
    assert not has_declared(settled(network(8), (2, 4)))
    wrong = settled(network(9), (2, 4))
    [fault] = analyze(wrong, (2, 4)).faults
    assert isinstance(fault.error, DeclaredError) and fault.node == "fc"
    assert str(fault.error) == "The code says 9 inputs, 8 arrive"
    assert settled(network(9)) == network(9), "nothing is known of what arrives"


@pytest.mark.parametrize("layer", [
    "nn.TransformerEncoderLayer(8, 2, batch_first=True)", "nn.BatchNorm2d(3)", "nn.Conv2d(3, 4, 3)"])
def test_a_layer_that_cannot_take_its_input_keeps_what_is_said(layer: str) -> None:
    text = f"import torch.nn as nn\nnet = nn.Sequential({layer})"
    graph = from_text(text, (8,))
    assert graph.nodes == from_text(text).nodes and has_declared(graph)
    assert [type(fault.error) for fault in analyze(graph, (8,)).faults] == [RankError]


def test_the_repair_takes_what_arrives() -> None:
    analysis = analyze(network(9), (2, 4))
    [repair, *_] = repairs(analysis, analysis.faults[0])
    assert str(repair.text) == "Use 8"
    assert not analyze(repair.apply(analysis.graph), (2, 4)).faults


def test_it_goes_through_files_and_differences() -> None:
    graph = network(9).with_nodes([Node("n", Linear(), declared=(("normalized_shape", (2, 3)), ("ndim", (2, 4))))])
    assert read_graph(json.loads(json.dumps(graph_json(graph)))) == graph
    assert diff(network(8), network(9)).changed == ("fc",)


@pytest.mark.parametrize("damaged", [3, [], {"in_features": "x"}, {"in_features": []}, {"in_features": 10**12},
                                     {"in_features": [1] * 20}, {"in_features": True}, {"in_features": [None]}])
def test_a_damaged_file_says_so(damaged: object) -> None:
    raw = graph_json(network(9))
    raw["nodes"][2]["declared"] = damaged
    with pytest.raises(FileError, match="fc: its “declared” is not possible"):
        read_graph(raw)


def test_blocks_keep_and_forget_it_too() -> None:
    graph = from_text("import torch\nclass B(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n"
                      "        self.f = nn.Linear(n, n)\n    def forward(self, x):\n        return self.f(x)\n"
                      "net = nn.Sequential(B(8), B(8), nn.Linear(9, 2))\n")
    now = settled(graph, (8,))
    assert has_declared(now), "the last layer says 9"
    assert [has_declared(node.layer.graph) for node in now.nodes.values() if hasattr(node.layer, "graph")] == [False]
    assert [fault.node for fault in analyze(now, (8,)).faults] == ["fc1"]
    assert str(analyze(graph, (7,)).faults[0].error).endswith("The code says 8 inputs, 7 arrive")
    assert now.nodes["b1"].layer.repeat == 2, "equal neighbours are one"  # type: ignore[attr-defined]


def test_layers_of_which_code_says_different_things_are_no_repeats() -> None:
    text = "import torch\nnet = nn.Sequential(nn.Linear({0}, 8), nn.ReLU(), nn.Linear({1}, 8), nn.ReLU())\n"
    assert repeated(from_text(text.format(8, 8)))
    assert not repeated(from_text(text.format(8, 9)))

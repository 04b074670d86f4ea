"""Exported source letter by letter, beside what it was: ``sources`` holds one text for each network.

After a change that is wanted: ``python -m tests.engine.writing.test_sources`` writes them anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.analysis.analysis import analyze
from engine.blocks.custom import Custom
from engine.experiment.experiment import load_experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers import LAYERS
from engine.layers.base import Shape
from engine.layers.combine import MatMul
from engine.layers.merge import Add
from engine.line.line import build_line
from engine.writing.snippet import snippet
from engine.writing.source import to_source

SOURCES = Path(__file__).with_name("sources")
GALLERY = ("residual-small", "inception-small", "tied", "nest-mlp", "fixed-hidden", "centered", "rgnet")
LINES = {
    "branches": "input 3x16x16, (conv 4 1x1 | conv 4 3x3 p1, relu | maxpool 3 s1 p1, conv 2 1x1 |), (relu + tanh), "
                "gap, flatten, linear 10",
    "blocks": "input 3x64x64, vgg 2 8, vgg 2 16, vgg 1 16, residual 16, residual 32 s2 x2, residual 32 bottleneck, "
              "nin 8 3x3, cbr 8, transition, gap, flatten, linear 10",
    "sequences": "input 12, embedding 50 8, lstm 16 2 last, linear 4",
    "constants": "input 3; const 3",
    "forms": "input 3x32x32, residual 8, residual 8, residual 16 s2, residual 16 bottleneck, residual 32 s2 bottleneck "
             "x2, inception 4 4 8 2 4 4, inception 8 4 8 2 4 4, denseblock 2 4, denseblock 3 4, vgg 1 8, vgg 1 8, "
             "(conv 4 1x1 x2), nin 4 3x3 s1 p1, nin 4 5x5 s1 p2, gap, flatten, linear 4 nobias, linear 2",
}  # fmt: skip


def _network(name: str) -> tuple[Graph, Shape | None]:
    if name in GALLERY:
        experiment = load_experiment(f"gallery:{name}")
        return experiment.graph, experiment.data.sample_shape
    if name == "long names":
        return _with_long_names(), None
    if name == "own blocks":
        return _with_own_blocks(), None
    if name == "own forms":
        return _with_own_forms(), None
    graph = build_line(Graph(), LINES[name])[0]
    if name == "constants":
        graph = graph.with_node(Node("l", Add())).with_edges([Edge("input", "l"), Edge("constant1", "l", 1)])
    return graph, None


def _with_long_names() -> Graph:
    """Names that are no good variables, a line that must be folded, attention with a mask."""
    long = "a_layer_whose_name_is_longer_than_a_variable_should_be"
    mask = LAYERS["MultiheadAttention"].model_validate({"num_heads": 2, "causal": True})
    nodes = [Node("input", LAYERS["Input"].model_validate({"shape": (6, 8)})), Node("x", LAYERS["ReLU"]()),
             Node("O", LAYERS["Tanh"]()), Node(long, LAYERS["Linear"].model_validate({"out_features": 8})),
             Node("sum", Add()), Node("att", mask), Node("mul", MatMul(transpose=True)),
             *(Node(f"branch_number_{i}", LAYERS["Sigmoid"]()) for i in range(6))]
    edges = [Edge("input", "x"), Edge("x", "O"), Edge("x", long), Edge("att", "mul"), Edge(long, "mul", 1),
             *(Edge("O", f"branch_number_{i}") for i in range(6)),
             *(Edge(f"branch_number_{i}", "sum", i) for i in range(6)), Edge(long, "sum", 6), Edge("sum", "att")]
    return Graph.of(nodes, edges)


def _with_own_blocks() -> Graph:
    """A block of one's own in two widths, with another block inside that keeps the width."""
    graph, end = build_line(Graph(), "input 3x8x8")[0], "input"
    for number, width in enumerate((8, 16)):
        inner = build_line(Graph(), f"input, conv {width} 3x3 p1, residual {width}, conv {width} 1x1")[0]
        graph = graph.with_node(Node(f"own{number}", Custom(label="Own", graph=inner)))
        graph, end = graph.with_edge(Edge(end, f"own{number}")), f"own{number}"
    return graph


def _with_own_forms() -> Graph:
    """Blocks of one's own that differ in what is no module, are called like others, share weights, are repeated."""
    inside = {"twice": "input, linear 8, scale 2, relu", "thrice": "input, linear 8, scale 3, relu",
              "lower": "input, linear 8, scale 2, (relu +)", "wide": "input, (linear 4 | linear 4), linear 8"}
    graph, end = build_line(Graph(), "input 8")[0], "input"
    labels = {"lower": "Network", "wide": "keep constants"}
    for name, line in inside.items():
        block = Custom(label=labels.get(name, "Own"), graph=build_line(Graph(), line)[0],
                       repeat=3 if name == "wide" else 1)
        graph = graph.with_node(Node(name, block)).with_edge(Edge(end, name))
        end = name
    again = Node("again", graph.nodes["twice"].layer)
    return graph.with_node(again).with_edge(Edge(end, "again")).with_shares("again", "twice")


NETWORKS = (*GALLERY, *LINES, "long names", "own blocks", "own forms")


def _told(name: str) -> str:
    """The source, and where each node stands in it."""
    source = to_source(*_network(name))
    places = (f"# {node}: {' '.join(map(str, lines))}\n" for node, lines in source.lines.items())
    return source.text + "\n\n" + "".join(places)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_source_is_as_it_was(name: str) -> None:
    assert _told(name).splitlines() == (SOURCES / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("line", "names", "source"), [
    ("input 1x8x8, conv 4 3x3, relu, flatten, linear 3", "conv1 act1",
     "nn.Sequential(\n    nn.Conv2d(1, 4, kernel_size=3),\n    nn.ReLU(),\n)"),
    ("input 1x8x8, conv 4 3x3, relu, flatten, linear 3", "input flatten1",
     ""),
    ("input 1x8x8, conv 4 3x3, relu, flatten, linear 3", "input conv1",
     "nn.Sequential(\n    nn.Conv2d(1, 4, kernel_size=3),\n)"),
    ("input 1x8x8, conv 4 3x3, relu, flatten, linear 3", "flatten1 fc1",
     "nn.Sequential(\n    nn.Flatten(),\n    nn.Linear(144, 3),\n)"),
    ("input 1x8x8, conv 4 3x3, relu, flatten, linear 3", "conv1 fc1", ""),
    ("input 8, scale 2, linear 3", "scale1 fc1", None),
    ("input 8, (linear 8 +), relu", "fc1 add1", None),
    ("input 8, (linear 8 +), relu", "add1", None),
    ("input 8", "input", ""),
])  # fmt: skip
def test_a_few_layers_as_they_would_be_pasted(line: str, names: str, source: str | None) -> None:
    graph = build_line(Graph(), line)[0]
    chosen = set(names.split())
    piece = graph.without(set(graph.nodes) - chosen)
    made = snippet(piece, analyze(graph))
    assert made == source if source is not None else "def forward(self, " in made and "nn.Sequential" not in made


if __name__ == "__main__":
    for name in NETWORKS:
        (SOURCES / f"{name}.txt").write_text(_told(name), encoding="utf-8")

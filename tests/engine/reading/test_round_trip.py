"""Exported code read again is the same network: layers, names, wires, blocks with their options, ×N, initial values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.analysis.analysis import analyze
from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.blocks.edits import as_own
from engine.experiment.experiment import gallery_ids, load_experiment
from engine.experiment.trust import allow, sources_of
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import DEFAULTS
from engine.layers.base import LAYERS, Shape
from engine.layers.inputs import Input
from engine.line.line import build_line
from engine.messages import LayerloomError
from engine.reading.reading import from_code
from engine.writing.source import to_python
from tests.engine.writing.test_forms import OPTIONS, SHAPE, in_a_row


def told(graph: Graph) -> Any:
    """All of a graph but where its nodes stand, inside its blocks too."""
    nodes = {name: replace(node, position=(0.0, 0.0), layer=None if isinstance(node.layer, Custom) else node.layer)
             for name, node in graph.nodes.items()}
    blocks = {name: (node.layer.label, node.layer.repeat, told(node.layer.graph))
              for name, node in graph.nodes.items() if isinstance(node.layer, Custom)}
    return nodes, blocks, sorted((edge.source, edge.target, edge.port) for edge in graph.edges)


def assert_comes_back(graph: Graph, shape: Shape | None = None, initialization: str = "default") -> None:
    found = told(from_code(to_python(graph, shape, initialization=initialization)))
    for mine, its in zip(told(graph), found, strict=True):
        assert its == mine


@pytest.mark.parametrize("id", gallery_ids())
def test_the_gallery_comes_back(id: str) -> None:
    experiment = load_experiment(f"gallery:{id}")
    allow(sources_of(experiment.graph))
    for rule in ("default", "xavier_uniform", experiment.recipe.initialization):
        assert_comes_back(experiment.graph, experiment.data.sample_shape, rule)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_network_comes_back(working_graphs: Any, data: st.DataObject) -> None:
    graph = data.draw(working_graphs)
    shape = analyze(graph).nodes["input"].output_shape
    for node in graph.nodes.values():
        try:
            node.layer.with_options()
        except LayerloomError:
            assume(False)  # an option that no form and no file allows
        assume(-1 not in (getattr(node.layer, "shape", None) or ()))  # is written as the number that it is
    assert_comes_back(graph.with_layer("input", Input()), shape)


@pytest.mark.parametrize("kind", OPTIONS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_blocks_come_back(kind: str, data: st.DataObject) -> None:
    options = st.fixed_dictionaries(OPTIONS[kind] | {"repeat": st.integers(1, 4)})
    blocks: Any = [LAYERS[kind].model_validate(each) for each in data.draw(st.lists(options, min_size=1, max_size=3))]
    graph = in_a_row(*blocks)
    assume(not analyze(graph).faults)
    assert_comes_back(graph.with_layer("input", Input()), SHAPE)


LINES = st.sampled_from(["conv 4 3x3 p1, relu", "conv 8 1x1, bn, tanh", "(conv 4 3x3 p1, bn +), relu", "residual 8 x2",
                         "residual 8 s2 x3, conv 4 1x1", "denseblock 2 4", "(conv 4 1x1 | conv 4 3x3 p1)",
                         "scale 2, relu", "cbr 8 x2, transition 4", "inception 2 2 2 2 2 2"])  # fmt: skip
LABELS = st.sampled_from(["Own", "Block", "Nest MLP", "Fixed hidden", "residual", "Residual", "A: B", "1 2 3", "x.y",
                          "层", "two\nlines", 'a "b"', "Network", "my", "Dense block"])  # fmt: skip


@st.composite
def own_blocks(draw: st.DrawFn, depth: int = 2) -> Custom:
    """Blocks of a person's own: repeated, nested, of two kinds of blocks."""
    inner = build_line(Graph(), f"input, {draw(LINES)}")[0]
    if depth and draw(st.booleans()):
        end = next(name for name in reversed(inner.order) if not inner.outputs[name])
        inner = inner.with_node(Node("deep", draw(own_blocks(depth - 1)))).with_edges([Edge(end, "deep")])
    return Custom(label=draw(LABELS), graph=inner, repeat=draw(st.integers(1, 4)))


@settings(max_examples=40, deadline=None)
@given(blocks=st.lists(own_blocks(), min_size=1, max_size=3))
def test_a_persons_own_blocks_come_back(blocks: list[Custom]) -> None:
    graph = in_a_row(*blocks)
    assume(not analyze(graph).faults)
    assert_comes_back(graph.with_layer("input", Input()), SHAPE)


def test_the_shape_that_the_input_has_comes_back() -> None:
    graph = build_line(Graph(), "input 3x8x8, conv 4 3x3, relu")[0]
    assert_comes_back(graph)
    assert_comes_back(graph.with_layer("input", Input()), (3, 8, 8))


@pytest.mark.parametrize("repeat", [2, 12, 200])
def test_a_block_comes_back_however_often_it_stands(repeat: int) -> None:
    own = Custom(label="Own", graph=build_line(Graph(), "input, linear 8, relu")[0], repeat=repeat)
    graph = Graph.of([Node("input", Input()), Node("part", own)], [Edge("input", "part")])
    assert_comes_back(graph, (8,))


def test_neighbours_that_are_nodes_of_their_own_stay_so() -> None:
    block = LAYERS["Residual"](num_channels=4)
    assert_comes_back(in_a_row(*[block] * 3).with_layer("input", Input()), SHAPE)  # type: ignore[list-item]


def test_a_block_that_was_made_ones_own_comes_back_as_that() -> None:
    graph = in_a_row(LAYERS["Residual"](num_channels=4, stride=2, repeat=2), LAYERS["Residual"](num_channels=8))  # type: ignore[arg-type]
    own = as_own(graph.nodes["block0"], (SHAPE,))
    assert_comes_back(graph.with_layer("block0", own).with_layer("input", Input()), SHAPE)


@pytest.mark.parametrize("names", [{"add1": "total"}, {"act1": "end", "add1": "add7"}, {"input": "image"},
                                   {"fc1": "add1_"}, {"act1": "relu", "input": "signal", "add1": "y"}])  # fmt: skip
def test_names_come_back(names: dict[str, str]) -> None:
    graph = build_line(Graph(), "input, (linear 4, tanh +), relu, (linear 4 +), scale 2")[0]
    for old, new in names.items():
        graph = graph.renamed(old, new)
    assert_comes_back(graph, (4,))


@pytest.mark.parametrize("dim", [1, 2, 3, -1])
def test_a_slice_of_everything_comes_back(dim: int) -> None:
    nodes = [Node("input", Input()), Node("all", LAYERS["Slice"](dim=dim)), Node("relu", LAYERS["ReLU"]())]
    graph = Graph.of(nodes, [Edge("input", "all"), Edge("all", "relu")])
    again = from_code(to_python(graph, (2, 3, 4)))
    assert again.nodes.keys() == graph.nodes.keys() and again.nodes["all"].layer == LAYERS["Slice"](dim=dim % 4)


def test_shared_weights_come_back_and_are_no_repeat() -> None:
    block = Custom(label="Own", graph=build_line(Graph(), "input, linear 4, relu")[0])
    nodes = [Node("input", Input()), Node("a", block), Node("b", block, shares="a"), Node("c", block)]
    graph = Graph.of(nodes, [Edge("input", "a"), Edge("a", "b"), Edge("b", "c")])
    assert_comes_back(graph, (4,))


INITS: dict[str, dict[str, Any]] = {
    "fc1": {"weight": {"kind": "normal", "std": 0.5}, "bias": {"kind": "constant", "value": 2.0}},
    "fc2": {"weight": {"kind": "kaiming_normal"}, "trainable": False},
    "fc3": {"weight": {"kind": "formula", "formula": "w = normal(0, 2); where(i == j, 1, w / sqrt(fan_out))"},
            "edits": [{"key": "bias", "index": [1], "value": 3.0}]},
}  # fmt: skip


def test_how_weights_begin_comes_back() -> None:
    graph = build_line(Graph(), "input, linear 4, relu, linear 4, relu, linear 4")[0]
    for name, options in INITS.items():
        graph = graph.with_parameters(name, DEFAULTS.with_options(**options))
    assert_comes_back(graph, (4,))
    own = Custom(label="Own", graph=graph, repeat=2)
    assert_comes_back(Graph.of([Node("input", Input()), Node("own", own)], [Edge("input", "own")]), (4,))


@pytest.mark.parametrize("kind", ["Residual", "Dense", "VGG", "Inception"])
@pytest.mark.parametrize("repeat", [1, 3])
def test_how_a_block_begins_comes_back(kind: str, repeat: int) -> None:
    block: Any = LAYERS[kind]().with_options(repeat=repeat)
    options = {"weight": {"kind": "xavier_normal"}, "bias": {"kind": "constant"}, "trainable": False}
    graph = in_a_row(block).with_parameters("block0", DEFAULTS.with_options(**options))
    assert_comes_back(graph.with_layer("input", Input()), SHAPE)


def test_every_block_is_a_block_again() -> None:
    for kind in OPTIONS:
        graph = from_code(to_python(in_a_row(LAYERS[kind]())))  # type: ignore[arg-type]
        assert isinstance(graph.nodes["block0"].layer, Block) and graph.nodes["block0"].layer.kind() == kind

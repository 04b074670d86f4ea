"""Lines of text as layers, and layers as lines."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine.blocks  # noqa: F401  (fills the registry)
from engine.analysis.analysis import analyze
from engine.experiment.experiment import gallery_ids, load_experiment
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import STEP
from engine.layers import LAYERS, Layer
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.pooling import MaxPool2d
from engine.line.line import LineError, build_line, complete, line_of, parse_line, read_line

LENET = ("conv 6 5x5 p2, sigmoid, avgpool 2, conv 16 5x5, sigmoid, avgpool 2, flatten, fc 120, sigmoid, fc 84, "
         "sigmoid, fc 10")


def _kinds(text: str) -> list[str]:
    return [layer.kind() for layer in parse_line(text)]


def test_the_line_of_the_manual() -> None:
    layers = parse_line("conv 64 3x3 p1, bn, relu, maxpool 2, x3, flatten, linear 10")
    stage = [Conv2d(out_channels=64, kernel_size=3, padding=1), LAYERS["BatchNorm2d"](), ReLU(),
             MaxPool2d(kernel_size=2)]
    assert layers == (*stage * 3, LAYERS["Flatten"](), Linear(out_features=10))


@pytest.mark.parametrize(("text", "kind", "options"), [
    ("conv 64", "Conv2d", {"out_channels": 64}), ("CONV 64 3X3", "Conv2d", {"out_channels": 64}),
    ("conv 32 5 2 1", "Conv2d", {"out_channels": 32, "kernel_size": 5, "stride": 2, "padding": 1}),
    ("conv 8 3×5 s2 p1x2 d2 g4", "Conv2d", {"out_channels": 8, "kernel_size": (3, 5), "stride": 2, "padding": (1, 2),
                                          "dilation": 2, "groups": 4}),
    ("conv k7 64 psame nobias", "Conv2d", {"out_channels": 64, "kernel_size": 7, "padding": "same", "bias": False}),
    ("1x1 conv 16", "Conv2d", {"out_channels": 16, "kernel_size": 1}),
    ("pw 16", "Conv2d", {"out_channels": 16, "kernel_size": 1}),
    ("conv channels=4 padding_mode=reflect", "Conv2d", {"out_channels": 4, "padding_mode": "reflect"}),
    ("conv 4 reflect same", "Conv2d", {"out_channels": 4, "padding_mode": "reflect", "padding": "same"}),
    ("nn.Conv1d 4 k9", "Conv1d", {"out_channels": 4, "kernel_size": 9}),
    ("卷积 6 5x5", "Conv2d", {"out_channels": 6, "kernel_size": 5}),
    ("卷积64", "Conv2d", {"out_channels": 64}), ("fc10", "Linear", {"out_features": 10}),
    ("fully connected 10", "Linear", {"out_features": 10}), ("全连接 10", "Linear", {"out_features": 10}),
    ("dense 3", "Linear", {"out_features": 3}),
    ("linear 10 bias=off", "Linear", {"out_features": 10, "bias": False}),
    ("dropout 0.3", "Dropout", {"p": 0.3}), ("dropout p.2", "Dropout", {"p": 0.2}),
    ("maxpool 3 s2 p1", "MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
    ("max pool 2x2", "MaxPool2d", {"kernel_size": 2}), ("gap", "AdaptiveAvgPool2d", {}),
    ("dw 5 s2", "DepthwiseConv2d", {"kernel_size": 5, "stride": 2}),
    ("input 3x32x32", "Input", {"shape": (3, 32, 32)}), ("input 20", "Input", {"shape": (20,)}),
    ("reshape 16x-1", "Reshape", {"shape": (16, -1)}),
    ("up 3 bilinear", "Upsample", {"scale_factor": 3.0, "mode": "bilinear"}),
    ("gn 4", "GroupNorm", {"num_groups": 4}),
    ("lstm 32 2 last", "LSTM", {"hidden_size": 32, "num_layers": 2, "returns": "last"}),
    ("emb 1000 16", "Embedding", {"num_embeddings": 1000, "embedding_dim": 16}),
    ("mha h4", "MultiheadAttention", {"num_heads": 4}),
    ("residual 64 s2 bottleneck x3", "Residual", {"num_channels": 64, "stride": 2, "bottleneck": True, "repeat": 3}),
    ("inception 64 96 128 16 32 32", "Inception", {"c1": 64, "c2a": 96, "c2b": 128, "c3a": 16, "c3b": 32, "c4": 32}),
    ("vgg 2 128", "VGG", {"num_convs": 2, "out_channels": 128}),
    ("dense block 4 12", "Dense", {"num_convs": 4, "growth_rate": 12}),
    ("transition", "Transition", {}), ("cat", "Concatenate", {}),
    ("leaky relu 0.2", "LeakyReLU", {"negative_slope": 0.2}),
])  # fmt: skip
def test_a_step(text: str, kind: str, options: dict[str, object]) -> None:
    assert parse_line(text) == (LAYERS[kind]().with_options(**options),)


@pytest.mark.parametrize(("text", "kinds"), [
    ("relu -> gelu → tanh, sigmoid， relu\nelu", ["ReLU", "GELU", "Tanh", "Sigmoid", "ReLU", "ELU"]),
    ("(conv 4, relu) x2, flatten", ["Conv2d", "ReLU", "Conv2d", "ReLU", "Flatten"]),
    ("relu, x2, gelu, x3", ["ReLU", "ReLU", "GELU", "GELU", "GELU"]),
    ("input 3x8x8, conv 4, x2", ["Input", "Conv2d", "Conv2d"]), ("relu x3", ["ReLU"] * 3),
    ("((relu, x2), gelu) ×2", ["ReLU", "ReLU", "GELU"] * 2),
    ("fc 8, bn, relu", ["Linear", "BatchNorm1d", "ReLU"]),
    ("conv 8, bn, flatten, bn", ["Conv2d", "BatchNorm2d", "Flatten", "BatchNorm1d"]),
    ("conv1d 8 5, bn, relu, maxpool 2", ["Conv1d", "BatchNorm1d", "ReLU", "MaxPool1d"]),
    ("input 4x8x8x8, conv 2, bn, pool", ["Input", "Conv3d", "BatchNorm3d", "MaxPool3d"]),
    ("input 4x8x8, (flatten, bn | bn)", ["Input", "Flatten", "BatchNorm1d", "BatchNorm2d", "Concatenate"]),
    ("fc 8, bn2d", ["Linear", "BatchNorm2d"]), ("conv 8, , relu,", ["Conv2d", "ReLU"]),
])  # fmt: skip
def test_steps(text: str, kinds: list[str]) -> None:
    assert _kinds(text) == kinds


@pytest.mark.parametrize(("text", "start", "end", "words"), [
    ("conv 64, foo 3", 9, 12, "no layer “foo”"), ("conv 64 q9", 8, 10, "no option “q9”"),
    ("conv 8 k0", 7, 9, "Kernel size must be at least 1"),
    ("relu 3 4", 5, 6, "takes no number"), ("bn 64", 3, 5, "takes no number"), ("conv 4 k3 k5", 10, 12, "twice"),
    ("relu, (conv 3", 6, 7, "not closed"),
    ("relu)", 4, 5, "closes nothing"), ("x3, relu", 0, 2, "nothing before"),
    ("relu | gelu", 5, 6, "outside brackets"), ("64 3x3", 0, 6, "no layer"),
    ("(relu | gelu + elu)", 13, 14, "either"), ("()", 0, 2, "nothing in these"), ("", 0, 0, "Write layers"),
    ("relu x9999", 0, 10, "the most"),
    ("(relu, x999) x999", 13, 17, "the most"), ("relu, x0", 6, 8, "at least once"),
    ("conv 4 psame s2", 0, 15, "stride 1"), ("conv 4 colour=red", 7, 17, "no option"),
])  # fmt: skip
def test_errors_say_what_and_where(text: str, start: int, end: int, words: str) -> None:
    with pytest.raises(LineError) as raised:
        parse_line(text)
    assert words in str(raised.value)
    assert (raised.value.start, raised.value.end) == (start, end)


def test_branches_meet_again() -> None:
    items = read_line("(conv 8 3x3 p1, bn +), relu, (conv 4 1x1 | maxpool 3 s1 p1 | ), flatten")
    assert [item.layer.kind() for item in items] == ["Conv2d", "BatchNorm2d", "Add", "ReLU", "Conv2d", "MaxPool2d",
                                                     "Concatenate", "Flatten"]
    assert [item.after for item in items] == [(-1,), (0,), (1, -1), (2,), (3,), (3,), (4, 5, 3), (6,)]


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if kind not in ("Custom", "Code")])
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_written_is_read_back(kind: str, layers_of: Callable[[str], st.SearchStrategy[Layer]],
                                      data: st.DataObject) -> None:
    layer = data.draw(layers_of(kind))
    graph = Graph.of([Node("a", layer), Node("b", LAYERS["BatchNorm2d"]()), Node("c", LAYERS["Conv2d"]())],
                     [Edge("b", "c")])
    assert parse_line(line_of(graph)) == tuple(graph.nodes[name].layer for name in graph.order)


def _kinds_of(name: str) -> set[str]:
    return {node.layer.kind() for node in load_experiment(f"gallery:{name}").graph.nodes.values()}


NO_LINE = [name for name in gallery_ids() if _kinds_of(name) & {"Custom", "Code"}]
WITH_LINE = [name for name in gallery_ids() if name not in NO_LINE]
ONE_PIECE = [name for name in WITH_LINE if ";" not in line_of(load_experiment(f"gallery:{name}").graph)]


def test_most_networks_have_a_line_of_one_piece() -> None:
    assert len(ONE_PIECE) > 0.8 * len(gallery_ids()) and NO_LINE


@pytest.mark.parametrize("name", NO_LINE)
def test_what_people_wrote_has_no_line(name: str) -> None:
    with pytest.raises(LineError):
        line_of(load_experiment(f"gallery:{name}").graph)


@pytest.mark.parametrize("name", WITH_LINE)
def test_lines_of_the_gallery(name: str) -> None:
    graph = load_experiment(f"gallery:{name}").graph
    line = line_of(graph)
    count = len(graph.nodes)
    _, names = build_line(Graph(), line)
    assert len(names) == count and sorted(map(repr, parse_line(line))) == sorted(
        repr(node.layer) for node in graph.nodes.values())


@pytest.mark.parametrize("name", ONE_PIECE)
def test_a_line_of_one_piece_builds_the_same_network(name: str) -> None:
    experiment = load_experiment(f"gallery:{name}")
    graph, shape = experiment.graph, experiment.data.sample_shape
    built, _ = build_line(Graph(), line_of(graph))
    before, after = analyze(graph, shape), analyze(built, shape)
    assert len(built.edges) == len(graph.edges) and after.output_shape == before.output_shape
    assert graph.shares or after.params == before.params


def test_branches_are_written_in_brackets() -> None:
    text = "input 4x8x8, (conv 4 3x3 p1, bn, relu, (conv 2 1x1 | conv 2 3x3 p1) + ), relu, flatten, linear 3"
    assert line_of(build_line(Graph(), text)[0]) == text


def test_long_chains_are_written() -> None:
    graph, _ = build_line(Graph(), "input 8, (fc 8, relu +), x300")
    assert len(graph.nodes) == 901 and build_line(Graph(), line_of(graph))[0].edges == graph.edges


@pytest.mark.parametrize(("typed", "meant"), [("sofmax", "Softmax"), ("dropuot 0.5", "Dropout"), ("foo", ""),
                                              ("trnspo", "Transposed conv 2d")])
def test_a_name_is_only_suggested_where_it_may_be_meant(typed: str, meant: str) -> None:
    with pytest.raises(LineError) as raised:
        parse_line(f"conv 8, {typed}, relu")
    assert ("Did you mean" in str(raised.value)) == bool(meant) and meant in str(raised.value)


# -- built into a graph -----------------------------------------------------------------------------------------------


def test_lenet_from_nothing() -> None:
    graph, names = build_line(Graph(), f"input 1x28x28, {LENET}")
    analysis = analyze(graph)
    assert analysis.params == 61_706 and analysis.output_shape == (10,) and not analysis.faults
    assert names == tuple(graph.nodes) and names[:3] == ("input", "conv1", "act1")
    heights = [graph.nodes[name].position[1] for name in graph.order]
    assert heights == [index * STEP for index in range(13)]
    assert build_line(Graph(), LENET)[0].nodes.keys() == graph.nodes.keys()


def test_behind_the_end_and_behind_a_layer() -> None:
    graph, _ = build_line(Graph(), "conv 6, relu")
    longer, names = build_line(graph, "flatten, fc 10, bn")
    assert names == ("flatten1", "fc1", "bn1") and longer.inputs["flatten1"][0].source == "act1"
    assert longer.nodes["bn1"].layer.kind() == "BatchNorm1d"
    between, names = build_line(longer, "conv 8, relu", after=["conv1"])
    assert between.inputs["conv2"][0].source == "conv1" and between.inputs["act1"][0].source == names[-1]
    places = sorted(node.position[1] for node in between.nodes.values())
    assert all(after - before >= STEP for before, after in pairwise(places))


def test_into_a_wire_and_at_a_place() -> None:
    graph, _ = build_line(Graph(), "conv 6, relu, flatten")
    wire = next(edge for edge in graph.edges if edge.target == "flatten1")
    into, names = build_line(graph, "bn, (conv 6 p1 +), maxpool 2", edge=wire)
    assert into.inputs[names[0]][0].source == "act1" and into.inputs["flatten1"][0].source == names[-1]
    assert into.nodes["flatten1"].position[1] >= into.nodes[names[-1]].position[1] + STEP
    loose, names = build_line(graph, "relu, gelu", at=(500.0, 40.0))
    assert not loose.inputs[names[0]] and loose.nodes[names[0]].position == (500.0, 40.0)
    assert loose.nodes[names[1]].position == (500.0, 40.0 + STEP)


def test_several_layers_are_merged() -> None:
    graph, _ = build_line(Graph(), "input 3x8x8, conv 4 p1; conv 4 p1")
    graph = graph.with_edges([Edge("input", "conv2")])
    merged, names = build_line(graph, "add, relu", after=["conv1", "conv2"])
    assert [edge.source for edge in merged.inputs["add1"]] == ["conv1", "conv2"] and names == ("add1", "act1")


def test_a_shortcut_is_wired_around() -> None:
    graph, _ = build_line(Graph(), "input 4x8x8, (conv 4 3x3 p1, bn, relu, conv 4 3x3 p1, bn +), relu")
    assert [edge.source for edge in graph.inputs["add1"]] == ["bn2", "input"]
    assert not analyze(graph).faults and len({node.position for node in graph.nodes.values()}) == len(graph.nodes)


def test_the_input_that_is_there_stays() -> None:
    graph = Graph.of([Node("input", Input())])
    built, names = build_line(graph, "input 1x8x8, flatten, fc 3")
    assert built.nodes["input"].layer == Input(shape=(1, 8, 8)) and names == ("flatten1", "fc1")
    assert [name for name, node in built.nodes.items() if isinstance(node.layer, Input)] == ["input"]


@pytest.mark.parametrize(("given", "typed", "shape"), [
    ((3, 4, 4), "input", (3, 4, 4)), ((3, 4, 4), "input 5", (3, 4, 4)), (None, "input", None), (None, "input 5", (5,))])
def test_a_shape_that_is_there_stays(given: tuple[int, ...] | None, typed: str, shape: tuple[int, ...] | None) -> None:
    built, _ = build_line(Graph.of([Node("input", Input(shape=given))]), f"{typed}, flatten")
    assert built.nodes["input"].layer == Input(shape=shape)


# -- completion -------------------------------------------------------------------------------------------------------


def _inserts(text: str) -> list[str]:
    return [each.insert for each in complete(text, len(text), (3, 8, 8), "Input")]


def test_completion_offers_layers_then_options_then_values() -> None:
    assert _inserts("")[0] == "conv" and _inserts("co")[0] == "conv"
    assert _inserts("conv 8, ")[0] == "relu" and _inserts("batch no")[0] == "bn"
    assert {"stride=", "padding=", "bias="} <= set(_inserts("conv 8 ")) and _inserts("conv 8 pad")[0] == "padding="
    assert _inserts("conv bias=") == ["bias=true", "bias=false"]
    assert _inserts("conv padding_mode=ref") == ["padding_mode=reflect"]
    assert _inserts("conv 64") == []


@pytest.mark.parametrize("text", ["co", "conv 8, re", "conv bias=f", "卷", "conv 8 str"])
def test_what_is_completed_can_be_read(text: str) -> None:
    first = complete(text, len(text))[0]
    written = text[: first.start] + first.insert + text[first.end :]
    assert parse_line(f"{written}2" if written.endswith("=") else written)


def test_prose_is_refused_at_once() -> None:
    for text in ("word " * 30_000, "word, " * 15_000, "(" * 5000, '"' * 999, "x" * 99_999):
        with pytest.raises(LineError):
            parse_line(text)


@pytest.mark.parametrize("text", ['"', 'conv "', 'relu "a', "conv " + "9" * 5000, "\\", '"\\'])
def test_odd_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(LineError):
        parse_line(text)


def test_a_cursor_that_counts_pairs_is_within_the_text() -> None:
    assert isinstance(complete("\U0001f600", cursor=2), list)

"""What each block is made of, and what its card and its line of code say."""

from __future__ import annotations

from typing import Any

import pytest

from engine.analysis.analysis import analyze
from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.blocks.edits import BlockError, dissolved, inner, make_block
from engine.blocks.repeats import as_block, repeated
from engine.graph.frames import Frame
from engine.graph.graph import Graph, GraphError
from engine.layers import LAYERS
from engine.layers.base import Shape
from engine.line.line import build_line


def told(graph: Graph) -> str:
    """Each node but the Input: name, kind and options, and what it reads."""
    found = []
    for name in graph.order:
        node, sources = graph.nodes[name], "+".join(edge.source for edge in graph.inputs[name])
        if sources:
            options = (f"{key}={value}" for key, value in node.layer.model_dump(exclude_defaults=True).items()
                       if key != "graph")
            found.append(" ".join([name, node.layer.kind(), *options, "<", sources]))
    return "; ".join(found)


@pytest.mark.parametrize(("kind", "options", "shape", "inside", "summary", "line"), [
    ("VGG", {}, (3, 8, 8),
     "conv1 Conv2d out_channels=64 padding=1 < input; act1 ReLU < conv1; conv2 Conv2d "
     "out_channels=64 padding=1 < act1; act2 ReLU < conv2; pool MaxPool2d stride=2 < act2",
     "2 × 64", "VGG(num_convs=2, out_channels=64)"),
    ("VGG", {"num_convs": 1, "out_channels": 8}, (3, 8, 8),
     "conv1 Conv2d out_channels=8 padding=1 < input; act1 ReLU < conv1; pool MaxPool2d stride=2 < "
     "act1",
     "1 × 8", "VGG(num_convs=1, out_channels=8)"),
    ("VGG", {"num_convs": 3, "repeat": 2}, (3, 8, 8),
     "vgg1 VGG num_convs=3 < input; vgg2 VGG num_convs=3 < vgg1",
     "3 × 64 · ×2", "VGG(repeat=2, num_convs=3, out_channels=64)"),
    ("NiN", {}, (3, 8, 8),
     "conv1 Conv2d out_channels=96 padding=1 < input; act1 ReLU < conv1; conv2 Conv2d "
     "out_channels=96 kernel_size=1 < act1; act2 ReLU < conv2; conv3 Conv2d out_channels=96 "
     "kernel_size=1 < act2; act3 ReLU < conv3",
     "96 · 3×3", "NiN(out_channels=96, kernel_size=3, stride=1, padding=1)"),
    ("NiN", {"out_channels": 5, "kernel_size": (3, 5), "stride": 2, "padding": 1}, (3, 9, 9),
     "conv1 Conv2d out_channels=5 kernel_size=(3, 5) stride=2 padding=1 < input; act1 ReLU < conv1; "
     "conv2 Conv2d out_channels=5 kernel_size=1 < act1; act2 ReLU < conv2; conv3 Conv2d "
     "out_channels=5 kernel_size=1 < act2; act3 ReLU < conv3",
     "5 · 3×5 · stride 2×2", "NiN(out_channels=5, kernel_size=(3, 5), stride=2, padding=1)"),
    ("Dense", {}, (3, 8, 8),
     "bn1 BatchNorm2d < input; act1 ReLU < bn1; conv1 Conv2d out_channels=32 padding=1 < act1; "
     "cat1 Concatenate < input+conv1; bn2 BatchNorm2d < cat1; act2 ReLU < bn2; conv2 Conv2d "
     "out_channels=32 padding=1 < act2; cat2 Concatenate < cat1+conv2; bn3 BatchNorm2d < cat2; act3 "
     "ReLU < bn3; conv3 Conv2d out_channels=32 padding=1 < act3; cat3 Concatenate < cat2+conv3;"
     " bn4 BatchNorm2d < cat3; act4 ReLU < bn4; conv4 Conv2d out_channels=32 padding=1 < act4; "
     "cat4 Concatenate < cat3+conv4",
     "4 · growth 32", "Dense(num_convs=4, growth_rate=32)"),
    ("Dense", {"num_convs": 2, "growth_rate": 5}, (3, 8, 8),
     "bn1 BatchNorm2d < input; act1 ReLU < bn1; conv1 Conv2d out_channels=5 padding=1 < act1; cat1"
     " Concatenate < input+conv1; bn2 BatchNorm2d < cat1; act2 ReLU < bn2; conv2 Conv2d "
     "out_channels=5 padding=1 < act2; cat2 Concatenate < cat1+conv2",
     "2 · growth 5", "Dense(num_convs=2, growth_rate=5)"),
    ("Transition", {}, (6, 8, 8),
     "bn BatchNorm2d < input; act ReLU < bn; conv Conv2d out_channels=3 kernel_size=1 < act; pool "
     "AvgPool2d stride=2 < conv",
     "half the channels", "Transition(out_channels=None)"),
    ("ConvBNReLU", {}, (3, 8, 8),
     "conv Conv2d out_channels=64 padding=1 bias=False < input; bn BatchNorm2d < conv; act ReLU < "
     "bn",
     "64 · 3×3", "ConvBNReLU(out_channels=64, kernel_size=3, stride=1, padding=1, bias=False)"),
    ("ConvBNReLU", {"kernel_size": 1, "stride": 2, "padding": 0, "bias": False}, (3, 8, 8),
     "conv Conv2d out_channels=64 kernel_size=1 stride=2 bias=False < input; bn BatchNorm2d < conv; "
     "act ReLU < bn",
     "64 · 1×1 · stride 2×2", "ConvBNReLU(out_channels=64, kernel_size=1, stride=2, padding=0, bias=False)"),
    ("Inception", {}, (3, 8, 8),
     "conv1 Conv2d out_channels=64 kernel_size=1 < input; act1 ReLU < conv1; conv2a Conv2d "
     "out_channels=96 kernel_size=1 < input; act2a ReLU < conv2a; conv2b Conv2d out_channels=128 "
     "padding=1 < act2a; act2b ReLU < conv2b; conv3a Conv2d kernel_size=1 < input; act3a ReLU < "
     "conv3a; conv3b Conv2d out_channels=32 kernel_size=5 padding=2 < act3a; act3b ReLU < conv3b; pool"
     " MaxPool2d kernel_size=3 stride=1 padding=1 < input; conv4 Conv2d out_channels=32 kernel_size=1 "
     "< pool; act4 ReLU < conv4; cat Concatenate < act1+act2b+act3b+act4",
     "64 ‖ 128 ‖ 32 ‖ 32", "Inception(c1=64, c2a=96, c2b=128, c3a=16, c3b=32, c4=32)"),
    ("Inception", {"c1": 1, "c2a": 2, "c2b": 3, "c3a": 4, "c3b": 5, "c4": 6, "repeat": 2}, (3, 8, 8),
     "inception1 Inception c1=1 c2a=2 c2b=3 c3a=4 c3b=5 c4=6 < input; inception2 Inception c1=1 c2a=2 "
     "c2b=3 c3a=4 c3b=5 c4=6 < inception1",
     "1 ‖ 3 ‖ 5 ‖ 6 · ×2", "Inception(repeat=2, c1=1, c2a=2, c2b=3, c3a=4, c3b=5, c4=6)"),
    ("Residual", {}, (64, 8, 8),
     "conv1 Conv2d out_channels=64 padding=1 < input; bn1 BatchNorm2d < conv1; act1 ReLU < bn1; "
     "conv2 Conv2d out_channels=64 padding=1 < act1; bn2 BatchNorm2d < conv2; add Add < bn2+input;"
     " act2 ReLU < add",
     "64", "Residual(num_channels=64, stride=1, shortcut='auto', bottleneck=False, bias=True)"),
    ("Residual", {"num_channels": 8}, (3, 8, 8),
     "conv1 Conv2d out_channels=8 padding=1 < input; bn1 BatchNorm2d < conv1; act1 ReLU < bn1; "
     "conv2 Conv2d out_channels=8 padding=1 < act1; bn2 BatchNorm2d < conv2; shortcut Conv2d "
     "out_channels=8 kernel_size=1 < input; add Add < bn2+shortcut; act2 ReLU < add",
     "8", "Residual(num_channels=8, stride=1, shortcut='auto', bottleneck=False, bias=True)"),
    ("Residual", {"num_channels": 8, "stride": 2}, (8, 8, 8),
     "conv1 Conv2d out_channels=8 stride=2 padding=1 < input; bn1 BatchNorm2d < conv1; act1 ReLU <"
     " bn1; conv2 Conv2d out_channels=8 padding=1 < act1; bn2 BatchNorm2d < conv2; shortcut Conv2d"
     " out_channels=8 kernel_size=1 stride=2 < input; add Add < bn2+shortcut; act2 ReLU < add",
     "8 · stride 2", "Residual(num_channels=8, stride=2, shortcut='auto', bottleneck=False, bias=True)"),
    ("Residual", {"num_channels": 8, "shortcut": "identity"}, (8, 8, 8),
     "conv1 Conv2d out_channels=8 padding=1 < input; bn1 BatchNorm2d < conv1; act1 ReLU < bn1; "
     "conv2 Conv2d out_channels=8 padding=1 < act1; bn2 BatchNorm2d < conv2; add Add < bn2+input; "
     "act2 ReLU < add",
     "8", "Residual(num_channels=8, stride=1, shortcut='identity', bottleneck=False, bias=True)"),
    ("Residual", {"num_channels": 8, "bottleneck": True}, (8, 8, 8),
     "conv1 Conv2d out_channels=2 kernel_size=1 < input; bn1 BatchNorm2d < conv1; act1 ReLU < bn1;"
     " conv2 Conv2d out_channels=2 padding=1 < act1; bn2 BatchNorm2d < conv2; act2 ReLU < bn2; "
     "conv3 Conv2d out_channels=8 kernel_size=1 < act2; bn3 BatchNorm2d < conv3; add Add < "
     "bn3+input; act3 ReLU < add",
     "8 · bottleneck", "Residual(num_channels=8, stride=1, shortcut='auto', bottleneck=True, bias=True)"),
    ("Residual", {"num_channels": 8, "bottleneck": True, "stride": 2, "bias": False}, (3, 8, 8),
     "conv1 Conv2d out_channels=2 kernel_size=1 bias=False < input; bn1 BatchNorm2d < conv1; act1 "
     "ReLU < bn1; conv2 Conv2d out_channels=2 stride=2 padding=1 bias=False < act1; bn2 BatchNorm2d < "
     "conv2; act2 ReLU < bn2; conv3 Conv2d out_channels=8 kernel_size=1 bias=False < act2; bn3 "
     "BatchNorm2d < conv3; shortcut Conv2d out_channels=8 kernel_size=1 stride=2 bias=False < input; add "
     "Add < bn3+shortcut; act3 ReLU < add",
     "8 · stride 2 · bottleneck", "Residual(num_channels=8, stride=2, shortcut='auto', bottleneck=True, bias=False)"),
    ("Residual", {"num_channels": 8, "stride": 2, "repeat": 3}, (3, 8, 8),
     "residual1 Residual num_channels=8 stride=2 < input; residual2 Residual num_channels=8 < "
     "residual1; residual3 Residual num_channels=8 < residual2",
     "8 · stride 2 · ×3", "Residual(repeat=3, num_channels=8, stride=2, shortcut='auto', bottleneck=False, bias=True)"),
    ("Transition", {"out_channels": 4}, (6, 8, 8),
     "bn BatchNorm2d < input; act ReLU < bn; conv Conv2d out_channels=4 kernel_size=1 < act; pool "
     "AvgPool2d stride=2 < conv",
     "4", "Transition(out_channels=4)"),
    ("Residual", {"num_channels": 8, "shortcut": "convolution"}, (8, 8, 8),
     "conv1 Conv2d out_channels=8 padding=1 < input; bn1 BatchNorm2d < conv1; act1 ReLU < bn1; "
     "conv2 Conv2d out_channels=8 padding=1 < act1; bn2 BatchNorm2d < conv2; shortcut Conv2d "
     "out_channels=8 kernel_size=1 < input; add Add < bn2+shortcut; act2 ReLU < add",
     "8", "Residual(num_channels=8, stride=1, shortcut='convolution', bottleneck=False, bias=True)"),
    ("Dense", {"num_convs": 1, "repeat": 2}, (3, 8, 8),
     "dense1 Dense num_convs=1 < input; dense2 Dense num_convs=1 < dense1",
     "1 · growth 32 · ×2", "Dense(repeat=2, num_convs=1, growth_rate=32)"),
])  # fmt: skip
def test_what_a_block_is_made_of(kind: str, options: dict[str, Any], shape: Shape, inside: str, summary: str,
                                 line: str) -> None:
    block = LAYERS[kind].model_validate(options)
    assert isinstance(block, Block)
    assert (told(block.drawn([shape])), block.summary(), block.torch_line([shape])) == (inside, summary, line)


NETWORK = "input 4x8x8, conv 4 3x3 p1, relu, (conv 4 3x3 p1, bn +), relu, flatten, linear 3, bn1d"


@pytest.fixture(scope="module")
def network() -> Graph:
    return build_line(Graph(), NETWORK)[0]


@pytest.mark.parametrize(("names", "label", "name", "around", "inside"), [
    ("conv1 act1", "My Part", "my_part",
     "my_part Custom label=My Part < input; conv2 Conv2d out_channels=4 padding=1 < my_part; bn1 "
     "BatchNorm2d < conv2; add1 Add < bn1+my_part; act2 ReLU < add1; flatten1 Flatten < act2; fc1 "
     "Linear out_features=3 < flatten1; bn2 BatchNorm1d < fc1",
     "conv1 Conv2d out_channels=4 padding=1 < input; act1 ReLU < conv1"),
    ("conv2 bn1 add1", "Skip", "skip",
     "conv1 Conv2d out_channels=4 padding=1 < input; act1 ReLU < conv1; skip Custom label=Skip < "
     "act1; act2 ReLU < skip; flatten1 Flatten < act2; fc1 Linear out_features=3 < flatten1; bn2 "
     "BatchNorm1d < fc1",
     "conv2 Conv2d out_channels=4 padding=1 < input; bn1 BatchNorm2d < conv2; add1 Add < bn1+input"),
    ("fc1", "fc1", "fc1",
     "conv1 Conv2d out_channels=4 padding=1 < input; act1 ReLU < conv1; conv2 Conv2d "
     "out_channels=4 padding=1 < act1; bn1 BatchNorm2d < conv2; add1 Add < bn1+act1; act2 ReLU < "
     "add1; flatten1 Flatten < act2; fc1 Custom label=fc1 < flatten1; bn2 BatchNorm1d < fc1",
     "fc1 Linear out_features=3 < input"),
    ("fc1 bn2", "Input", "input1",
     "conv1 Conv2d out_channels=4 padding=1 < input; act1 ReLU < conv1; conv2 Conv2d "
     "out_channels=4 padding=1 < act1; bn1 BatchNorm2d < conv2; add1 Add < bn1+act1; act2 ReLU < "
     "add1; flatten1 Flatten < act2; input1 Custom label=Input < flatten1",
     "fc1 Linear out_features=3 < input; bn2 BatchNorm1d < fc1"),
    ("fc1", "conv1", "conv3",
     "conv1 Conv2d out_channels=4 padding=1 < input; act1 ReLU < conv1; conv2 Conv2d "
     "out_channels=4 padding=1 < act1; bn1 BatchNorm2d < conv2; add1 Add < bn1+act1; act2 ReLU < "
     "add1; flatten1 Flatten < act2; conv3 Custom label=conv1 < flatten1; bn2 BatchNorm1d < conv3",
     "fc1 Linear out_features=3 < input"),
    ("conv2 bn1 add1 act2 flatten1 fc1 bn2", "End", "end",
     "conv1 Conv2d out_channels=4 padding=1 < input; act1 ReLU < conv1; end Custom label=End < "
     "act1",
     "conv2 Conv2d out_channels=4 padding=1 < input; bn1 BatchNorm2d < conv2; add1 Add < "
     "bn1+input; act2 ReLU < add1; flatten1 Flatten < act2; fc1 Linear out_features=3 < flatten1; "
     "bn2 BatchNorm1d < fc1"),
    ("conv1", "3 × ß", "block",
     "block Custom label=3 × ß < input; act1 ReLU < block; conv2 Conv2d out_channels=4 padding=1 <"
     " act1; bn1 BatchNorm2d < conv2; add1 Add < bn1+act1; act2 ReLU < add1; flatten1 Flatten "
     "< act2; fc1 Linear out_features=3 < flatten1; bn2 BatchNorm1d < fc1",
     "conv1 Conv2d out_channels=4 padding=1 < input"),
    ("conv1", "class", "class1",
     "class1 Custom label=class < input; act1 ReLU < class1; conv2 Conv2d out_channels=4 padding=1"
     " < act1; bn1 BatchNorm2d < conv2; add1 Add < bn1+act1; act2 ReLU < add1; flatten1 "
     "Flatten < act2; fc1 Linear out_features=3 < flatten1; bn2 BatchNorm1d < fc1",
     "conv1 Conv2d out_channels=4 padding=1 < input"),
])  # fmt: skip
def test_a_selection_as_a_block(network: Graph, names: str, label: str, name: str, around: str, inside: str) -> None:
    graph, made = make_block(network, names.split(), label)
    block = graph.nodes[made].layer
    assert isinstance(block, Custom)
    assert (made, told(graph), told(block.graph)) == (name, around, inside)
    opened, inner_names = dissolved(graph, made, analyze(graph))
    assert told(opened) == told(network) and set(inner_names) == set(names.split())


@pytest.mark.parametrize(("names", "reason"), [
    ("", "Select the layers that should become a block"),
    ("input conv1", "The Input cannot be part of a block: leave it out of the selection"),
    ("conv1 act2", "A block has one input, but add1, input feed these layers: select where they part too"),
    ("act1 conv2", "A block has one output, but these layers have 2: act1, conv2"),
    ("act1 add1", "A block has one input, but bn1, conv1 feed these layers: select where they part too"),
])  # fmt: skip
def test_what_is_no_block(network: Graph, names: str, reason: str) -> None:
    with pytest.raises(BlockError) as caught:
        make_block(network, names.split(), "x")
    assert str(caught.value) == reason


@pytest.mark.parametrize(("line", "found", "with_block"), [
    ("input 8, (linear 8, relu) x3, linear 3",
     "fc1 act1 | fc2 act2 | fc3 act3 saves 5",
     "part Custom repeat=3 label=Part < input; fc4 Linear out_features=3 < part"),
    ("input 8, (linear 8, relu) x3, (linear 8, tanh) x2",
     "fc1 act1 | fc2 act2 | fc3 act3 saves 5 and fc4 act4 | fc5 act5 saves 3",
     "part Custom repeat=3 label=Part < input; fc4 Linear out_features=8 < part; act4 Tanh < fc4; "
     "fc5 Linear out_features=8 < act4; act5 Tanh < fc5"),
    ("input 4x8x8, (conv 4 3x3 p1, bn +), (conv 4 3x3 p1, bn +), relu",
     "conv1 bn1 add1 | conv2 bn2 add2 saves 5",
     "part Custom repeat=2 label=Part < input; act1 ReLU < part"),
    ("input 8, relu, relu, relu",
     "",
     ""),
    ("input 8, (linear 8) x4",
     "fc1 | fc2 | fc3 | fc4 saves 3",
     "part Custom repeat=4 label=Part < input"),
    ("input 8, (linear 8) x2", "", ""),
    ("input 8, relu x4", "", ""),
    ("input 8x8x8, residual 8, residual 8, residual 8",
     "residual1 | residual2 | residual3 saves 2",
     "part Residual repeat=3 num_channels=8 < input"),
    ("input 8x8x8, residual 8 s2, residual 8, residual 16 s2, residual 16, residual 16",
     "residual3 | residual4 | residual5 saves 2 and residual1 | residual2 saves 1",
     "residual1 Residual num_channels=8 stride=2 < input; residual2 Residual num_channels=8 < residual1; part "
     "Residual repeat=3 num_channels=16 stride=2 < residual2"),
    ("input 8, (linear 8, relu, dropout) x2, (linear 4, relu, linear 4, relu) x2",
     "fc3 act3 | fc4 act4 | fc5 act5 | fc6 act6 saves 7 and fc1 act1 drop1 | fc2 act2 drop2 saves 5",
     "fc1 Linear out_features=8 < input; act1 ReLU < fc1; drop1 Dropout < act1; fc2 Linear "
     "out_features=8 < drop1; act2 ReLU < fc2; drop2 Dropout < act2; part Custom repeat=4 "
     "label=Part < drop2"),
    ("input 8, linear 8, relu, linear 8, tanh",
     "",
     ""),
    ("relu, gelu, relu, gelu, relu",
     "act1 act2 | act3 act4 saves 3",
     "part Custom repeat=2 label=Part < input; act5 ReLU < part"),
    ("input 8, ((linear 8 | relu), linear 8) x2",
     "fc1 act1 cat1 fc2 | fc3 act2 cat2 fc4 saves 7",
     "part Custom repeat=2 label=Part < input"),
])  # fmt: skip
def test_what_repeats_and_as_a_block(line: str, found: str, with_block: str) -> None:
    graph = build_line(Graph(), line)[0]
    repeats = repeated(graph)
    assert " and ".join(f"{' | '.join(map(' '.join, each.copies))} saves {each.saved}" for each in repeats) == found
    if repeats:
        graph = as_block(graph, repeats[0], "Part")[0]
        assert told(graph) == with_block


def test_cards_of_an_opened_block_make_room(network: Graph) -> None:
    moved = network.moved({"conv1": (300.0, 50.0), "act1": (200.0, 190.0)})
    graph, name = make_block(moved, ["conv1", "act1"], "Part")
    assert graph.nodes[name].position == (200.0, 50.0)
    inside = inner(analyze(graph), [name]).graph
    assert {n: node.position for n, node in inside.nodes.items()} == {
        "input": (0.0, 0.0), "conv1": (100.0, 76.0), "act1": (0.0, 216.0)}
    opened = dissolved(graph, name, analyze(graph))[0]
    assert {n: node.position for n, node in opened.nodes.items()} == {
        "input": (0.0, 0.0), "conv1": (300.0, 50.0), "act1": (200.0, 190.0), "conv2": (0.0, 266.0),
        "bn1": (0.0, 342.0), "add1": (0.0, 418.0), "act2": (0.0, 494.0), "flatten1": (0.0, 570.0),
        "fc1": (0.0, 646.0), "bn2": (0.0, 722.0)}


def test_frames_and_marks_stay_with_the_layers(network: Graph) -> None:
    framed = network.with_frames([Frame("all", ("conv1", "act1")), Frame("more", ("conv1", "act1", "flatten1")),
                                  Frame("one", ("conv1",)), Frame("none")])
    graph, name = make_block(framed, ["conv1", "act1"], "P")
    assert [(f.text, f.members) for f in graph.frames] == [("more", ("flatten1", "p")), ("none", ())]
    opened = dissolved(graph.with_marks([name], bypassed=True), name, analyze(graph))[0]
    assert [(f.text, f.members) for f in opened.frames] == [
        ("more", ("flatten1", "conv1", "act1")), ("none", ()), ("all", ("conv1", "act1")), ("one", ("conv1",))]
    assert {n for n, node in opened.nodes.items() if node.bypassed} == {"conv1", "act1"}


def test_what_cannot_be_opened(network: Graph) -> None:
    lost = build_line(Graph(), "input 4x8x8, residual 4, relu")[0].without(["input"])
    for graph, name, reason in (
            (network, "fc1", "fc1 is no block: there is nothing inside"),
            (network, "zz", "There is no layer named zz"),
            (lost, "residual1", "residual1 cannot be opened while its input is unknown: connect it first")):
        with pytest.raises(GraphError) as caught:
            dissolved(graph, name, analyze(graph))
        assert str(caught.value) == reason

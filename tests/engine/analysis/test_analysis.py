"""Analysis: shapes, parameters, multiply-adds, memory, and every fault in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.advice.advice import advise
from engine.analysis.analysis import analyze
from engine.analysis.faults import Fault, MissingInputError, NoInputError, NoOutputError
from engine.blocks.custom import Custom
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.base import Layer, Shape
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add, Concatenate
from engine.line.line import build_line
from engine.messages import LayerloomError
from engine.network.compile import build_module
from engine.writing.source import to_python

Made = Callable[..., Graph]
GREY = (1, 28, 28)


def said(graph: Graph, shape: Shape | None = GREY) -> dict[str | None, str]:
    return {fault.node: str(fault.error) for fault in analyze(graph, shape).faults}


# -- the notes' numbers ----------------------------------------------------------------------------


def test_lenet_in_the_notes_numbers(lenet: Graph) -> None:
    analysis = analyze(lenet, GREY)
    table = [analysis.nodes[name].output_shape for name in ("conv1", "pool1", "conv2", "pool2", "fc1", "fc2", "fc3")]
    assert table == [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120,), (84,), (10,)]
    assert analysis.params == 61_706
    assert analysis.mult_adds == 416_520
    assert analysis.output_shape == (10,)
    assert (analysis.input, analysis.output, analysis.faults) == ("input", "fc3", ())


@pytest.mark.parametrize("name", ["mlp", "lenet_bn", "resnet", "inception_net", "diamond"])
def test_parameters_are_the_modules(name: str, request: pytest.FixtureRequest) -> None:
    graph = request.getfixturevalue(name)
    params = sum(parameter.numel() for parameter in build_module(graph, GREY).parameters())
    assert analyze(graph, GREY).params == params
    assert name != "mlp" or params == 269_322  # the notes' number


def test_resnet18_and_googlenet_have_the_books_parameters(chain: Made) -> None:
    stem: list[tuple[str, str, dict[str, Any]]] = [
        ("conv1", "Conv2d", {"out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3}),
        ("bn1", "BatchNorm2d", {}),
        ("act1", "ReLU", {}),
        ("pool1", "MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
    ]
    head: list[tuple[str, str, dict[str, Any]]] = [
        ("gap", "AdaptiveAvgPool2d", {}), ("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10}),
    ]
    widths = [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)]
    blocks = [(f"residual{index}", "Residual", {"num_channels": width, "stride": stride})
              for index, (width, stride) in enumerate(widths, 1)]
    analysis = analyze(chain(*stem, *blocks, *head), (1, 224, 224))
    assert analysis.params == 11_178_378
    shapes = [analysis.nodes[f"residual{index}"].output_shape for index in (2, 4, 6, 8)]
    assert shapes == [(64, 56, 56), (128, 28, 28), (256, 14, 14), (512, 7, 7)]

    stem = [
        stem[0], stem[2], stem[3],
        ("conv2", "Conv2d", {"out_channels": 64, "kernel_size": 1}), ("act2", "ReLU", {}),
        ("conv3", "Conv2d", {"out_channels": 192, "kernel_size": 3, "padding": 1}), ("act3", "ReLU", {}),
        ("pool2", "MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
    ]
    sizes = [(64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), None, (192, 96, 208, 16, 48, 64),
             (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64), (112, 144, 288, 32, 64, 64),
             (256, 160, 320, 32, 128, 128), None, (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)]
    keys = ("c1", "c2a", "c2b", "c3a", "c3b", "c4")
    blocks = [(f"block{index}", "MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}) if size is None else
              (f"block{index}", "Inception", dict(zip(keys, size, strict=True))) for index, size in enumerate(sizes)]
    assert analyze(chain(*stem, *blocks, *head), (1, 96, 96)).params == 5_977_530


def test_convolution_and_pooling_sizes_of_the_book(layer: Callable[..., Layer]) -> None:
    def size(**options: object) -> Shape:
        return layer("Conv2d", out_channels=1, **options).output_shape([(1, 8, 8)])[1:]

    assert size(kernel_size=3, padding=1) == (8, 8)
    assert size(kernel_size=(5, 3), padding=(2, 1), stride=2) == (4, 4)
    assert size(kernel_size=(3, 5), padding=(0, 1), stride=(3, 4)) == (2, 2)
    assert size(kernel_size=4, padding="same", dilation=3) == (8, 8)
    assert layer("MaxPool2d", kernel_size=3, stride=2).output_shape([(1, 8, 8)]) == (1, 3, 3)
    assert layer("MaxPool2d", kernel_size=3, stride=2, ceil_mode=True).output_shape([(1, 8, 8)]) == (1, 4, 4)
    # A window larger than its input, but with room to begin: torch keeps it in ceil mode.
    assert layer("MaxPool2d", kernel_size=3, stride=2, ceil_mode=True).output_shape([(1, 2, 2)]) == (1, 1, 1)
    assert layer("Conv2d", kernel_size=5, padding=2).arithmetic([(1, 28, 28)]) == ("⌊(28 + 2·2 − 5)/1⌋ + 1 = 28",)


# -- faults ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "where", "words"),
    [
        ([("fc", "Linear", {})], "fc", "Linear expects a flat input, got 1×28×28"),
        ([("flatten", "Flatten", {}), ("conv", "Conv2d", {})], "conv",
         "Conv 2d expects channels×height×width, got 784"),
        ([("conv", "Conv2d", {"kernel_size": 29})], "conv", "Conv 2d: the 29×29 window is larger than its 28×28 input"),
        ([("conv", "Conv2d", {"kernel_size": 11, "dilation": 3})], "conv", "the 31×31 window is larger than its 28×28"),
        ([("pool", "MaxPool2d", {"kernel_size": (1, 30)})], "pool", "Max pool: the 1×30 window is larger"),
        ([("conv", "Conv2d", {"groups": 2})], "conv", "1 input channels cannot be split into 2 groups"),
        ([("conv", "Conv2d", {"padding": 28, "padding_mode": "reflect"})], "conv", "reflect padding needs a border"),
        ([("bn", "BatchNorm1d", {})], "bn", "Batch norm 1d expects a flat input or channels×length, got 1×28×28"),
        ([("flatten", "Flatten", {}), ("bn", "BatchNorm2d", {})], "bn", "expects channels×height×width, got 784"),
        ([("softmax", "Softmax", {"dim": 4})], "softmax", "there is no dim 4 in 1×28×28"),
        ([("softmax", "Softmax", {"dim": 0})], "softmax", "dim 0 is the batch; that would mix examples"),
        ([("flatten", "Flatten", {"start_dim": 3, "end_dim": 2})], "flatten", "start at dim 3 and end before it"),
        ([("flatten", "Flatten", {"start_dim": -4})], "flatten", "dim -4 is the batch"),
        ([("block", "Residual", {"shortcut": "identity"})], "block", "Residual, inside add: Add needs inputs of one"),
        ([("flatten", "Flatten", {}), ("block", "Inception", {})], "block", "Inception expects channels×height×width"),
    ],
)
def test_faults_in_words(chain: Made, rows: list[Any], where: str, words: str) -> None:
    faults = said(chain(*rows))
    assert list(faults) == [where]
    assert words in faults[where]


def test_merge_faults(wired: Made) -> None:
    rows = (("a", "Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1}, ["input"]),
            ("b", "Conv2d", {"out_channels": 4, "kernel_size": 3}, ["input"]))
    assert said(wired(*rows, ("add", "Add", {}, ["a", "b"]))) == {
        "add": "Add needs inputs of one shape, got 4×28×28 and 4×26×26"}
    assert said(wired(*rows, ("cat", "Concatenate", {}, ["a", "b"]))) == {
        "cat": "Concatenate: 4×28×28 and 4×26×26 differ in more than dim 1"}
    assert said(wired(rows[0], ("add", "Add", {}, ["a"]))) == {"add": "Add needs at least 2 inputs: draw another wire"}
    assert said(wired(rows[0], ("cat", "Concatenate", {"dim": 0}, ["a", "a"]))) == {
        "cat": "Concatenate: dim 0 is the batch; that would mix examples"}


def test_faults_of_the_whole(chain: Made, wired: Made) -> None:
    assert said(Graph()) == {None: "There is no Input: add one, so that data can come in"}
    assert said(Graph.of([Node("fc", Linear())])) == {None: "There is no Input: add one, so that data can come in"}
    assert said(chain()) == {None: "Nothing follows the Input: add a layer and draw a wire to it"}
    assert said(chain(("act", "ReLU", {})), None) == {None: "The Input has no shape: choose data, or type its shape"}
    two = wired(("a", "ReLU", {}, ["input"]), ("b", "ReLU", {}, ["input"]))
    assert said(two) == {None: "The network has 2 ends (a, b): join them or remove what is not needed"}
    inputs = Graph.of([Node("one", Input()), Node("two", Input()), Node("add", Add())],
                      [Edge("one", "add", 0), Edge("two", "add", 1)])
    assert said(inputs) == {None: "There are 2 Inputs: keep one"}
    assert all(isinstance(fault.error, (NoInputError, NoOutputError)) for graph in (Graph(), chain(), two, inputs)
               for fault in analyze(graph, GREY).faults)


@pytest.mark.parametrize("stray", [(), ("lonely",)], ids=["alone", "with a layer"])
@pytest.mark.parametrize("shape", [None, (7,)], ids=["no shape", "another shape"])
def test_the_input_that_feeds_the_most_is_the_networks_wherever_it_stands(chain: Made, stray: tuple[str, ...],
                                                                           shape: Shape | None) -> None:
    network = chain(("flatten", "Flatten", {}), ("act", "ReLU", {}), ("fc", "Linear", {"out_features": 3}))
    beside = [Node("stray", Input(shape=shape)), *(Node(name, Flatten()) for name in stray)]
    wires = [Edge("stray", name) for name in stray]
    for nodes in ([*beside, *network.nodes.values()], [*network.nodes.values(), *beside]):
        analysis = analyze(Graph.of(nodes, [*wires, *network.edges]), GREY)
        assert (analysis.input, analysis.output) == ("input", "fc")
        assert analysis.members == set(network.nodes) and analysis.output_shape == (3,)
        assert analysis.params == 3 * 785 and analysis.memory.kept_bytes == analyze(network, GREY).memory.kept_bytes


@pytest.mark.parametrize("shape", [None, (7,)], ids=["no shape", "another shape"])
def test_a_bypassed_input_that_stands_first_is_not_there(chain: Made, shape: Shape | None) -> None:
    network = chain(("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 3}))
    graph = Graph.of([Node("stray", Input(shape=shape), bypassed=True), *network.nodes.values()], network.edges)
    analysis = analyze(graph, GREY)
    assert (analysis.faults, analysis.input, analysis.members) == ((), "input", set(network.nodes))
    assert to_python(graph, GREY) == to_python(network, GREY)
    assert list(build_module(graph, GREY).state_dict()) == ["fc.weight", "fc.bias"]
    assert build_module(graph, GREY)(torch.zeros(2, *GREY)).shape == (2, 3)


def test_a_wrong_layer_does_not_hide_the_others(wired: Made) -> None:
    graph = wired(
        ("conv", "Conv2d", {"out_channels": 4, "kernel_size": 3}, ["input"]),
        ("wrong", "Linear", {}, ["conv"]),
        ("after", "ReLU", {}, ["wrong"]),
        ("also_wrong", "Conv2d", {"kernel_size": 99}, ["conv"]),
        ("fine", "MaxPool2d", {}, ["conv"]),
        ("join", "Concatenate", {}, ["after", "fine", "also_wrong"]),
    )
    analysis = analyze(graph, GREY)
    assert [fault.node for fault in analysis.faults] == ["wrong", "also_wrong"]
    known = {name for name, report in analysis.nodes.items() if report.facts}
    assert known == {"input", "conv", "fine"}
    assert analysis.nodes["fine"].output_shape == (4, 13, 13)
    assert analysis.nodes["after"].input_shapes is None
    assert analysis.params == 40
    assert analysis.costs(8).params == 40
    assert analysis.node_costs("wrong", 8) is None


def test_loose_layers_are_analysed_but_not_counted(chain: Made) -> None:
    graph = chain(("fc", "Linear", {"out_features": 3}), shape=(5,))
    graph = graph.with_nodes([Node("loose", Linear()), Node("tail", ReLU())]).with_edge(Edge("loose", "tail"))
    analysis = analyze(graph)
    assert analysis.faults == ()
    assert analysis.members == {"input", "fc"}
    assert (analysis.params, analysis.output) == (18, "fc")


def test_a_layer_that_the_network_needs_must_have_its_wire(wired: Made) -> None:
    graph = wired(("a", "ReLU", {}, ["input"])).with_nodes([Node("b", Linear()), Node("act", ReLU()), Node("s", Add())])
    graph = graph.with_edges([Edge("a", "s", 0), Edge("b", "act"), Edge("act", "s", 1)])
    analysis = analyze(graph, (64,))
    [fault] = analysis.faults
    assert isinstance(fault, Fault)
    assert fault.node == "b"
    assert isinstance(fault.error, MissingInputError)
    assert str(fault.error) == "Linear has no input: draw a wire to it"
    assert analysis.members == {"input", "a", "b", "act", "s"}
    with pytest.raises(Exception, match="b: Linear has no input"):
        build_module(graph, (64,))


def test_the_inputs_own_shape_comes_first(chain: Made) -> None:
    graph = chain(("act", "ReLU", {}), shape=(3, 4, 5))
    assert analyze(graph, GREY).output_shape == (3, 4, 5)
    assert analyze(graph).output_shape == (3, 4, 5)


@settings(max_examples=80, deadline=None)
@given(data=st.data(), shape=st.none() | st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)))
def test_analysis_never_raises_and_agrees_with_the_compiler(random_graphs: Any, data: st.DataObject,
                                                            shape: Shape | None) -> None:
    graph = data.draw(random_graphs)
    analysis = analyze(graph, shape)
    assert list(analysis.nodes) == list(graph.order)
    costs = analysis.costs(4, 2)
    assert min(costs) >= 0
    assert all(analysis.node_costs(name, 4, 2) is None or min(analysis.node_costs(name, 4, 2) or ()) >= 0
               for name in graph.nodes)
    if any(fault.node is None or fault.node in analysis.members for fault in analysis.faults):
        with pytest.raises(Exception, match=r"\w"):
            build_module(graph, shape)
        return
    module = build_module(graph, shape)
    given_shape = analysis.nodes[analysis.input or ""].output_shape or ()
    assert tuple(module.eval()(torch.rand(2, *given_shape)).shape[1:]) == analysis.output_shape
    assert sum(p.numel() for p in module.parameters()) == analysis.params


# -- memory ----------------------------------------------------------------------------

NETWORKS = ["lenet", "lenet_bn", "mlp", "resnet", "inception_net", "diamond"]


@pytest.mark.parametrize("name", NETWORKS)
def test_memory_kept_for_training_is_what_autograd_keeps(name: str, kept_by_torch: Any,
                                                         request: pytest.FixtureRequest) -> None:
    graph = request.getfixturevalue(name)
    ours = analyze(graph, GREY).memory.kept_bytes
    assert ours == kept_by_torch(build_module(graph, GREY), GREY)
    assert ours == sum(analyze(graph, GREY).memory.kept_by_node.values())


@pytest.mark.parametrize("name", NETWORKS)
def test_peak_of_prediction_is_what_torch_holds(name: str, peak_in_torch: Any, request: pytest.FixtureRequest) -> None:
    graph = request.getfixturevalue(name)
    assert analyze(graph, GREY).memory.peak_bytes == peak_in_torch(build_module(graph, GREY), GREY)


@pytest.mark.parametrize("name", ["lenet", "lenet_bn"])
def test_peak_of_a_training_step_is_what_torch_holds(name: str, training_peak_in_torch: Any,
                                                     request: pytest.FixtureRequest) -> None:
    graph = request.getfixturevalue(name)
    assert training_peak_in_torch(build_module(graph, GREY), GREY) == analyze(graph, GREY).memory.training_bytes


@pytest.mark.parametrize("name", NETWORKS)
def test_peak_of_a_training_step_is_at_least_what_torch_holds(name: str, training_peak_in_torch: Any,
                                                              request: pytest.FixtureRequest) -> None:
    """Torch frees some tensors earlier where branches meet, and in an MLP the weights' own gradients rule."""
    graph = request.getfixturevalue(name)
    analysis = analyze(graph, GREY)
    assert training_peak_in_torch(build_module(graph, GREY), GREY) <= analysis.memory.training_bytes
    assert analysis.memory.training_bytes >= max(analysis.memory.kept_bytes, analysis.memory.peak_bytes)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_memory_of_any_network(graphs_in_order: Any, kept_by_torch: Any, peak_in_torch: Any, data: st.DataObject
                               ) -> None:
    graph = data.draw(graphs_in_order)
    # In place on what others read too is an error, and torch keeps copies then.
    assume(not any("In place" in str(problem.message) for problem in advise(Experiment(graph))))
    analysis, module = analyze(graph), build_module(graph)
    given_shape = analysis.nodes["input"].output_shape or ()
    estimated = any(node.layer.estimates for node in graph.nodes.values())
    kept = kept_by_torch(module, given_shape)
    assert analysis.memory.kept_bytes >= kept if estimated else analysis.memory.kept_bytes == kept
    # While three are added, or compared, torch may drop the first inputs: there ours is the most that it can be.
    of_three = any(len(edges) > 2 and not isinstance(graph.nodes[name].layer, Concatenate)
                   for name, edges in graph.inputs.items())
    theirs = peak_in_torch(module, given_shape)
    assert analysis.memory.peak_bytes >= theirs if of_three or estimated else analysis.memory.peak_bytes == theirs
    assert analysis.memory.training_bytes >= max(analysis.memory.kept_bytes, analysis.memory.peak_bytes)


@pytest.mark.parametrize(
    ("rows", "kept", "peak"),
    [
        # A layer without weights before the first weights keeps nothing.
        ([("act", "ReLU", {}), ("fc", "Linear", {"out_features": 2})], 12, 12 + 12 + 8),
        # In place: no second tensor. The linear layer's input is kept, and what ReLU made of its output.
        ([("fc", "Linear", {"out_features": 5}), ("act", "ReLU", {"inplace": True})], 12 + 20, 12 + 20),
        ([("fc", "Linear", {"out_features": 5}), ("act", "ReLU", {})], 12 + 20, 12 + 40),
        # Dropout keeps its mask in training, and passes its input on in prediction.
        ([("fc", "Linear", {"out_features": 5}), ("drop", "Dropout", {})], 12 + 20, 12 + 20),
        ([("fc", "Linear", {"out_features": 5}), ("drop", "Dropout", {"p": 0.0})], 12, 12 + 20),
        # A sigmoid's output is kept by itself and by the next layer: once.
        ([("fc", "Linear", {"out_features": 5}), ("act", "Sigmoid", {}), ("end", "Linear", {"out_features": 1})],
         12 + 20, 12 + 40),
    ],
)  # fmt: skip
def test_memory_by_hand(chain: Made, kept_by_torch: Any, peak_in_torch: Any, rows: list[Any], kept: int, peak: int
                        ) -> None:
    graph = chain(*rows)
    analysis, module = analyze(graph, (3,)), build_module(graph, (3,))
    assert (analysis.memory.kept_bytes, analysis.memory.peak_bytes) == (kept, peak)
    assert (kept_by_torch(module, (3,)), peak_in_torch(module, (3,))) == (kept, peak)


def test_the_four_answers(lenet: Graph) -> None:
    analysis = analyze(lenet, GREY)
    one, many = analysis.costs(1), analysis.costs(256, 2)
    weights = 61_706 * 4
    assert one[:2] == many[:2] == (61_706, 416_520)
    assert one.training_memory == 2 * weights + analysis.memory.training_bytes
    assert many.training_memory == 4 * weights + 256 * analysis.memory.training_bytes
    assert many.inference_memory == weights + 256 * analysis.memory.peak_bytes
    parts = [analysis.node_costs(name, 256, 2) for name in lenet.nodes]
    assert sum(part.params for part in parts if part) == 61_706
    assert sum(part.mult_adds for part in parts if part) == 416_520
    assert all(part.training_memory >= part.inference_memory for part in parts if part)


# -- size ----------------------------------------------------------------------------


def test_seven_hundred_nodes(wired: Made) -> None:
    rows: list[Any] = [("stem", "Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}, ["input"])]
    last = "stem"
    for index in range(116):
        width = {"out_channels": 8, "kernel_size": 3, "padding": 1}
        rows += [(f"bn{index}", "BatchNorm2d", {}, [last]), (f"act{index}", "ReLU", {}, [f"bn{index}"]),
                 (f"a{index}", "Conv2d", width, [f"act{index}"]), (f"b{index}", "Conv2d", width, [f"act{index}"]),
                 (f"add{index}", "Add", {}, [f"a{index}", f"b{index}"]),
                 (f"cat{index}", "Concatenate", {}, [last, f"add{index}"])]
        last = f"cat{index}"
    graph = wired(*rows)
    assert len(graph.nodes) == 698
    analysis = analyze(graph, (1, 8, 8))
    assert analysis.faults == ()
    assert analysis.output_shape == (8 * 117, 8, 8)
    widths = [8 * (1 + index) for index in range(116)]
    assert analysis.params == 8 * 10 + sum(2 * width + 2 * (8 * width * 9 + 8) for width in widths)
    assert analysis.mult_adds == 64 * (8 * 9 + sum(2 * 8 * width * 9 for width in widths))


def test_what_is_wrong_holds_no_frames() -> None:
    """A fault is kept as long as its analysis: frames would keep all that was in them, such as a closed network."""
    wide = Custom(label="Wide", graph=build_line(Graph(), "input, conv 4 9")[0])
    inner = Custom(label="Own", graph=Graph.of([Node("input", Input()), Node("wide", wide)], [Edge("input", "wide")]))
    for line in ("input, conv 4 40", "input, linear 4, pool 2", "input"):
        graph = build_line(Graph(), line)[0]
        kept = analyze(graph, GREY)
        for raising in (build_module, to_python, build_module):
            with pytest.raises(LayerloomError):
                raising(graph, GREY)
        assert kept.faults
        assert not any(each.error.__traceback__ or each.error.__context__ for each in kept.faults)
    graph = Graph.of([Node("input", Input()), Node("own", inner)], [Edge("input", "own")])
    error: BaseException | None = analyze(graph, (1, 4, 4)).faults[0].error
    for _ in range(3):
        assert isinstance(error, LayerloomError) and error.__traceback__ is None
        error = getattr(error, "cause", None)
    assert error is None


def test_an_error_alone_is_the_same_error() -> None:
    for fault in (*analyze(Graph.of([Node("input", Input())]), GREY).faults,
                  *analyze(build_line(Graph(), "input, conv 4 40")[0], GREY).faults):
        alone = fault.error.alone()
        assert type(alone) is type(fault.error) and alone.message == fault.error.message
        assert str(alone) == str(fault.error) and vars(alone) == vars(fault.error)

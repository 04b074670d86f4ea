"""The numbers that the study notes print, each typed and read in the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from app.window.window import MainWindow
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import NodeParameters
from engine.layers.convolution import Conv2d
from engine.layers.pooling import AvgPool2d, MaxPool2d
from tests.app.looking import Looking, by_hand, looking, looking_window, network, written

X = "torch.arange(9.).reshape(3, 3)"
KERNEL = [[0.0, 1.0], [2.0, 3.0]]


@pytest.fixture(scope="module")
def shared_window(request) -> Iterator[MainWindow]:
    with looking_window(request) as window:
        yield window


@pytest.fixture
def look(shared_window, qtbot, tmp_path):
    """Opens a network, or one of the gallery, and looks into it."""
    held = []

    def look(source: str | Graph) -> Looking:
        text = source if isinstance(source, str) else written(tmp_path, source)
        held.append(looking(shared_window, qtbot, text))
        return held[-1].__enter__()

    yield look
    for each in held:
        each.__exit__(None, None, None)


def kernel(weight: torch.Tensor) -> NodeParameters:
    """These numbers, set by hand; no bias."""
    return by_hand([(tuple(index), float(weight[tuple(index)])) for index in torch.nonzero(weight).tolist()])


K = torch.tensor(KERNEL)
STACKED = torch.stack((K, K + 1))
SEVERAL = torch.stack((STACKED, STACKED + 1, STACKED + 2))


@pytest.mark.parametrize(("channels", "weight", "typed", "numbers"), [
    (1, K[None, None], X, [19, 25, 37, 43]),
    (1, K[None, None], "[[0, 1, 2], [3, 4, 5], [6, 7, 8]]", [19, 25, 37, 43]),
    (2, STACKED[None], f"X = {X}\ntorch.stack((X, X + 1))", [56, 72, 104, 120]),
    (2, SEVERAL, f"torch.stack(({X}, {X} + 1))", [56, 72, 104, 120, 76, 100, 148, 172, 96, 128, 192, 224]),
])
def test_cross_correlation(look, channels, weight, typed, numbers):
    layer = Conv2d(out_channels=len(weight), kernel_size=2, bias=False)
    seen = look(network((channels, 3, 3), layer, conv2d1=kernel(weight)))
    seen.take("conv2d1")
    seen.type(typed)
    assert seen.maps() == numbers and seen.header() == f"{len(weight)}×2×2"


def test_pooling(look):
    graph = network((1, 3, 3), MaxPool2d(kernel_size=2, stride=1), AvgPool2d(kernel_size=2, stride=1))
    beside = graph.nodes["avgpool2d1"]
    graph = Graph.of([graph.nodes["input"], graph.nodes["maxpool2d1"], Node(beside.name, beside.layer, (300, 76))],
                     [Edge("input", "maxpool2d1"), Edge("input", "avgpool2d1")])
    seen = look(graph)
    seen.type(X)
    seen.take("maxpool2d1")
    assert seen.maps() == [4, 5, 7, 8]
    seen.take("avgpool2d1")
    assert seen.maps() == [2, 3, 5, 6]


@pytest.mark.parametrize(("options", "numbers"), [
    ({"kernel_size": 3}, [10]),
    ({"kernel_size": 3, "padding": 1, "stride": 2}, [5, 7, 13, 15]),
    ({"kernel_size": (2, 3), "stride": (2, 3), "padding": (0, 1)}, [5, 7, 13, 15]),
])
def test_padded_and_strided_pooling(look, options, numbers):
    seen = look(network((1, 4, 4), MaxPool2d(**options)))
    seen.type("torch.arange(16.).reshape(1, 1, 4, 4)")
    seen.take("maxpool2d1")
    assert seen.maps() == numbers


def test_pooling_of_two_channels(look):
    """“The number of channels stays”: X and X + 1."""
    seen = look(network((2, 4, 4), MaxPool2d(kernel_size=3, padding=1, stride=2)))
    seen.type("X = torch.arange(16.).reshape(1, 1, 4, 4)\nX = torch.cat((X, X + 1), 1)")
    seen.take("maxpool2d1")
    assert seen.maps() == [5, 7, 13, 15, 6, 8, 14, 16] and seen.header() == "2×2×2"


def test_a_1x1_convolution_is_a_matrix_product(look):
    weight = torch.tensor([[1.0, 2.0, 3.0], [-1.0, 0.5, 4.0]])
    seen = look(network((3, 3, 3), Conv2d(out_channels=2, kernel_size=1, bias=False),
                        conv2d1=kernel(weight[:, :, None, None])))
    seen.type("torch.arange(27.).reshape(3, 3, 3)")
    seen.take("conv2d1")
    assert seen.maps() == (weight @ torch.arange(27.0).reshape(3, 9)).flatten().tolist()


def test_kernels_that_are_equal_are_seen_to_be(look):
    """The kernel itself, on its page: 0, 1, 2, 3."""
    seen = look(network((1, 3, 3), Conv2d(out_channels=1, kernel_size=2, bias=False), conv2d1=kernel(K[None, None])))
    seen.take("conv2d1")
    seen.turn_to("Kernels")
    assert seen.numbers(seen.panel.kernels.maps) == [0, 1, 2, 3]


# -- the gallery ----------------------------------------------------------------------------------------------------


def test_scalar_checks(look):
    seen = look("gallery:scalar-checks")
    seen.type("torch.tensor([1., 2, 3, 4])")
    assert [seen.beside("fc1", unit) for unit in range(8)] == [f"{unit}: 10" for unit in range(8)]
    assert [seen.beside("fc2", unit) for unit in range(2)] == ["0: 80", "1: 80"]
    assert seen.answer() == "80" and seen.beside("mean") == "80"
    seen.take("fc2")
    assert seen.maps() == [80, 80] and seen.header() == "2"


def test_conv_checks(look):
    seen = look("gallery:conv-checks")
    seen.type("torch.rand(8, 8)")
    for name, shape in (("conv1", "1×8×8"), ("conv2", "1×4×4"), ("conv3", "1×2×2")):
        seen.take(name)
        assert seen.header() == shape
    weight, bias = (seen.now.seen.lens.module.state_dict()[f"conv3.{each}"] for each in ("weight", "bias"))
    x = torch.rand(8, 8, generator=torch.Generator().manual_seed(0))
    padded = torch.zeros(8, 10)
    padded[:, 1:9] = x
    by_hand = [(padded[3 * i : 3 * i + 3, 4 * j : 4 * j + 5] * weight[0, 0]).sum() + bias[0] for i in (0, 1)
               for j in (0, 1)]
    assert seen.maps() == pytest.approx([float(each) for each in by_hand], rel=1e-3, abs=1e-4)


def test_pool_checks(look):
    seen = look("gallery:pool-checks")
    seen.type("torch.arange(16.).reshape(1, 1, 4, 4)")
    seen.take("max1")
    assert seen.maps() == [5, 7, 13, 15] and seen.header() == "1×2×2"
    seen.take("avg1")  # zeros around the picture are counted, as in torch
    assert seen.maps() == pytest.approx([10 / 9, 24 / 9, 51 / 9, 90 / 9], rel=1e-3)


def test_centered(look):
    seen = look("gallery:centered")
    seen.take("fc2")
    before = seen.maps()
    seen.take("centered")
    mean = sum(before) / 10
    assert seen.maps() == pytest.approx([each - mean for each in before], abs=1e-3)
    assert sum(seen.maps()) == pytest.approx(0, abs=1e-2)


def test_fixed_hidden(look):
    """``net(X)`` of the notes' fancy network, computed a second time in plain torch."""
    seen = look("gallery:fixed-hidden")
    seen.type("torch.arange(20.)")
    state = seen.now.seen.lens.module.state_dict()
    x = torch.arange(20.0) @ state["fc1.weight"].T + state["fc1.bias"]
    x = torch.relu(x @ state["fixed.C"] + 1) @ state["fc1.weight"].T + state["fc1.bias"]
    while x.abs().sum() > 1:
        x = x / 2
    assert float(seen.answer().replace("−", "-")) == pytest.approx(float(x.sum()), rel=1e-3)
    seen.take("halve")
    assert seen.header() == "1" and seen.maps() == [pytest.approx(float(x.sum()), rel=1e-3)]


def test_edge_kernel(look):
    seen = look("gallery:edge-kernel")
    document = seen.page.document
    graph = document.experiment.graph
    document.edit_graph("kernel", graph.with_parameters("conv1", kernel(torch.tensor([[[[1.0, -1.0]]]]))))
    seen.type("X = torch.ones(6, 8)\ntorch.cat((X[:, :2], 0 * X[:, 2:6], X[:, 6:]), 1)")
    seen.take("conv1")
    assert seen.header() == "1×6×7" and seen.maps() == 6 * [0, 1, 0, 0, 0, -1, 0]


# -- shapes, pass by pass -------------------------------------------------------------------------------------------


LENET = {"conv1": "6×28×28", "act1": "6×28×28", "pool1": "6×14×14", "conv2": "16×10×10", "act2": "16×10×10",
         "pool2": "16×5×5", "flatten": "400", "fc1": "120", "act3": "120", "fc2": "84", "act4": "84", "fc3": "10"}
RESNET = {"conv1": "64×112×112", "pool1": "64×56×56", "stage1": "64×56×56", "stage2": "128×28×28",
          "stage3": "256×14×14", "stage4": "512×7×7", "pool2": "512×1×1", "flatten": "512", "fc1": "10"}


@pytest.mark.parametrize(("source", "size", "table"), [
    ("gallery:lenet", None, LENET), ("gallery:resnet18", 224, RESNET),
])
def test_the_notes_tables(look, source, size, table):
    seen = look(source)
    if size is not None:
        document = seen.page.document
        data = document.experiment.data.with_options(resize=size)
        document.edit("size", replace(document.experiment, data=data))
        seen.type("torch.rand(size=(1, 1, 224, 224))")
    for name, shape in table.items():
        computed = seen.now.seen.look.outputs[name].shape[1:]
        assert "×".join(map(str, computed)) == shape
        assert seen.flows(name) == ({shape} if name != "fc3" and (size is None or name != "fc1") else set())
        if size is None or name in ("stage4", "pool2", "fc1"):  # a look at 224×224 takes a while
            seen.take(name)
            assert seen.header() == shape

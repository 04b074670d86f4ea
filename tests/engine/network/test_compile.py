"""Compiled networks against hand-written torch modules with the same weights."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, fx, nn

from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.base import Shape
from engine.layers.linear import Linear
from engine.messages import LayerloomError
from engine.network.compile import build_module
from engine.writing.source import to_python

GREY = (1, 28, 28)


# -- written by hand ----------------------------------------------------------------------------


class LeNet(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Sigmoid(),
            nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(),
            nn.Linear(84, 10),
        )  # fmt: skip


class Perceptron(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 256), nn.ReLU(),
                         nn.Dropout(0.5), nn.Linear(256, 10))


class HandResidual(nn.Module):
    """The book's, section 8.6, except for the layers' order in the state dict."""

    def __init__(self, before: int, after: int, stride: int = 1) -> None:
        super().__init__()
        self.one, self.norm1 = nn.Conv2d(before, after, 3, stride, 1), nn.BatchNorm2d(after)
        self.two, self.norm2 = nn.Conv2d(after, after, 3, 1, 1), nn.BatchNorm2d(after)
        self.skip = nn.Identity() if (before, stride) == (after, 1) else nn.Conv2d(before, after, 1, stride)

    def forward(self, given: Tensor) -> Tensor:
        y = torch.relu(self.norm1(self.one(given)))
        return torch.relu(self.norm2(self.two(y)) + self.skip(given))


class HandResNet(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1), HandResidual(8, 8),
            HandResidual(8, 8), HandResidual(8, 16, 2), HandResidual(16, 32, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Linear(32, 10),
        )  # fmt: skip


class HandInception(nn.Module):
    """The book's, section 8.4."""

    def __init__(self, width: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int) -> None:
        super().__init__()
        self.b1 = nn.Conv2d(width, c1, 1)
        self.b2a, self.b2b = nn.Conv2d(width, c2[0], 1), nn.Conv2d(*c2, 3, padding=1)
        self.b3a, self.b3b = nn.Conv2d(width, c3[0], 1), nn.Conv2d(*c3, 5, padding=2)
        self.b4 = nn.Conv2d(width, c4, 1)

    def forward(self, x: Tensor) -> Tensor:
        f = torch.relu
        pooled = nn.functional.max_pool2d(x, 3, 1, 1)
        middle = f(self.b2b(f(self.b2a(x)))), f(self.b3b(f(self.b3a(x))))
        return torch.cat((f(self.b1(x)), *middle, f(self.b4(pooled))), dim=1)


class HandGoogLeNet(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, 1), HandInception(8, 6, (4, 8), (2, 4), 5),
            HandInception(23, 8, (6, 12), (3, 6), 7), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(33, 10),
        )  # fmt: skip


def copy_weights(ours: nn.Module, theirs: nn.Module) -> None:
    """By order: both were written in the order in which data flows."""
    weights = zip(theirs.state_dict(), ours.state_dict().values(), strict=True)
    theirs.load_state_dict({key: value.clone() for key, value in weights})


@pytest.mark.parametrize(
    ("name", "hand"),
    [("lenet", LeNet), ("mlp", Perceptron), ("resnet", HandResNet), ("inception_net", HandGoogLeNet)],
)
def test_outputs_and_gradients_are_those_of_a_hand_written_module(
    name: str, hand: Callable[[], nn.Module], request: pytest.FixtureRequest
) -> None:
    torch.manual_seed(0)
    ours, theirs = build_module(request.getfixturevalue(name), GREY), hand()
    copy_weights(ours, theirs)
    batch, labels = torch.rand(6, *GREY), torch.randint(10, (6,))
    for training in (True, False):
        outputs, gradients = [], []
        for module in (ours.train(training), theirs.train(training)):
            torch.manual_seed(1)
            module.zero_grad()
            out = module(batch)
            nn.functional.cross_entropy(out, labels).backward()
            outputs.append(out)
            gradients.append([parameter.grad for parameter in module.parameters()])
        torch.testing.assert_close(*outputs)
        torch.testing.assert_close(*gradients)
    torch.testing.assert_close(list(ours.buffers()), list(theirs.buffers()))  # running averages moved alike


# -- what is built ----------------------------------------------------------------------------


def test_keys_are_the_nodes_names(lenet: Graph, resnet: Graph) -> None:
    module = build_module(lenet, GREY)
    assert isinstance(module, fx.GraphModule)
    names = ("conv1", "conv2", "fc1", "fc2", "fc3")
    assert list(module.state_dict()) == [f"{name}.{what}" for name in names for what in ("weight", "bias")]
    keys = list(build_module(resnet, GREY).state_dict())
    assert {"residual1.conv1.weight", "residual3.shortcut.bias", "residual4.bn2.running_var", "fc.bias"} <= set(keys)
    assert not any("residual1.shortcut" in key for key in keys)


def test_same_seed_same_weights(lenet: Graph) -> None:
    states = []
    for _ in range(2):
        torch.manual_seed(7)
        states.append(build_module(lenet, GREY).state_dict())
    assert all(torch.equal(a, b) for a, b in zip(states[0].values(), states[1].values(), strict=True))


def test_a_network_that_is_cut_ends_earlier(lenet: Graph) -> None:
    cut = lenet.without_edges(lenet.outputs["act2"])
    assert [name for name, _ in build_module(cut, GREY).named_children()] == ["conv1", "act1", "pool1", "conv2", "act2"]
    assert "pool2" not in to_python(cut, GREY)


def test_loose_layers_are_left_out(lenet: Graph) -> None:
    graph = lenet.with_nodes([Node("loose", Linear()), Node("tail", ReLU())]).with_edge(Edge("loose", "tail"))
    assert "loose" not in dict(build_module(graph, GREY).named_modules())
    assert to_python(graph, GREY) == to_python(lenet, GREY)


@pytest.mark.parametrize("make", [build_module, to_python])
def test_a_wrong_network_says_what_is_wrong(make: Callable[[Graph, Shape | None], object], lenet: Graph) -> None:
    for graph, shape, words in (
        (lenet.healed("flatten"), GREY, "fc1: Linear expects a flat input, got 16×5×5"),
        (lenet, (1, 4, 4), "conv2: Conv 2d: the 5×5 window is larger than its 2×2 input"),
        (lenet, None, "The Input has no shape"),
        (lenet.without(["input"]), GREY, "There is no Input"),
        (Graph(), None, "There is no Input"),
    ):
        with pytest.raises(LayerloomError) as raised:
            make(graph, shape)
        assert words in str(raised.value)

"""The numbers that the study notes print, as a person gets them: networks with weights set by hand, typed tensors."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import prod

import pytest
import torch
from torch import Tensor

from engine import Experiment, activations
from engine.graph.parameters import Init, NodeParameters, ValueEdit
from tests.engine.cases import chain, experiment

NONE = Init(kind="constant", value=0.0)
Rows = tuple[str, str, dict[str, object]]


def made(shape: tuple[int, ...], *rows: Rows, **weights: Tensor | float) -> Experiment:
    """A network for inputs of a shape; of each layer named all weights are one number, or these, and biases 0."""
    graph = chain(*rows)
    graph = graph.with_layer("input", graph.nodes["input"].layer.with_options(shape=shape))
    for name, value in weights.items():
        parameters = NodeParameters(weight=Init(kind="constant", value=value), bias=NONE) if isinstance(value, float) \
            else NodeParameters(weight=NONE, bias=NONE, edits=tuple(
                ValueEdit(key="weight", index=index, value=float(value[index]))
                for index in product(*map(range, value.shape))))
        graph = graph.with_parameters(name, parameters)
    return replace(experiment(), graph=graph)


def conv(outputs: int, size: int | tuple[int, int], **options: object) -> Rows:
    return "conv", "Conv2d", {"out_channels": outputs, "kernel_size": size, "bias": False, **options}


def pool(kind: str, size: int | tuple[int, int], **options: object) -> Rows:
    return "pool", kind, {"kernel_size": size, **options}


NINE, KERNEL = "torch.arange(9.).reshape(3, 3)", torch.arange(4.).view(1, 1, 2, 2)
TWO = f"X = {NINE}\ntorch.stack((X, X + 1))"
K = torch.arange(4.).view(1, 2, 2)
TWO_KERNELS = torch.stack([torch.arange(4.).view(2, 2), torch.arange(1., 5).view(2, 2)])[None]
CASES = {
    "correlation": (made((1, 3, 3), conv(1, 2), conv=KERNEL), NINE, "conv", [19, 25, 37, 43], (1, 1, 2, 2)),
    "two channels in": (made((2, 3, 3), conv(1, 2), conv=TWO_KERNELS), TWO, "conv", [56, 72, 104, 120], (1, 1, 2, 2)),
    "several out": (made((2, 3, 3), conv(3, 2), conv=torch.cat([TWO_KERNELS + step for step in range(3)])), TWO, "conv",
                    [56, 72, 104, 120, 76, 100, 148, 172, 96, 128, 192, 224], (1, 3, 2, 2)),
    "several out of stacked ones": (made((2, 3, 3), conv(3, 2), conv=torch.arange(24.).view(3, 2, 2, 2)),
                                    "torch.arange(18.).reshape(1, 2, 3, 3)", "conv",
                                    [268, 296, 352, 380, 684, 776, 960, 1052, 1100, 1256, 1568, 1724], (1, 3, 2, 2)),
    "max pool": (made((1, 3, 3), pool("MaxPool2d", 2, stride=1)), NINE, "pool", [4, 5, 7, 8], (1, 1, 2, 2)),
    "mean pool": (made((1, 3, 3), pool("AvgPool2d", 2, stride=1)), NINE, "pool", [2, 3, 5, 6], (1, 1, 2, 2)),
    "padded pool": (made((1, 4, 4), pool("MaxPool2d", 3, padding=1, stride=2)), "torch.arange(16.).reshape(1, 1, 4, 4)",
                    "pool", [5, 7, 13, 15], (1, 1, 2, 2)),
    "pool alone": (made((1, 4, 4), pool("MaxPool2d", 3)), "torch.arange(16, dtype=torch.float32).reshape((1, 1, 4, 4))",
                   "pool", [10], (1, 1, 1, 1)),
    "oblong pool": (made((1, 4, 4), pool("MaxPool2d", (2, 3), stride=(2, 3), padding=(0, 1))),
                    "torch.arange(16.).reshape(4, 4)", "pool", [5, 7, 13, 15], (1, 1, 2, 2)),
    "pool of two channels": (made((2, 4, 4), pool("MaxPool2d", 3, padding=1, stride=2)),
                             "X = torch.arange(16.).reshape(1, 1, 4, 4)\nX = torch.cat((X, X + 1), 1)\nX", "pool",
                             [5, 7, 13, 15, 6, 8, 14, 16], (1, 2, 2, 2)),
    "edge": (made((1, 6, 8), conv(1, (1, 2)), conv=torch.tensor([[[[1.0, -1.0]]]])),
             "torch.cat((torch.ones(6, 2), torch.zeros(6, 4), torch.ones(6, 2)), 1)",
             "conv", [0, 1, 0, 0, 0, -1, 0] * 6,
             (1, 1, 6, 7)),
    "all-ones perceptron": (made((4,), ("fc1", "Linear", {"out_features": 8}), ("act1", "ReLU", {}),
                                 ("fc2", "Linear", {"out_features": 2}), fc1=1.0, fc2=1.0), "[1, 2, 3, 4]",
                                 "fc2", [80, 80],
                            (1, 2)),
}  # fmt: skip
SHAPES = {"3×3, padded": (conv(1, 3, padding=1), (1, 1, 8, 8)), "5×3": (conv(1, (5, 3), padding=(2, 1)), (1, 1, 8, 8)),
          "3×3, stride 2": (conv(1, 3, padding=1, stride=2), (1, 1, 4, 4)),
          "3×5": (conv(1, (3, 5), padding=(0, 1), stride=(3, 4)), (1, 1, 2, 2))}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_numbers_at_each_layer(case: str) -> None:
    network, text, place, wanted, shape = CASES[case]
    found = activations(network, text)
    assert tuple(found[place].shape) == shape and found[place].flatten().tolist() == wanted
    assert list(found) == list(network.graph.nodes)


@pytest.mark.parametrize("case", SHAPES)
def test_the_shapes_of_convolutions(case: str) -> None:
    row, shape = SHAPES[case]
    assert tuple(activations(made((1, 8, 8), row), "torch.rand(size=(8, 8))")["conv"].shape) == shape


def test_a_1_by_1_convolution_is_a_product_of_matrices() -> None:
    weight = torch.randn(2, 3, 1, 1, generator=torch.Generator().manual_seed(0)).round(decimals=2)
    x = torch.randn(3, 3, 3, generator=torch.Generator().manual_seed(1))
    found = activations(made((3, 3, 3), conv(2, 1), conv=weight), x)["conv"]
    assert torch.allclose(found[0], (weight.view(2, 3) @ x.view(3, 9)).view(2, 3, 3), atol=1e-6)


def test_shapes_pass_by_pass_of_the_books_lenet() -> None:
    found = activations("lenet", "X = torch.rand(size=(1, 1, 28, 28), dtype=torch.float32)")
    shapes = [tuple(each.shape) for place, each in found.items() if place != "input"]
    assert shapes == [(1, 6, 28, 28), (1, 6, 28, 28), (1, 6, 14, 14), (1, 16, 10, 10), (1, 16, 10, 10), (1, 16, 5, 5),
                      (1, 400), (1, 120), (1, 120), (1, 84), (1, 84), (1, 10)]
    assert all(each.numel() == prod(each.shape) for each in found.values())

"""One more layer: the network computes the same, or it is said why it would not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.analysis.analysis import analyze
from engine.blocks.edits import make_block
from engine.experiment.experiment import Experiment
from engine.layers.inputs import Input
from engine.network.growing.deepening import deeper
from engine.network.growing.steps import program_of
from engine.network.growing.within import GrowthError
from engine.network.weights import check_weights
from tests.engine.cases import chain
from tests.engine.grown import SMALL, answer, learned, opened, weighted

HEAD = (("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 3}))
CONV = {"out_channels": 4, "kernel_size": 3, "padding": 1}


def on(shape: tuple[int, ...], *rows: tuple[str, str, dict[str, Any]]) -> Experiment:
    return Experiment(chain(*rows).with_layer("input", Input(shape=shape)))


def images(shape: tuple[int, ...]) -> torch.Tensor:
    return torch.randn(5, *shape, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize(("rows", "shape", "after", "added"), [
    ((("fc1", "Linear", {"out_features": 6}), ("act", "ReLU", {}), *HEAD[1:]), (5,), "act", "Linear"),
    ((("fc1", "Linear", {"out_features": 6}), ("act", "ReLU", {}), *HEAD[1:]), (5,), "fc1", "Linear"),
    ((("fc1", "Linear", {"out_features": 6}), ("bn", "BatchNorm1d", {}), ("drop", "Dropout", {}), ("act", "ReLU6", {}),
      *HEAD[1:]), (5,), "fc1", "Linear"),
    ((("fc1", "Linear", {"out_features": 6}), ("act", "ReLU", {}), *HEAD), (3, 5), "act", "Linear"),
    ((("conv", "Conv1d", CONV), ("act", "ReLU", {}), *HEAD), (3, 5), "act", "Conv1d"),
    ((("conv", "Conv2d", CONV), ("act", "ReLU", {}), ("pool", "AvgPool2d", {}), *HEAD), (2, 6, 6), "pool", "Conv2d"),
    ((("conv", "Conv2d", CONV), ("act", "ReLU", {}), ("pool", "MaxPool2d", {}), *HEAD), (2, 6, 6), "flatten",
     "Linear"),
    ((("conv", "Conv2d", CONV), ("act", "Hardtanh", {}), *HEAD), (2, 6, 6), "conv", "Conv2d"),
    ((("conv", "Conv3d", CONV), ("act", "ReLU", {"inplace": True}), *HEAD), (1, 4, 4, 4), "conv", "Conv3d"),
    ((("conv", "Conv2d", CONV), ("act", "ReLU", {})), (2, 6, 6), "act", "Conv2d"),  # at the network's end
])  # fmt: skip
def test_it_computes_the_same(rows: tuple[Any, ...], shape: tuple[int, ...], after: str, added: str, norm: bool
                              ) -> None:
    base = on(shape, *rows)
    weights = learned(base)
    grown = deeper(base, after, weights, norm=norm)
    new = [grown.experiment.graph.nodes[name].layer.kind() for name in grown.experiment.graph.nodes
           if name not in base.graph.nodes]  # fmt: skip
    assert new[0] == added and len(new) == 2 + norm and new[-1] == base.graph.nodes["act"].layer.kind()
    check_weights(grown.experiment, grown.weights)
    assert torch.allclose(answer(base, weights, images(shape)),
                          answer(grown.experiment, grown.weights, images(shape)), atol=1e-5)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_a_kernel_of_any_odd_size(size: int) -> None:
    base = on((2, 6, 6), ("conv", "Conv2d", CONV), ("act", "ReLU", {}), *HEAD)
    weights = learned(base)
    grown = deeper(base, "conv", weights, kernel_size=size)
    assert grown.weights["conv1.weight"].shape == (4, 4, size, size)
    assert torch.equal(answer(base, weights, images((2, 6, 6))),
                       answer(grown.experiment, grown.weights, images((2, 6, 6))))


def test_all_that_reads_it_reads_the_new_layer() -> None:
    base = on((2, 6, 6), ("conv", "Conv2d", CONV), ("act", "ReLU", {}), ("conv2", "Conv2d", CONV), ("sum", "Add", {}),
              *HEAD)  # fmt: skip
    base = replace(base, graph=base.graph.with_edge(replace(base.graph.edges[0], source="act", target="sum", port=1)))
    weights = learned(base)
    grown = deeper(base, "act", weights)
    graph = grown.experiment.graph
    assert [edge.target for edge in graph.outputs["act"]] == ["conv1"]
    assert sorted(edge.target for edge in graph.outputs["act1"]) == ["conv2", "sum"]
    assert torch.allclose(answer(base, weights, images((2, 6, 6))),
                          answer(grown.experiment, grown.weights, images((2, 6, 6))), atol=1e-5)


def test_it_is_a_layer_that_learns() -> None:
    base = on((5,), ("fc1", "Linear", {"out_features": 6}), ("act", "ReLU", {}), *HEAD[1:])
    grown = deeper(base, "act", learned(base))
    analysis = analyze(grown.experiment.graph)
    assert analysis.trainable == analyze(base.graph).trainable + 6 * 7 and not analysis.faults
    assert [step.place for step in weighted(grown.experiment)] == ["fc1", "fc2", "fc"]


def test_inside_a_block_of_ones_own() -> None:
    base = on((5,), ("fc1", "Linear", {"out_features": 6}), ("act", "ReLU", {}), *HEAD[1:])
    base = replace(base, graph=make_block(base.graph, ["fc1", "act"], "Part")[0])
    weights = learned(base)
    grown = deeper(base, "part.act", weights, norm=True)
    assert list(program_of(grown.experiment).steps) == [
        "part.fc1", "part.act", "part.fc2", "part.bn1", "part.act1", "fc"]
    assert torch.allclose(answer(base, weights, images((5,))), answer(grown.experiment, grown.weights, images((5,))),
                          atol=1e-5)


@pytest.mark.parametrize(("activation", "title"), [
    ("Sigmoid", "Sigmoid"), ("Tanh", "Tanh"), ("LeakyReLU", "Leaky ReLU"), ("GELU", "GELU"), ("Softmax", "Softmax"),
])  # fmt: skip
def test_an_activation_that_would_change_it_again_is_refused(activation: str, title: str) -> None:
    base = on((5,), ("fc1", "Linear", {"out_features": 6}), ("act", activation, {}), *HEAD[1:])
    for after in ("fc1", "act"):
        with pytest.raises(GrowthError, match=f"a second {title} would change what comes out of act. Behind a ReLU"):
            deeper(base, after, learned(base))


def test_a_mean_of_what_was_cut_off_is_refused() -> None:
    base = on((2, 6, 6), ("conv", "Conv2d", CONV), ("act", "Hardtanh", {"min_val": 0.5}),
              ("pool", "AvgPool2d", {"padding": 1}), *HEAD)  # fmt: skip
    with pytest.raises(GrowthError, match="a second Hardtanh would change what comes out of act"):
        deeper(base, "pool", learned(base))


@pytest.mark.parametrize("after", ["fc1", "fc2", "bn"])
def test_without_an_activation_it_would_learn_no_more(after: str) -> None:
    base = on((5,), ("fc1", "Linear", {"out_features": 6}), ("fc2", "Linear", {"out_features": 6}),
              ("bn", "BatchNorm1d", {}))  # fmt: skip
    with pytest.raises(GrowthError, match=f"behind {after} that computes the same and would learn more: it needs an"):
        deeper(base, after, learned(base))


def test_an_even_kernel_has_no_middle() -> None:
    base = on((2, 6, 6), ("conv", "Conv2d", CONV), ("act", "ReLU", {}), *HEAD)
    with pytest.raises(GrowthError, match="choose an odd kernel size, not 4"):
        deeper(base, "conv", learned(base), kernel_size=4)


def test_what_follows_from_a_blocks_options_is_refused() -> None:
    base = on((2, 6, 6), ("block", "VGG", {"out_channels": 4}), *HEAD)
    with pytest.raises(GrowthError, match=r"block.conv1 follows from the options of block"):
        deeper(base, "block.conv1", learned(base))
    with pytest.raises(GrowthError, match=r"block is a block: choose a layer inside"):
        deeper(base, "block", learned(base))


@pytest.mark.parametrize("name", SMALL)
def test_every_layer_of_the_gallery_is_the_same_or_refused(name: str) -> None:
    base = opened(name)
    weights = learned(base)
    before, done = answer(base, weights), 0
    for step in weighted(base):
        try:
            grown = deeper(base, step.place, weights, norm=True)
        except GrowthError as error:
            assert str(error).startswith(("Nothing can be put behind ", step.place))
            continue
        assert torch.allclose(before, answer(grown.experiment, grown.weights), atol=1e-5), step.place
        done += 1
    assert done == DEEPENED.get(name, 0)


DEEPENED = {"mlp": 1, "mlp-dropout": 2, "lenet-relu": 4, "lenet-conv-relu": 2, "inception-small": 1,
            "residual-small": 1, "densenet": 1, "nest-mlp": 2, "chimera": 2, "tied": 3, "lazy": 2, "centered": 1,
            "scalar-checks": 1, "googlenet": 3, "resnet18": 1}  # fmt: skip

"""A wider layer: the network computes the same, or it is said what forbids it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.analysis.analysis import analyze
from engine.blocks.custom import Custom
from engine.blocks.edits import make_block
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS, OptionError
from engine.layers.inputs import Input
from engine.network.growing.widening import wider
from engine.network.growing.within import GrowthError
from engine.network.weights import WeightsError, check_weights
from tests.engine.cases import chain
from tests.engine.grown import SMALL, answer, learned, opened, weighted

IMAGE = (2, 6, 6)
HEAD = (("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 3}))


def on(shape: tuple[int, ...], *rows: tuple[str, str, dict[str, Any]]) -> Experiment:
    graph = chain(*rows)
    return Experiment(graph.with_layer("input", Input(shape=shape)))


def branches(*rows: tuple[str, str, dict[str, Any], list[str]]) -> Experiment:
    nodes = [Node("input", Input(shape=IMAGE)), *(Node(name, LAYERS[kind](**given)) for name, kind, given, _ in rows)]
    edges = [Edge(source, name, port) for name, _, _, sources in rows for port, source in enumerate(sources)]
    return Experiment(Graph.of(nodes, edges))


def images(shape: tuple[int, ...] = IMAGE) -> Tensor:
    return torch.randn(5, *shape, generator=torch.Generator().manual_seed(3))


def conv(count: int, **options: Any) -> dict[str, Any]:
    return {"out_channels": count, "kernel_size": 3, "padding": 1, **options}


# -- the same ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [6, 7, 10, 23])
@pytest.mark.parametrize("norm", [(), (("norm", "BatchNorm2d", {}),)])
def test_a_convolution_before_flatten_and_linear(norm: tuple[Any, ...], width: int) -> None:
    base = on(IMAGE, ("conv", "Conv2d", conv(5)), *norm, ("act", "Tanh", {}), ("pool", "MaxPool2d", {}), *HEAD)
    weights = learned(base)
    grown = wider(base, "conv", width, weights)
    assert grown.weights["conv.weight"].shape[0] == grown.weights["fc.weight"].shape[1] // 9 == width
    for training in (False, True):  # copies have the batch's statistics in common, too
        before = answer(base, weights, images(), training=training)
        after = answer(grown.experiment, grown.weights, images(), training=training)
        assert torch.allclose(before, after, atol=1e-5)


@pytest.mark.parametrize(("rows", "shape"), [
    ((("fc1", "Linear", {"out_features": 4}), ("bn", "BatchNorm1d", {}), ("act", "Sigmoid", {}), *HEAD[1:]), (7,)),
    ((("fc1", "Linear", {"out_features": 4, "bias": False}), ("act", "PReLU", {"per_channel": True}), *HEAD[1:]), (7,)),
    ((("fc1", "Linear", {"out_features": 4}), ("act", "ReLU", {}), *HEAD), (3, 7)),  # of a sequence
    ((("fc1", "Conv1d", conv(4)), ("act", "ReLU", {}), ("conv", "Conv1d", conv(3)), *HEAD), (2, 7)),
    ((("fc1", "Conv2d", conv(4)), ("up", "ConvTranspose2d", conv(3)), *HEAD), IMAGE),
    ((("fc1", "Conv2d", conv(4)), ("deep", "DepthwiseConv2d", {"multiplier": 3}), ("bn", "BatchNorm2d", {}),
      ("mix", "Conv2d", conv(2)), *HEAD), IMAGE),
    ((("fc1", "Conv3d", conv(4)), ("norm", "InstanceNorm3d", {"affine": True}), *HEAD), (1, 4, 4, 4)),
    ((("fc1", "Conv2d", conv(4)), ("part", "Flatten", {"start_dim": 2}), ("fc2", "Linear", {"out_features": 2}),
      *HEAD), IMAGE),
])  # fmt: skip
def test_what_may_stand_behind_it(rows: tuple[Any, ...], shape: tuple[int, ...]) -> None:
    base = on(shape, *rows)
    weights = learned(base)
    grown = wider(base, "fc1", 9, weights)
    assert grown.weights["fc1.weight"].shape[0] == 9
    assert torch.allclose(answer(base, weights, images(shape)),
                          answer(grown.experiment, grown.weights, images(shape)), atol=1e-5)


def test_several_that_read_it_and_branches_side_by_side() -> None:
    base = branches(
        ("stem", "Conv2d", conv(4), ["input"]), ("one", "Conv2d", conv(3), ["stem"]), ("act", "ReLU", {}, ["stem"]),
        ("twice", "Add", {}, ["act", "act"]), ("cat", "Concatenate", {}, ["one", "twice", "input", "act"]),
        ("bn", "BatchNorm2d", {}, ["cat"]), ("last", "Conv2d", conv(2), ["bn"]))  # fmt: skip
    weights = learned(base)
    grown = wider(base, "stem", 6, weights)
    assert grown.weights["last.weight"].shape[1] == 3 + 6 + 2 + 6 == grown.weights["bn.running_var"].shape[0]
    assert torch.allclose(answer(base, weights, images()), answer(grown.experiment, grown.weights, images()), atol=1e-5)


def test_it_learns_on_from_there_once_copies_differ() -> None:
    base = on((7,), ("fc1", "Linear", {"out_features": 4}), ("act", "ReLU", {}), *HEAD[1:])
    weights = learned(base)
    alike, shaken = wider(base, "fc1", 8, weights), wider(base, "fc1", 8, weights, noise=0.01)
    assert len({tuple(row.tolist()) for row in alike.weights["fc1.weight"]}) == 4
    assert len({tuple(row.tolist()) for row in shaken.weights["fc1.weight"]}) == 8
    assert torch.equal(shaken.weights["fc1.weight"][:4], weights["fc1.weight"])
    far = (answer(base, weights, images((7,))) - answer(shaken.experiment, shaken.weights, images((7,)))).abs().max()
    assert 0 < far < 0.05


def test_it_follows_from_the_seed_and_changes_nothing_that_was_given() -> None:
    base = on((7,), ("fc1", "Linear", {"out_features": 4}), *HEAD[1:])
    weights = learned(base)
    before, state = {key: value.clone() for key, value in weights.items()}, torch.get_rng_state()
    one, same = (wider(base, "fc1", 6, weights, noise=0.1).weights for _ in range(2))
    other = wider(replace(base, recipe=base.recipe.with_options(seed=5)), "fc1", 6, weights).weights
    assert all(torch.equal(one[key], same[key]) for key in one)
    assert not torch.equal(one["fc.weight"], other["fc.weight"])
    assert all(torch.equal(weights[key], before[key]) for key in weights) and torch.equal(state, torch.get_rng_state())
    assert base.graph.nodes["fc1"].layer == LAYERS["Linear"](out_features=4)


# -- inside blocks ----------------------------------------------------------------------------------------------------


def in_a_block() -> Experiment:
    base = on(IMAGE, ("conv", "Conv2d", conv(4)), ("bn", "BatchNorm2d", {}), ("act", "ReLU", {}),
              ("conv2", "Conv2d", conv(3)), ("bn2", "BatchNorm2d", {}), *HEAD)  # fmt: skip
    graph, name = make_block(base.graph, ["conv", "bn", "act", "conv2", "bn2"], "Part")
    assert name == "part"
    return replace(base, graph=graph)


@pytest.mark.parametrize(("node", "keys"), [("part.conv", ["part.bn.bias", "part.conv.weight"]),
                                            ("part.conv2", ["part.bn2.bias", "part.conv2.weight"])])
def test_a_layer_in_a_block_of_ones_own(node: str, keys: list[str]) -> None:
    base = in_a_block()
    weights = learned(base)
    grown = wider(base, node, 7, weights)
    assert [grown.weights[key].shape[0] for key in keys] == [7, 7]
    assert isinstance(grown.experiment.graph.nodes["part"].layer, Custom)
    assert torch.allclose(answer(base, weights, images()), answer(grown.experiment, grown.weights, images()), atol=1e-5)


def test_what_follows_from_a_blocks_options_is_refused() -> None:
    base = on(IMAGE, ("block", "VGG", {"out_channels": 4}), *HEAD)
    with pytest.raises(GrowthError, match=r"block.conv1 follows from the options of block: make that .* your own"):
        wider(base, "block.conv1", 9, learned(base))


def test_one_of_several_copies_is_refused() -> None:
    base = in_a_block()
    block = base.graph.nodes["part"].layer.with_options(repeat=2)
    base = replace(base, graph=base.graph.with_layer("part", block))
    with pytest.raises(GrowthError, match=r"part\d\.conv cannot change alone|part repeats it 2 times"):
        wider(base, "part.part1.conv", 9, learned(base))


# -- refused in words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "reason"), [
    ((("conv", "Conv2d", conv(4)),), "its outputs are what the network answers"),
    ((("conv", "Conv2d", conv(4)), ("gn", "GroupNorm", {}), *HEAD), r"gn \(Group norm\) would make something else"),
    ((("conv", "Conv2d", conv(4)), ("soft", "Softmax", {}), *HEAD), r"soft \(Softmax\) would make something else"),
    ((("conv", "Conv2d", conv(4)), ("split", "Conv2d", conv(4, groups=2)), *HEAD), "split splits its channels into 2"),
    ((("conv", "Conv2d", conv(4, groups=2)), *HEAD), "conv cannot be wider: it splits its channels into 2 groups"),
    ((("conv", "DepthwiseConv2d", {}), *HEAD), "only Linear and convolutions can, and Depthwise conv 2d is neither"),
    ((("conv", "Conv2d", conv(4)), ("res", "Residual", {"num_channels": 4}), *HEAD), r"res.add \(Add\) brings it toge"),
    ((("conv", "Conv2d", conv(4)), ("trans", "Transition", {}), *HEAD), "a block behind it would have other layers"),
])  # fmt: skip
def test_what_forbids_it_is_named(rows: tuple[Any, ...], reason: str) -> None:
    base = on(IMAGE, *rows)
    with pytest.raises(GrowthError, match=reason):
        wider(base, "conv", 8, learned(base))


def test_where_branches_meet_that_must_be_as_many() -> None:
    base = branches(("stem", "Conv2d", conv(4), ["input"]), ("one", "Conv2d", conv(4), ["stem"]),
                    ("sum", "Add", {}, ["stem", "one"]), ("last", "Conv2d", conv(2), ["sum"]))  # fmt: skip
    for name in ("stem", "one"):
        with pytest.raises(GrowthError, match=rf"{name} cannot be wider: sum \(Add\) brings it together with others"):
            wider(base, name, 8, learned(base))


def test_shared_weights_stay_as_they_are() -> None:
    base = on((4,), ("fc1", "Linear", {"out_features": 4}), ("fc2", "Linear", {"out_features": 4}),
              ("fc3", "Linear", {"out_features": 4}))  # fmt: skip
    shared = replace(base, graph=base.graph.with_shares("fc3", "fc2"))
    for name, reason in (("fc2", "other layers share its weights"), ("fc1", "other layers share the weights of fc2")):
        with pytest.raises(GrowthError, match=reason):
            wider(shared, name, 8, learned(shared))


def test_a_width_that_is_none() -> None:
    base = on((4,), ("fc1", "Linear", {"out_features": 4}), *HEAD[1:])
    weights = learned(base)
    for width, reason in ((4, "fc1 has 4 outputs: 4 are not more"), (0, "not more"), (2_000_000, "at most 1000000")):
        with pytest.raises(OptionError, match=reason):
            wider(base, "fc1", width, weights)
    with pytest.raises(GrowthError, match="There is no layer named fc9"):
        wider(base, "fc9", 9, weights)
    with pytest.raises(WeightsError, match=r"unexpected: other\.weight"):
        wider(base, "fc1", 9, {**weights, "other.weight": torch.ones(1)})


def test_loose_and_bypassed_layers_take_no_part() -> None:
    base = on((4,), ("fc1", "Linear", {"out_features": 4}), ("fc2", "Linear", {"out_features": 4}), *HEAD[1:])
    loose = replace(base, graph=base.graph.with_node(Node("loose", LAYERS["Linear"]())))
    aside = replace(base, graph=base.graph.with_marks(["fc2"], bypassed=True))
    with pytest.raises(GrowthError, match="loose is no part of the network"):
        wider(loose, "loose", 90, learned(loose))
    with pytest.raises(GrowthError, match="fc2 is bypassed"):
        wider(aside, "fc2", 90, learned(aside))
    weights = learned(aside)
    grown = wider(aside, "fc1", 9, weights)
    assert torch.allclose(answer(aside, weights, images((4,))),
                          answer(grown.experiment, grown.weights, images((4,))), atol=1e-5)


# -- everything there is ----------------------------------------------------------------------------------------------

UNFIT = {"Custom", "Code", "Embedding", "EmbeddingBag"}
# Behind them copies would be something else: they mix channels, move them, or count them.
_MIXING = """GroupNorm LocalResponseNorm Softmax LogSoftmax Softmin Softmax2d GLU Reshape Permute Select MatMul Stack
    Sum Mean Max Min Std Norm FractionalMaxPool2d FractionalMaxPool3d Bilinear Unflatten Transpose Squeeze Unsqueeze
    Slice PixelShuffle PixelUnshuffle ChannelShuffle Unfold Fold CosineSimilarity PairwiseDistance RNN LSTM GRU
    MultiheadAttention TransformerEncoderLayer TransformerDecoderLayer Transformer Transition Residual"""
MIXING = set(_MIXING.split())
KINDS = sorted(kind for kind, layer in LAYERS.items() if layer.max_inputs != 0
               and layer.__module__.startswith("engine.") and kind not in UNFIT)
STEMS = {1: "Linear", 2: "Conv1d", 3: "Conv2d", 4: "Conv3d"}


@pytest.mark.filterwarnings("ignore:.*")
@pytest.mark.parametrize("kind", KINDS)
def test_behind_every_kind_of_layer_it_is_the_same_or_refused(kind: str) -> None:
    layer = LAYERS[kind]()
    shapes = layer.typical_inputs()
    size = {"kernel_size": 1, "out_channels": shapes[0][0]} if len(shapes[0]) > 1 else {"out_features": shapes[0][0]}
    base = Experiment(Graph.of(
        [Node("input", Input(shape=shapes[0])), Node("stem", LAYERS[STEMS[len(shapes[0])]](**size)),
         Node("only", layer), Node("flatten", LAYERS["Flatten"]()), Node("fc", LAYERS["Linear"]())],
        [Edge("input", "stem"), *(Edge("stem", "only", port) for port in range(len(shapes))), Edge("only", "flatten"),
         Edge("flatten", "fc")]))
    weights = learned(base)
    x = torch.rand(3, *shapes[0], generator=torch.Generator().manual_seed(3))
    if kind in MIXING:
        with pytest.raises(GrowthError, match="stem cannot be wider: "):
            wider(base, "stem", 2 * shapes[0][0] + 1, weights)
        return
    grown = wider(base, "stem", 2 * shapes[0][0] + 1, weights)
    assert torch.allclose(answer(base, weights, x), answer(grown.experiment, grown.weights, x), atol=1e-5,
                          equal_nan=True)


@pytest.mark.parametrize("name", SMALL)
def test_every_layer_of_the_gallery_is_the_same_or_refused(name: str) -> None:
    base = opened(name)
    weights = learned(base)
    before, done = answer(base, weights), 0
    for step in weighted(base):
        try:
            grown = wider(base, step.place, 2 * max(step.output) + 1, weights)
        except GrowthError as error:
            assert str(error).startswith(step.place)
            continue
        check_weights(grown.experiment, grown.weights)
        assert not analyze(grown.experiment.graph, base.data.sample_shape).faults
        assert torch.allclose(before, answer(grown.experiment, grown.weights), atol=1e-5), step.place
        done += 1
    assert done == WIDENED.get(name, 0)


WIDENED = {"lenet-digits": 4, "mlp": 1, "mlp-dropout": 2, "lenet": 4, "lenet-relu": 4, "lenet-conv-relu": 4,
           "lenet-bn": 4, "inception-small": 1, "nest-mlp": 3, "chimera": 3, "lazy": 2, "init-zoo": 11, "centered": 1,
           "scalar-checks": 1, "conv-checks": 3, "googlenet": 3}  # fmt: skip

"""The terms add up to what torch computes, forward and backward, layer by layer and in whole networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, load_experiment
from engine.experiment.recipe import Recipe
from engine.graph.graph import Edge, Graph, Node
from engine.inspect.changes import Change
from engine.inspect.lens import Back, Lens
from engine.inspect.steps.backward import gathered, weight_gradient
from engine.inspect.steps.scene import plan
from engine.inspect.steps.steps import step
from engine.inspect.steps.texts import as_arrays
from engine.inspect.steps.values import NoStepsError
from engine.layers.base import LAYERS

Rows = tuple[tuple[str, dict[str, Any]], ...]
PLANE, LINE, BOX, SEQUENCE, ROW = (4, 7, 6), (4, 9), (2, 4, 5, 4), (5, 6), (7,)
LAYERS_HERE: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    *[("Conv2d", {"out_channels": 6, **options}, PLANE) for options in (
        {"kernel_size": 3}, {"kernel_size": 3, "padding": 1, "bias": False}, {"kernel_size": (3, 2), "stride": (2, 1)},
        {"kernel_size": 3, "padding": 2, "padding_mode": "reflect", "stride": 2}, {"kernel_size": 1},
        {"kernel_size": 3, "padding": (1, 2), "padding_mode": "replicate"}, {"kernel_size": 3, "dilation": 2},
        {"kernel_size": 3, "padding": 3, "padding_mode": "circular"}, {"kernel_size": 3, "groups": 2, "padding": 1},
        {"kernel_size": 4, "padding": "same", "dilation": (1, 2)},
        {"kernel_size": 2, "padding": "same", "padding_mode": "reflect"})],
    ("DepthwiseConv2d", {"multiplier": 2, "kernel_size": 3}, PLANE),
    ("Conv1d", {"out_channels": 3, "kernel_size": 3, "padding": 1, "stride": 2}, LINE),
    ("Conv3d", {"out_channels": 3, "kernel_size": 2}, BOX),
    *[("ConvTranspose2d", {"out_channels": 6, "kernel_size": 3, **options}, PLANE) for options in (
        {}, {"stride": 2, "padding": 1, "output_padding": 1}, {"groups": 2, "dilation": 2, "bias": False})],
    *[("MaxPool2d", {"kernel_size": 3, **options}, PLANE) for options in (
        {}, {"stride": 2, "padding": 1}, {"stride": 2, "ceil_mode": True}, {"stride": 1, "dilation": 2})],
    *[("AvgPool2d", {"kernel_size": 3, "stride": 2, "padding": 1, **options}, PLANE) for options in (
        {}, {"count_include_pad": False}, {"ceil_mode": True}, {"ceil_mode": True, "count_include_pad": False},
        {"divisor_override": 5})],
    ("MaxPool1d", {"kernel_size": 2}, LINE), ("AvgPool1d", {"kernel_size": 4, "stride": 1, "padding": 2}, LINE),
    ("AvgPool3d", {"kernel_size": 2}, BOX), ("AdaptiveAvgPool2d", {"output_size": (3, 4)}, PLANE),
    ("AdaptiveAvgPool2d", {"output_size": 1}, PLANE), ("AdaptiveMaxPool2d", {"output_size": (2, 4)}, PLANE),
    ("AdaptiveAvgPool1d", {"output_size": 4}, LINE),
    ("Linear", {"out_features": 5}, ROW), ("Linear", {"out_features": 5, "bias": False}, SEQUENCE),
    ("BatchNorm2d", {}, PLANE), ("BatchNorm2d", {"affine": False}, PLANE), ("BatchNorm1d", {}, ROW),
    ("BatchNorm1d", {"track_running_stats": False}, LINE), ("LayerNorm", {}, SEQUENCE),
    ("LayerNorm", {"dims": 3, "bias": False}, PLANE), ("GroupNorm", {"num_groups": 2}, PLANE),
    ("InstanceNorm2d", {"affine": True}, PLANE),
    ("Softmax", {}, ROW), ("Softmax", {"dim": -1}, SEQUENCE), ("LogSoftmax", {"dim": 1}, PLANE),
    ("Flatten", {}, PLANE), ("Permute", {"dims": (2, 3, 1)}, PLANE), ("Slice", {"start": 1, "end": 3}, PLANE),
    ("ReflectionPad2d", {"padding": 2}, PLANE), ("ZeroPad2d", {"padding": 1}, PLANE),
    ("ConstantPad2d", {"padding": 1, "value": 2.5}, PLANE),
    ("Dropout", {"p": 0.4}, PLANE), ("Dropout2d", {"p": 0.4}, PLANE), ("PReLU", {"per_channel": True}, PLANE),
    ("PReLU", {}, ROW), ("MultiheadAttention", {"num_heads": 2}, SEQUENCE),
    ("MultiheadAttention", {"num_heads": 3, "causal": True, "bias": False}, SEQUENCE),
    *[(kind, {}, ROW) for kind in (
        "ReLU", "Sigmoid", "Tanh", "LeakyReLU", "ELU", "CELU", "SELU", "GELU", "SiLU", "Mish", "Softplus", "Softsign",
        "LogSigmoid", "ReLU6", "Hardtanh", "Hardsigmoid", "Hardswish", "Threshold", "Hardshrink", "Softshrink",
        "Tanhshrink", "Abs", "Exp", "Square", "Sin", "Cos", "Clamp", "Identity")],
    ("GELU", {"approximate": "tanh"}, ROW), ("Scale", {"factor": -2.0, "shift": 0.5}, ROW),
]


def network(kind: str, options: dict[str, Any], shape: tuple[int, ...]) -> Experiment:
    """The layer between two that have gradients of their own, without a wish for what comes out."""
    rows: Rows = (("Scale", {"factor": 1.5}), (kind, options), ("Square", {}))
    names = ["input", "before", "here", "after"]
    nodes = [Node("input", LAYERS["Input"].model_validate({"shape": shape}))]
    nodes += [Node(name, LAYERS[each].model_validate(given))
              for name, (each, given) in zip(names[1:], rows, strict=True)]
    return Experiment(Graph.of(nodes, [Edge(a, b) for a, b in pairwise(names)]), DataSpec(), Recipe(seed=3))


def drawn(shape: tuple[int, ...], batch: int = 3, seed: int = 5) -> Tensor:
    return torch.randn((batch, *shape), generator=torch.Generator().manual_seed(seed))


def score(answer: Tensor) -> Tensor:
    """A number in which every output counts differently."""
    weights = torch.linspace(-1, 1.3, answer[0].numel()).reshape(answer.shape[1:])
    return (answer * weights * torch.arange(1, len(answer) + 1).reshape(-1, *[1] * (answer.dim() - 1))).mean()


def filled(lens: Lens) -> Lens:
    """With statistics and scales that are not 0 and 1."""
    generator = torch.Generator().manual_seed(9)
    with torch.no_grad():
        for key, value in lens.module.state_dict().items():
            if key.endswith(("running_mean", "bn.bias")):
                value.copy_(torch.randn(value.shape, generator=generator))
            elif value.dim() == 1 and value.is_floating_point() and not key.endswith("bias"):
                value.copy_(torch.rand(value.shape, generator=generator) + 0.5)
    return lens


def check(lens: Lens, back: Back, place: str, index: tuple[int, ...], example: int, seed: int = 0) -> None:
    """Forward, backward of the number and of a weight that it reads."""
    steps = step(lens, back.look, place, index, back, example=example, seed=seed)
    assert steps.agrees, (place, index, steps.value, steps.given, steps.scale)
    assert steps.given == pytest.approx(float(back.look.outputs[place][(example, *index)]))
    assert steps.backward is not None and steps.lines[-1].value == steps.value
    arrived = steps.backward.arrived
    if arrived is not None:
        assert not arrived.missing and arrived.agrees, (place, index, arrived.value, arrived.given)
    assert as_arrays(steps)["value"] == steps.value
    if steps.backward.to_weights and arrived is not None:
        term = steps.backward.to_weights[0].terms[len(steps.backward.to_weights[0].terms) // 2]
        assert term.of is not None and term.of.index is not None
        found = weight_gradient(lens, back, term.of.name, term.of.index, seed=seed)
        assert not found.missing and found.agrees, (term.of, found.value, found.given)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("kind", "options", "shape"), LAYERS_HERE,
                         ids=[f"{kind}-{number}" for number, (kind, _, _) in enumerate(LAYERS_HERE)])
def test_a_layer(kind: str, options: dict[str, Any], shape: tuple[int, ...], training: bool) -> None:
    if training and not any(word in kind for word in ("Norm", "Drop", "PReLU", "Attention")):
        training, seed = False, 6  # nothing else in it learns otherwise: other numbers
    else:
        seed = 5
    lens = filled(Lens(network(kind, options, shape), training=training))
    back = lens.back(drawn(shape, seed=seed), score, seed=2)
    random = np.random.default_rng(seed)
    for place in ("here", "before"):
        sizes = back.look.outputs[place].shape[1:]
        for _ in range(2):
            index = tuple(int(random.integers(size)) for size in sizes)
            check(lens, back, place, index, int(random.integers(3)), seed=2)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("kind", "options", "shape"), [
    ("Conv2d", {"out_channels": 6, "kernel_size": 3, "padding": 1}, PLANE), ("BatchNorm2d", {}, PLANE),
    ("LayerNorm", {}, SEQUENCE), ("Softmax", {"dim": -1}, SEQUENCE), ("AvgPool2d", {"kernel_size": 2}, PLANE),
    ("MultiheadAttention", {"num_heads": 2}, SEQUENCE), ("Linear", {"out_features": 4}, SEQUENCE)])
def test_what_one_output_hands_on_is_torchs_gradient_of_it_alone(
        kind: str, options: dict[str, Any], shape: tuple[int, ...], training: bool) -> None:
    lens = filled(Lens(network(kind, options, shape), training=training))
    x, index = drawn(shape), (0, 1, 2)[: len(shape)]
    back = lens.back(x, lambda answer: answer[(1, *index)])
    steps = step(lens, back.look, "here", index, back, example=1)
    assert steps.backward is not None
    for part in steps.backward.to_inputs:
        summed = torch.zeros_like(back.outputs["before"], dtype=torch.float64)
        for term in part.terms:
            assert term.of is not None and term.of.index is not None
            summed[(term.of.example, *term.of.index)] += term.product
        torch.testing.assert_close(summed.float(), back.outputs["before"], rtol=1e-4, atol=1e-5)
    for part in steps.backward.to_weights:
        by_key: dict[str, Tensor] = {}
        for term in part.terms:
            assert term.of is not None and term.of.index is not None
            key = term.of.name
            found = by_key.setdefault(key, torch.zeros_like(back.weights[key], dtype=torch.float64))
            found[term.of.index] += term.product
        for key, value in by_key.items():
            torch.testing.assert_close(value.float(), back.weights[key], rtol=1e-4, atol=1e-5)


# -- whole networks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("id", "size"), [("lenet", 28), ("lenet-bn", 28), ("mlp-dropout", 28), ("resnet18", 32),
                                          ("googlenet", 32)])
@pytest.mark.parametrize("training", [False, True])
def test_networks_of_the_gallery(id: str, size: int, training: bool) -> None:
    experiment = load_experiment(f"gallery:{id}")
    if size != 28:
        experiment = replace(experiment, data=experiment.data.with_options(resize=size))
    lens = filled(Lens(experiment, training=training))
    back = lens.back(drawn(experiment.data.sample_shape, 2), score, seed=4)
    random = np.random.default_rng(8)
    places = [place for place in back.look.outputs if place != "input"]
    for place in places if len(places) < 20 else random.choice(places, 18, replace=False):
        index = tuple(int(random.integers(each)) for each in back.look.outputs[place].shape[1:])
        if plan(lens)[place].end is None:
            check(lens, back, str(place), index, int(random.integers(2)), seed=4)


@pytest.mark.parametrize(("kind", "options"), [
    ("LSTM", {}), ("GRU", {"num_layers": 2}), ("RNN", {"nonlinearity": "relu"}), ("RNN", {"returns": "last"}),
    ("LSTM", {"bidirectional": True, "returns": "last", "num_layers": 2}), ("GRU", {"bidirectional": True,
                                                                                    "bias": False})])
def test_a_recurrent_step(kind: str, options: dict[str, Any]) -> None:
    lens = Lens(network(kind, {"hidden_size": 3, **options}, SEQUENCE))
    back = lens.back(drawn(SEQUENCE), score)
    shape = back.look.outputs["here"].shape[1:]
    for flat in range(0, back.look.outputs["here"][0].numel(), 2):
        index = tuple(map(int, np.unravel_index(flat, shape)))
        assert step(lens, back.look, "here", index, example=1).agrees
    check(lens, back, "before", (3, 4), 2)
    for key, weight in lens.module.named_parameters():
        assert weight_gradient(lens, back, key, (5,) if weight.dim() == 1 and len(weight) > 5 else (2, 1)[
            :weight.dim()]).agrees, key
    back = lens.back(drawn(SEQUENCE), lambda answer: answer[(1, *index)])  # of one number alone
    found = step(lens, back.look, "here", index, back, example=1).backward
    assert found is not None
    [part] = found.to_inputs
    for term in part.terms:
        assert term.of is not None and term.of.index is not None
        assert term.product == pytest.approx(float(back.outputs["before"][(1, *term.of.index)]), rel=1e-4, abs=1e-6)


def test_what_recurrent_layers_do_not_show() -> None:
    lens = Lens(network("LSTM", {"hidden_size": 4, "proj_size": 2}, SEQUENCE))
    back = lens.back(drawn(SEQUENCE), score)
    with pytest.raises(NoStepsError, match="with a projection"):
        step(lens, back.look, "here", (1, 1))
    assert "with a projection" in str(gathered(lens, back, "before", (1, 1)).missing[0])
    lens = Lens(network("GRU", {"hidden_size": 4, "dropout": 0.5, "num_layers": 2}, SEQUENCE), training=True)
    with pytest.raises(NoStepsError, match="look with Predict"):
        step(lens, lens.look(drawn(SEQUENCE)), "here", (1, 1))


def test_several_readers_and_an_input_that_is_read_twice(diamond: Graph) -> None:
    lens = Lens(Experiment(diamond, DataSpec(dataset="mnist"), Recipe(seed=2)))
    back = lens.back(drawn((1, 28, 28), 2), score)
    for place in ("stem", "sum", "left", "twice", "cat", "input"):
        index = (0, 13, 7)
        found = gathered(lens, back, place, index, example=1)
        assert found.agrees and not found.missing
    assert len(gathered(lens, back, "stem", (1, 4, 4)).parts) == 4  # two convolutions, the sum, the concatenation
    assert len(gathered(lens, back, "sum", (1, 4, 4)).parts) == 2  # both ports of one layer


def test_words(wired: Callable[..., Graph]) -> None:
    graph = wired(("words", "Embedding", {"num_embeddings": 6, "embedding_dim": 4, "padding_idx": 1}, ["input"]),
                  ("here", "Linear", {"out_features": 3}, ["words"]), shape=(7,))
    lens = Lens(Experiment(graph, DataSpec(), Recipe(seed=1)))
    back = lens.back(torch.randint(6, (3, 7), generator=torch.Generator().manual_seed(2)).float(), score)
    check(lens, back, "words", (5, 2), 1)
    assert weight_gradient(lens, back, "words.weight", (1, 2)).value == 0  # the padding
    for word in range(6):
        assert weight_gradient(lens, back, "words.weight", (word, 3)).agrees


def test_cross_attention(wired: Callable[..., Graph]) -> None:
    graph = wired(("keys", "Slice", {"dim": 1, "end": 3}, ["input"]),
                  ("wide", "Linear", {"out_features": 10}, ["keys"]),
                  ("here", "MultiheadAttention", {"num_heads": 2}, ["input", "wide", "wide"]),
                  ("after", "Square", {}, ["here"]), shape=SEQUENCE)
    lens = Lens(Experiment(graph, DataSpec(), Recipe(seed=1)))
    back = lens.back(drawn(SEQUENCE), score)
    for place, index in (("here", (2, 3)), ("wide", (1, 7)), ("keys", (2, 2))):
        check(lens, back, place, index, 2)
    for key, index in (("here.q_proj_weight", (1, 2)), ("here.k_proj_weight", (3, 9)), ("here.in_proj_bias", (13,))):
        assert weight_gradient(lens, back, key, index).agrees


def test_where_a_window_lies_and_what_is_border() -> None:
    lens = Lens(network("Conv2d", {"out_channels": 2, "kernel_size": 3, "padding": 1, "dilation": 2}, PLANE))
    look = lens.look(drawn(PLANE))
    steps = step(lens, look, "here", (1, 0, 3))
    [first, *_] = steps.windows
    assert (first.place, first.channel, first.low, first.high, first.step) == ("before", 0, (-1, 2), (4, 7), (2, 2))
    part = steps.parts[0]
    assert part.border is not None and part.border.tolist() == [[True] * 3, [False, False, True], [False, False, True]]
    assert part.left is not None and part.right is not None
    assert part.sum == pytest.approx((part.left * part.right).sum())
    assert part.right.tolist() == lens.module.get_parameter("here.weight")[1, 0].tolist()
    assert [str(line.text) for line in steps.lines] == ["Σ w·x over 4×3×3", "+ bias", "="]
    assert str(steps.title) == "here: channel 1, row 0, column 3"


def test_a_block_is_what_its_end_is(lenet: Graph) -> None:
    experiment = load_experiment("gallery:resnet18")
    experiment = replace(experiment, data=experiment.data.with_options(resize=32))
    lens = Lens(experiment)
    look = lens.look(drawn(experiment.data.sample_shape, 1))
    block = next(place for place, known in plan(lens).items() if known.end is not None)
    steps = step(lens, look, block, (0, 1, 1))
    assert steps.place.startswith(f"{block}.") and steps.agrees
    assert steps.given == float(look.outputs[block][0, 0, 1, 1])


@pytest.mark.parametrize(("place", "index", "example", "words"), [
    ("nowhere", (0,), 0, "no layer nowhere"), ("here", (9, 0, 0), 0, "no number 9, 0, 0"),
    ("here", (0, 0), 0, "no number 0, 0"), ("here", (0, 0, 0), 7, "no example 7"),
    ("input", (0, 0, 0), 0, "nothing is computed there"), ("here", (0, 0, 0), 0, "not shown step by step")])
def test_what_cannot_be_shown_says_what_can(place: str, index: tuple[int, ...], example: int, words: str) -> None:
    lens = Lens(network("LPPool2d", {"kernel_size": 2}, PLANE))
    with pytest.raises(NoStepsError, match=words):
        step(lens, lens.look(drawn(PLANE)), place, index, example=example)


def test_a_layer_behind_one_that_is_not_shown_has_torchs_gradient(wired: Callable[..., Graph]) -> None:
    lens = Lens(network("LPPool2d", {"kernel_size": 2}, PLANE))
    back = lens.back(drawn(PLANE).abs() + 1, score)
    found = gathered(lens, back, "before", (1, 2, 2))
    assert [str(each) for each in found.missing] and found.value == float(back.outputs["before"][0, 1, 2, 2])


def test_an_output_that_was_changed_by_hand_does_not_agree() -> None:
    lens = Lens(network("Conv2d", {"out_channels": 2, "kernel_size": 3}, PLANE))
    look = lens.look(drawn(PLANE), changes=[Change("here", "scale", 0, 3.0)])
    assert not step(lens, look, "here", (0, 1, 1)).agrees and step(lens, look, "here", (1, 1, 1)).agrees

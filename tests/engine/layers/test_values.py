"""What layers compute, against the same written by hand; and what they say when they cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.analysis.analysis import analyze
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import DEFAULTS
from engine.layers.base import LAYERS, OptionError, Shape, ShapeError
from engine.layers.inputs import Input
from engine.network.compile import build_module
from engine.writing.source import to_python

B = 3


def network(kind: str, options: dict[str, Any], shapes: Sequence[Shape]) -> nn.Module:
    """The layer alone; its inputs are stretches of one flat input, reshaped."""
    nodes, edges = [Node("input", Input()), Node("only", LAYERS[kind].model_validate(options))], []
    start = 0
    for port, shape in enumerate(shapes):
        size = torch.Size(shape).numel()
        nodes += [Node(f"part{port}", LAYERS["Slice"].model_validate({"start": start, "end": start + size})),
                  Node(f"shaped{port}", LAYERS["Reshape"].model_validate({"shape": shape}))]
        edges += [Edge("input", f"part{port}"), Edge(f"part{port}", f"shaped{port}"),
                  Edge(f"shaped{port}", "only", port)]
        start += size
    graph = Graph.of(nodes, edges)
    assert not analyze(graph, (start,)).faults
    assert to_python(graph, (start,))
    return build_module(graph, (start,)).eval()


def given(shapes: Sequence[Shape]) -> list[Tensor]:
    torch.manual_seed(0)
    return [torch.randn(B, *shape) for shape in shapes]


Rows = list[tuple[str, dict[str, Any], list[Shape], Callable[..., Tensor]]]
BY_HAND: Rows = [
    ("Multiply", {}, [(4, 3, 3), (4, 1, 1)], lambda a, b: a * b),
    ("Multiply", {}, [(4,), (4,), (4,)], lambda a, b, c: a * b * c),
    ("Subtract", {}, [(4,), (4,)], lambda a, b: a - b),
    ("Divide", {}, [(4,), (4,)], lambda a, b: a / b),
    ("Maximum", {}, [(4,), (4,), (4,)], lambda a, b, c: torch.stack([a, b, c]).amax(0)),
    ("Minimum", {}, [(4,), (4,)], lambda a, b: -torch.maximum(-a, -b)),
    ("MatMul", {}, [(2, 3), (3, 5)], torch.bmm),
    ("MatMul", {"transpose": True}, [(2, 3), (5, 3)], lambda a, b: torch.einsum("bij,bkj->bik", a, b)),
    ("Stack", {"dim": 2}, [(4,), (4,)], lambda a, b: torch.cat([a[..., None], b[..., None]], -1)),
    ("Stack", {}, [(2, 2), (2, 2)], lambda a, b: torch.cat([a[:, None], b[:, None]], 1)),
    ("CosineSimilarity", {}, [(4,), (4,)],
     lambda a, b: (a * b).sum(1, True) / (a.norm(dim=1, keepdim=True) * b.norm(dim=1, keepdim=True))),
    ("PairwiseDistance", {"eps": 0.0}, [(4,), (4,)], lambda a, b: ((a - b) ** 2).sum(1, True).sqrt()),
    ("Sum", {}, [(2, 3)], lambda x: x.sum(-1)),
    ("Mean", {"dim": (2, 3)}, [(2, 3, 4)], lambda x: x.flatten(2).mean(2)),
    ("Mean", {"dim": (1,), "keepdim": True}, [(5,)], lambda x: x.mean(1, True)),
    ("Max", {"dim": (1,)}, [(5, 2)], lambda x: x.max(1).values),
    ("Min", {"dim": (1,)}, [(5, 2)], lambda x: x.min(1).values),
    ("Std", {"dim": (1,)}, [(5, 2)], lambda x: ((x - x.mean(1, True)) ** 2).sum(1).div(4).sqrt()),
    ("Norm", {"dim": (1,)}, [(5, 2)], lambda x: (x * x).sum(1).sqrt()),
    ("Scale", {"factor": 0.5, "shift": -2.0}, [(4,)], lambda x: x / 2 - 2),
    ("Clamp", {"min": None, "max": 0.25}, [(4,)], lambda x: torch.where(x > 0.25, torch.tensor(0.25), x)),
    ("Power", {"exponent": 3.0}, [(4,)], lambda x: x * x * x),
    ("Square", {}, [(4,)], lambda x: x * x),
    ("Abs", {}, [(4,)], lambda x: x * x.sign()),
    ("Reshape", {"shape": (2, -1)}, [(4, 3)], lambda x: x.view(B, 2, 6)),
    ("Permute", {"dims": (2, 3, 1)}, [(2, 3, 4)], lambda x: torch.einsum("bchw->bhwc", x)),
    ("Transpose", {}, [(2, 3)], lambda x: torch.einsum("bij->bji", x)),
    ("Squeeze", {"dim": 2}, [(4, 1)], lambda x: x[:, :, 0]),
    ("Unsqueeze", {"dim": -1}, [(4,)], lambda x: x[..., None]),
    ("Select", {"dim": 1, "index": -1}, [(4, 3)], lambda x: x[:, 3]),
    ("Slice", {"dim": -1, "start": 1, "end": None, "step": 2}, [(2, 6)], lambda x: x[:, :, 1::2]),
    ("Identity", {}, [(4,)], lambda x: x),
    ("ZeroPad2d", {"padding": (1, 2, 0, 3)}, [(1, 2, 2)],
     lambda x: torch.cat([torch.cat([torch.zeros(B, 1, 2, 1), x, torch.zeros(B, 1, 2, 2)], 3),
                          torch.zeros(B, 1, 3, 5)], 2)),
    ("PixelShuffle", {}, [(4, 1, 1)], lambda x: x.view(B, 1, 2, 2)),
    ("Upsample", {}, [(1, 2, 2)], lambda x: x.repeat_interleave(2, 2).repeat_interleave(2, 3)),
    ("LocalResponseNorm", {"size": 1, "alpha": 1.0}, [(4, 2)], lambda x: x / (1 + x * x) ** 0.75),
    ("GLU", {}, [(4,)], lambda x: x[:, :2] * torch.sigmoid(x[:, 2:])),
    ("RMSNorm", {}, [(4,)], lambda x: x / (x * x).mean(-1, True).sqrt()),
    ("LayerNorm", {"dims": 2, "eps": 1e-12}, [(2, 2)],
     lambda x: (x - x.mean((1, 2), True)) / x.var((1, 2), unbiased=False, keepdim=True).sqrt()),
]


@pytest.mark.parametrize(("kind", "options", "shapes", "by_hand"), BY_HAND)
def test_values_are_those_of_the_same_by_hand(kind: str, options: dict[str, Any], shapes: list[Shape],
                                              by_hand: Callable[..., Tensor]) -> None:
    inputs = given(shapes)
    ours = network(kind, options, shapes)(torch.cat([x.flatten(1) for x in inputs], 1))
    torch.testing.assert_close(ours, by_hand(*inputs))


# -- constants ----------------------------------------------------------------------------------------------


def with_constant(**options: Any) -> Graph:
    constant = LAYERS["Constant"].model_validate(options)
    nodes = [Node("input", Input()), Node("c", constant), Node("product", LAYERS["MatMul"]())]
    return Graph.of(nodes, [Edge("input", "product"), Edge("c", "product", 1)])


@pytest.mark.parametrize("values", ["number", "uniform", "normal"])
def test_a_constant_is_a_buffer_that_is_saved_and_does_not_learn(values: str) -> None:
    graph = with_constant(shape=(4, 2), values=values, number=0.5, seed=3)
    module, again = build_module(graph, (3, 4)), build_module(graph, (3, 4))
    assert list(module.state_dict()) == ["c"]
    assert not list(module.parameters())
    assert torch.equal(module.c, again.c)
    x = torch.randn(B, 3, 4)
    torch.testing.assert_close(module(x), torch.einsum("bij,jk->bik", x, module.c))
    assert torch.equal(module.c, torch.full((4, 2), 0.5)) == (values == "number")
    assert analyze(graph, (3, 4)).params == 0


def test_seeds_give_other_numbers() -> None:
    first, second = (build_module(with_constant(shape=(4, 2), values="normal", seed=seed), (3, 4)).c for seed in (0, 1))
    assert not torch.equal(first, second)


# -- sequences ----------------------------------------------------------------------------------------------


def alone(kind: str, options: dict[str, Any], shape: Shape, count: int = 1) -> nn.Module:
    nodes = [Node("input", Input()), Node("only", LAYERS[kind].model_validate(options), parameters=DEFAULTS)]
    return build_module(Graph.of(nodes, [Edge("input", "only", port) for port in range(count)]), shape).eval()


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_last_state_is_what_the_sequence_ends_in(kind: str, layers: int, bidirectional: bool) -> None:
    options = {"hidden_size": 5, "num_layers": layers, "bidirectional": bidirectional}
    whole, last = (alone(kind, {**options, "returns": returns}, (6, 4)) for returns in ("sequence", "last"))
    last.load_state_dict(whole.state_dict())
    x = torch.randn(B, 6, 4)
    sequence = whole(x)
    forwards = sequence[:, -1, :5]
    wanted = torch.cat([forwards, sequence[:, 0, 5:]], 1) if bidirectional else forwards
    torch.testing.assert_close(last(x), wanted)


def test_a_recurrent_network_by_hand() -> None:
    module, x = alone("RNN", {"hidden_size": 5}, (6, 4)), torch.randn(B, 6, 4)
    cell, state, steps = module.only, torch.zeros(B, 5), []
    for step in range(6):
        state = torch.tanh(x[:, step] @ cell.weight_ih_l0.T + cell.bias_ih_l0
                           + state @ cell.weight_hh_l0.T + cell.bias_hh_l0)
        steps.append(state)
    torch.testing.assert_close(module(x), torch.stack(steps, 1))


def test_an_embedding_looks_vectors_up() -> None:
    module, words = alone("Embedding", {"num_embeddings": 7, "embedding_dim": 3}, (4,)), torch.randint(7, (B, 4))
    assert torch.equal(module(words.float()), module.only.weight[words])
    bag = alone("EmbeddingBag", {"num_embeddings": 7, "embedding_dim": 3}, (4,))
    torch.testing.assert_close(bag(words.float()), bag.only.weight[words].mean(1))


@pytest.mark.parametrize("causal", [False, True])
def test_attention_by_hand(causal: bool) -> None:
    module, x = alone("MultiheadAttention", {"num_heads": 2, "causal": causal}, (5, 4)), torch.randn(B, 5, 4)
    weights, bias = module.only.in_proj_weight, module.only.in_proj_bias
    query, key, value = ((x @ w.T + b).view(B, 5, 2, 2).transpose(1, 2)
                         for w, b in zip(weights.chunk(3), bias.chunk(3), strict=True))
    scores = query @ key.transpose(-1, -2) / 2**0.5
    if causal:
        scores = scores.masked_fill(torch.ones(5, 5).triu(1).bool(), float("-inf"))
    gathered = (scores.softmax(-1) @ value).transpose(1, 2).reshape(B, 5, 4)
    torch.testing.assert_close(module(x), module.only.out_proj(gathered))


@pytest.mark.parametrize("kind", ["MultiheadAttention", "TransformerEncoderLayer"])
def test_causal_means_that_later_steps_change_nothing(kind: str) -> None:
    for causal in (False, True):
        module, x = alone(kind, {"causal": causal}, (6, 4)), torch.randn(1, 6, 4)
        other = torch.cat([x[:, :5], torch.randn(1, 1, 4)], 1)
        same = torch.allclose(module(x)[:, :5], module(other)[:, :5], atol=1e-6)
        assert same == causal


def test_a_decoder_attends_to_the_second_input() -> None:
    module = network("TransformerDecoderLayer", {}, [(3, 4), (5, 4)])
    x, memory = torch.randn(B, 12), torch.randn(B, 20)
    one, two = (module(torch.cat([x, m], 1)) for m in (memory, memory + 1))
    assert one.shape == (B, 3, 4)
    assert not torch.allclose(one, two)


def test_depthwise_filters_do_not_mix_channels() -> None:
    module = alone("DepthwiseConv2d", {"multiplier": 2, "padding": "same"}, (3, 5, 5))
    x = torch.randn(B, 3, 5, 5)
    parts = [nn.functional.conv2d(x[:, c : c + 1], module.only.weight[2 * c : 2 * c + 2],
                                  module.only.bias[2 * c : 2 * c + 2], padding=1) for c in range(3)]
    torch.testing.assert_close(module(x), torch.cat(parts, 1))


# -- what cannot be -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "options", "shapes", "words"),
    [
        ("Conv1d", {}, [(4,)], "Conv 1d expects channels×length, got 4"),
        ("Conv3d", {}, [(1, 9, 9)], "Conv 3d expects channels×depth×height×width, got 1×9×9"),
        ("GroupNorm", {"num_groups": 3}, [(8,)], "Group norm: 8 input channels cannot be split into 3 groups"),
        ("LayerNorm", {"dims": 3}, [(8,)], "Layer norm: 3 dimensions are to be normalized, but the input 8 has 1"),
        ("InstanceNorm1d", {}, [(4, 1)], "with one value in a channel (4×1) nothing is left to normalize"),
        ("MatMul", {}, [(2, 3), (2, 3)], "2×3 and 2×3 do not fit: 3 columns meet 2 rows"),
        ("Multiply", {}, [(2, 3), (3, 2)], "Multiply needs inputs of one shape, got 2×3 and 3×2"),
        ("Reshape", {"shape": (3, -1)}, [(8,)], "Reshape: 8 numbers do not fit into 3×–"),
        ("Permute", {"dims": (2, 1)}, [(1, 2, 3)], "the order names 2 dimensions, the input 1×2×3 has 3"),
        ("Select", {"index": 9}, [(4, 4)], "Select: there is no place 9 along dim 1 of 4×4"),
        ("Sum", {}, [(8,)], "Sum: nothing would be left of 8: turn “Keep dimension” on"),
        ("LSTM", {}, [(8,)], "LSTM expects length×features, got 8"),
        ("MultiheadAttention", {"num_heads": 3}, [(5, 8)], "8 features cannot be split among 3 heads"),
        ("TransformerDecoderLayer", {}, [(5, 8), (5, 6)], "as many features in each input, got 5×8 and 5×6"),
        ("ReflectionPad2d", {"padding": 4}, [(1, 4, 4)], "Reflection pad 2d needs a border smaller than the 4×4 input"),
        ("ConvTranspose2d", {"padding": 9}, [(1, 4, 4)], "the padding cuts away all of the 4×4 input"),
        ("PixelShuffle", {}, [(3, 2, 2)], "Pixel shuffle: 3 channels cannot be divided by 4"),
        ("Fold", {}, [(8, 50)], "an image of 8×8 has 49 patches of 4 numbers, got 8×50"),
        ("Upsample", {"mode": "linear"}, [(1, 4, 4)], "Upsample: “linear” does not suit 1×4×4"),
    ],
)
def test_what_does_not_fit_is_said_in_words(kind: str, options: dict[str, Any], shapes: list[Shape], words: str
                                            ) -> None:
    with pytest.raises(ShapeError) as raised:
        LAYERS[kind].model_validate(options).output_shape(shapes)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("LSTM", {"dropout": 0.5}, "dropout works between stacked layers: use 2 layers or more"),
        ("LSTM", {"proj_size": 64}, "the projection must be smaller than the hidden units"),
        ("Embedding", {"padding_idx": 1000}, "the padding word must be one of the 1000 words"),
        ("Permute", {"dims": (1, 3)}, "the order must name each of 1 … 2 once"),
        ("Reshape", {"shape": (-1, -1)}, "only one size can be −1"),
        ("Clamp", {"min": 2.0}, "the lowest value must not be above the highest"),
        ("ConvTranspose1d", {"output_padding": 1}, "output padding must be smaller than the stride or the dilation"),
        ("Upsample", {"size": 4}, "give either a size or a scale"),
        ("Conv3d", {"kernel_size": (0, 1, 1)}, "Kernel size must be at least 1"),
        ("Hardtanh", {"min_val": 3.0}, "the lowest value must be below the highest"),
    ],
)
def test_options_that_cannot_be_are_refused_in_words(kind: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError) as raised:
        LAYERS[kind]().with_options(**options)
    assert words in str(raised.value)


@pytest.mark.parametrize(("kind", "option", "value"), [
    ("Conv2d", "kernel_size", (3, 3)), ("Conv3d", "kernel_size", (3, 3, 3)), ("MaxPool2d", "kernel_size", (3, 3)),
    ("ZeroPad2d", "padding", (3, 3, 3, 3)),
])
def test_a_window_of_equal_sides_is_one_number(kind: str, option: str, value: tuple[int, ...]) -> None:
    layer = LAYERS[kind].model_validate({option: value})
    assert getattr(layer, option) == 3 and layer == LAYERS[kind].model_validate({option: 3})


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_last_step_is_the_state_at_the_end(kind: str, bidirectional: bool) -> None:
    layer = LAYERS[kind].model_validate({"hidden_size": 3, "returns": "last", "bidirectional": bidirectional})
    graph = Graph.of([Node("input", LAYERS["Input"].model_validate({"shape": (5, 4)})), Node("rnn", layer)],
                     [Edge("input", "rnn")])
    module, x = build_module(graph), torch.rand(2, 5, 4)
    sequence, _ = module.rnn(x)  # type: ignore[operator, union-attr]
    parts = [sequence[:, -1, :3], sequence[:, 0, 3:]] if bidirectional else [sequence[:, -1]]
    assert torch.equal(module(x), torch.cat(parts, dim=1))

@pytest.mark.parametrize("shapes", [[(3,), (5,)], [(2, 3), (2, 5)], [(4, 3, 2), (4, 3, 7)]])
@pytest.mark.parametrize("bias", [True, False])
def test_bilinear_has_as_many_parameters_as_torchs(shapes: list[Shape], bias: bool) -> None:
    layer = LAYERS["Bilinear"].model_validate({"out_features": 6, "bias": bias})
    theirs = torch.nn.Bilinear(shapes[0][-1], shapes[1][-1], 6, bias=bias)
    facts = layer.facts(shapes)
    assert facts.params == sum(each.numel() for each in theirs.parameters())
    assert facts.output_shape == theirs(*given(shapes)).shape[1:]


@pytest.mark.parametrize(("values", "least", "most"), [("uniform", 0.0, 1.0), ("normal", -10.0, 10.0)])
def test_a_constant_is_drawn_as_it_says(values: str, least: float, most: float) -> None:
    constant = LAYERS["Constant"].model_validate({"shape": (4, 50), "values": values, "seed": 3})
    drawn = eval(constant.tensor_source([]), {"torch": torch})
    assert drawn.shape == (4, 50) and least <= drawn.min() and drawn.max() < most
    assert (drawn.min() < 0) == (values == "normal")

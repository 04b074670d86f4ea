"""Layers found by what people call them and what they want."""

from __future__ import annotations

import pytest

import engine.blocks  # noqa: F401  (fills the registry)
from engine.experiment.experiment import gallery_ids, load_experiment
from engine.layers import LAYERS
from engine.layers.base import Shape
from engine.search.search import Found, best_kind, fits, search
from engine.search.synonyms import ALIASES, FAMILIES, FOLLOWS, NAMES, PURPOSES, USUALLY


def _kinds(query: str, shape: Shape | None = None, after: str | None = None) -> list[str]:
    return [found.kind for found in search(query, shape=shape, after=after)]


@pytest.mark.parametrize(("query", "kind"), [
    ("conv", "Conv2d"), ("Conv2d", "Conv2d"), ("nn.Conv2d", "Conv2d"), ("torch.nn.Conv1d", "Conv1d"),
    ("conv 1d", "Conv1d"),
    ("torch.cat", "Concatenate"), ("concat", "Concatenate"), ("relu", "ReLU"), ("RELU", "ReLU"), ("F.relu", "ReLU"),
    ("fully connected", "Linear"), ("dense", "Linear"), ("fc", "Linear"), ("gap", "AdaptiveAvgPool2d"),
    ("max pool", "MaxPool2d"),
    ("maxpool", "MaxPool2d"), ("mp", "MaxPool2d"), ("global average", "AdaptiveAvgPool2d"),
    ("resnet", "Residual"), ("skip", "Residual"),
    ("swish", "SiLU"), ("dw", "DepthwiseConv2d"), ("self attention", "MultiheadAttention"),
    ("bert", "TransformerEncoderLayer"),
    ("卷积", "Conv2d"), ("池化", "MaxPool2d"), ("最大池化", "MaxPool2d"), ("平均池化", "AvgPool2d"),
    ("全连接", "Linear"),
    ("全连接层", "Linear"), ("激活", "ReLU"), ("激活函数", "ReLU"), ("归一化", "BatchNorm2d"),
    ("批量归一化", "BatchNorm2d"),
    ("丢弃", "Dropout"),
    ("暂退法", "Dropout"), ("残差", "Residual"), ("展平", "Flatten"), ("嵌入", "Embedding"),
    ("注意力", "MultiheadAttention"),
    ("拼接", "Concatenate"), ("相加", "Add"), ("循环", "LSTM"), ("上采样", "Upsample"), ("转置卷积", "ConvTranspose2d"),
    ("downsample", "MaxPool2d"), ("halve the size", "MaxPool2d"), ("下采样", "MaxPool2d"),
    ("upsample", "Upsample"), ("merge", "Add"),
    ("prevent overfitting", "Dropout"), ("防止过拟合", "Dropout"), ("nonlinearity", "ReLU"), ("非线性", "ReLU"),
    ("shortcut", "Residual"),
    ("cnov", "Conv2d"), ("sofmax", "Softmax"), ("linera", "Linear"), ("flaten", "Flatten"),
    ("dropot", "Dropout"), ("mxpool", "MaxPool2d"),
    ("btchnorm", "BatchNorm2d"), ("relux", "ReLU"),
])  # fmt: skip
def test_the_first_found_is_what_is_meant(query: str, kind: str) -> None:
    assert _kinds(query)[0] == kind


@pytest.mark.parametrize("query", ["downsample", "下采样", "halve the size", "shrink"])
def test_downsampling_is_pooling_and_strided_convolution(query: str) -> None:
    found = search(query)
    assert {"MaxPool2d", "AvgPool2d", "Conv2d"} <= {each.kind for each in found[:4]}
    convolution = next(each.layer for each in found if each.kind == "Conv2d")
    assert convolution.stride == 2 and convolution.output_shape([(3, 8, 8)])[1:] == (4, 4)  # type: ignore[attr-defined]


@pytest.mark.parametrize("query", ["reduce channels", "1x1", "1×1 conv", "pointwise", "改变通道"])
def test_channels_are_changed_by_a_pointwise_convolution(query: str) -> None:
    first = search(query)[0]
    assert first.kind == "Conv2d" and first.layer.kernel_size == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", [kind for kind, layer in LAYERS.items() if layer.in_palette])
def test_every_layer_is_found_by_its_own_names(kind: str) -> None:
    layer = LAYERS[kind]
    assert _kinds(kind)[0] == ("Linear" if kind == "Dense" else kind)  # “dense” is what many call a linear layer
    titles = [found.kind for found in search(layer.title)[:3]]
    assert kind in titles
    for word in layer.synonyms:
        assert kind in _kinds(word), word


def test_better_matches_come_first() -> None:
    kinds = _kinds("relu")
    assert kinds[:2] == ["ReLU", "ReLU6"] and kinds.index("LeakyReLU") < kinds.index("GELU")
    assert _kinds("ln")[0] == "LayerNorm" and _kinds("zzzz") == [] and _kinds("q") == _kinds("Q")


@pytest.mark.parametrize(("query", "shape", "kind"), [
    ("bn", (16, 5, 5), "BatchNorm2d"), ("bn", (16,), "BatchNorm1d"), ("bn", (4, 4, 4, 4), "BatchNorm3d"),
    ("conv", (16, 40), "Conv1d"),
    ("pool", (16, 40), "MaxPool1d"), ("conv", (3, 8, 8), "Conv2d"), ("卷积", (2, 9, 9, 9), "Conv3d"),
    ("downsample", (8, 40), "MaxPool1d"),
])  # fmt: skip
def test_what_fits_the_wire_comes_first(query: str, shape: Shape, kind: str) -> None:
    found = search(query, shape=shape)
    assert found[0].kind == kind and found[0].fits
    fitting = [each.fits for each in found]
    assert fitting == sorted(fitting, reverse=True) and not all(fitting)
    assert all(each.fits == fits(each.layer, shape) for each in found)


def test_what_usually_follows_comes_first() -> None:
    assert _kinds("", (6, 28, 28), "Conv2d")[:3] == ["ReLU", "BatchNorm2d", "MaxPool2d"]
    assert _kinds("", (400,), "Flatten")[0] == "Linear"
    assert _kinds("", (64,), "Linear")[0] == "ReLU"
    assert _kinds("")[0] == "Conv2d" and _kinds("", after="")[0] == "Input"
    assert _kinds("pool", after="NiN")[0] == "MaxPool2d"
    assert len(search("", limit=5)) == 5
    assert len(search("", limit=1000)) == sum(layer.in_palette for layer in LAYERS.values())


def test_the_table_of_what_follows_agrees_with_the_gallery() -> None:
    counts: dict[str, dict[str, int]] = {}
    for name in gallery_ids():
        graph = load_experiment(f"gallery:{name}").graph
        for edge in graph.edges:
            one, two = (graph.nodes[end].layer.kind() for end in (edge.source, edge.target))
            counts.setdefault(one, {}).setdefault(two, 0)
            counts[one][two] += 1
    often = {(one, two) for one, after in counts.items() for two, count in after.items() if count >= 5}
    assert often and all(two in FOLLOWS[one] for one, two in often if one in FOLLOWS), often


def test_blocks_of_ones_own_are_found_with_their_key() -> None:
    own = [("block:7", "My Stem"), ("block:9", "Head")]
    first = search("stem", own=own)[0]
    assert (first.kind, first.title, first.fits) == ("block:7", "My Stem", True)
    assert "block:9" not in [found.kind for found in search("stem", own=own)]


def test_tables_name_layers_that_there_are() -> None:
    families = {kind[:-2] for kind in LAYERS if kind[-2:] in ("1d", "2d", "3d")} | LAYERS.keys()
    assert NAMES.keys() <= LAYERS.keys() and families >= FAMILIES.keys()
    assert {kind for kind, _ in ALIASES.values()} <= LAYERS.keys()
    assert all(kind in LAYERS and LAYERS[kind](**options) for p in PURPOSES for kind, options in p.answers)
    assert set(FOLLOWS) - {""} <= LAYERS.keys() and all(k in LAYERS for after in FOLLOWS.values() for k in after)


def _line(found: Found) -> str:
    """The kind, “!” where it does not fit, what the words mean there, and the options."""
    options = "".join(f" {key}={value}" for key, value in found.layer.model_dump(exclude_defaults=True).items())
    return f"{found.kind}{'' if found.fits else '!'}{f' ({found.why})' if found.why else ''}{options}"


@pytest.mark.parametrize(("query", "shape", "after", "first"), [
    ("pool", None, None,
     "MaxPool2d, AvgPool2d (pooling), AdaptiveAvgPool2d (pooling), LPPool2d (pooling), AdaptiveMaxPool2d "
     "(pooling), FractionalMaxPool2d (pooling)"),
    ("conv", None, None,
     "Conv2d, DepthwiseConv2d, ConvTranspose2d, ConvBNReLU, Conv2d (halves the size) stride=2 padding=1, Conv1d"),
    ("norm", None, None,
     "Norm, LPPool2d (norm), LPPool1d (norm), LPPool3d (norm), BatchNorm2d (keeps values in range), LayerNorm "
     "(keeps values in range)"),
    ("gate", None, None,
     "Multiply (gate), Sigmoid (opens and closes), GLU (gate), GRU (gated recurrent unit), Scale (negate)"),
    ("bn", (16,), None,
     "BatchNorm1d (bn), BatchNorm2d!, BatchNorm3d! (bn), ConvBNReLU!"),
    ("attention", None, None,
     "MultiheadAttention, TransformerEncoderLayer (attention), Transformer (attention), MatMul (attends to all "
     "places), TransformerDecoderLayer (attention), Multiply (opens and closes)"),
    ("average", None, None,
     "Mean (average), AvgPool2d, AdaptiveAvgPool2d (one value for each channel), AdaptiveMaxPool2d (one value for "
     "each channel), AvgPool1d, AvgPool3d"),
    ("1x1", None, None,
     "Conv2d (changes the number of channels) kernel_size=1, Transition (changes the number of channels), NiN "
     "(changes the number of channels)"),
    ("gap", None, None,
     "AdaptiveAvgPool2d, AdaptiveAvgPool1d (gap), AdaptiveAvgPool3d (gap), Mean (global average pooling)"),
    ("downsample", None, None,
     "MaxPool2d (downsample), Conv2d (makes it smaller) stride=2 padding=1, AvgPool2d (downsample), "
     "AdaptiveAvgPool2d (makes it smaller), AdaptiveMaxPool2d (makes it smaller), Transition (makes it smaller)"),
    ("downsample", (8, 40), None,
     "MaxPool1d (downsample), Conv1d (makes it smaller) stride=2 padding=1, AvgPool1d (downsample), MaxPool2d! "
     "(downsample), Conv2d! (makes it smaller) stride=2 padding=1, AvgPool2d! (downsample)"),
    ("merge", None, None,
     "Add (joins branches), Concatenate (joins branches), Multiply (joins branches), Stack (joins branches), "
     "Maximum (joins branches), Subtract (joins branches)"),
    ("up", None, None,
     "Upsample, ConvTranspose2d (upconvolution), ConvTranspose2d (makes it larger) kernel_size=2 stride=2, "
     "PixelShuffle (makes it larger), ConvTranspose1d (upconvolution), ConvTranspose3d (upconvolution)"),
    ("up", (3, 8, 8), "Conv2d",
     "Upsample, ConvTranspose2d (upconvolution), ConvTranspose2d (makes it larger) kernel_size=2 stride=2, Sum "
     "(add up), DepthwiseConv2d (groups), Embedding (lookup)"),
    ("drop", None, "Linear",
     "Dropout, Dropout2d, Dropout1d, Dropout3d, AlphaDropout, FeatureAlphaDropout"),
    ("act", None, None,
     "ReLU (activation), GELU (activation), LeakyReLU (activation), Sigmoid (activation), Tanh (activation), SiLU "
     "(activation)"),
    ("elu", None, None,
     "ELU, ReLU, GELU, LeakyReLU, PReLU, RReLU"),
    ("lin", None, None,
     "Linear, ReLU (rectified linear unit), GELU (gaussian error linear unit), SiLU (sigmoid linear unit), ELU "
     "(exponential linear unit), SELU (scaled exponential linear unit)"),
    ("linear", None, None,
     "Linear, ReLU (rectified linear unit), GELU (gaussian error linear unit), SiLU (sigmoid linear unit), ELU "
     "(exponential linear unit), SELU (scaled exponential linear unit)"),
    ("dense", None, None,
     "Linear, Dense, Concatenate (dense connection), Transition (densenet)"),
    ("rnn", None, None,
     "RNN, LSTM (rnn), GRU (rnn)"),
    ("seq", None, None,
     "LSTM (for sequences), GRU (for sequences), RNN (for sequences), Embedding (for sequences), "
     "TransformerEncoderLayer (for sequences), Conv1d (for sequences)"),
    ("regular", None, None,
     "Dropout (against overfitting), Dropout2d (against overfitting), BatchNorm2d (against overfitting), "
     "AlphaDropout (against overfitting), BatchNorm1d (against overfitting), Dropout1d (against overfitting)"),
    ("flat", (3, 8, 8), None,
     "Flatten, AdaptiveAvgPool2d (makes a vector), Reshape (makes a vector), Unflatten, FeatureAlphaDropout"),
    ("relu", (3,), "Conv2d",
     "ReLU, ReLU6, LeakyReLU, PReLU, RReLU, GELU"),
    ("pad", (3, 8, 8), None,
     "Conv2d (adds a border) padding=same, ZeroPad2d (adds a border), ReflectionPad2d (adds a border), "
     "ReplicationPad2d (adds a border), ConstantPad2d (padding), CircularPad2d (padding)"),
    ("reduce", None, None,
     "Sum (reduce), Mean (reduce), Max (reduce), Min (reduce), Std (reduce), Norm (reduce)"),
    ("shrink", None, None,
     "MaxPool2d (makes it smaller), Conv2d (makes it smaller) stride=2 padding=1, AvgPool2d (makes it smaller), "
     "AdaptiveAvgPool2d (makes it smaller), AdaptiveMaxPool2d (makes it smaller), Transition (makes it smaller)"),
    ("res", None, None,
     "Residual, Upsample (resize), Add (residual connection), Flatten (reshape), Reshape, Concatenate (leads "
     "around layers)"),
    ("skip", None, None,
     "Residual (skip), Add (skip), Concatenate (skip), Identity (skip)"),
    ("one", None, None,
     "Flatten (makes a vector), AdaptiveAvgPool2d (makes a vector), AdaptiveMaxPool2d (one value for each "
     "channel), Reshape (makes a vector), Mean (one value for each channel), AdaptiveAvgPool1d (one value for each"
     " channel)"),
    ("soft", None, None,
     "Softmax, Softplus, Softsign, Softmin, Softmax2d, Softshrink"),
    ("mx pool", None, None,
     "MaxPool2d, MaxPool1d, MaxPool3d"),
    ("input", (3,), None,
     "Bilinear (two inputs), Input!"),
    ("code", (3,), None,
     "Code, ConvTranspose2d! (decoder), ConvTranspose1d! (decoder), ConvTranspose3d! (decoder), "
     "TransformerEncoderLayer!, TransformerDecoderLayer!"),
])  # fmt: skip
def test_the_first_six_and_why(query: str, shape: Shape | None, after: str | None, first: str) -> None:
    assert ", ".join(map(_line, search(query, shape=shape, after=after)[:6])) == first


@pytest.mark.parametrize(("words", "kind"), [
    ("conv", None), ("Conv 2d", "Conv2d"), ("max pool", "MaxPool2d"), ("maxpool", "MaxPool2d"),
    ("re lu", "ReLU"), ("max pool 2d", "MaxPool2d"),
    ("gap", "AdaptiveAvgPool2d"), ("dense", "Dense"), ("fully connected", "Linear"), ("nn.ReLU", "ReLU"),
    ("frob", None), ("", None), ("ln", "LayerNorm"), ("bn", "BatchNorm2d"), ("卷积", "Conv2d"),
])  # fmt: skip
def test_words_that_are_one_kinds_name(words: str, kind: str | None) -> None:
    assert best_kind(words) == kind


def test_blocks_of_ones_own_stand_among_the_others() -> None:
    own = [("k", "My Stem"), ("l", "Stem"), ("m", "Head")]
    found = [(each.kind, each.title, each.why, each.fits, each.is_own)
             for each in search("stem", own=own, shape=(3, 8, 8))]
    assert found == [("l", "Stem", "", True, True), ("k", "My Stem", "", True, True)]
    everything = search("", own=own, limit=1000)
    assert [each.kind for each in everything if each.is_own] == ["k", "l", "m"]
    assert not everything[0].is_own


def test_without_words_own_blocks_stand_behind_the_usual_layers_and_before_the_others():
    found = search("", limit=500, own=[("own:a", "A")])
    assert {each.kind for each in found[: len(USUALLY)]} == set(USUALLY)
    assert [each.kind for each in found[len(USUALLY) :]][:2] == ["Input", "own:a"]


@pytest.mark.parametrize(("query", "after", "kind"), [
    ("batchnorm", "Linear", "BatchNorm2d"), ("bn", "Linear", "BatchNorm2d"), ("bottleneck", "Input", "Residual")])
def test_a_name_that_is_one_s_own_comes_before_what_usually_follows(query: str, after: str, kind: str) -> None:
    assert search(query, after=after)[0].kind == kind

"""What a card says of a layer's options, and what the inspector says of its shapes."""

from __future__ import annotations

from typing import Any

import pytest

from engine.layers.base import LAYERS, Shape

SUMMARIES: list[tuple[str, dict[str, Any], str]] = [
    ("ReLU", {}, ""), ("ReLU", {"inplace": True}, "in place"), ("LeakyReLU", {}, ""),
    ("LeakyReLU", {"negative_slope": 0.2}, "0.2"), ("ELU", {"alpha": 0.5, "inplace": True}, "0.5 · in place"),
    ("PReLU", {}, ""), ("PReLU", {"per_channel": True}, "per channel"), ("Softmax", {}, ""),
    ("Softmax", {"dim": -1}, "dim -1"), ("GLU", {}, ""), ("GLU", {"dim": 1}, "dim 1"),
    ("AdaptiveAvgPool2d", {}, "1×1"), ("AdaptiveAvgPool2d", {"output_size": 3}, "3×3"),
    ("AdaptiveAvgPool2d", {"output_size": (None, 3)}, "–×3"), ("MultiheadAttention", {"num_heads": 4}, "4 heads"),
    ("MultiheadAttention", {"num_heads": 4, "causal": True}, "4 heads · causal"),
    ("TransformerEncoderLayer", {"nhead": 4}, "4 heads · 2048"),
    ("TransformerDecoderLayer", {"nhead": 2, "dim_feedforward": 64, "causal": True}, "2 heads · 64 · causal"),
    ("Transformer", {"nhead": 2, "num_encoder_layers": 3, "num_decoder_layers": 2}, "3 + 2 layers · 2 heads · 2048"),
    ("MatMul", {}, ""), ("MatMul", {"transpose": True}, "a · bᵀ"), ("Stack", {}, ""), ("Stack", {"dim": 2}, "dim 2"),
    ("Concatenate", {}, ""), ("Concatenate", {"dim": 2}, "dim 2"),
    ("Conv2d", {"out_channels": 6, "kernel_size": 5}, "6 · 5×5"),
    ("Conv2d", {"out_channels": 6, "kernel_size": (3, 5), "stride": 2, "padding": 1, "dilation": 2, "groups": 2},
     "6 · 3×5 · stride 2 · pad 1 · dilation 2 · groups 2"),
    ("DepthwiseConv2d", {"multiplier": 2}, "×2 · 3×3"), ("DepthwiseConv2d", {}, "3×3"),
    ("FractionalMaxPool2d", {}, "2×2 → 0.5"),
    ("FractionalMaxPool2d", {"output_size": 4, "output_ratio": None}, "2×2 → 4"),
    ("FractionalMaxPool2d", {"output_size": (4, 5), "output_ratio": None}, "2×2 → 4×5"),
    ("Scale", {"factor": 2}, "× 2"), ("Scale", {"factor": 0.5, "shift": -1}, "× 0.5 − 1"),
    ("Scale", {"shift": 3}, "× 1 + 3"), ("Clamp", {}, "0 … 1"), ("Clamp", {"min": -1, "max": None}, "−1 … "),
    ("Clamp", {"min": None, "max": 2.5}, " … 2.5"), ("Power", {"exponent": 0.5}, "x^0.5"),
    ("Mean", {"dim": (1,)}, "dim 1"), ("Mean", {"dim": (1, 2)}, "dims 1, 2"), ("Input", {}, ""),
    ("Input", {"shape": (3, 4)}, "3×4"), ("Constant", {"shape": (3, 4)}, "3×4 · 1"),
    ("Constant", {"shape": (3,), "number": 2.5}, "3 · 2.5"), ("Linear", {"out_features": 9}, "9"),
    ("Linear", {"out_features": 9, "bias": False}, "9 · no bias"), ("Flatten", {}, ""),
    ("Flatten", {"start_dim": 2}, "dims 2 … -1"), ("Flatten", {"end_dim": 2}, "dims 1 … 2"),
    ("Bilinear", {"out_features": 4, "bias": False}, "4 · no bias"), ("LayerNorm", {}, ""),
    ("LayerNorm", {"dims": 2}, "last 2 dims"), ("RMSNorm", {"dims": 3}, "last 3 dims"),
    ("GroupNorm", {"num_groups": 2}, "2 groups"), ("LocalResponseNorm", {"size": 3}, "3"),
    ("ZeroPad2d", {"padding": 2}, "2"), ("ZeroPad2d", {"padding": (1, 2, 3, 4)}, "1, 2, 3, 4"),
    ("MaxPool2d", {"kernel_size": 2}, "2×2"), ("MaxPool2d", {"kernel_size": 2, "stride": 2}, "2×2"),
    ("MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}, "3×3 · stride 2 · pad 1"),
    ("MaxPool2d", {"kernel_size": (2, 3), "stride": (2, 1)}, "2×3 · stride 2×1"),
    ("LPPool2d", {"kernel_size": 2, "norm_type": 2}, "2×2 · p 2"), ("Dropout", {"p": 0.25}, "0.25"),
    ("Upsample", {}, "×2 · nearest"), ("Upsample", {"scale_factor": 1.5, "mode": "bilinear"}, "×1.5 · bilinear"),
    ("PixelShuffle", {"upscale_factor": 2}, "×2"), ("PixelUnshuffle", {"downscale_factor": 2}, "÷2"),
    ("ChannelShuffle", {"groups": 2}, "2 groups"), ("Unfold", {"kernel_size": 2}, "2×2"),
    ("Unfold", {"kernel_size": (2, 3)}, "2×3"), ("Fold", {"output_size": 4, "kernel_size": 2}, "4×4 · 2×2"),
    ("Embedding", {"num_embeddings": 10, "embedding_dim": 4}, "10 → 4"), ("LSTM", {"hidden_size": 8}, "8"),
    ("LSTM", {"hidden_size": 8, "num_layers": 2, "bidirectional": True, "returns": "last"},
     "8 · 2 layers · both directions · last step"),
    ("GRU", {"hidden_size": 8, "returns": "last"}, "8 · last step"), ("Reshape", {"shape": (-1, 4)}, "–, 4"),
    ("Permute", {"dims": (2, 1)}, "2, 1"),
    ("ConvTranspose2d", {"out_channels": 3, "kernel_size": 2, "stride": 2}, "3 · 2×2 · stride 2"),
    ("ConvTranspose2d", {"out_channels": 3, "kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1},
     "3 · 3×3 · stride 2 · pad 1"),
    ("AdaptiveMaxPool3d", {"output_size": 2}, "2×2×2"),
    ("AvgPool2d", {"kernel_size": 3, "padding": 1}, "3×3 · pad 1"),
    ("MaxPool1d", {"kernel_size": 3, "stride": 2}, "3 · stride 2"),
    ("Conv1d", {"out_channels": 4, "kernel_size": 3, "padding": "same"}, "4 · 3 · pad same"),
    ("Conv3d", {"out_channels": 4, "kernel_size": (1, 2, 3)}, "4 · 1×2×3"),
    ("DepthwiseConv2d", {"kernel_size": 5, "stride": 2, "padding": 2}, "5×5 · stride 2 · pad 2"),
    ("Upsample", {"size": 7, "scale_factor": None}, "7 · nearest"),
    ("Upsample", {"size": (7, 9), "scale_factor": None, "mode": "bicubic"}, "7×9 · bicubic"),
    ("Upsample", {"scale_factor": (2, 3)}, "×2×3 · nearest"),
    ("Threshold", {"threshold": 0.5, "value": -1}, "0.5 · −1"), ("Hardtanh", {}, ""),
    ("Hardtanh", {"min_val": -2}, "−2"), ("GELU", {"approximate": "tanh"}, "tanh"), ("Softplus", {"beta": 2}, "2"),
    ("RReLU", {"upper": 0.5}, "0.5"), ("Sum", {"dim": (-1,)}, "dim -1"), ("Max", {"dim": (1, 2, 3)}, "dims 1, 2, 3"),
    ("Norm", {"dim": (1,)}, "dim 1"), ("Constant", {"shape": (2, 3), "values": "normal"}, "2×3 · normal"),
    ("Unflatten", {"unflattened_size": (2, -1)}, "2, –"), ("Transpose", {"dim0": 1, "dim1": 2}, "1 ↔ 2"),
    ("Squeeze", {"dim": 2}, "dim 2"), ("Unsqueeze", {"dim": 1}, "dim 1"),
    ("Select", {"dim": 1, "index": 0}, "0 of dim 1"), ("Slice", {"start": 1, "end": 3}, "1:3 of dim 1"),
    ("Slice", {"start": 1, "step": 2, "dim": 2}, "1::2 of dim 2"),
    ("ConvTranspose1d", {"out_channels": 3, "kernel_size": 4}, "3 · 4"),
    ("EmbeddingBag", {"num_embeddings": 10, "embedding_dim": 4}, "10 → 4"),
    ("RNN", {"hidden_size": 4, "num_layers": 2}, "4 · 2 layers"),
    ("LSTM", {"hidden_size": 4, "bidirectional": True}, "4 · both directions"),
    ("CircularPad1d", {"padding": 1}, "1"), ("ConstantPad2d", {"padding": (1, 1, 0, 0)}, "1, 1, 0, 0"),
    ("LPPool1d", {"kernel_size": 3, "norm_type": 1.5}, "3 · p 1.5"),
    ("FractionalMaxPool3d", {"kernel_size": 3}, "3×3×3 → 0.5"),
    ("Fold", {"output_size": (4, 6), "kernel_size": (2, 3)}, "4×6 · 2×3"), ("Code", {}, "Centered"),
    ("InstanceNorm2d", {}, ""), ("CosineSimilarity", {}, ""), ("Softmin", {"dim": 2}, "dim 2"),
    ("LogSoftmax", {"dim": 1}, ""), ("Power", {"exponent": 3}, "x^3"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "options", "words"), SUMMARIES)
def test_a_card_names_what_is_not_as_usual(kind: str, options: dict[str, Any], words: str) -> None:
    assert LAYERS[kind].model_validate(options).summary() == words


ARITHMETIC: list[tuple[str, dict[str, Any], list[Shape], tuple[str, ...]]] = [
    ("Conv2d", {"out_channels": 6, "kernel_size": (3, 5), "stride": 2, "padding": 1}, [(2, 9, 9)],
     ("⌊(9 + 2·1 − 3)/2⌋ + 1 = 5", "⌊(9 + 2·1 − 5)/2⌋ + 1 = 4")),
    ("Conv1d", {"out_channels": 4, "kernel_size": 3, "dilation": 2}, [(2, 9)], ("⌊(9 − 2·(3 − 1) − 1)/1⌋ + 1 = 5",)),
    ("Conv2d", {"out_channels": 6, "kernel_size": 3, "padding": "same"}, [(2, 9, 9)], ("same: 9×9 stays",)),
    ("MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}, [(2, 9, 8)],
     ("⌊(9 + 2·1 − 3)/2⌋ + 1 = 5", "⌊(8 + 2·1 − 3)/2⌋ + 1 = 4")),
    ("MaxPool2d", {"kernel_size": 2, "ceil_mode": True}, [(2, 9, 8)], ("⌈(9 − 2)/2⌉ + 1 = 5", "⌈(8 − 2)/2⌉ + 1 = 4")),
    ("ConvTranspose2d", {"out_channels": 3, "kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1},
     [(2, 4, 5)], ("(4 − 1)·2 − 2·1 + 2 + 1 + 1 = 8", "(5 − 1)·2 − 2·1 + 2 + 1 + 1 = 10")),
    ("AdaptiveAvgPool2d", {"output_size": (None, 3)}, [(2, 9, 9)], ("9×9 → 9×3",)),
    ("Linear", {"out_features": 9}, [(5, 4)], ("4 → 9",)), ("Flatten", {}, [(2, 3, 4)], ("2·3·4 = 24",)),
    ("Flatten", {"start_dim": 2}, [(2, 3, 4)], ("2×3×4 → 2×12",)),
    ("Concatenate", {}, [(2, 3), (4, 3)], ("2 + 4 = 6",)),
    ("Concatenate", {"dim": -1}, [(2, 3), (2, 5)], ("3 + 5 = 8",)),
    ("MatMul", {}, [(2, 3), (3, 4)], ("2×3 · (3×4) = 2×4",)),
    ("MatMul", {"transpose": True}, [(2, 3), (4, 3)], ("2×3 · (4×3)ᵀ = 2×4",)),
    ("Bilinear", {"out_features": 4}, [(3,), (5,)], ("3 · 5 → 4",)), ("GLU", {}, [(2, 8)], ("2×8 → 2×4",)),
    ("Mean", {"dim": (1,)}, [(2, 8)], ("2×8 → 8",)), ("Upsample", {}, [(2, 3, 4)], ("2×3×4 → 2×6×8",)),
    ("PixelShuffle", {"upscale_factor": 2}, [(8, 3, 4)], ("8×3×4 → 2×6×8",)),
    ("PixelUnshuffle", {"downscale_factor": 2}, [(2, 6, 4)], ("2×6×4 → 8×3×2",)),
    ("Unfold", {"kernel_size": 2}, [(2, 5, 4)], ("2×5×4 → 8×12",)),
    ("Fold", {"output_size": 4, "kernel_size": 2}, [(8, 9)], ("8×9 → 2×4×4",)),
    ("LSTM", {"hidden_size": 8, "bidirectional": True}, [(5, 4)], ("5×4 → 5×16",)),
    ("GRU", {"hidden_size": 8, "returns": "last"}, [(5, 4)], ("5×4 → 8",)),
    ("ZeroPad2d", {"padding": (1, 2, 3, 4)}, [(2, 5, 5)], ("5×5 → 12×8",)),
    ("Reshape", {"shape": (-1, 4)}, [(2, 6)], ("2×6 → 3×4",)),
    ("Permute", {"dims": (2, 1)}, [(2, 6)], ("2×6 → 6×2",)),
    ("Slice", {"start": 1, "step": 2, "dim": 2}, [(2, 6)], ("2×6 → 2×3",)),
    ("LPPool2d", {"kernel_size": 2, "norm_type": 2}, [(2, 6, 5)], ("⌊(6 − 2)/2⌋ + 1 = 3", "⌊(5 − 2)/2⌋ + 1 = 2")),
    ("FractionalMaxPool2d", {}, [(2, 6, 5)], ("6×5 → 3×2",)), ("Code", {}, [(4,)], ("4 → 4",)),
    ("Embedding", {"num_embeddings": 10, "embedding_dim": 4}, [(5,)], ()), ("Stack", {}, [(2, 3), (2, 3)], ()),
    ("CosineSimilarity", {}, [(2, 3), (2, 3)], ()),
    ("DepthwiseConv2d", {"kernel_size": 5, "stride": 2, "padding": 2}, [(2, 9, 9)], ("⌊(9 + 2·2 − 5)/2⌋ + 1 = 5",)),
    ("Transpose", {"dim0": 1, "dim1": 2}, [(2, 6)], ("2×6 → 6×2",)),
    ("Select", {"dim": 2, "index": 1}, [(2, 6)], ("2×6 → 2",)),
    ("Unflatten", {"unflattened_size": (2, -1)}, [(8,)], ("8 → 2×4",)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "options", "shapes", "lines"), ARITHMETIC)
def test_the_inspector_shows_the_rule_with_live_numbers(kind: str, options: dict[str, Any], shapes: list[Shape],
                                                        lines: tuple[str, ...]) -> None:
    assert LAYERS[kind].model_validate(options).arithmetic(shapes) == lines


@pytest.mark.parametrize(("kind", "sources", "hidden_layers"), [
    ("TransformerEncoderLayer", [(5, 8)], 5), ("TransformerDecoderLayer", [(5, 8), (7, 8)], 5),
    ("Transformer", [(5, 8), (7, 8)], 6 * 5 + 6 * 7),
])  # fmt: skip
def test_what_a_feed_forward_network_keeps(kind: str, sources: list[Shape], hidden_layers: int) -> None:
    """A number for each of its own after ReLU, two with GELU, three where a mask of Dropout is kept."""

    def kept(dropout: float, activation: str, hidden: int) -> int:
        made = LAYERS[kind].model_validate({"nhead": 2, "dim_feedforward": hidden, "dropout": dropout,
                                            "activation": activation})
        return made.saves_bytes(sources, made.output_shape(sources))

    numbers = {(dropout, activation): (kept(dropout, activation, 64) - kept(dropout, activation, 32)) / 32 / 4
               for dropout in (0.0, 0.1) for activation in ("relu", "gelu")}
    assert numbers == {(0.0, "relu"): hidden_layers, (0.0, "gelu"): 2 * hidden_layers,
                       (0.1, "relu"): 3 * hidden_layers, (0.1, "gelu"): 3 * hidden_layers}


@pytest.mark.parametrize(("kind", "options", "shapes", "line"), [
    ("Conv2d", {"out_channels": 6, "kernel_size": 5, "padding": 2}, [(1, 9, 9)],
     "nn.Conv2d(1, 6, kernel_size=5, padding=2)"),
    ("ReLU", {}, [(3,)], "nn.ReLU()"),
    ("Add", {}, [(3,), (3,)], "a + b"),
    ("Add", {}, [(3,), (3,), (3,)], "a + b + c"),
    ("MatMul", {}, [(2, 3), (3, 4)], "a @ b"),
    ("Scale", {"factor": 2}, [(3,)], "x * 2.0"),
    ("Scale", {"shift": -1}, [(3,)], "x * 1.0 - 1.0"),
    ("Abs", {}, [(3,)], "torch.abs(x)"),
    ("Concatenate", {}, [(3,), (3,)], "torch.cat([a, b], dim=1)"),
    ("Permute", {"dims": (2, 1)}, [(2, 3)], "x.permute(0, 2, 1)"),
    ("Maximum", {}, [], "torch.maximum(a, b)"),
    ("Mean", {}, [], "x.mean(dim=-1)"),
])  # fmt: skip
def test_the_line_of_python_is_as_a_person_would_write_it(kind: str, options: dict[str, Any], shapes: list[Shape],
                                                          line: str) -> None:
    assert LAYERS[kind].model_validate(options).torch_line(shapes) == line


@pytest.mark.parametrize(("causal", "shapes", "masked"), [
    (False, [(5, 8), (7, 8)], False), (True, [(5, 8), (7, 8)], True), (True, [], False)])
def test_a_mask_is_written_where_no_step_may_see_later_ones(causal: bool, shapes: list[Shape], masked: bool) -> None:
    layer = LAYERS["Transformer"].model_validate({"causal": causal})
    text = layer.expression("self.t", ["a", "b"], shapes)
    assert text.startswith("self.t(a, b") and ("tgt_mask=" in text) is masked

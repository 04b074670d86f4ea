"""Memory that layers keep and need for a moment where it is more than their inputs and outputs, to the byte.

That it is what torch takes, or near it, is seen in tests/engine/analysis; here it is seen that it stays so.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch

from engine.layers.base import LAYERS, Shape

MEMORY: list[tuple[str, dict[str, Any], list[Shape], int, int]] = [
    ("MultiheadAttention", {}, [(5, 8)], 680, 0), ("MultiheadAttention", {"num_heads": 1}, [(5, 8)], 660, 1120),
    ("MultiheadAttention", {"causal": True}, [(5, 8)], 680, 1120),
    ("MultiheadAttention", {"bias": False}, [(5, 8)], 680, 1120),
    ("MultiheadAttention", {"dropout": 0.1}, [(5, 8), (7, 8)], 2032, 1376),
    ("MultiheadAttention", {}, [(5, 8), (7, 6), (7, 4)], 808, 1376),
    ("TransformerEncoderLayer", {"dim_feedforward": 32}, [(5, 8)], 4880, 2880),
    ("TransformerDecoderLayer", {"dim_feedforward": 32, "dropout": 0.0}, [(5, 8), (7, 8)], 4128, 4032),
    ("Transformer", {"dim_feedforward": 32, "num_encoder_layers": 2, "num_decoder_layers": 3},
     [(5, 8), (7, 8)], 41632, 4032),
    ("LSTM", {"hidden_size": 6}, [(5, 8)], 8032, 520),
    ("LSTM", {"hidden_size": 6, "num_layers": 2, "bidirectional": True, "dropout": 0.1}, [(5, 8)], 32528, 1560),
    ("LSTM", {"hidden_size": 6, "returns": "last"}, [(5, 8)], 8032, 520),
    ("GRU", {"hidden_size": 6}, [(5, 8)], 1168, 1000),
    ("GRU", {"hidden_size": 6, "num_layers": 3}, [(5, 8)], 3424, 1360),
    ("RNN", {"hidden_size": 6}, [(5, 8)], 304, 640),
    ("RNN", {"hidden_size": 6, "bidirectional": True, "returns": "last"}, [(5, 8)], 608, 1320),
    ("Embedding", {"embedding_dim": 4}, [(5,)], 40, 40), ("EmbeddingBag", {"embedding_dim": 4}, [(5,)], 152, 152),
    ("CosineSimilarity", {}, [(8,), (8,)], 80, 112), ("LPPool1d", {}, [(4, 16)], 1024, 640),
    ("LPPool2d", {}, [(4, 8, 8)], 2560, 1792), ("LPPool3d", {}, [(2, 6, 8, 8)], 5376, 4224),
    ("PairwiseDistance", {}, [(8,), (8,)], 36, 64), ("Scale", {}, [(4, 8, 8)], 0, 0),
    ("Scale", {"shift": 1}, [(2, 3)], 0, 24), ("Upsample", {"mode": "bilinear"}, [(2, 3, 4)], 0, 0),
    ("GroupNorm", {"num_groups": 2}, [(4, 3, 3)], 16, 16), ("LayerNorm", {"dims": 2}, [(4, 3, 3)], 32, 32),
    ("RMSNorm", {"dims": 2}, [(4, 3, 3)], 160, 160), ("RMSNorm", {"elementwise_affine": False}, [(4, 3, 3)], 48, 96),
    ("InstanceNorm2d", {"affine": True}, [(4, 3, 3)], 48, 64),
    ("InstanceNorm2d", {"track_running_stats": True}, [(4, 3, 3)], 64, 32),
    ("LPPool2d", {"norm_type": 1, "kernel_size": 2}, [(2, 4, 4)], 320, 224),
    ("LPPool2d", {"norm_type": 3, "kernel_size": 2}, [(2, 4, 4)], 320, 224),
    ("AdaptiveMaxPool2d", {"output_size": 2}, [(2, 6, 6)], 64, 64),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "options", "shapes", "kept", "needed"), MEMORY)
def test_memory_of_one_example(kind: str, options: dict[str, Any], shapes: list[Shape], kept: int, needed: int) -> None:
    layer = LAYERS[kind].model_validate(options)
    output = layer.output_shape(shapes)
    assert (layer.saves_bytes(shapes, output), layer.workspace_bytes(shapes, output)) == (kept, needed)


@pytest.mark.parametrize(("shapes", "projected", "attended"), [
    ([(5, 8)], 4 * 5 * 8 * 8, 2 * 5 * 5 * 8), ([(5, 8), (7, 8)], (2 * 5 + 2 * 7) * 8 * 8, 2 * 5 * 7 * 8),
    ([(5, 8), (7, 6), (7, 4)], (2 * 5 * 8 + 7 * 6 + 7 * 4) * 8, 2 * 5 * 7 * 8),
])  # fmt: skip
def test_attention_multiplies_in_its_projections_and_for_each_pair(shapes: list[Shape], projected: int, attended: int
                                                                   ) -> None:
    layer = LAYERS["MultiheadAttention"]()
    assert layer.mult_adds(shapes, layer.output_shape(shapes)) == projected + attended


@pytest.mark.parametrize("options", [{}, {"num_layers": 2}, {"bidirectional": True, "bias": False}])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_each_step_of_a_sequence_multiplies_by_every_weight(kind: str, options: dict[str, Any]) -> None:
    layer = LAYERS[kind].model_validate({"hidden_size": 6, **options})
    made = getattr(torch.nn, kind)(8, 6, **options)
    weights = sum(weight.numel() for name, weight in made.named_parameters() if name.startswith("weight"))
    assert layer.mult_adds([(5, 8)], layer.output_shape([(5, 8)])) == 5 * weights


def test_what_every_example_reads_is_not_counted_for_each() -> None:
    facts = LAYERS["Constant"].model_validate({"shape": (3, 4)}).facts(())
    assert (facts.output_bytes, facts.peak_bytes, facts.output_shape) == (0, 0, (3, 4))

"""Which of torch's classes are built on which: what ``isinstance`` and ``hasattr`` say of its modules. No torch."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Of each class, without its number of dimensions, the classes above it up to Module. A test compares with torch.
ABOVE: Mapping[str, tuple[str, ...]] = {
    **{name: (f"_{name}Nd",) for name in ("AdaptiveAvgPool", "AdaptiveMaxPool", "AvgPool", "MaxPool", "LPPool",
                                          "CircularPad", "ConstantPad", "ReflectionPad", "ReplicationPad")},
    **dict.fromkeys(("Dropout", "AlphaDropout", "FeatureAlphaDropout"), ("_DropoutNd",)),
    **dict.fromkeys(("RNN", "LSTM", "GRU"), ("RNNBase",)),
    "BatchNorm": ("_BatchNorm", "_NormBase"), "InstanceNorm": ("_InstanceNorm", "_NormBase"),
    "Conv": ("_ConvNd",), "ConvTranspose": ("_ConvTransposeNd", "_ConvNd"), "ReLU6": ("Hardtanh",),
}  # fmt: skip
# Attributes that some layers have beside what they are made with.
SOME_HAVE = frozenset((
    "transposed", "output_padding", "reset_parameters", "reset_running_stats", "flatten_parameters", "all_weights",
    "in_proj_weight", "in_proj_bias", "out_proj", "head_dim", "bias_k", "bias_v", "self_attn", "multihead_attn",
    "linear1", "linear2", "norm1", "norm2", "norm3", "dropout1", "dropout2", "dropout3", "encoder", "decoder",
    "activation", "mode", "norm_type", "name", "norm", "generate_square_subsequent_mask", "from_pretrained",
    "proj_size", "padding_mode", "embed_dim", "kdim", "vdim", "q_proj_weight", "k_proj_weight", "v_proj_weight",
    "max_norm", "freeze", "merge_masks", "min_value", "max_value", "min_val", "max_val", "value", "lower", "upper",
))  # fmt: skip
WIDE = ("Linear", "Conv", "BatchNorm", "LayerNorm", "GroupNorm", "InstanceNorm", "Bilinear")
HAVE: Mapping[str, tuple[str, ...]] = {
    "weight": (*WIDE, "PReLU", "Embedding", "RMSNorm"), "bias": (*WIDE, "RNN", "LSTM", "GRU"),
    "running_mean": ("BatchNorm", "InstanceNorm"), "running_var": ("BatchNorm", "InstanceNorm"),
    "num_batches_tracked": ("BatchNorm", "InstanceNorm"),
}  # fmt: skip


def kinds_of(name: str) -> set[str]:
    """The names of all of torch's classes that this one is, by its own."""
    plain = name.removeprefix("Lazy")
    stem = re.sub(r"\dd$", "", plain)
    found = {name, "Module", *ABOVE.get(stem, ())}
    if stem == "ZeroPad":
        found |= {f"ConstantPad{plain[-2:]}", "_ConstantPadNd"}
    if name != plain:
        found |= {plain, "LazyModuleMixin", *(("_LazyNormBase",) if "Norm" in plain else ()),
                  *(("_LazyConvXdMixin",) if "Conv" in plain else ())}
    return found

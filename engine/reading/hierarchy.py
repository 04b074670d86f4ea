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
    "NonDynamicallyQuantizableLinear": ("Linear",),
}  # fmt: skip
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
        found |= {"LazyModuleMixin", "_LazyNormBase" if "Norm" in plain else plain,
                  *(("_LazyConvXdMixin",) if "Conv" in plain else ())}
    return found


# What torch's modules have of their own: a class of the code that stands behind them is not asked.
OF_MODULES = frozenset((
    "__init__", "__call__", "forward", "train", "eval", "to", "cuda", "cpu", "float", "half", "double", "type", "apply",
    "parameters", "named_parameters", "modules", "named_modules", "children", "named_children", "buffers",
    "named_buffers", "state_dict", "load_state_dict", "add_module", "register_module", "register_buffer",
    "register_parameter", "requires_grad_", "zero_grad", "extra_repr", "get_submodule", "__repr__", "__setattr__",
    "__getattr__", "__delattr__", "__dir__", "share_memory", "compile",
))  # fmt: skip
# What torch's layers work out of their arguments when they are made, and ask for in every call.
DERIVED = frozenset((
    "_reversed_padding_repeated_twice", "_qkv_same_embed_dim", "_all_weights", "_flat_weights_names", "in_proj_weight",
    "in_proj_bias", "out_proj", "norm", "norm_type", "output_padding", "transposed", "activation_relu_or_gelu",
    "normalized_shape", "num_batches_tracked", "training",
))  # fmt: skip
# What torch's layers ask of themselves while they are made or called: a class of the code must leave it as it is.
ASKED = frozenset((
    "_conv_forward", "_check_input_dim", "_ff_block", "_sa_block", "_mha_block", "_output_padding", "check_input",
    "check_forward_args", "check_hidden_size", "permute_hidden", "get_expected_hidden_size", "get_expected_cell_size",
    "_reset_parameters", "_apply_instance_norm", "_handle_no_batch_input", "_init_flat_weights", "_flat_weights",
    "_fill_padding_idx_with_zero", "reset_running_stats", "merge_masks", "weight", "bias", "stride", "padding",
    "dilation", "groups", "eps", "momentum", "p", "inplace", "dim", "running_mean", "running_var", "__iter__",
))  # fmt: skip

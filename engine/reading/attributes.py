"""What torch's layers keep of the values they are made with: ``conv.kernel_size`` is ``(3, 3)``. No torch.

A test compares all of it with the installed torch; what stands in no table here is not known.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from typing import Any

from engine.reading.hierarchy import HAVE
from engine.reading.layers import INFERRED
from engine.reading.values import Module

_CONV = ("in_channels out_channels *kernel_size *stride=1 *padding=0 *dilation=1 groups=1 padding_mode='zeros' "
         "transposed:=False")  # fmt: skip
_TRANSPOSED = ("in_channels out_channels *kernel_size *stride=1 *padding=0 *output_padding=0 groups=1 *dilation=1 "
               "padding_mode='zeros' transposed:=True")  # fmt: skip
_MAX_POOL = "kernel_size stride=kernel_size padding=0 dilation=1 return_indices=False ceil_mode=False"
_NORM = "num_features eps=1e-05 momentum=0.1"
_RECURRENT = ("input_size hidden_size num_layers=1 bias=True batch_first=False bidirectional=False "
              "proj_size:=0")  # fmt: skip
# A name a word: "*kernel_size" one number for each dimension, "=" the default, ":=" what is always so.
_KEPT: Mapping[str, str] = {
    **{f"Conv{rank}d": _CONV for rank in (1, 2, 3)}, **{f"ConvTranspose{rank}d": _TRANSPOSED for rank in (1, 2, 3)},
    "Linear": "in_features out_features", "Bilinear": "in1_features in2_features out_features",
    **{f"MaxPool{rank}d": _MAX_POOL for rank in (1, 2, 3)},
    "AvgPool1d": "*kernel_size *stride=kernel_size *padding=0 ceil_mode=False count_include_pad=True",
    **{f"AvgPool{rank}d": "kernel_size stride=kernel_size padding=0 ceil_mode=False count_include_pad=True "
       "divisor_override=None" for rank in (2, 3)},
    **{f"AdaptiveAvgPool{rank}d": "output_size" for rank in (1, 2, 3)},
    **{f"AdaptiveMaxPool{rank}d": "output_size return_indices=False" for rank in (1, 2, 3)},
    **{f"LPPool{rank}d": "norm_type kernel_size stride=None ceil_mode=False" for rank in (1, 2, 3)},
    **{f"BatchNorm{rank}d": f"{_NORM} affine=True track_running_stats=True" for rank in (1, 2, 3)},
    **{f"InstanceNorm{rank}d": f"{_NORM} affine=False track_running_stats=False" for rank in (1, 2, 3)},
    "LayerNorm": "*normalized_shape eps=1e-05 elementwise_affine=True",
    "RMSNorm": "*normalized_shape eps=None elementwise_affine=True",
    "GroupNorm": "num_groups num_channels eps=1e-05 affine=True",
    "LocalResponseNorm": "size alpha=0.0001 beta=0.75 k=1.0",
    **dict.fromkeys(("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"),
                    "p=0.5 inplace=False"),
    **dict.fromkeys(("ReLU", "SELU", "SiLU", "Mish", "Hardswish", "Hardsigmoid"), "inplace=False"),
    "ReLU6": "inplace=False min_val:=0.0 max_val:=6.0", "Hardtanh": "min_val=-1.0 max_val=1.0 inplace=False",
    "LeakyReLU": "negative_slope=0.01 inplace=False", "ELU": "alpha=1.0 inplace=False",
    "CELU": "alpha=1.0 inplace=False", "GELU": "approximate='none'", "GLU": "dim=-1",
    "Threshold": "threshold value inplace=False", "RReLU": "lower=0.125 upper=0.3333333333333333 inplace=False",
    "Hardshrink": "lambd=0.5", "Softshrink": "lambd=0.5", "Softplus": "beta=1.0 threshold=20.0",
    "PReLU": "num_parameters=1", **dict.fromkeys(("Softmax", "LogSoftmax", "Softmin"), "dim=None"),
    **dict.fromkeys(("RNN", "LSTM", "GRU"), _RECURRENT),
    "MultiheadAttention": "embed_dim num_heads dropout=0.0 batch_first=False",
    "Embedding": "num_embeddings embedding_dim max_norm=None norm_type=2.0",
    "EmbeddingBag": "num_embeddings embedding_dim max_norm=None norm_type=2.0 mode='mean'",
    "Flatten": "start_dim=1 end_dim=-1", "Unflatten": "dim", "PixelShuffle": "upscale_factor",
    "PixelUnshuffle": "downscale_factor", "ChannelShuffle": "groups",
    "Fold": "output_size kernel_size dilation=1 padding=0 stride=1",
    "Unfold": "kernel_size dilation=1 padding=0 stride=1",
    "Upsample": "size=None mode='nearest' align_corners=None", "CosineSimilarity": "dim=1 eps=1e-08",
    "PairwiseDistance": "eps=1e-06 keepdim=False",
    **{f"{name}Pad{rank}d": "**padding" for name in ("Zero", "Reflection", "Replication", "Circular")
       for rank in (1, 2, 3)},
    **{f"ConstantPad{rank}d": "**padding value" for rank in (1, 2, 3)},
}  # fmt: skip
# Which have a weight, and a bias beside it, be it None.
_BOTH = ("Conv", "Linear", "Bilinear", "BatchNorm", "InstanceNorm", "LayerNorm", "GroupNorm")
_WEIGHT = (*_BOTH, "Embedding", "RMSNorm", "PReLU")
_RESET = (*_BOTH, "Embedding", "RMSNorm", "RNN", "LSTM", "GRU")
STATISTICS = frozenset(("running_mean", "running_var", "num_batches_tracked"))
NOT_KNOWN, _NEEDED = object(), object()


def kept(module: Module, name: str) -> Any:
    """The attribute of a layer, as torch keeps it; NOT_KNOWN where that is not known."""
    kind = module.made_as.removeprefix("Lazy")
    if name in module.changed:
        return module.changed[name]
    if (name == "weight" and kind.startswith(_WEIGHT)) or (name == "bias" and kind.startswith(_BOTH)):
        return None  # it has none: of others that is a parameter
    found = _words(kind).get(name)
    if found is None or (name in INFERRED and kind != module.made_as):
        return NOT_KNOWN
    times, default, is_fixed = found
    value = default if is_fixed else module.arguments.get(name, default)
    if name == "stride" and value in (None, "kernel_size") and default == "kernel_size":
        return kept(module, "kernel_size")
    if value is _NEEDED:
        return NOT_KNOWN
    if isinstance(value, (list, tuple)):
        return tuple(value) if times else value
    rank = next((int(digit) for digit in kind if digit.isdigit()), 1)
    return (value,) * (rank * times) if times and type(value) is int else value


def has(module: Module, name: str) -> bool | None:
    """Whether torch's layer has such an attribute; None where that is not known."""
    kind = module.made_as.removeprefix("Lazy")
    if name in ("weight", "bias"):
        return kind.startswith(_WEIGHT if name == "weight" else _BOTH) or name in _words(kind)
    if name in HAVE:
        return kind.startswith(HAVE[name])
    if name == "reset_parameters" and kind.startswith(_RESET):
        return True
    return True if kept(module, name) is not NOT_KNOWN else None


@cache
def _words(kind: str) -> Mapping[str, tuple[int, Any, bool]]:
    """Of each name how many numbers it has for a dimension, its default, and whether it is always that."""
    found = dict[str, tuple[int, Any, bool]]()
    for word in _KEPT.get(kind, "").split():
        name, equals, default = word.partition("=")
        value = _NEEDED if not equals else default if default == "kernel_size" else ast.literal_eval(default)
        found[name.strip("*:")] = name.count("*"), value, name.endswith(":")
    return found

"""Torch's own signatures of functions and tensor methods, so that every argument of a call is bound. No torch."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from engine.reading.values import ReadingError

NEEDED = object()  # has no default
_INPLACE = "input inplace=False"
_REDUCED = "input dim=None keepdim=False dtype=None"
_EXTREME = "input dim=() keepdim=False"
_POOL = "input kernel_size stride=None padding=0"
_MAX_POOL = f"{_POOL} dilation=1 ceil_mode=False return_indices=False"
_DROP = "input p=0.5 training=True inplace=False"
_BINARY = "input other"

# A parameter a word, with its default where it has one; "*name": all that are left may be given one by one.
SIGNATURES: Mapping[str, str] = {
    **dict.fromkeys(("relu", "relu6", "selu", "silu", "mish", "hardsigmoid", "hardswish"), _INPLACE),
    **dict.fromkeys(("sigmoid", "tanh", "softsign", "logsigmoid", "tanhshrink", "abs", "absolute", "exp", "log", "sqrt",
                     "square", "sin", "cos", "neg", "negative", "reciprocal", "rsqrt", "positive"), "input"),
    "elu": "input alpha=1.0 inplace=False", "celu": "input alpha=1.0 inplace=False",
    "gelu": "input approximate='none'", "glu": "input dim=-1", "leaky_relu": "input negative_slope=0.01 inplace=False",
    **dict.fromkeys(("softmax", "softmin", "log_softmax"), "input dim=None _stacklevel=3 dtype=None"),
    "softplus": "input beta=1 threshold=20", "hardtanh": "input min_val=-1.0 max_val=1.0 inplace=False",
    "hardshrink": "input lambd=0.5", "softshrink": "input lambd=0.5",
    "threshold": "input threshold value inplace=False",
    **dict.fromkeys(("dropout", "dropout1d", "dropout2d", "dropout3d"), _DROP),
    "alpha_dropout": "input p=0.5 training=False inplace=False",
    "feature_alpha_dropout": "input p=0.5 training=False inplace=False",
    "unfold": "input kernel_size dilation=1 padding=0 stride=1",
    "fold": "input output_size kernel_size dilation=1 padding=0 stride=1",
    "pixel_shuffle": "input upscale_factor", "pixel_unshuffle": "input downscale_factor",
    "channel_shuffle": "input groups",
    "interpolate": "input size=None scale_factor=None mode='nearest' align_corners=None recompute_scale_factor=None "
                   "antialias=False",
    "upsample": "input size=None scale_factor=None mode='nearest' align_corners=None",
    "local_response_norm": "input size alpha=0.0001 beta=0.75 k=1.0",
    "cosine_similarity": "x1 x2 dim=1 eps=1e-08", "pairwise_distance": "x1 x2 p=2.0 eps=1e-06 keepdim=False",
    "normalize": "input p=2.0 dim=1 eps=1e-12 out=None",
    "layer_norm": "input normalized_shape weight=None bias=None eps=1e-05",
    "pad": "input pad mode='constant' value=None",
    **{f"max_pool{rank}d": _MAX_POOL for rank in (1, 2, 3)},
    "avg_pool1d": f"{_POOL} ceil_mode=False count_include_pad=True",
    **{f"avg_pool{rank}d": f"{_POOL} ceil_mode=False count_include_pad=True divisor_override=None" for rank in (2, 3)},
    **{f"adaptive_avg_pool{rank}d": "input output_size" for rank in (1, 2, 3)},
    **{f"adaptive_max_pool{rank}d": "input output_size return_indices=False" for rank in (1, 2, 3)},
    **{f"lp_pool{rank}d": "input norm_type kernel_size stride=None ceil_mode=False" for rank in (1, 2, 3)},
    "sum": _REDUCED, "mean": _REDUCED, "amax": _EXTREME, "amin": _EXTREME,
    "std": "input dim=None unbiased=True keepdim=False correction=1",
    "max": "input dim=None keepdim=False", "min": "input dim=None keepdim=False",
    "norm": "input p='fro' dim=None keepdim=False dtype=None",
    "linalg.norm": "input ord=None dim=None keepdim=False dtype=None",
    **dict.fromkeys(("torch.softmax", "torch.log_softmax"), "input dim dtype=None"),
    "vector_norm": "input ord=2 dim=None keepdim=False dtype=None",
    "transpose": "input dim0 dim1", "swapaxes": "input dim0 dim1", "swapdims": "input dim0 dim1",
    "squeeze": "input dim=None", "unsqueeze": "input dim", "select": "input dim index",
    "flatten": "input start_dim=0 end_dim=-1", "unflatten": "input dim sizes", "narrow": "input dim start length",
    "clamp": "input min=None max=None", "clip": "input min=None max=None", "clamp_min": "input min",
    "clamp_max": "input max", "pow": "input exponent",
    **dict.fromkeys(("add", "sub", "subtract"), f"{_BINARY} alpha=1"),
    **dict.fromkeys(("mul", "multiply", "true_divide", "maximum", "minimum", "matmul"), _BINARY),
    "bmm": "input mat2", "div": f"{_BINARY} rounding_mode=None", "divide": f"{_BINARY} rounding_mode=None",
    **dict.fromkeys(("cat", "concat", "concatenate", "stack"), "tensors dim=0"),
    "chunk": "input chunks dim=0", "split": "input split_size dim=0", "unbind": "input dim=0",
    "view": "input *shape", "reshape": "input *shape", "permute": "input *dims", "expand": "input *size",
    "view_as": _BINARY, "reshape_as": _BINARY, "expand_as": _BINARY, "size": "input dim=None",
    **dict.fromkeys(("dim", "ndimension", "clone", "numel", "cuda", "cpu", "is_contiguous"), "input *rest"),
    "contiguous": "input memory_format=None", "to": "input *target", "type": "input dtype=None",
    "type_as": _BINARY, "float": "input", "long": "input", "int": "input", "requires_grad_": "input requires_grad=True",
    "new_full": "input size fill_value",
}  # fmt: skip
# Other names of the same parameters.
ALIASES: Mapping[str, str] = {"axis": "dim", "axis0": "dim0", "axis1": "dim1", "x": "input", "keepdims": "keepdim",
                              "split_size_or_sections": "split_size", "dilation_": "dilation"}


@cache
def parameters(name: str) -> tuple[tuple[str, Any], ...]:
    """Names and defaults of a function's parameters, in torch's order."""
    return tuple(_parameter(word) for word in SIGNATURES[name].split())


def _parameter(word: str) -> tuple[str, Any]:
    called, equals, default = word.partition("=")
    return called, ast.literal_eval(default) if equals else NEEDED


def bound(name: str, given: Sequence[Any], named: Mapping[str, Any], line: int) -> dict[str, Any]:
    """Every parameter's value, torch's own default where none is given. Raises ReadingError as torch would."""
    expected, values = parameters(name), dict[str, Any]()
    rest = list(given)
    for called, default in expected:
        if called.startswith("*"):
            only = rest[0] if len(rest) == 1 and isinstance(rest[0], (list, tuple)) else rest
            values[called[1:]] = list(only)
            rest = []
        elif rest:
            values[called] = rest.pop(0)
        elif default is not NEEDED:
            values[called] = default
    if rest:
        raise ReadingError("“{name}” takes at most {most} arguments", line=line, name=name, most=len(expected))
    return _with_names(name, values, named, len(given), line)


def _with_names(name: str, values: dict[str, Any], named: Mapping[str, Any], count: int, line: int) -> dict[str, Any]:
    names = [called.lstrip("*") for called, _ in parameters(name)]
    for word, value in named.items():
        called = word if word in names else ALIASES.get(word, word)
        if called not in names or (names.index(called) < count and not (called in values and not values[called])):
            raise ReadingError("“{name}” has no argument “{argument}” here", line=line, name=name, argument=word)
        values[called] = value
    missing = next((called for called in names if called not in values), None)
    if missing is not None:
        raise ReadingError("“{name}” needs a value for “{argument}”", line=line, name=name, argument=missing)
    return values

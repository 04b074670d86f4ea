"""A call of a torch class, by torch's own signature → the layer and what it says of its input. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from engine.layers import LAYERS, Layer
from engine.layers.base import OptionError
from engine.reading.sizes import Size
from engine.reading.values import MASK, OPAQUE, ReadingError, Unknown, hanging, in_words
from engine.reading.whole import check_whole

# Where torch's order is not that of the options. A test compares all with the installed torch.
_POOL = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")
_ENCODER = ("d_model", "nhead", "dim_feedforward", "dropout", "activation", "layer_norm_eps", "batch_first",
            "norm_first", "bias")  # fmt: skip
SIGNATURES: Mapping[str, tuple[str, ...]] = {
    "MaxPool1d": _POOL, "MaxPool2d": _POOL, "MaxPool3d": _POOL,
    "PReLU": ("num_parameters", "init"),
    "EmbeddingBag": ("num_embeddings", "embedding_dim", "max_norm", "norm_type", "scale_grad_by_freq", "mode", "sparse",
                     "_weight", "include_last_offset", "padding_idx"),
    "RNN": ("input_size", "hidden_size", "num_layers", "nonlinearity", "bias", "batch_first", "dropout",
            "bidirectional"),
    "LSTM": ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional", "proj_size"),
    "GRU": ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional"),
    "MultiheadAttention": ("embed_dim", "num_heads", "dropout", "bias", "add_bias_kv", "add_zero_attn", "kdim", "vdim",
                           "batch_first"),
    "TransformerEncoderLayer": _ENCODER, "TransformerDecoderLayer": _ENCODER,
    "Transformer": ("d_model", "nhead", "num_encoder_layers", "num_decoder_layers", "dim_feedforward", "dropout",
                    "activation", "custom_encoder", "custom_decoder", "layer_norm_eps", "batch_first", "norm_first",
                    "bias"),
    **{f"{name}Pad{rank}d": ("padding",) for name in ("Zero", "Reflection", "Replication", "Circular")
       for rank in (1, 2, 3)},
}  # fmt: skip
# What follows from the input, and so is not asked for.
INFERRED = frozenset(("in_channels", "in_features", "num_features", "normalized_shape", "num_channels", "embed_dim",
                      "d_model", "input_size", "in1_features", "in2_features", "kdim", "vdim"))
SIZES = INFERRED | {"num_parameters"}
IGNORED = frozenset(("device", "dtype", "_weight", "_freeze", "sparse", "training", "inplace"))
MUST_BE: Mapping[str, Any] = {
    "batch_first": True, "return_indices": False, "add_bias_kv": False, "add_zero_attn": False, "custom_encoder": None,
    "custom_decoder": None, "include_last_offset": False, "recompute_scale_factor": None, "_random_samples": None,
}  # fmt: skip
# Torch's own default where the layer's is another.
TORCHS: Mapping[str, Mapping[str, Any]] = {
    "CosineSimilarity": {"keepdim": False}, "PairwiseDistance": {"keepdim": False},
    "Upsample": {"scale_factor": None}, "FractionalMaxPool2d": {"output_ratio": None},
    "FractionalMaxPool3d": {"output_ratio": None},
    "Transformer": {"nhead": 8, "d_model": 512},
}  # fmt: skip
NO_NEED = frozenset(("dim", "keepdim", "scale_factor", "output_ratio"))  # of what is required here, torch's own default
ASKED = frozenset(("bias", "affine", "elementwise_affine", "track_running_stats"))
NEEDS_BATCH_FIRST = frozenset(("RNN", "LSTM", "GRU", "MultiheadAttention", "TransformerEncoderLayer",
                               "TransformerDecoderLayer", "Transformer"))  # fmt: skip
SOFT = ("Softmax", "LogSoftmax", "Softmin")
MOST_GIVEN = 1000  # things in a list that is one argument
KINDS: Mapping[str, str] = {layer.torch[3:]: kind for kind, layer in reversed(LAYERS.items())
                            if layer.torch.startswith("nn.") and kind != "DepthwiseConv2d"}
Declared = tuple[tuple[str, Any], ...]  # what code says of a layer's input, by torch's names


@cache
def signature(kind: str) -> tuple[str, ...]:
    """The names of the class's arguments, in torch's order."""
    layer = LAYERS[kind]
    own = [name for name in layer.model_fields if name not in layer.positional and name not in layer.ours]
    return SIGNATURES.get(kind, (*layer.positional, *own))


def arguments_of(kind: str, given: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """What a call gives the class, by torch's names."""
    return {**dict(zip(signature(kind), given, strict=False)), **named}


def layer_of(kind: str, given: Sequence[Any], named: Mapping[str, Any], line: int,
             names: Sequence[str] | None = None) -> Layer:
    """The layer that a call with these arguments makes. Raises ReadingError."""
    is_class, names = names is None, signature(kind) if names is None else names
    if kind == "Identity":
        return LAYERS[kind]()
    if len(given) > len(names):
        raise ReadingError("{layer} takes at most {most} arguments", line=line, layer=kind, most=len(names))
    for name, value in (*zip(names, given, strict=False), *named.items()):
        if hanging(value, MOST_GIVEN) > MOST_GIVEN:
            raise ReadingError("{layer}: “{name}” is too long", line=line, layer=kind, name=name)
    twice = next((name for name in named if name in names[: len(given)]), None)
    if twice is not None:
        raise ReadingError("{layer} is given “{name}” twice", line=line, layer=kind, name=twice)
    values = {**dict(zip(names, given, strict=False)), **named}
    check_whole(kind, values, line, SIZES)
    options = {name: None if isinstance(value, tuple) and {*value} == {None} else value  # as it is, in every dimension
               for name, value in _options(kind, values, line).items()}
    _check_known(options.values(), line)
    if is_class:
        options = {**_torchs(kind, options), **options}
        _check_given(kind, options, line)
    try:
        return LAYERS[kind]().with_options(**options)
    except OptionError as error:
        raise ReadingError("{layer}: {reason}", line=line, layer=kind, reason=error.message) from error


def _check_known(values: Any, line: int) -> None:
    for value in values:
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Unknown):
                raise each.error or MissingValueError(each.name, line)
            if isinstance(each, Size):
                raise ReadingError("The size of a tensor is asked for here: write it as a number", line=line)
            if each is OPAQUE:
                raise ReadingError("A value of this layer comes out of a tensor or a package, which is not worked out: "
                                   "write it as a number", line=line)


class MissingValueError(ReadingError):
    """A value that only the caller of the code would know."""

    def __init__(self, name: str, line: int) -> None:
        super().__init__("“{name}” has no value here: write a number, or give it a default", line=line, name=name)
        self.name = name


def _torchs(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Torch's defaults of what is not given, where the layer has others."""
    layer = LAYERS[kind]
    found = {name: value for name, value in TORCHS.get(kind, {}).items() if name in layer.model_fields}
    if "output_size" not in options and "output_size" in layer.model_fields and "output_ratio" in found:
        found.pop("output_ratio")
        if "output_ratio" not in options:
            found["output_ratio"] = None
    return found


def _check_given(kind: str, options: Mapping[str, Any], line: int) -> None:
    needed = [name for name in LAYERS[kind].required if name not in NO_NEED or kind == "Unflatten"]
    missing = next((name for name in needed if name not in options), None)
    if missing is not None:
        raise ReadingError("{layer} needs a value for “{name}”", line=line, layer=kind, name=missing)


def _options(kind: str, values: dict[str, Any], line: int) -> dict[str, Any]:
    layer, options = LAYERS[kind], {}
    if kind in NEEDS_BATCH_FIRST and values.get("batch_first", False) is not True:
        raise ReadingError("{layer} needs batch_first=True: here the batch is always the first dimension", line=line,
                           layer=kind)
    for name, value in values.items():
        if name in layer.model_fields and name not in layer.ours:
            options[name] = _as_torch_takes(kind, name, tuple(value) if isinstance(value, list) else value, line)
        elif name in ("normalized_shape", "num_parameters"):
            options |= _of_input(name, value)
        elif name in MUST_BE and value != MUST_BE[name]:
            raise ReadingError("{layer} with {name}={value} has no layer here", line=line, layer=kind, name=name,
                               value=in_words(value))
        elif name == "_weight" and value is not None:
            raise ReadingError("{layer} with {name} has no layer here", line=line, layer=kind, name=name)
        elif name not in INFERRED and name not in IGNORED and name not in MUST_BE and value not in (OPAQUE, MASK):
            raise ReadingError("{layer} has no option “{name}” here", line=line, layer=kind, name=name)
    if kind in SOFT and options.get("dim", 1) is None:
        del options["dim"]
    if kind == "Upsample" and options.get("size") is not None:
        options.setdefault("scale_factor", None)
    if kind.startswith("FractionalMaxPool") and options.get("output_size") is not None:
        options.setdefault("output_ratio", None)
    return options


def _as_torch_takes(kind: str, name: str, value: Any, line: int) -> Any:
    """What is on or off counts as Python's truth where torch only asks whether it holds. Raises ReadingError."""
    if LAYERS[kind].model_fields[name].annotation is not bool or isinstance(value, bool):
        return value
    if name in ASKED and kind not in NEEDS_BATCH_FIRST and isinstance(value, (str, int, float, tuple, type(None))):
        return bool(value)
    if isinstance(value, str):
        raise ReadingError("{layer}: “{name}” must be on or off", line=line, layer=kind, name=name)
    return value


def _of_input(name: str, value: Any) -> dict[str, Any]:
    """What the shape of the input says about the option that stands for it here."""
    if name == "normalized_shape":
        return {"dims": len(value)} if isinstance(value, (tuple, list)) else {}
    return {"per_channel": True} if isinstance(value, Unknown) or value != 1 else {}


def declared_of(kind: str, given: Sequence[Any], named: Mapping[str, Any]) -> Declared:
    """What a call of a class says of the input, as far as it is known and torch goes by it."""
    values = arguments_of(kind, given, named)
    found = {name: value for name, value in values.items() if name in INFERRED or name == "num_parameters"}
    if kind.startswith("InstanceNorm") and not (values.get("affine") or values.get("track_running_stats")):
        found.pop("num_features", None)
    if kind.startswith("BatchNorm") and values.get("affine") is False and values.get("track_running_stats") is False:
        found.pop("num_features", None)
    for name in ("kdim", "vdim"):
        if found.get(name, ...) in (None, found.get("embed_dim")):
            found.pop(name, None)
    if found.get("num_parameters") == 1 or kind != "PReLU":
        found.pop("num_parameters", None)
    if "normalized_shape" in found and not isinstance(found["normalized_shape"], Unknown):
        shape = found["normalized_shape"]
        found["normalized_shape"] = tuple(shape) if isinstance(shape, (list, tuple)) else (shape,)
    if kind in SOFT and values.get("dim") is None:
        found["ndim"] = (2, 4)  # torch itself takes dim 1 there, and dim 0 elsewhere
    return tuple((name, value) for name, value in found.items() if _is_plain(value))


def trains(layer: Any) -> bool:
    """Whether it does something else while the network trains."""
    if layer.category == "regularization":
        return bool(layer.p)
    return layer.kind() == "RReLU" or getattr(layer, "track_running_stats", False) is True


def _is_plain(value: Any) -> bool:
    return type(value) is int or (isinstance(value, tuple) and all(type(each) is int for each in value))

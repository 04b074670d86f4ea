"""Functions and tensor methods that code calls → layers. No torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.layers import LAYERS
from engine.reading.context import Context
from engine.reading.layers import layer_of
from engine.reading.values import BATCH, MASK, OPAQUE, SizesOf, Tensor

# Functions of torch and torch.nn.functional that are a layer with the class's own arguments behind the tensor.
LIKE_CLASSES: Mapping[str, str] = {
    **{name.lower(): name for name in (
        "ReLU", "ReLU6", "ELU", "CELU", "SELU", "SiLU", "GELU", "GLU", "PReLU", "RReLU", "Mish", "Sigmoid", "Tanh",
        "Softmax", "Softmin", "Softplus", "Softsign", "LogSigmoid", "Hardtanh", "Hardsigmoid", "Hardswish",
        "Hardshrink", "Softshrink", "Tanhshrink", "Threshold", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d",
        "Unfold", "Fold")},
    "leaky_relu": "LeakyReLU", "log_softmax": "LogSoftmax", "logsigmoid": "LogSigmoid",
    "alpha_dropout": "AlphaDropout", "feature_alpha_dropout": "FeatureAlphaDropout",
    "pixel_shuffle": "PixelShuffle", "pixel_unshuffle": "PixelUnshuffle", "channel_shuffle": "ChannelShuffle",
    "interpolate": "Upsample", "upsample": "Upsample", "local_response_norm": "LocalResponseNorm",
    "cosine_similarity": "CosineSimilarity", "pairwise_distance": "PairwiseDistance",
    **{f"{name}_pool{rank}d": f"{kind}{rank}d" for name, kind in (
        ("max", "MaxPool"), ("avg", "AvgPool"), ("adaptive_avg", "AdaptiveAvgPool"),
        ("adaptive_max", "AdaptiveMaxPool"), ("lp", "LPPool")) for rank in (1, 2, 3)},
    "abs": "Abs", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "square": "Square", "sin": "Sin", "cos": "Cos",
    "absolute": "Abs",
}  # fmt: skip
WITH_NAMES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sum": ("Sum", ("dim", "keepdim")), "mean": ("Mean", ("dim", "keepdim")), "amax": ("Max", ("dim", "keepdim")),
    "amin": ("Min", ("dim", "keepdim")), "std": ("Std", ("dim", "keepdim")),
    "max": ("Max", ("dim", "keepdim")), "min": ("Min", ("dim", "keepdim")),
    "vector_norm": ("Norm", ("ord", "dim", "keepdim")),
    "transpose": ("Transpose", ("dim0", "dim1")), "swapaxes": ("Transpose", ("dim0", "dim1")),
    "squeeze": ("Squeeze", ("dim",)), "unsqueeze": ("Unsqueeze", ("dim",)), "select": ("Select", ("dim", "index")),
    "flatten": ("Flatten", ("start_dim", "end_dim")), "unflatten": ("Unflatten", ("dim", "unflattened_size")),
    "clamp": ("Clamp", ("min", "max")), "clip": ("Clamp", ("min", "max")), "pow": ("Power", ("exponent",)),
}  # fmt: skip
BINARY: Mapping[str, str] = {
    "add": "Add", "mul": "Multiply", "multiply": "Multiply", "sub": "Subtract", "subtract": "Subtract",
    "div": "Divide", "divide": "Divide", "true_divide": "Divide", "matmul": "MatMul", "bmm": "MatMul",
    "maximum": "Maximum", "minimum": "Minimum",
}  # fmt: skip
JOINED: Mapping[str, str] = {"cat": "Concatenate", "concat": "Concatenate", "concatenate": "Concatenate",
                             "stack": "Stack"}
SAME = frozenset(("contiguous", "clone", "long", "float", "to", "type_as", "requires_grad_", "cuda", "cpu", "int"))


def call_function(context: Context, name: str, given: Sequence[Any], named: dict[str, Any]) -> Any:
    """A function of torch by its last name, or a tensor's method with the tensor first. Raises ReadingError."""
    name = name.rstrip("_") or name
    given = list(given)
    if not given and isinstance(named.get("input"), Tensor):
        given = [named.pop("input")]
    if name in JOINED:
        return _join(context, name, given, named)
    if name in BINARY and len(given) > 1:
        return binary(context, BINARY[name], given[0], given[1])
    x = given[0] if given else None
    if not isinstance(x, Tensor):
        raise context.error("“{name}” is called here without a tensor: that cannot be read", name=name)
    if name in SPECIAL:
        return SPECIAL[name](context, x, given[1:], named)
    if name in WITH_NAMES and not (name in ("max", "min") and len(given) > 1 and isinstance(given[1], Tensor)):
        return _reduced(context, name, x, given[1:], named)
    if name in ("max", "min"):
        return binary(context, "Maximum" if name == "max" else "Minimum", x, given[1])
    if name in LIKE_CLASSES:
        kind, count = LIKE_CLASSES[name], _tensors(given)
        names = ("p", "training", "inplace") if "dropout" in name else None
        return context.add(layer_of(kind, given[count:], named, context.line, names), given[:count])
    if name in SAME and not context.exact:
        return x
    raise context.error("“{name}” is no layer here: only functions that are layers can be read", name=name)


def _tensors(given: Sequence[Any]) -> int:
    return next((i for i, value in enumerate(given) if not isinstance(value, Tensor)), len(given))


def _join(context: Context, name: str, given: Sequence[Any], named: Mapping[str, Any]) -> Tensor:
    tensors = given[0] if given else named.get("tensors")
    dim = given[1] if len(given) > 1 else named.get("dim", named.get("axis", 0))
    if not isinstance(tensors, (list, tuple)) or not all(isinstance(each, Tensor) for each in tensors):
        raise context.error("“{name}” needs a list of tensors", name=name)
    return context.add(layer_of(JOINED[name], (), {"dim": dim}, context.line), tensors)


def _reduced(context: Context, name: str, x: Tensor, given: Sequence[Any], named: dict[str, Any]) -> Any:
    kind, names = WITH_NAMES[name]
    values = {**dict(zip(names, given, strict=False)), **named}
    values.pop("ord", None)
    values = {"dim" if key == "axis" else key: value for key, value in values.items()}
    fields = LAYERS[kind].model_fields
    if "dim" in names and "dim" not in values and "dim" in fields:
        raise context.error("“{name}” needs a dim: over all dimensions it would mix the examples", name=name)
    if kind == "Flatten" and values.get("start_dim", 0) == 0:
        raise context.error("“flatten” from dim 0 mixes the examples: write flatten(x, 1)")
    if kind in ("Sum", "Mean", "Max", "Min", "Std", "Norm") and isinstance(values["dim"], int):
        values["dim"] = (values["dim"],)
    tensor = context.add(layer_of(kind, (), values, context.line, names), [x])
    return (tensor, OPAQUE) if name in ("max", "min") else tensor


def binary(context: Context, kind: str, one: Any, two: Any) -> Tensor:
    """Two tensors, or a tensor and a number, joined. Raises ReadingError."""
    if isinstance(one, Tensor) and isinstance(two, Tensor):
        return context.add(LAYERS[kind](), [one, two])
    tensor, number = (one, two) if isinstance(one, Tensor) else (two, one)
    if not isinstance(number, (int, float)) or isinstance(number, bool):
        raise context.error("A tensor is joined here with something that is neither a tensor nor a number")
    options = _scale(kind, number, isinstance(one, Tensor))
    if options is None:
        raise context.error("A number and a tensor are joined here as no layer does it")
    return context.add(layer_of("Scale", (), options, context.line), [tensor])


def _scale(kind: str, number: float, tensor_first: bool) -> dict[str, float] | None:
    if kind == "Add":
        return {"shift": number}
    if kind == "Multiply":
        return {"factor": number}
    if kind == "Subtract":
        return {"shift": -number} if tensor_first else {"factor": -1.0, "shift": number}
    return {"factor": 1 / number} if kind == "Divide" and tensor_first and number else None


# -- methods that are no plain layer -----------------------------------------------------------------------------------


def _reshape(context: Context, x: Tensor, given: Sequence[Any], named: dict[str, Any], flat: bool = False) -> Tensor:
    sizes = list(given[0]) if len(given) == 1 and isinstance(given[0], (list, tuple)) else list(given)
    sizes = sizes or list(named.get("shape", ()))
    batch, rest = sizes[:1], sizes[1:]
    if batch not in ([BATCH], [-1]) or not rest or not all(type(size) is int for size in rest):
        raise context.error("The shape must begin with the batch, and then have numbers: x.reshape(-1, 16, 5, 5) or "
                            "x.flatten(1)")
    if rest == [-1] or (flat and len(rest) == 1):
        return context.add(LAYERS["Flatten"](), [x])
    return context.add(layer_of("Reshape", (), {"shape": tuple(rest)}, context.line), [x])


def _view(context: Context, x: Tensor, given: Sequence[Any], named: dict[str, Any]) -> Tensor:
    return _reshape(context, x, given, named, flat=True)


def _permute(context: Context, x: Tensor, given: Sequence[Any], named: dict[str, Any]) -> Tensor:
    only = given[0] if given else named.get("dims", ())
    dims = list(only) if isinstance(only, (list, tuple)) else list(given)
    if dims[:1] != [0]:
        raise context.error("“permute” must leave the batch first: permute(0, …)")
    return context.add(layer_of("Permute", (), {"dims": tuple(dims[1:])}, context.line), [x])


def _size(context: Context, x: Tensor, given: Sequence[Any], named: dict[str, Any]) -> Any:
    return index_sizes(context, given[0]) if given else SizesOf()


def index_sizes(context: Context, index: Any) -> Any:
    """``x.shape[index]``: only the batch is known. Raises ReadingError."""
    if index == 0 and index is not False:
        return BATCH
    raise context.error("The size of a tensor is asked for here: write it as a number")


def _pad(context: Context, x: Tensor, given: Sequence[Any], named: dict[str, Any]) -> Tensor:
    values = {**dict(zip(("pad", "mode", "value"), given, strict=False)), **named}
    pad, mode = list(values.get("pad", ())), values.get("mode", "constant")
    rank = len(pad) // 2
    name = {"constant": "Constant", "reflect": "Reflection", "replicate": "Replication",
            "circular": "Circular"}.get(mode)
    if name is None or not 1 <= rank <= 3:
        raise context.error("This padding is no layer here")
    value = values.get("value") or 0
    if name == "Constant" and not value:
        name = "Zero"
    options = {"padding": tuple(pad), **({"value": value} if name == "Constant" else {})}
    return context.add(layer_of(f"{name}Pad{rank}d", (), options, context.line, ("padding", "value")), [x])


def _expand_mask(context: Context, x: Tensor, given: Sequence[Any], named: dict[str, Any]) -> Any:
    return MASK


SPECIAL: Mapping[str, Callable[[Context, Tensor, Sequence[Any], dict[str, Any]], Any]] = {
    "view": _view, "reshape": _reshape, "permute": _permute, "size": _size, "pad": _pad, "new_full": _expand_mask,
}  # fmt: skip

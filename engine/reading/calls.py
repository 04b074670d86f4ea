"""Functions and tensor methods that code calls → layers. No torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.layers import LAYERS
from engine.reading.layers import layer_of
from engine.reading.values import BATCH, MASK, OPAQUE, ReadingError, Sheet, SizesOf, Tensor

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


def call_function(sheet: Sheet, name: str, given: Sequence[Any], named: dict[str, Any], line: int) -> Any:
    """A function of torch by its last name, or a tensor's method with the tensor first. Raises ReadingError."""
    name = name.rstrip("_") or name
    given = list(given)
    if not given and isinstance(named.get("input"), Tensor):
        given = [named.pop("input")]
    if name in JOINED:
        return _join(sheet, name, given, named, line)
    if name in BINARY and len(given) > 1:
        return binary(sheet, BINARY[name], given[0], given[1], line)
    x = given[0] if given else None
    if not isinstance(x, Tensor):
        return _without_tensor(name, line)
    if name in SPECIAL:
        return SPECIAL[name](sheet, x, given[1:], named, line)
    if name in WITH_NAMES and not (name in ("max", "min") and len(given) > 1 and isinstance(given[1], Tensor)):
        return _reduced(sheet, name, x, given[1:], named, line)
    if name in ("max", "min"):
        return binary(sheet, "Maximum" if name == "max" else "Minimum", x, given[1], line)
    if name in LIKE_CLASSES:
        kind, count = LIKE_CLASSES[name], _tensors(given)
        return sheet.add(layer_of(kind, given[count:], named, line), given[:count])
    if name in SAME:
        return x
    raise ReadingError("“{name}” is no layer here: only functions that are layers can be read", line=line, name=name)


def _tensors(given: Sequence[Any]) -> int:
    return next((i for i, value in enumerate(given) if not isinstance(value, Tensor)), len(given))


def _without_tensor(name: str, line: int) -> Any:
    if name in ("triu", "full", "ones", "generate_square_subsequent_mask"):
        return MASK
    raise ReadingError("“{name}” is called here without a tensor: that cannot be read", line=line, name=name)


def _join(sheet: Sheet, name: str, given: Sequence[Any], named: Mapping[str, Any], line: int) -> Tensor:
    tensors = given[0] if given else named.get("tensors")
    dim = given[1] if len(given) > 1 else named.get("dim", named.get("axis", 0))
    if not isinstance(tensors, (list, tuple)) or not all(isinstance(each, Tensor) for each in tensors):
        raise ReadingError("“{name}” needs a list of tensors", line=line, name=name)
    return sheet.add(layer_of(JOINED[name], (), {"dim": dim}, line), tensors)


def _reduced(sheet: Sheet, name: str, x: Tensor, given: Sequence[Any], named: dict[str, Any], line: int) -> Any:
    kind, names = WITH_NAMES[name]
    values = {**dict(zip(names, given, strict=False)), **named}
    values.pop("ord", None)
    values = {"dim" if key == "axis" else key: value for key, value in values.items()}
    fields = LAYERS[kind].model_fields
    if "dim" in names and "dim" not in values and "dim" in fields:
        raise ReadingError("“{name}” needs a dim: over all dimensions it would mix the examples", line=line, name=name)
    if kind == "Flatten" and values.get("start_dim", 0) == 0:
        raise ReadingError("“flatten” from dim 0 mixes the examples: write flatten(x, 1)", line=line)
    if kind in ("Sum", "Mean", "Max", "Min", "Std", "Norm") and isinstance(values["dim"], int):
        values["dim"] = (values["dim"],)
    tensor = sheet.add(layer_of(kind, (), values, line, names), [x])
    return (tensor, OPAQUE) if name in ("max", "min") else tensor


def binary(sheet: Sheet, kind: str, one: Any, two: Any, line: int) -> Tensor:
    """Two tensors, or a tensor and a number, joined. Raises ReadingError."""
    if isinstance(one, Tensor) and isinstance(two, Tensor):
        return sheet.add(LAYERS[kind](), [one, two])
    tensor, number = (one, two) if isinstance(one, Tensor) else (two, one)
    if not isinstance(number, (int, float)) or isinstance(number, bool):
        raise ReadingError("A tensor is joined here with something that is neither a tensor nor a number", line=line)
    options = _scale(kind, number, isinstance(one, Tensor))
    if options is None:
        raise ReadingError("A number and a tensor are joined here as no layer does it", line=line)
    return sheet.add(layer_of("Scale", (), options, line), [tensor])


def _scale(kind: str, number: float, tensor_first: bool) -> dict[str, float] | None:
    if kind == "Add":
        return {"shift": number}
    if kind == "Multiply":
        return {"factor": number}
    if kind == "Subtract":
        return {"shift": -number} if tensor_first else {"factor": -1.0, "shift": number}
    return {"factor": 1 / number} if kind == "Divide" and tensor_first and number else None


# -- methods that are no plain layer -----------------------------------------------------------------------------------


def _reshape(sheet: Sheet, x: Tensor, given: Sequence[Any], named: dict[str, Any], line: int,
             flat: bool = False) -> Tensor:
    sizes = list(given[0]) if len(given) == 1 and isinstance(given[0], (list, tuple)) else list(given)
    sizes = sizes or list(named.get("shape", ()))
    batch, rest = sizes[:1], sizes[1:]
    if batch not in ([BATCH], [-1]) or not rest or not all(type(size) is int for size in rest):
        raise ReadingError("The shape must begin with the batch, and then have numbers: x.reshape(-1, 16, 5, 5) or "
                           "x.flatten(1)", line=line)
    if rest == [-1] or (flat and len(rest) == 1):
        return sheet.add(LAYERS["Flatten"](), [x])
    return sheet.add(layer_of("Reshape", (), {"shape": tuple(rest)}, line), [x])


def _view(sheet: Sheet, x: Tensor, given: Sequence[Any], named: dict[str, Any], line: int) -> Tensor:
    return _reshape(sheet, x, given, named, line, flat=True)


def _permute(sheet: Sheet, x: Tensor, given: Sequence[Any], named: dict[str, Any], line: int) -> Tensor:
    only = given[0] if given else named.get("dims", ())
    dims = list(only) if isinstance(only, (list, tuple)) else list(given)
    if dims[:1] != [0]:
        raise ReadingError("“permute” must leave the batch first: permute(0, …)", line=line)
    return sheet.add(layer_of("Permute", (), {"dims": tuple(dims[1:])}, line), [x])


def _size(sheet: Sheet, x: Tensor, given: Sequence[Any], named: dict[str, Any], line: int) -> Any:
    return index_sizes(given[0], line) if given else SizesOf()


def index_sizes(index: Any, line: int) -> Any:
    """``x.shape[index]``: only the batch is known. Raises ReadingError."""
    if index == 0 and index is not False:
        return BATCH
    raise ReadingError("The size of a tensor is asked for here: write it as a number", line=line)


def _pad(sheet: Sheet, x: Tensor, given: Sequence[Any], named: dict[str, Any], line: int) -> Tensor:
    values = {**dict(zip(("pad", "mode", "value"), given, strict=False)), **named}
    pad, mode = list(values.get("pad", ())), values.get("mode", "constant")
    rank = len(pad) // 2
    name = {"constant": "Constant", "reflect": "Reflection", "replicate": "Replication",
            "circular": "Circular"}.get(mode)
    if name is None or not 1 <= rank <= 3:
        raise ReadingError("This padding is no layer here", line=line)
    value = values.get("value") or 0
    if name == "Constant" and not value:
        name = "Zero"
    options = {"padding": tuple(pad), **({"value": value} if name == "Constant" else {})}
    return sheet.add(layer_of(f"{name}Pad{rank}d", (), options, line, ("padding", "value")), [x])


def _expand_mask(sheet: Sheet, x: Tensor, given: Sequence[Any], named: dict[str, Any], line: int) -> Any:
    return MASK


SPECIAL: Mapping[str, Callable[[Sheet, Tensor, Sequence[Any], dict[str, Any], int], Any]] = {
    "view": _view, "reshape": _reshape, "permute": _permute, "size": _size, "pad": _pad, "new_full": _expand_mask,
}  # fmt: skip

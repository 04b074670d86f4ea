"""What is sure to succeed where “try” catches errors: plain values, and what every torch has. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.layers import LAYERS
from engine.reading.functions import DROPOUTS, LIKE_CLASSES, SOFT
from engine.reading.layers import INFERRED, KINDS, arguments_of
from engine.reading.plain import BUILTINS, MATH, OBJECTS
from engine.reading.values import is_module

CONTAINERS = frozenset(("Sequential", "ModuleList", "ModuleDict"))
SURE_NAMES = frozenset((
    "torch", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.optim", "torch.cuda", "torch.utils",
    "torch.utils.data", "torch.Tensor", "torch.tensor", "torch.device", "torch.float32", "torch.manual_seed",
    "torch.cuda.is_available", "torch.no_grad", "torch.__version__", "torch.nn.Module", "torch.nn.Parameter", "math",
    "collections", "collections.OrderedDict", "functools", "functools.partial", "typing", "copy", "copy.deepcopy",
    "itertools"))
_CALLS = frozenset(("torch.manual_seed", "torch.cuda.is_available", "torch.no_grad", "collections.OrderedDict",
                    "functools.partial", "copy.deepcopy", "super"))
_LAYERS = ("Conv", "Linear", "BatchNorm", "InstanceNorm", "Dropout", "MaxPool", "AvgPool", "AdaptiveAvgPool", "Flatten",
           "Identity")  # fmt: skip
# Which raise errors by what their arguments are together, or by their values.
_DOUBTFUL = frozenset(("groups", "padding_mode"))


def is_sure_name(path: str) -> bool:
    """Whether something of that full name is there in any case."""
    scope, _, name = path.rpartition(".")
    if path in SURE_NAMES or scope in ("typing", "super", "torch.__version__"):
        return True
    if scope == "torch.nn":
        return name in KINDS or name in CONTAINERS
    if scope == "torch.nn.functional":
        kind = LIKE_CLASSES.get(name)
        return name in DROPOUTS or name in SOFT or (kind is not None and LAYERS[kind].torch.startswith("nn."))
    return (scope == "math" and name in MATH) or (scope == "builtins" and (name in BUILTINS or name in OBJECTS))


def is_sure_call(path: str, given: Sequence[Any], named: Mapping[str, Any]) -> bool:
    """Whether a call raises no error, as far as reading does not meet it itself."""
    scope, _, name = path.rpartition(".")
    if scope in ("builtins", "math", "super") or path in _CALLS:
        return name not in ("input", "open")
    if scope != "torch.nn":
        return False
    if name in CONTAINERS:
        return all(is_module(each) for each in given) and not named
    kind = LAYERS[KINDS[name]] if name in KINDS else None
    if kind is None or not (kind.category == "activation" or name.startswith(_LAYERS)):
        return False
    return all(_is_sure(key, value) for key, value in arguments_of(KINDS[name], given, named).items())


def _is_sure(name: str, value: Any) -> bool:
    if name in INFERRED:
        return type(value) is int and value > 0
    if name in ("p", "inplace", "bias", "affine"):
        return type(value) in (int, float, bool)
    return type(value) is int and name not in _DOUBTFUL

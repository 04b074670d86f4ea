"""How large the parameters of torch's layers are, as far as the text says it. No torch."""

from __future__ import annotations

import itertools
import math
from typing import Any

from engine.graph.parameters import ValueEdit
from engine.reading.attributes import kept
from engine.reading.beginnings import rank_of
from engine.reading.values import Module, OwnParameterError, Parameter, Unknown

ASKED = frozenset(("shape", "ndim", "dim", "ndimension", "size", "numel", "nelement"))
# What looks at all numbers of a tensor in another form, and what does so where it need not copy them.
FORMS = frozenset(("view", "t", "T", "mT", "transpose", "permute", "unsqueeze", "squeeze", "numpy", "detach", "cpu"))
COPIES = frozenset(("reshape", "flatten", "ravel", "contiguous"))
MOST_SET = 1000  # values that one line sets
_GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def shape_of(value: Any) -> tuple[int, ...] | None:
    """The shape of a parameter of a layer, or of a class's own; None where it is not known."""
    if isinstance(value, Unknown):
        return value.error.shape if isinstance(value.error, OwnParameterError) else None
    if not isinstance(value, Parameter) or value.is_part:
        return None
    module = value.module
    found = _recurrent(module, value.name) if module.layer.kind() in _GATES else _plain(module, value.name)
    return found if found is not None and all(type(each) is int for each in found) else None


def rank_in(value: Any) -> int | None:
    """How many dimensions it has; None where that is not known."""
    shape = shape_of(value)
    if shape is not None:
        return len(shape)
    if not isinstance(value, Parameter) or value.is_part:
        return None
    return rank_of(value)


def asked(value: Any, name: str, given: list[Any]) -> Any:
    """``dim()``, ``size(0)``, ``numel()`` and the like; None where it is not known."""
    shape = shape_of(value)
    if name in ("dim", "ndimension", "ndim"):
        return rank_in(value)
    if shape is None or name not in ASKED:
        return None
    if name in ("numel", "nelement"):
        return math.prod(shape)
    if name == "size" and given:
        return shape[given[0]] if type(given[0]) is int and -len(shape) <= given[0] < len(shape) else None
    return shape


def fans(value: Any) -> tuple[int, int] | None:
    """How many inputs and outputs torch counts of a weight; None where that is not known."""
    shape = shape_of(value) or ()
    inside = math.prod(shape[2:])
    return (shape[1] * inside, shape[0] * inside) if len(shape) > 1 else None


def edits_of(owner: Parameter, index: Any, value: Any) -> list[ValueEdit]:
    """``weight[0, 1] = 42.0``, or a row of values; none where the values or their places are not known."""
    place, shape, rank = index if isinstance(index, tuple) else (index,), shape_of(owner), rank_in(owner)
    if type(value) not in (int, float) or not all(type(each) is int for each in place) or rank is None:
        return []
    if shape is not None and len(place) <= rank:
        place = tuple(each + size if each < 0 else each for each, size in zip(place, shape, strict=False))
    rest = shape[len(place) :] if shape is not None else ()
    if len(place) + len(rest) != rank or math.prod(rest) > MOST_SET:
        return []
    try:
        return [ValueEdit(key=owner.name, index=(*place, *each), value=value)
                for each in itertools.product(*map(range, rest))]
    except ValueError:  # no finite number, or no such place
        return []


def _plain(module: Module, name: str) -> tuple[Any, ...] | None:
    kind = module.layer.kind()
    if kind.startswith(("LayerNorm", "RMSNorm")):
        found = kept(module, "normalized_shape")
        return found if isinstance(found, tuple) else None
    outs = {"Linear": "out_features", "Bilinear": "out_features", "GroupNorm": "num_channels",
            "PReLU": "num_parameters", "Embedding": "num_embeddings"}  # fmt: skip
    out = "num_features" if "BatchNorm" in kind or "InstanceNorm" in kind else outs.get(
        kind.removesuffix("Bag"), "out_channels" if "Conv" in kind else "")
    if not out or name not in ("weight", "bias"):
        return None
    count = _number(module, out)
    if name == "bias" or (out.startswith("num_") and kind.removesuffix("Bag") != "Embedding"):
        return (count,)
    if "Conv" in kind:
        return _convolved(module, count)
    others = {"Linear": ("in_features",), "Bilinear": ("in1_features", "in2_features")}
    return (count, *(_number(module, each) for each in others.get(kind, ("embedding_dim",))))


def _convolved(module: Module, out: Any) -> tuple[Any, ...] | None:
    before, groups, size = _number(module, "in_channels"), _number(module, "groups"), kept(module, "kernel_size")
    if not all(type(each) is int and each > 0 for each in (out, before, groups)) or not isinstance(size, tuple):
        return None
    first, second = (before, out) if kept(module, "transposed") is True else (out, before)
    return (first, second // groups, *size)


def _recurrent(module: Module, name: str) -> tuple[Any, ...] | None:
    layer: Any = module.layer
    rows = _GATES[layer.kind()] * layer.hidden_size
    if name.startswith("bias"):
        return (rows,)
    if name.startswith("weight_hh"):
        return rows, layer.hidden_size
    return rows, (_number(module, "input_size") if "_l0" in name else layer.hidden_size * (1 + layer.bidirectional))


def _number(module: Module, name: str) -> Any:
    return None if name in module.changed else kept(module, name)

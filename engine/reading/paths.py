"""What names of torch and Python stand for: one name of what has several, numbers, and what is the same. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from engine.reading.values import SIZED, Path

_KINDS: Mapping[str, str] = {
    "float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32", "short": "int16",
    "cfloat": "complex64", "cdouble": "complex128", "chalf": "complex32"}
DTYPES = frozenset((*_KINDS.values(), "bfloat16", "uint8", "int8", "bool"))
_NUMBERS: Mapping[str, float] = {
    f"{scope}.{name}": getattr(math, name) for scope, names in (
        ("math", ("pi", "e", "inf", "nan", "tau")), ("torch", ("pi", "e", "inf", "nan")),
        ("numpy", ("pi", "e", "inf", "nan"))) for name in names}
# Capital names in the files of torch.nn.modules that are no modules of torch.nn.
_OTHERS = frozenset(("Any", "Callable", "F", "Optional", "Size", "Tensor", "Union"))
_FUNCTIONS = ("torch", "torch.nn.functional", "torch.nn.init")


def meant(name: str) -> Any:
    """A number, None, or the path by which torch's own documentation knows what is called so."""
    if name in _NUMBERS:
        return _NUMBERS[name]
    if name in ("torch.newaxis", "numpy.newaxis"):
        return None
    scope, _, last = name.rpartition(".")
    if scope == "torch" and last in _KINDS:
        return Path(f"torch.{_KINDS[last]}")
    if name.startswith(("torch.nn.modules.", "torch.nn.parameter.")) and last[:1].isupper() and last not in _OTHERS:
        return Path(f"torch.nn.{last}")
    return Path(name)


def same(one: Any, two: Any) -> bool | None:
    """Whether what two names stand for, or a name and a value, is the same; None where only a run would tell."""
    if one == two:
        return True
    sorts = _sort(one), _sort(two)
    if not all(sorts):
        return None
    is_function = sorts == ("function", "function") and one.name.rpartition(".")[2] == two.name.rpartition(".")[2]
    return None if is_function else False  # ``torch.conv2d`` is that of torch.nn.functional


def is_doubtful(values: Any) -> bool:
    """Whether there is a name in it of which only a run would tell what it is the same as."""
    waiting, met = [values], set[int]()
    while waiting:
        each = waiting.pop()
        if isinstance(each, Path) and not _sort(each):
            return True
        if isinstance(each, SIZED) and not isinstance(each, (str, range)) and id(each) not in met:
            met.add(id(each))
            waiting += [*each, *each.values()] if isinstance(each, dict) else each
    return False


def _sort(value: Any) -> str:
    """Of which sort it is for certain, "" where that is not known."""
    if not isinstance(value, Path):
        return "value"
    scope, _, last = value.name.rpartition(".")
    if not scope:
        return "package"
    if scope == "torch" and last in DTYPES:
        return "dtype"
    if scope in ("torch.nn", "builtins", "typing") or (scope == "torch" and last == "Tensor"):
        return scope
    if scope in _FUNCTIONS and last.islower():
        return "function"
    return ""

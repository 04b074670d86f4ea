"""Python on plain values: what code works out beside its tensors, kept small. No torch."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.messages import LayerloomError
from engine.reading.context import Context
from engine.reading.values import Chain

LONGEST = 10_000  # of lists and texts
LARGEST = 10**12
WIDE = re.compile(r"%[^a-zA-Z%]*(?:\d{3}|\*)")  # asks for a text of any length
BUILTINS: Mapping[str, Callable[..., Any]] = {
    "range": lambda *a: list(range(*a)), "len": len, "list": list, "tuple": tuple, "dict": dict, "int": int,
    "float": float, "str": str, "bool": bool, "max": max, "min": min, "sum": sum, "abs": abs, "round": round,
    "enumerate": lambda *a: list(enumerate(*a)), "zip": lambda *a: list(zip(*a, strict=False)), "sorted": sorted,
    "reversed": lambda a: list(reversed(a)), "print": lambda *a, **k: None, "OrderedDict": dict, "all": all,
    "any": any,
}  # fmt: skip
METHODS: Mapping[type, frozenset[str]] = {
    list: frozenset(("append", "extend", "insert", "pop", "copy", "index", "count", "reverse")),
    dict: frozenset(("items", "keys", "values", "get", "update", "copy")),
    str: frozenset(("lower", "upper", "startswith", "endswith", "split", "strip")),
    tuple: frozenset(("index", "count")),
}


class Plain:
    """Works out what needs no tensor."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def work(self, function: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """Plain Python on plain values, kept small. Raises ReadingError."""
        if (function is operator.pow and (abs(values[1]) > 64 or abs(values[0]) > 10**6)) or (
                function is operator.lshift and values[1] > 64):
            raise self.context.error("This number is too large to be worked out")
        if function is operator.mul and any(
                isinstance(v, (str, list, tuple)) and isinstance(n, int) and len(v) * n > LONGEST * 10
                for v, n in (values, values[::-1])):
            raise self.context.error("This list is too long")
        if (function is operator.mod and isinstance(values[0], str) and WIDE.search(values[0])) or (
                function is str and isinstance(values[0], (list, tuple, dict))):
            raise self.context.error("This text cannot be worked out here")
        if function is BUILTINS["range"] and any(isinstance(v, int) and abs(v) > LONGEST for v in values):
            raise self.context.error("This list is too long")
        try:
            result = function(*values, **named)
        except LayerloomError:
            raise
        except Exception as error:
            raise self.context.error("This cannot be worked out: {reason}", reason=str(error)[:80]) from error
        if isinstance(result, (str, list, tuple)) and len(result) > LONGEST * 10:
            raise self.context.error("This list is too long")
        if isinstance(result, int) and abs(result) > LARGEST:
            raise self.context.error("This number is too large to be worked out")
        return result

    def iterate(self, value: Any) -> Iterable[Any]:
        """What is gone through one after the other. Raises ReadingError."""
        if isinstance(value, Chain):
            return [part for _, part in value.parts]
        if isinstance(value, (list, tuple, dict, str)) or type(value).__name__ in ("dict_items", "dict_keys",
                                                                                  "dict_values"):
            return list(value)
        raise self.context.error("This cannot be gone through step by step: its contents are not known here")

    def check_length(self, value: Any) -> None:
        """Raise a ReadingError where lists in lists have grown without end."""
        if len(value) > LONGEST * 10:
            raise self.context.error("This list is too long")

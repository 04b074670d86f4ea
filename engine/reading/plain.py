"""Python on plain values: what code works out beside its tensors, kept small. No torch."""

from __future__ import annotations

import builtins
import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from engine.messages import LayerloomError
from engine.reading.context import Context
from engine.reading.layers import MissingValueError
from engine.reading.paths import is_doubtful
from engine.reading.sizes import Size, UnknownSizeError
from engine.reading.values import (
    SIZED,
    Chain,
    Instance,
    Once,
    Parameter,
    ReadingError,
    Tensor,
    Unknown,
    compares_itself,
    hanging,
)

LONGEST = 10_000  # of lists and texts
LARGEST = 10**12
MOST_SHOWN = 100  # things in a list that is written into a text
WIDE = re.compile(r"\d{3}|\*")  # asks for a text of any length
LONG = re.compile(r"\)[*+?{]|\\[1-9]|\(\?P=|[*+{].*[*+{].*[*+{]")  # patterns whose search may take for ever
OWN = re.compile(r"'(Module|Chain|Instance|Tensor|Marker|Unknown|Path|Once|Last|Parameter|Buffer|Function|Class|Size|"
                 r"OpenShape|Partial|AddTo|Detached|Measured|Address)'")  # classes of this program's in Python's words


def _sum(values: Iterable[Any], start: Any = 0) -> Any:
    for value in values:
        start = start + value
    return start


BUILTINS: Mapping[str, Callable[..., Any]] = {
    "range": range, "len": len, "list": list, "tuple": tuple, "dict": dict, "int": int, "set": set,
    "float": float, "str": str, "bool": bool, "max": max, "min": min, "sum": _sum, "abs": abs, "round": round,
    "sorted": sorted, "print": lambda *a, **k: None, "OrderedDict": dict, "divmod": divmod, "frozenset": frozenset,
    "chr": chr, "ord": ord, "hex": hex, "bin": bin,
}  # fmt: skip
# Builtins that the one who follows calls works out, for what they do with objects of the code.
OBJECTS = frozenset((
    "isinstance", "issubclass", "type", "hasattr", "getattr", "setattr", "delattr", "super", "callable", "property",
    "staticmethod", "classmethod", "next", "iter", "map", "filter", "repr", "id", "object", "vars", "open", "input",
    "exec", "eval", "format", "globals", "locals", "pow", "slice", "zip", "enumerate", "reversed", "all", "any",
))  # fmt: skip
ERRORS = frozenset(name for name, value in vars(builtins).items()
                   if isinstance(value, type) and issubclass(value, BaseException)) | {"NotImplemented", "Ellipsis"}
MATH: Mapping[str, Any] = {
    **{name: getattr(math, name) for name in (
        "sqrt", "log", "log2", "log10", "exp", "floor", "ceil", "sin", "cos", "tanh", "prod", "gcd", "fabs", "trunc",
        "isclose", "isqrt", "isnan", "isinf", "isfinite")},
    "pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "tau": math.tau,
}  # fmt: skip
METHODS: Mapping[type, frozenset[str]] = {
    list: frozenset(("append", "extend", "insert", "pop", "copy", "index", "count", "reverse", "remove", "clear",
                     "sort")),
    dict: frozenset(("items", "keys", "values", "get", "update", "copy", "pop", "setdefault", "move_to_end")),
    str: frozenset(("lower", "upper", "startswith", "endswith", "split", "strip", "join", "format", "replace",
                    "title", "capitalize", "lstrip", "rstrip", "isdigit", "find", "count", "zfill", "partition",
                    "rpartition", "rsplit", "rfind", "index", "removeprefix", "removesuffix", "isalpha", "isalnum",
                    "isupper", "islower")),
    tuple: frozenset(("index", "count")), set: frozenset(("add", "discard", "update", "union")),
    float: frozenset(("is_integer",)), range: frozenset(("index", "count")),
}  # fmt: skip
DEEP = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge, operator.contains,
        BUILTINS["max"], BUILTINS["min"], BUILTINS["sorted"], set, frozenset, dict, operator.or_, operator.and_,
        operator.xor, operator.sub)  # look into what is in lists, or hash it
KEYED = ("index", "count", "remove", "get", "pop", "setdefault", "add", "discard", "__setitem__", "__delitem__",
         "move_to_end")  # methods that compare or hash what they are given first


class Plain:
    """Works out what needs no tensor."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.asked: Callable[[Any, str, list[Any]], Any] = lambda owner, name, given: None  # a method, followed

    def work(self, function: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """Plain Python on plain values, kept small. Raises ReadingError."""
        self._afford(function, values, named)
        try:
            result = function(*values, **named)
        except LayerloomError as error:
            raise error if isinstance(error, ReadingError) else self.context.error(
                "{reason}", reason=error.message) from error
        except UnknownSizeError as error:
            raise self.context.error("{reason}", reason=str(error)) from error
        except Exception as error:
            if any(isinstance(value, Size) for value in values):
                raise self.context.error("The size of a tensor is asked for here: write it as a number") from error
            if any(type(value).__module__.startswith("engine.") for value in values):  # Python's words name our classes
                raise self.context.error(
                    "This calculation cannot be read: not everything in it is a plain value") from error
            raise self.context.error("This cannot be worked out: {reason}", reason=words_of(error)) from error
        if isinstance(result, SIZED) and not isinstance(result, range):
            self.context.spend(len(result) // 16)
            self.check_length(result)
        if isinstance(result, int) and abs(result) > LARGEST:
            raise self.context.error("This number is too large to be worked out")
        return result

    def _afford(self, function: Callable[..., Any], values: tuple[Any, ...], named: Mapping[str, Any]) -> None:
        """Take what the work will cost from the budget. Raises ReadingError where it is too much."""
        one, two = (*values, None, None)[:2]
        if function is operator.pow or getattr(function, "__name__", "") == "pow":
            self._afford_power(one, two)
        if function in (operator.lshift, math.gcd) and isinstance(two, int) and abs(two) > 64 and one:
            raise self.context.error("This number is too large to be worked out")
        if function in (operator.mul, operator.imul):
            for each, times in ((one, two), (two, one)):
                if isinstance(each, (str, list, tuple)) and isinstance(times, int) and len(each) * times > LONGEST * 10:
                    raise self.context.error("This list is too long")
        if function is operator.mod and isinstance(one, str) and (
                WIDE.search(re.sub(r"%%", "", one)) or not self.is_shown(two)):
            raise self.context.error("This text cannot be worked out here")
        if function is BUILTINS["range"] and all(isinstance(v, int) for v in values):
            if any(abs(v) > LARGEST for v in values) or (len(values) < 4 and _length(values) > LONGEST * 10):
                raise self.context.error("This list is too long")
            return
        self.context.spend(self._effort(function, values, named))
        called = getattr(function, "__name__", "")
        if function in DEEP or called in ("update", "union"):
            self.check_compared([*values])
        elif called in ("index", "count", "remove", "sort"):  # of a list, which is paid for there
            self.check_compared([*values[:1], getattr(function, "__self__", None)])
        elif called in KEYED:
            self.check_compared([*values[:1]])

    def _effort(self, function: Callable[..., Any], values: tuple[Any, ...], named: Mapping[str, Any]) -> int:
        """How many steps the work is worth."""
        one, two = (*values, None, None)[:2]
        if function in DEEP or getattr(function, "__name__", "") in ("update", "union"):
            return 1 + sum(self.cost(value) for value in (*values, *named.values()))
        if function is operator.getitem or getattr(function, "__name__", "") in KEYED:
            return 1 + self.cost(two if function is operator.getitem else one)
        effort = 1 + sum(len(value) // 16 for value in (*values, *named.values()) if isinstance(value, SIZED))
        if function in (operator.mul, operator.imul):
            effort += sum(len(each) * times // 16 for each, times in ((one, two), (two, one))
                          if isinstance(each, (str, list, tuple)) and isinstance(times, int) and times > 0)
        if function is BUILTINS["sum"] and isinstance(one, (list, tuple)) and isinstance(two, (list, tuple)):
            effort += len(one) * sum(len(each) for each in one if isinstance(each, SIZED)) // 16
        return effort

    def _afford_power(self, base: Any, exponent: Any) -> None:
        if isinstance(base, Size):
            return
        if isinstance(exponent, (int, float)) and isinstance(base, (int, float)) and (
                abs(exponent) > 64 or abs(base) > 10**6) and abs(base) not in (0, 1):
            raise self.context.error("This number is too large to be worked out")

    def cost(self, value: Any) -> int:
        """How many things hang at a value, counted as often as they would be gone through; no more than are left."""
        return hanging(value, self.context.steps_left)

    def is_shown(self, value: Any) -> bool:
        """Whether a text shows it as Python does: numbers and texts, and short lists of them."""
        if isinstance(value, (list, tuple)) and hanging(value, MOST_SHOWN) <= MOST_SHOWN:
            return all(map(self.is_shown, value))
        if isinstance(value, dict) and hanging(value, MOST_SHOWN) <= MOST_SHOWN:
            return all(self.is_shown(each) for pair in value.items() for each in pair)
        return isinstance(value, (str, int, float, bool, type(None)))

    def key(self, value: Any) -> Any:
        """A value that is hashed: paid for before that is done. Raises ReadingError."""
        self.context.spend(self.cost(value))
        self.check_compared([value])
        return value

    def check_compared(self, values: list[Any]) -> None:
        """Raise a ReadingError where code of the text would say what is the same."""
        if compares_itself(values):
            raise self.context.error("Whether these objects are the same is said by their class: that cannot be read")

    def method(self, owner: Any, name: str, given: list[Any], named: Mapping[str, Any]) -> Any:
        """A method of a plain value. Raises ReadingError."""
        if isinstance(owner, str) and name == "format" and (WIDE.search(owner) or not all(
                map(self.is_shown, (*given, *named.values())))):
            raise self.context.error("This text cannot be worked out here")
        if isinstance(owner, str) and name == "zfill" and given and isinstance(given[0], int) and given[0] > LONGEST:
            raise self.context.error("This text cannot be worked out here")
        if name == "move_to_end" and given:
            self.work(owner.__setitem__, given[0], self.work(owner.pop, given[0]))
            return None
        if isinstance(owner, list) and name != "append":
            self.context.spend(len(owner) // 256)
        if isinstance(owner, SIZED) and name in ("index", "count", "remove", "sort"):
            self.context.spend(self.cost(owner))
        if name == "replace" and len(given) == 2 and all(isinstance(each, str) for each in given):
            self.context.spend(len(owner) * (1 + len(given[1])) // 64)
        if name in KEYED and given and isinstance(owner, SIZED) and is_doubtful(given[0]) and given[0] not in owner:
            raise self.context.error("Whether this is the same as something else here is not known")
        if isinstance(owner, (list, dict, set)) and any(value is owner for value in given):
            given = [type(owner)(owner) if value is owner else value for value in given]
        result = self.work(getattr(owner, name), *given, **named)
        self.check_length(owner) if isinstance(owner, SIZED) else None
        return result

    def iterate(self, value: Any) -> Iterable[Any]:
        """What is gone through one after the other, as it is by then. Raises ReadingError."""
        value = self.context.need(value)
        if isinstance(value, Unknown):
            raise MissingValueError(value.name, self.context.line)
        if isinstance(value, Instance) and value.kind.find("__iter__") is not None:
            value = self.asked(value, "__iter__", [])
        elif isinstance(value, Instance) and value.kind.find("__getitem__") is None:
            value = value.inner
        if isinstance(value, Chain):
            return self._parts(value)
        if isinstance(value, Once):
            return value
        if isinstance(value, (set, frozenset)) and len(value) > 1 and not all(isinstance(each, int) for each in value):
            raise self.context.error("The order of a set is another in every run: take a list")
        if isinstance(value, SIZED):
            self.context.spend(len(value) // 64)
            return value if isinstance(value, (str, list, tuple, range)) else self._steps(value)
        raise self.context.error("This cannot be gone through step by step: its contents are not known here")

    def _parts(self, chain: Chain) -> Iterator[Any]:
        count, place = len(chain.parts), 0
        while place < count:
            yield (chain.parts[place][0] or str(place)) if chain.is_dict else chain.parts[place][1]
            place += 1
            if len(chain.parts) != count:
                raise self.context.error("This list of layers changes while it is gone through")

    def _steps(self, value: Iterable[Any]) -> Iterator[Any]:
        steps, count = iter(value), len(value)  # type: ignore[arg-type]
        while True:
            if len(value) != count:  # type: ignore[arg-type]
                raise self.context.error("This cannot be worked out: what is gone through changes")
            try:
                found = next(steps)
            except StopIteration:
                return
            yield found

    def matches(self, how: str, pattern: Any, text: Any) -> bool | None:
        """Whether ``re.search`` and the like find something: True, or None as they say. Raises ReadingError."""
        pattern, text = self.context.need(pattern), self.context.need(text)
        if not (isinstance(pattern, str) and isinstance(text, str)) or len(text) > MOST_SHOWN or LONG.search(pattern):
            raise self.context.error("This search in a text cannot be worked out here")
        return True if self.work(getattr(re, how), pattern, text) is not None else None

    def once(self, values: Iterable[Any]) -> Once:
        """What is gone through only once, each step paid for."""
        return Once(values, self.context.spend)

    def whole(self, value: Any) -> Any:
        """What is gone through only once, at once; other values as they are."""
        return list(value) if isinstance(value, Once) else value

    def check_length(self, value: Any) -> None:
        """Raise a ReadingError where lists in lists have grown without end."""
        if len(value) > LONGEST * 10:
            raise self.context.error("This list is too long")


def _length(values: tuple[int, ...]) -> int:
    try:
        return len(range(*values))
    except (ValueError, TypeError):
        return 0


def words_of(error: Exception) -> str:
    """What Python says, without a list in it that may be of any length."""
    if any(not isinstance(each, (str, int, float, type(None))) for each in error.args):
        return "there is no such key" if isinstance(error, KeyError) else "not everything in it is a plain value"
    said = str(error)[:80]
    return "not everything in it is a plain value" if OWN.search(said) else said


def is_open(value: Any) -> bool:
    """Whether it stands for something that only a run would know."""
    return isinstance(value, (Tensor, Parameter))

"""Tensors as one types them, in the notes' own writing: a small, bounded part of Python that is read, never run."""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TypeGuard, cast

import torch
from torch import Tensor

from engine.inspect.samples.sample import SampleError
from engine.messages import LayerloomError, say
from engine.units import grouped

MOST_TEXT = 2**19  # letters
MOST_NUMBERS = 2**22  # in one tensor
MOST_WORK = 2**26  # numbers that are made, and multiplied, in all
MOST = 1e15  # from here on whole numbers are not all decimals
DEEPEST = 32  # dimensions, and lists in lists
_PLAIN = re.compile(r"[\s\d.,;eE+-]+")
_MODULES = ("torch", "np", "numpy", "nd")
_DTYPES = {"float": torch.float32, "float32": torch.float32, "float64": torch.float64, "double": torch.float64,
           "float16": torch.float32, "half": torch.float32, "bfloat16": torch.float32, "int": torch.int64,
           "int32": torch.int64, "int64": torch.int64, "long": torch.int64, "uint8": torch.int64,
           "bool": torch.int64}  # fmt: skip
_IGNORED = {"requires_grad", "device"}


class TextError(SampleError):
    """What was typed is no tensor; the message says why."""


class _Dtype:
    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype


def is_tensor_text(text: str) -> bool:
    """Whether it calls torch or numpy, as no row of a table does."""
    return re.search(r"\b(?:torch|np|numpy)\s*\.|\btensor\s*\(", text) is not None


def tensor_of(text: str) -> Tensor:
    """The float32 tensor that a text writes: numbers, lists, ``torch.arange(9.).reshape(3, 3)``; of several lines that
    of the last. Raises TextError, in words, also where it would be too large or take too long.
    """
    text = text.strip()
    if not text:
        raise TextError("There is nothing to read: type numbers, such as [1, 2, 3, 4], or torch.arange(9.)")
    if len(text) > MOST_TEXT:
        raise TextError("This is too long to be read: {count} letters", count=grouped(len(text)))
    if _PLAIN.fullmatch(text) and (rows := _rows(text)):
        if len({len(row) for row in rows}) != 1:
            raise TextError("The rows have different lengths")
        return _finite(torch.tensor(rows[0] if len(rows) == 1 else rows, dtype=torch.float64))
    return _finite(_Reading().run(_tree(text)))


def _finite(tensor: Tensor) -> Tensor:
    made = tensor.detach().to(torch.float32)
    if 0 in made.shape:
        raise TextError("There are no numbers in it")
    if not made.isfinite().all():
        raise TextError("It holds values that are no numbers (NaN or infinite), or too large ones")
    return made


def _rows(text: str) -> list[list[float]]:
    """Numbers parted by spaces or commas; several lines are rows. None: it is arithmetic."""
    lines = [re.split(r"[\s,]+", line.strip(" \t,")) for line in re.split(r"[\n;]", text) if line.strip(" \t\r,;")]
    try:
        return [[float(word) for word in line] for line in lines]
    except ValueError:
        return []


def _tree(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd writing
            return ast.parse(text)
    except SyntaxError as error:
        line = text.splitlines()[min(error.lineno or 1, text.count("\n") + 1) - 1] if text else ""
        raise TextError("“{text}” cannot be read: {reason}", text=_short(line), reason=error.msg) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise TextError("“{text}” cannot be read", text=_short(text)) from error


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


class _Reading:
    """Computes statement by statement, and counts what it makes."""

    def __init__(self) -> None:
        self._names = dict[str, Any]()
        self._work = 0
        self._generator = torch.Generator().manual_seed(0)

    def run(self, tree: ast.Module) -> Tensor:
        value: Any = None
        try:
            for statement in tree.body:
                value = self._statement(statement, value)
            return self._tensor(value)
        except LayerloomError:
            raise
        except RecursionError as error:
            raise TextError("It is nested too deeply") from error
        except OverflowError as error:
            raise TextError("A number is too large") from error
        except (RuntimeError, ValueError, TypeError, IndexError, ZeroDivisionError) as error:
            first = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise TextError("This cannot be computed: {reason}", reason=first) from error

    def _statement(self, statement: ast.stmt, before: Any) -> Any:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            return before
        if isinstance(statement, ast.Expr):
            value = self._value(statement.value)
            return before if value is None else value
        if isinstance(statement, ast.Assign) and all(isinstance(each, ast.Name) for each in statement.targets):
            value = self._value(statement.value)
            self._names.update({cast(ast.Name, each).id: value for each in statement.targets})
            return value
        raise _refused(statement)

    # -- values -------------------------------------------------------------------------------------------------

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant):
            return _constant(node)
        if isinstance(node, (ast.List, ast.Tuple)):
            return [self._value(each) for each in node.elts]
        if isinstance(node, ast.Name):
            return self._named(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            value = self._operand(node.operand)
            self._expect(0, value.numel() if isinstance(value, Tensor) else 1)
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.BinOp):
            return self._operated(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Subscript):
            return self._tensor(self._value(node.value))[self._index(node.slice)]
        if isinstance(node, ast.Call):
            return self._called(node)
        raise _refused(node)

    def _named(self, node: ast.Name) -> Any:
        if node.id in self._names:
            return self._names[node.id]
        if node.id in ("float", "int", "bool"):
            return _Dtype(_DTYPES[node.id])
        raise TextError("“{name}” is not known here: write {name} = … before it", name=node.id)

    def _attribute(self, node: ast.Attribute) -> Any:
        if self._is_torchs(node):
            if node.attr in _DTYPES:
                return _Dtype(_DTYPES[node.attr])
            if node.attr in ("pi", "e"):
                return getattr(math, node.attr)
            raise _refused(node)
        value = self._tensor(self._value(node.value))
        if node.attr in ("T", "mT") and value.dim() > 1:
            return value.transpose(-1, -2) if node.attr == "mT" else value.permute(*range(value.dim())[::-1])
        if node.attr == "T":
            return value
        if node.attr == "shape":
            return list(value.shape)
        raise _refused(node)

    def _index(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Tuple):
            return tuple(self._index(each) for each in node.elts)
        if isinstance(node, ast.Slice):
            return slice(*(None if each is None else _whole(self._value(each))
                           for each in (node.lower, node.upper, node.step)))
        if isinstance(node, ast.Constant) and node.value in (None, ...):
            return node.value
        return _whole(self._value(node))

    def _tensor(self, value: Any) -> Tensor:
        if isinstance(value, Tensor):
            return value
        if isinstance(value, (int, float)):
            return torch.tensor(value, dtype=torch.float64 if isinstance(value, float) else None)
        if isinstance(value, list):
            return self._of_list(value)
        raise TextError("This gives no tensor")

    def _of_list(self, value: list[Any]) -> Tensor:
        if any(isinstance(each, Tensor) for each in value):
            return torch.stack([self._tensor(each) for each in value])
        _expect_even(value)
        made = torch.tensor(value, dtype=torch.float64 if _has_decimal(value) else torch.int64)
        return self._made(made.float() if made.is_floating_point() else made)

    def _made(self, tensor: Tensor) -> Tensor:
        self._expect(tensor.numel())
        return tensor

    def _expect(self, count: float, work: float | None = None) -> None:
        """Before so many numbers are made."""
        if count > MOST_NUMBERS:
            raise TextError("This would have {count} numbers: {most} are the most",
                            count=grouped(count) if count < MOST else f"{count:.3g}", most=grouped(MOST_NUMBERS))
        self._work += int(count if work is None else work)
        if self._work > MOST_WORK:
            raise TextError("This would take too long to compute")

    # -- arithmetic ---------------------------------------------------------------------------------------------

    def _operand(self, node: ast.expr) -> Any:
        value = self._value(node)
        return value if isinstance(value, (int, float)) else self._tensor(value)

    def _operated(self, node: ast.BinOp) -> Any:
        left, right = self._operand(node.left), self._operand(node.right)
        if isinstance(node.op, ast.MatMult):
            return self._multiplied(self._tensor(left), self._tensor(right))
        does = _OPERATORS.get(type(node.op))
        if does is None:
            raise _refused(node)
        if isinstance(left, Tensor) or isinstance(right, Tensor):
            shapes = [each.shape if isinstance(each, Tensor) else torch.Size() for each in (left, right)]
            self._expect(math.prod(_together(*shapes)))
            return does(left, right)
        return _number(left, right, does)

    def _multiplied(self, left: Tensor, right: Tensor) -> Tensor:
        if not left.dim() or not right.dim():
            raise TextError("@ multiplies matrices, not single numbers")
        kept = math.prod(_together(left.shape[:-2], right.shape[:-2]))
        count = kept * (left.shape[-2] if left.dim() > 1 else 1) * (right.shape[-1] if right.dim() > 1 else 1)
        self._expect(count, count * left.shape[-1])
        return left.float() @ right.float()

    # -- calls --------------------------------------------------------------------------------------------------

    def _called(self, node: ast.Call) -> Any:
        if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
            raise _refused(node)
        function = node.func
        name = function.id if isinstance(function, ast.Name) else function.attr if self._is_torchs(function) else ""
        if name and name not in _FUNCTIONS:
            raise TextError("“{name}” is not read here; these are: {names}", name=name,
                            names=", ".join(sorted(_FUNCTIONS)))
        arguments = [self._value(each) for each in node.args]
        options = {str(each.arg): self._value(each.value) for each in node.keywords if each.arg not in _IGNORED}
        if name:
            return self._function(name, arguments, options)
        if not isinstance(function, ast.Attribute):
            raise _refused(node)
        return self._method(self._tensor(self._value(function.value)), function.attr, arguments, options)

    def _is_torchs(self, node: ast.expr) -> TypeGuard[ast.Attribute]:
        """Whether it is ``torch.something``."""
        return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) \
            and node.value.id in _MODULES and node.value.id not in self._names

    def _function(self, name: str, arguments: list[Any], options: dict[str, Any]) -> Any:
        dtype = options.pop("dtype", None)
        make: Callable[..., Any] = getattr(self, f"_{_FUNCTIONS[name]}")
        value = make(*arguments, **options)
        return value.to(dtype.dtype) if isinstance(dtype, _Dtype) and isinstance(value, Tensor) else value

    def _sizes(self, given: Sequence[Any], size: Any = None) -> list[int]:
        """A shape, given as numbers or as one list; room for it there is."""
        shape = size if size is not None else given[0] if len(given) == 1 and isinstance(given[0], list) else given
        sizes = [_whole(each) for each in (shape if isinstance(shape, (list, tuple)) else [shape])]
        if min(sizes, default=0) < 0 or len(sizes) > DEEPEST:
            raise TextError("There is no tensor of shape {shape}", shape=str(sizes))
        self._expect(float(math.prod(sizes)))
        return sizes

    def _arange(self, *bounds: Any, start: Any = 0, end: Any = None, step: Any = 1) -> Tensor:
        numbers = [_plain(each) for each in bounds]
        if len(numbers) == 1:
            end, = numbers
        elif numbers:
            start, end, step = (*numbers, step)[:3]
        start, end, step = _plain(start), _plain(end), _plain(step)
        if not step:
            raise TextError("The step of arange is 0")
        self._expect(max(0.0, math.ceil((end - start) / step)))
        return torch.arange(start, end, step)

    def _linspace(self, start: Any, end: Any, steps: Any = 50) -> Tensor:
        return torch.linspace(_plain(start), _plain(end), *self._sizes([steps]))

    def _ones(self, *given: Any, size: Any = None) -> Tensor:
        return torch.ones(self._sizes(given, size))

    def _zeros(self, *given: Any, size: Any = None) -> Tensor:
        return torch.zeros(self._sizes(given, size))

    def _full(self, size: Any, fill_value: Any) -> Tensor:
        return torch.full(self._sizes([size]), _plain(fill_value))

    def _eye(self, n: Any, m: Any = None) -> Tensor:
        return torch.eye(*self._sizes([n, n if m is None else m]))

    def _rand(self, *given: Any, size: Any = None) -> Tensor:
        return torch.rand(self._sizes(given, size), generator=self._generator)

    def _randn(self, *given: Any, size: Any = None) -> Tensor:
        return torch.randn(self._sizes(given, size), generator=self._generator)

    def _normal(self, mean: Any, std: Any, size: Any) -> Tensor:
        return _plain(mean) + _plain(std) * torch.randn(self._sizes([], size), generator=self._generator)

    def _manual_seed(self, seed: Any) -> None:
        self._generator.manual_seed(_whole(seed))

    def _ones_like(self, x: Any) -> Tensor:
        return self._made(torch.ones_like(self._tensor(x)))

    def _zeros_like(self, x: Any) -> Tensor:
        return self._made(torch.zeros_like(self._tensor(x)))

    def _stack(self, tensors: Any, dim: Any = 0) -> Tensor:
        return self._made(torch.stack(self._several(tensors), _whole(dim)))

    def _cat(self, tensors: Any, dim: Any = 0) -> Tensor:
        return self._made(torch.cat(self._several(tensors), _whole(dim)))

    def _several(self, tensors: Any) -> list[Tensor]:
        found = [self._tensor(each) for each in tensors] if isinstance(tensors, list) else list(self._tensor(tensors))
        self._expect(float(sum(each.numel() for each in found)))
        return found

    def _method(self, x: Tensor, name: str, arguments: list[Any], options: dict[str, Any]) -> Tensor:
        if name in _ALIKE:
            return x
        self._expect(0, x.numel())
        if name in _KINDS:
            return x.to(_KINDS[name])
        if name in ("type", "to") and len(arguments) == 1 and isinstance(arguments[0], _Dtype):
            return x.to(arguments[0].dtype)
        if name not in _METHODS:
            raise TextError(".{name}() is not read here; these are: {names}", name=name,
                            names=", ".join(sorted((*_METHODS, *_KINDS))))
        if name == "repeat":
            sizes = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else arguments
            self._expect(float(x.numel() * math.prod(map(_whole, sizes))))
        if name in ("view", "reshape") and options:
            arguments, options = [options.pop("shape", options.pop("size", None))], options
        made: Tensor = getattr(x, "reshape" if name == "view" else name)(*arguments, **options)
        return self._made(made)


def _together(*shapes: Sequence[int]) -> torch.Size:
    """The shape of what is computed of both."""
    return torch.broadcast_shapes(*shapes)  # type: ignore[no-untyped-call, no-any-return]


def _whole(value: Any) -> int:
    if isinstance(value, (int, float)) and value == int(value):
        return int(value)
    if isinstance(value, Tensor) and value.numel() == 1:
        return int(value)
    raise TextError("A whole number is needed here, not {value}", value=_short(str(value)))


def _plain(value: Any) -> float:
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, Tensor) and value.numel() == 1:
        return float(value)
    raise TextError("A number is needed here, not {value}", value=_short(str(value)))


def _constant(node: ast.Constant) -> Any:
    if isinstance(node.value, (bool, int, float)):
        return _bounded(node.value)
    if node.value is not None:
        raise _refused(node)
    return None


def _bounded(value: Any) -> float:
    if not isinstance(value, (int, float)) or not abs(value) <= (MOST if isinstance(value, int) else math.inf):
        raise TextError("A number is too large")
    return value


def _number(left: float, right: float, does: Callable[[Any, Any], Any]) -> float:
    """Of two plain numbers. Whole ones grow without end, so large powers are computed with decimals, which do not."""
    if does is _OPERATORS[ast.Pow]:
        power = float(left) ** float(right)
        return int(power) if isinstance(left, int) and isinstance(right, int) and power == power // 1 \
            and abs(power) < MOST else _bounded(power)
    return _bounded(does(left, right))


def _expect_even(value: Any, depth: int = 0) -> None:
    """Lists of numbers, all of one length at each level."""
    if depth > DEEPEST:
        raise TextError("It is nested too deeply")
    kinds = {len(each) if isinstance(each, list) else -1 for each in value}
    if len(kinds) > 1:
        raise TextError("The rows have different lengths")
    for each in value:
        if isinstance(each, list):
            _expect_even(each, depth + 1)
        elif not isinstance(each, (int, float)):
            raise TextError("A list may hold numbers only")


def _has_decimal(value: Any) -> bool:
    return any(_has_decimal(each) if isinstance(each, list) else isinstance(each, float) for each in value)


def _refused(node: ast.AST) -> TextError:
    text = ast.unparse(node)
    return TextError("“{text}” is not read here: {hint}", text=_short(text),
                     hint=say("write numbers, lists, or calls such as torch.arange(9.).reshape(3, 3)"))


_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b, ast.FloorDiv: lambda a, b: a // b, ast.Mod: lambda a, b: a % b,
    ast.Pow: lambda a, b: a**b,
}  # fmt: skip
_FUNCTIONS = {name: name for name in (
    "arange", "linspace", "ones", "zeros", "full", "eye", "rand", "randn", "normal", "manual_seed", "ones_like",
    "zeros_like", "stack", "cat", "tensor")} | {"Tensor": "tensor", "array": "tensor", "concat": "cat"}
_METHODS = {"reshape", "view", "unsqueeze", "squeeze", "flatten", "t", "transpose", "permute", "repeat", "abs", "sum",
            "mean", "flip"}
_KINDS = {"float": torch.float32, "double": torch.float64, "int": torch.int64, "long": torch.int64}
_ALIKE = {"clone", "detach", "requires_grad_", "contiguous", "cpu"}

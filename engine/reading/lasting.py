"""What outlasts a call: lists of a text, of a class, of a default. Whether a text only reads them. No torch."""

from __future__ import annotations

import ast
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from engine.reading.values import hanging

MOST = 1000  # things in a list
# What keeps nothing of a list that it is given, and changes nothing of it.
TAKING = frozenset(("len", "sum", "sorted", "list", "tuple", "set", "frozenset", "dict", "enumerate",
                    "zip", "any", "all", "reversed", "print"))  # fmt: skip
CHANGING = ("__code__", "__defaults__", "__kwdefaults__", "__closure__", "__globals__", "__wrapped__")  # of functions
ASKING = frozenset(("items", "keys", "values", "get", "index", "count", "copy"))  # methods that change nothing
# Torch's layers that may be one for all: they keep nothing.
STATELESS = frozenset(("ReLU", "ReLU6", "LeakyReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish", "Tanh", "Sigmoid",
                       "Hardtanh", "Hardsigmoid", "Hardswish", "Softplus", "Softsign", "Softmax", "LogSoftmax",
                       "Identity", "Flatten"))  # fmt: skip


def is_constant(value: Any) -> bool:
    """Whether a value is what it is for ever, and not long."""
    if isinstance(value, tuple):
        return hanging(value, MOST) <= MOST and all(map(is_constant, value))
    return value is None or type(value) in (int, float, str, bool, bytes)


def is_flat(value: Any) -> bool:
    """Whether it is a list of such values."""
    if not isinstance(value, (list, dict, set, frozenset)) or hanging(value, MOST) > MOST:
        return False
    return all(map(is_constant, (*value, *value.values()) if isinstance(value, dict) else value))


def text_of(value: Any) -> str:
    """A plain value as Python reads it, also where it is no number."""
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, tuple):
        return f"({', '.join(map(text_of, value))}{',' * (len(value) == 1)})"
    if isinstance(value, list):
        return f"[{', '.join(map(text_of, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{text_of(key)}: {text_of(each)}' for key, each in value.items())}}}"
    return repr(value)


class Uses:
    """Where names and attributes stand in a text."""

    def __init__(self, body: Sequence[ast.AST]) -> None:
        self._around: dict[int, ast.AST] = {}
        self._found = defaultdict[str, list[ast.expr]](list)
        self._bound = set[str]()  # by which builtins may be hidden
        for statement in body:
            for node in ast.walk(statement):
                self._around |= {id(child): node for child in ast.iter_child_nodes(node)}
                if isinstance(node, ast.Name):
                    self._found[node.id].append(node)
                    self._bound |= {node.id} if isinstance(node.ctx, ast.Store) else set()
                elif isinstance(node, ast.Attribute):
                    self._found[f".{node.attr}"].append(node)
                elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    self._bound.add(node.name)
                elif isinstance(node, (ast.arg, ast.alias)):
                    self._bound.add((node.asname or node.name) if isinstance(node, ast.alias) else node.arg)

    def only_reads(self, name: str, stores: int = 1) -> bool:
        """Whether a list is what it was made as: a name is bound so often, and read without becoming another's.

        ``.name`` is an attribute.
        """
        found = self._found[name]
        stored = sum(not isinstance(node.ctx, ast.Load) for node in found)  # type: ignore[attr-defined]
        return stored <= stores and all(self._is_read(node) for node in found
                                        if isinstance(node.ctx, ast.Load))  # type: ignore[attr-defined]

    def by_hand(self) -> str:
        """What the text does that may change any definition behind its back; "" where it does nothing such."""
        hidden = next((name for name in CHANGING if self._found.get(f".{name}")), "")
        texts = [ast.unparse(node) for node in (*self._found[".modules"], *self._found[".__dict__"])]
        return hidden or next((text for text in texts if text == "sys.modules" or (
            text.endswith(".__dict__") and text != "self.__dict__")), "")

    def is_set_upon(self, name: str) -> bool:
        """Whether attributes of what has this name are set in the text, by name or with setattr."""
        for node in self._found[name]:
            around = self._around.get(id(node))
            if isinstance(around, ast.Attribute) and (isinstance(around.ctx, (ast.Store, ast.Del)) or (
                    around.attr == "register")):
                return True
            if isinstance(around, ast.Call) and ast.unparse(around.func) in ("setattr", "delattr") and (
                    around.args[:1] == [node]):
                return True
        return False

    def _is_read(self, node: ast.expr) -> bool:
        around = self._around.get(id(node))
        if isinstance(around, ast.Subscript):
            return around.value is node and isinstance(around.ctx, ast.Load)
        if isinstance(around, (ast.For, ast.comprehension)):
            return around.iter is node
        if isinstance(around, ast.Call):
            return isinstance(around.func, ast.Name) and around.func.id not in self._bound and (
                around.func.id in TAKING or (around.func.id in ("max", "min") and len(around.args) == 1))
        if isinstance(around, ast.Attribute):
            return around.attr in ASKING
        if isinstance(around, ast.keyword):
            return around.arg is None
        if isinstance(around, (ast.If, ast.IfExp, ast.While, ast.Assert)):
            return around.test is node
        if isinstance(around, ast.Compare):
            return isinstance(around.ops[0], (ast.In, ast.NotIn)) and around.left is not node
        if isinstance(around, ast.BinOp):
            return isinstance(around.right if around.left is node else around.left, (ast.Constant, ast.List, ast.Tuple))
        return isinstance(around, (ast.Starred, ast.FormattedValue, ast.UnaryOp))


def changing_defaults(made: ast.AST) -> list[str]:
    """Arguments whose default is one list or object for all calls, which may be changed in one."""
    found = []
    for node in ast.walk(made):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            uses = Uses(node.body if isinstance(node.body, list) else [node.body])
            found += [argument.arg for argument, value in with_defaults(node.args)
                      if not _lasts(value) and not (_is_display(value) and uses.only_reads(argument.arg, 0))]
    return found


def class_values(made: ast.ClassDef) -> list[tuple[str, ast.AST]]:
    """What a class keeps itself that may be changed: its name, and how it is made; also what else its body does."""
    found = list[tuple[str, ast.AST]]()
    for node in made.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            value = node.value
            if not all(isinstance(target, ast.Name) for target in targets) or (value is not None and not _lasts(value)):
                found += [(ast.unparse(target), value or node) for target in targets]
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass)) and not (
                isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            found.append((ast.unparse(node).partition("\n")[0], node))
    return found


def _lasts(value: ast.expr) -> bool:
    """Whether an expression gives something that no one can change, if the names in it mean such."""
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).rpartition(".")[2] in STATELESS or (
            isinstance(value.func, ast.Name) and value.func.id in ("float", "int", "str", "bool", "tuple", "frozenset"))
    return not _is_display(value) and not isinstance(value, (ast.GeneratorExp, ast.Await, ast.Yield)) and all(
        _lasts(part) for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr))


def _is_display(value: ast.expr) -> bool:
    return isinstance(value, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp))


def with_defaults(arguments: ast.arguments) -> Iterable[tuple[ast.arg, ast.expr]]:
    """Each argument that has a default, with it."""
    given = [*zip(reversed([*arguments.posonlyargs, *arguments.args]), reversed(arguments.defaults), strict=False)]
    return [*given, *((argument, value) for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults,
                                                                   strict=True) if value is not None)]

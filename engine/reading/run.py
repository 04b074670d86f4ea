"""PyTorch code followed step by step with stand-ins for tensors: nothing of it is executed. No torch."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from engine.reading.calls import call_function
from engine.reading.expressions import BUILTINS, METHODS, Names, Working
from engine.reading.values import (
    OPAQUE,
    Chain,
    Class,
    Function,
    Instance,
    Marker,
    Module,
    Path,
    ReadingError,
    Returned,
    Sheet,
    SizesOf,
    Tensor,
    Unknown,
)


class _Leave(ReadingError):  # noqa: N818
    """``break`` (True) or ``continue``; an error where there is no loop to leave."""

    def __init__(self, wholly: bool, line: int) -> None:
        super().__init__("There is no loop around this", line=line)
        self.wholly = wholly


class Reader(Working):
    """Follows statements and expressions; ``sheet`` is the graph that calls of modules are drawn on."""

    def __init__(self, source: str = "") -> None:
        self.source = source
        self.globals: Names = {"torch": Path("torch"), "nn": Path("torch.nn"), "F": Path("torch.nn.functional"),
                               "__name__": "code", "math": Path("math")}
        self.sheet: Sheet | None = None
        self.steps = self.depth = 0
        self.line = 1

    # -- statements ---------------------------------------------------------------------------------------------------

    def run(self, body: Sequence[ast.stmt], names: Names) -> None:
        """Follow statements. Raises ReadingError."""
        for statement in body:
            self._count(statement)
            method = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
            if method is None:
                raise self.error("“{what}” cannot be read here", what=type(statement).__name__.lower())
            method(statement, names)

    def _do_import(self, node: ast.Import, names: Names) -> None:
        for alias in node.names:
            names[alias.asname or alias.name.partition(".")[0]] = Path(alias.name if alias.asname else
                                                                       alias.name.partition(".")[0])

    def _do_importfrom(self, node: ast.ImportFrom, names: Names) -> None:
        for alias in node.names:
            if alias.name not in BUILTINS:
                names[alias.asname or alias.name] = Path(f"{node.module}.{alias.name}")

    def _do_classdef(self, node: ast.ClassDef, names: Names) -> None:
        names[node.name] = Class(node, tuple(self.value(base, names) for base in node.bases))

    def _do_functiondef(self, node: ast.FunctionDef, names: Names) -> None:
        names[node.name] = Function(node)

    def _do_expr(self, node: ast.Expr, names: Names) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value, names)

    def _do_pass(self, node: ast.Pass, names: Names) -> None:
        pass

    _do_assert = _do_global = _do_pass

    def _do_return(self, node: ast.Return, names: Names) -> None:
        raise Returned(None if node.value is None else self.value(node.value, names))

    def _do_break(self, node: ast.Break, names: Names) -> None:
        raise _Leave(True, self.line)

    def _do_continue(self, node: ast.Continue, names: Names) -> None:
        raise _Leave(False, self.line)

    def _do_raise(self, node: ast.Raise, names: Names) -> None:
        raise self.error("The code raises an error here")

    def _do_assign(self, node: ast.Assign, names: Names) -> None:
        value = self.value(node.value, names)
        for target in node.targets:
            self.store(target, value, names)

    def _do_annassign(self, node: ast.AnnAssign, names: Names) -> None:
        if node.value is not None:
            self.store(node.target, self.value(node.value, names), names)

    def _do_augassign(self, node: ast.AugAssign, names: Names) -> None:
        load = ast.copy_location(ast.BinOp(_loaded(node.target), node.op, node.value), node)
        self.store(node.target, self.value(load, names), names)

    def _do_if(self, node: ast.If, names: Names) -> None:
        self.run(node.body if self.truth(node.test, names) else node.orelse, names)

    def _do_for(self, node: ast.For, names: Names) -> None:
        for value in self.iterate(self.value(node.iter, names)):
            self._count(node)
            self.store(node.target, value, names)
            try:
                self.run(node.body, names)
            except _Leave as leave:
                if leave.wholly:
                    break
        else:
            self.run(node.orelse, names)

    def store(self, target: ast.expr, value: Any, names: Names) -> None:
        """Put a value under a name, an attribute or a key. Raises ReadingError."""
        if isinstance(target, ast.Name):
            names[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            values = list(self.iterate(value))
            if len(values) != len(target.elts) or any(isinstance(each, ast.Starred) for each in target.elts):
                raise self.error("{count} values cannot be put into these names", count=len(values))
            for part, each in zip(target.elts, values, strict=True):
                self.store(part, each, names)
        elif isinstance(target, ast.Attribute) and isinstance(owner := self.value(target.value, names), Instance):
            self.set_attribute(owner, target.attr, value)
        elif isinstance(target, ast.Subscript):
            held = self.value(target.value, names)
            if not isinstance(held, (list, dict)):
                raise self.error("This assignment cannot be read")
            self.work(held.__setitem__, self.value(target.slice, names), value)
        else:
            raise self.error("This assignment cannot be read")

    # -- calls --------------------------------------------------------------------------------------------------------

    def called(self, called: Any, given: list[Any], named: Names, node: ast.Call, names: Names) -> Any:
        """What a call gives. Raises ReadingError."""
        if isinstance(called, Path):
            return self._path_called(called.name, given, named, node, names)
        if isinstance(called, Function):
            return self.function_called(called, given, named)
        if isinstance(called, Class):
            return self.made_instance(called, given, named, node)
        if isinstance(called, (Module, Chain, Instance)):
            return self.module_called(called, given, named)
        if isinstance(called, Marker):
            return called
        if isinstance(called, tuple) and len(called) == 2 and isinstance(called[1], str):
            return self._method_called(called[0], called[1], given, named)
        raise self.error("“{text}” cannot be called here", text=ast.unparse(node.func)[:40])

    def _path_called(self, path: str, given: list[Any], named: Names, node: ast.Call, names: Names) -> Any:
        scope, _, name = path.rpartition(".")
        if scope == "builtins":
            if any(isinstance(value, Unknown) for value in given):
                return Unknown(ast.unparse(node)[:40])
            if name == "float" and given and given[0] in ("-inf", "inf"):
                return OPAQUE
            return self.work(BUILTINS[name], *(list(self.iterate(v)) if isinstance(v, Chain) else v for v in given),
                              **named)
        if scope == "super" or path == "super":
            return self.super_called(name, given, named, names)
        if path.endswith("Parameter"):
            raise self.error("A parameter of the class's own is no layer here")
        if scope in ("torch.nn", "nn", "torch.nn.modules"):
            return self.torch_module(name, given, named)
        if scope.startswith("collections") or name == "OrderedDict":
            return self.work(dict, *given)
        if scope.startswith("torch.nn.init") or name in ("manual_seed", "no_grad"):
            return None
        if scope.startswith("torch") or scope in ("operator", "F"):
            if self.sheet is None or not _has_tensor([*given, *named.values()]):
                return self.plain_tensor(name, given, named)
            return call_function(self.sheet, name, given, named, self.line)
        raise self.error("“{name}” is not known here: only PyTorch and what this code defines can be read", name=path)

    def _method_called(self, owner: Any, name: str, given: list[Any], named: Names) -> Any:
        if isinstance(owner, Tensor):
            return call_function(self.drawing(), name, [owner, *given], named, self.line)
        if isinstance(owner, (Chain, Module)):
            return self.container_method(owner, name, given)
        if isinstance(owner, SizesOf) and name == "numel":
            return OPAQUE
        if name not in METHODS.get(type(owner), ()):
            return self.buffer_method(owner, name, given)
        result = self.work(getattr(owner, name), *given, **named)
        self.check_length(owner)
        return result


def _has_tensor(values: Sequence[Any]) -> bool:
    return any(isinstance(value, Tensor) or (isinstance(value, (list, tuple)) and _has_tensor(value))
               for value in values)


def _loaded(target: ast.expr) -> ast.expr:
    """The same place, to be read."""
    copied = ast.parse(ast.unparse(target), mode="eval").body
    return ast.copy_location(copied, target)


"""Names in classes that begin with two underscores, as Python itself changes them: ``self.__l`` is ``self._Net__l``."""

from __future__ import annotations

import ast
import re

_FIELDS = {ast.Name: "id", ast.Attribute: "attr", ast.FunctionDef: "name", ast.AsyncFunctionDef: "name",
           ast.ClassDef: "name", ast.arg: "arg", ast.ExceptHandler: "name"}  # fmt: skip
_PRIVATE = re.compile(r"\b__\w*[^\W_]_?\b")


def mangled(body: list[ast.stmt], source: str) -> list[ast.stmt]:
    """The statements of a source, changed so where it has such names."""
    if _PRIVATE.search(source):
        waiting: list[tuple[ast.AST, str]] = [(statement, "") for statement in body]
        while waiting:
            node, kind = waiting.pop()
            waiting += _inside(node, kind)
            _change(node, kind)
    return body


def _inside(node: ast.AST, kind: str) -> list[tuple[ast.AST, str]]:
    """Its parts, each with the class around it: what a class is built on and decorated with stands outside of it."""
    inner = {id(part) for part in node.body} if isinstance(node, ast.ClassDef) else set()
    own = node.name.lstrip("_") if isinstance(node, ast.ClassDef) else ""
    return [(part, own if id(part) in inner else kind) for part in ast.iter_child_nodes(node)]


def _change(node: ast.AST, kind: str) -> None:
    if not kind:
        return
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        node.names = [_name(name, kind) for name in node.names]
    elif isinstance(node, ast.alias):
        called = node.asname or node.name.partition(".")[0]
        node.asname = _name(called, kind) if _name(called, kind) != called else node.asname
    elif (field := _FIELDS.get(type(node))) and isinstance(name := getattr(node, field), str):
        setattr(node, field, _name(name, kind))


def _name(name: str, kind: str) -> str:
    return f"_{kind}{name}" if name.startswith("__") and not name.endswith("__") else name

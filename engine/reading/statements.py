"""The statements of PyTorch code that is read, followed step by step: nothing of it is executed. No torch."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from engine.reading.context import Context, Names
from engine.reading.expressions import Expressions
from engine.reading.plain import BUILTINS, Plain
from engine.reading.values import Class, Function, Path, ReadingError, Returned


class _Leave(ReadingError):  # noqa: N818
    """``break`` (True) or ``continue``; an error where there is no loop to leave."""

    def __init__(self, wholly: bool, line: int) -> None:
        super().__init__("There is no loop around this", line=line)
        self.wholly = wholly


class Statements:
    """Follows statements."""

    def __init__(self, context: Context, plain: Plain, expressions: Expressions) -> None:
        self.context, self.plain, self.expressions = context, plain, expressions

    def run(self, body: Sequence[ast.stmt], names: Names) -> None:
        """Follow statements. Raises ReadingError."""
        for statement in body:
            self.context.step(statement)
            method = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
            if method is None:
                raise self.context.error("“{what}” cannot be read here", what=type(statement).__name__.lower())
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
        names[node.name] = Class(node, tuple(self.expressions.value(base, names) for base in node.bases))

    def _do_functiondef(self, node: ast.FunctionDef, names: Names) -> None:
        names[node.name] = Function(node)

    def _do_expr(self, node: ast.Expr, names: Names) -> None:
        if not isinstance(node.value, ast.Constant):
            self.expressions.value(node.value, names)

    def _do_pass(self, node: ast.Pass, names: Names) -> None:
        pass

    _do_assert = _do_global = _do_pass

    def _do_return(self, node: ast.Return, names: Names) -> None:
        raise Returned(None if node.value is None else self.expressions.value(node.value, names))

    def _do_break(self, node: ast.Break, names: Names) -> None:
        raise _Leave(True, self.context.line)

    def _do_continue(self, node: ast.Continue, names: Names) -> None:
        raise _Leave(False, self.context.line)

    def _do_raise(self, node: ast.Raise, names: Names) -> None:
        raise self.context.error("The code raises an error here")

    def _do_assign(self, node: ast.Assign, names: Names) -> None:
        value = self.expressions.value(node.value, names)
        for target in node.targets:
            self.expressions.store(target, value, names)

    def _do_annassign(self, node: ast.AnnAssign, names: Names) -> None:
        if node.value is not None:
            self.expressions.store(node.target, self.expressions.value(node.value, names), names)

    def _do_augassign(self, node: ast.AugAssign, names: Names) -> None:
        load = ast.copy_location(ast.BinOp(_loaded(node.target), node.op, node.value), node)
        self.expressions.store(node.target, self.expressions.value(load, names), names)

    def _do_if(self, node: ast.If, names: Names) -> None:
        self.run(node.body if self.expressions.truth(node.test, names) else node.orelse, names)

    def _do_for(self, node: ast.For, names: Names) -> None:
        for value in self.plain.iterate(self.expressions.value(node.iter, names)):
            self.context.step(node)
            self.expressions.store(node.target, value, names)
            try:
                self.run(node.body, names)
            except _Leave as leave:
                if leave.wholly:
                    break
        else:
            self.run(node.orelse, names)


def _loaded(target: ast.expr) -> ast.expr:
    """The same place, to be read."""
    copied = ast.parse(ast.unparse(target), mode="eval").body
    return ast.copy_location(copied, target)

"""Whether what a class that is read as code gives back may be, or look at, what it was given. No torch."""

from __future__ import annotations

import ast
import builtins
from typing import NamedTuple

from engine.reading.values import Chain, Instance, Module

LOOKING = frozenset((
    "view", "view_as", "reshape", "reshape_as", "squeeze", "unsqueeze", "permute", "transpose", "swapaxes", "t",
    "flatten", "unflatten", "ravel", "expand", "expand_as", "narrow", "select", "chunk", "split", "unbind", "diagonal",
    "movedim", "moveaxis", "detach", "contiguous", "to", "float", "type", "type_as", "cpu", "cuda", "requires_grad_",
    "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout", "T", "mT", "data"))


class Aliasing(NamedTuple):
    """Whether the result may share numbers with the input, and whether the input may be changed in place."""

    shares: bool
    changes: bool


def aliasing(made: Instance) -> Aliasing:
    """Of an object's ``forward``, with a doubt: what it does not see is taken for new."""
    forward = made.kind.method("forward")
    if forward is None or not isinstance(forward.made, ast.FunctionDef):
        return Aliasing(False, False)
    return _Looking(made, {argument.arg for argument in forward.made.args.args[1:]}).of(forward.made)


class _Looking:
    """Goes through one function; ``names`` are those that may stand for the input."""

    def __init__(self, made: Instance, names: set[str]) -> None:
        self._made, self._names = made, names

    def of(self, made: ast.FunctionDef) -> Aliasing:
        nodes, before = [*ast.walk(made)], 0
        while before != len(self._names):  # a name of a name of it
            before = len(self._names)
            for node in nodes:
                if isinstance(node, (ast.Assign, ast.NamedExpr)) and self._is(node.value):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    self._names |= {part.id for target in targets for part in ast.walk(target)
                                    if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        shares = any(isinstance(node, ast.Return) and node.value is not None and self._is(node.value) for node in nodes)
        return Aliasing(shares, any(map(self._changes, nodes)))

    def _is(self, node: ast.expr) -> bool:
        """Whether an expression may be the input, or look at its numbers."""
        if isinstance(node, ast.Name):
            return node.id in self._names
        if isinstance(node, (ast.Subscript, ast.Starred)):
            return self._is(node.value)
        if isinstance(node, ast.Attribute):
            return node.attr in LOOKING and self._is(node.value)
        if isinstance(node, ast.Call):
            return self._gives(node)
        parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        several = ast.IfExp, ast.BoolOp, ast.Tuple, ast.List, ast.NamedExpr
        return isinstance(node, several) and any(map(self._is, parts))

    def _gives(self, node: ast.Call) -> bool:
        given, called = any(map(self._is, node.args)), node.func
        if not isinstance(called, ast.Attribute):
            return given and isinstance(called, ast.Name) and called.id not in vars(builtins)
        if isinstance(called.value, ast.Name) and called.value.id == "self":
            part = self._made.attributes.get(called.attr)
            if isinstance(part, Module):
                return given and (part.layer.is_view or part.layer.category == "regularization" or bool(
                    getattr(part.layer, "inplace", False)))
            return given and (part is None or isinstance(part, (Chain, Instance)))
        return _may_look(called.attr) and (given or self._is(called.value))

    def _changes(self, node: ast.AST) -> bool:
        """Whether numbers of the input are changed."""
        if isinstance(node, ast.AugAssign):
            return self._is(node.target)
        if isinstance(node, ast.Assign):
            return any(isinstance(target, ast.Subscript) and self._is(target.value) for target in node.targets)
        if not isinstance(node, ast.Call):
            return False
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        on = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        in_place = any(word.arg == "inplace" and not (isinstance(word.value, ast.Constant) and not word.value.value)
                       for word in node.keywords)
        is_own = _is_in_place(called) or in_place
        return (is_own and any(map(self._is, [*on, *node.args]))) or self._is_changed_by_part(node)

    def _is_changed_by_part(self, node: ast.Call) -> bool:
        called = node.func
        if not (isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "self"):
            return False
        part = self._made.attributes.get(called.attr)
        is_in_place = isinstance(part, Module) and bool(getattr(part.layer, "inplace", False))
        return is_in_place and any(map(self._is, node.args))


def _may_look(name: str) -> bool:
    return name in LOOKING or _is_in_place(name)


def _is_in_place(name: str) -> bool:
    return name.endswith("_") and not name.startswith("_") and name != "requires_grad_"

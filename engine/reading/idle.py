"""Statements that leave a network as it is: it is only moved to a device, or spoken of. No torch."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from engine.reading.elsewhere import is_setting
from engine.reading.values import Names, Path

MOVING = frozenset(("cuda", "cpu", "to", "train", "eval", "float", "share_memory", "zero_grad"))


class Idle:
    """Looks at statements that may or may not run; ``look`` says what an expression stands for, without calls."""

    def __init__(self, look: Callable[[ast.expr, Names], Any]) -> None:
        self._look = look

    def all(self, body: Sequence[ast.stmt], names: Names) -> bool:
        """Whether nothing of a network is another afterwards."""
        return all(self._is_idle(statement, names) for statement in body)

    def _is_idle(self, statement: ast.stmt, names: Names) -> bool:
        if isinstance(statement, ast.If):
            return self._is_asked(statement.test, names) and self.all([*statement.body, *statement.orelse], names)
        if isinstance(statement, ast.Assign):
            return self._is_same(statement, names) or self._is_setting(statement, names)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            called = self._path(statement.value.func, names)
            return called == "builtins.print" or is_setting(called) or self._moved(statement.value, names) != ""
        return isinstance(statement, ast.Pass)

    def _is_same(self, statement: ast.Assign, names: Names) -> bool:
        """``net = nn.DataParallel(net).cuda()``."""
        moved = self._moved(statement.value, names)
        return moved != "" and [ast.unparse(target) for target in statement.targets] == [moved]

    def _moved(self, node: ast.expr, names: Names) -> str:
        """The name of what an expression only moves, or wraps; "" where it is more."""
        if isinstance(node, ast.Name):
            return node.id
        if not isinstance(node, ast.Call) or any(isinstance(part, ast.NamedExpr) for part in ast.walk(node)):
            return ""
        if isinstance(node.func, ast.Attribute) and node.func.attr in MOVING:
            return self._moved(node.func.value, names)
        is_wrapped = self._path(node.func, names).endswith(("nn.DataParallel", ".DistributedDataParallel"))
        return self._moved(node.args[0], names) if is_wrapped and node.args else ""

    def _is_setting(self, statement: ast.Assign, names: Names) -> bool:
        """``cudnn.benchmark = True``."""
        return isinstance(statement.value, ast.Constant) and all(
            isinstance(target, ast.Attribute) and is_setting(self._path(target.value, names))
            for target in statement.targets)

    def _is_asked(self, test: ast.expr, names: Names) -> bool:
        """Whether a condition only asks for a device."""
        parts = [*ast.walk(test)]
        return not any(isinstance(part, ast.NamedExpr) for part in parts) and all(
            is_setting(self._path(part.func, names)) for part in parts if isinstance(part, ast.Call))

    def _path(self, node: ast.expr, names: Names) -> str:
        found = self._look(node, names)
        return found.name if isinstance(found, Path) else ""

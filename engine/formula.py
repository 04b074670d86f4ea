"""A formula typed by hand: a small part of Python's arithmetic, checked before it is used. No torch."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.messages import ImpossibleError

NAMES = ("w", "fan_in", "fan_out", "i", "j", "pi", "e")
_THOUSANDS = re.compile(r"(?<![\w.])[1-9]\d{0,2},0\d\d(?![\w.])")  # nobody writes a number as 000
FUNCTIONS = ("normal", "uniform", "abs", "sqrt", "exp", "log", "sin", "cos", "tanh", "sign", "where", "minimum",
             "maximum")  # fmt: skip
_ALLOWED = (
    ast.Module, ast.Assign, ast.Expr, ast.Name, ast.Load, ast.Store, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare,
    ast.Call, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.USub, ast.UAdd, ast.Lt, ast.LtE,
    ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.BitAnd, ast.BitOr, ast.Invert,
)  # fmt: skip


def check_formula(text: str) -> ast.Module:
    """The formula as a tree: assignments parted by “;”, then one expression. Raises ImpossibleError."""
    if found := _THOUSANDS.search(text):
        raise ImpossibleError("write {first} or {second}: {text} could mean either", text=found[0],
                              first=found[0].replace(",", ""), second=found[0].replace(",", ", "))
    try:
        tree = ast.parse(text.strip())
    except SyntaxError as error:
        raise _unreadable(error, text.strip()) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ImpossibleError("the formula cannot be read: {text}", text=text.strip()[:60]) from error
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        raise ImpossibleError("the formula must end in an expression, such as 0.01 * normal(0, 1)")
    known = {*NAMES, *FUNCTIONS}
    for statement in tree.body:
        _check(statement, known)
        if isinstance(statement, ast.Assign):
            known.update(_targets(statement))
    return tree


def _unreadable(error: SyntaxError, text: str) -> ImpossibleError:
    if error.offset and error.lineno == 1 and "\n" not in text:
        if error.offset > len(text):
            return ImpossibleError("the formula ends too early")
        return ImpossibleError("the formula cannot be read at character {place}: {reason}", place=error.offset,
                               reason=error.msg)
    return ImpossibleError("the formula cannot be read: {reason}", reason=error.msg)


def _targets(statement: ast.Assign) -> list[str]:
    return [target.id for target in statement.targets if isinstance(target, ast.Name)]


def _check(statement: ast.stmt, known: set[str]) -> None:
    for node in ast.walk(statement):
        if isinstance(node, ast.Tuple):
            raise ImpossibleError("write decimals with a point, as in 0.5, and thousands without a mark, as in 1000")
        if not isinstance(node, _ALLOWED):
            raise ImpossibleError("the formula may not contain {part}", part=type(node).__name__.lower())
        if isinstance(node, ast.Constant):
            if not isinstance(node.value, (int, float)):
                raise ImpossibleError("the formula may contain numbers only")
            _as_decimal(node)
        if isinstance(node, ast.Assign) and len(_targets(node)) != len(node.targets):
            raise ImpossibleError("the formula can only assign to a name")
        if isinstance(node, ast.Call) and (not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS
                                           or node.keywords):
            raise ImpossibleError("the formula knows these functions: {names}", names=", ".join(FUNCTIONS))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in known:
            raise ImpossibleError("the formula does not know “{name}”; it knows {names}", name=node.id,
                                  names=", ".join(NAMES))


def _as_decimal(number: ast.Constant) -> None:
    """Whole numbers grow without end, and 9**9**9 would be computed for ever; decimals stop at 1e308."""
    if isinstance(number.value, int):
        try:
            number.value = float(number.value)
        except OverflowError as error:
            raise ImpossibleError("the formula contains a number that is too large") from error


def evaluate(text: str, names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
    """The formula's value with these names and functions. Raises ImpossibleError."""
    tree = check_formula(text)
    last = ast.Expression(tree.body[-1].value)  # type: ignore[attr-defined]
    # torch itself imports while it computes; the formula cannot, for it knows no name but those above
    scope: dict[str, Any] = {"__builtins__": {"__import__": __import__}, **names, **functions}
    try:
        exec(compile(ast.Module(tree.body[:-1], []), "<formula>", "exec"), scope)
        return eval(compile(last, "<formula>", "eval"), scope)
    except (ArithmeticError, TypeError, ValueError, RuntimeError) as error:
        raise ImpossibleError("the formula cannot be computed: {reason}",
                              reason=str(error).splitlines()[0][:120]) from error

"""Lines of torch that fill a weight as a formula: what ``engine.writing.formulas`` writes, read again. No torch."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from copy import deepcopy

from pydantic import ValidationError

from engine.formula import FUNCTIONS
from engine.graph.parameters import Init
from engine.messages import LayerloomError
from engine.writing.formulas import DRAWN, EXTREMES, known_names

RANKS = range(1, 6)
LIKE = {like: name for name, (like, _) in DRAWN.items()}
METHODS = {method: name for name, (_, method) in DRAWN.items()}


def formula_in(body: Sequence[ast.stmt]) -> tuple[ast.expr, Init] | None:
    """The weight that these statements fill, and the formula that says the same; None where there is none."""
    last = body[-1]
    if not (isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and len(last.value.args) == 1
            and isinstance(last.value.func, ast.Attribute) and last.value.func.attr == "copy_"):
        return None
    weight = last.value.func.value
    text = ast.unparse(weight)
    known = {f"{name} = {ast.unparse(ast.parse(value))}" for rank in RANKS
             for name, value in known_names(text, rank).items()}
    lines = [statement for statement in body[:-1] if ast.unparse(statement) not in known]
    if not all(isinstance(statement, ast.Assign) for statement in lines):
        return None
    back = _Back(text)
    parts = [*lines, ast.Expr(last.value.args[0])]
    try:
        formula = "; ".join(ast.unparse(back.visit(deepcopy(part))) for part in parts)
        return weight, Init.model_validate({"kind": "formula", "formula": formula})
    except (ValidationError, LayerloomError):
        return None


class _Back(ast.NodeTransformer):
    """Puts the formula's functions in the place of torch's and Python's."""

    def __init__(self, weight: str) -> None:
        self.weight = weight

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        whole = isinstance(node.value, float) and node.value.is_integer()
        return ast.Constant(int(node.value)) if whole else node  # type: ignore[arg-type]

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return ast.Name(node.attr) if ast.unparse(node) in ("math.pi", "math.e") else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        given = [self.visit(each) for each in node.args]
        if isinstance(node.func, ast.Name):
            named = {function: name for name, function in EXTREMES.items()}
            return ast.Call(ast.Name(named.get(node.func.id, node.func.id)), given, [])
        if not isinstance(node.func, ast.Attribute):
            return node
        scope, name = ast.unparse(node.func.value), node.func.attr
        if scope == f"torch.empty_like({self.weight})" and name in METHODS:
            return ast.Call(ast.Name(METHODS[name]), given, [])
        if scope == "torch" and name in LIKE and [ast.unparse(each) for each in node.args] == [self.weight]:
            return ast.Call(ast.Name(LIKE[name]), [], [])
        if scope == "torch" and name == "tensor" and len(given) == 1:
            return given[0]  # type: ignore[no-any-return]
        return ast.Call(ast.Name(name), given, []) if scope in ("torch", "math") and name in FUNCTIONS else node

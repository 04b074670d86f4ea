"""A formula for initial values as lines of torch: ``w = uniform(-10, 10); w * (abs(w) >= 5)``."""

from __future__ import annotations

import ast

from engine.formula import check_formula

SCALARS = frozenset(("sqrt", "exp", "log", "sin", "cos", "tanh"))  # which Python's math has too
EXTREMES = {"minimum": "min", "maximum": "max"}  # of numbers
TENSORS = frozenset(("w", "i", "j"))
WHOLE = 2**31  # whole numbers below it are written without a point
DRAWN = {"normal": ("randn_like", "normal_"), "uniform": ("rand_like", "uniform_")}


def formula_lines(formula: str, weight: str, rank: int) -> list[str]:
    """The lines that fill a tensor of this rank, in ``weight``, with what the formula gives."""
    tree = check_formula(formula)
    translator = _Torch(weight)
    lines = [ast.unparse(translator.visit(statement)) for statement in tree.body]
    used = {node.id for statement in tree.body for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return [*_names(tree, used, weight, rank), *lines[:-1], f"{weight}.copy_({_as_tensor(lines[-1], translator)})"]


def _as_tensor(text: str, translator: _Torch) -> str:
    return text if translator.is_tensor else f"torch.tensor({text})"


def _names(tree: ast.Module, used: set[str], weight: str, rank: int) -> list[str]:
    """What the formula knows by name, as far as it uses it."""
    first = tree.body[0]
    is_read = any(isinstance(node, ast.Name) and node.id == "w" and isinstance(node.ctx, ast.Load)
                  for node in ast.walk(first))
    is_set = isinstance(first, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "w" for target in first.targets)
    return [f"{name} = {value}" for name, value in known_names(weight, rank).items()
            if name in used and not (name == "w" and is_set and not is_read)]


def known_names(weight: str, rank: int) -> dict[str, str]:
    """What a formula's names stand for, of a tensor of this rank."""
    ones = ["1"] * rank
    return {
        "w": weight,
        "fan_in": f"{weight}[0].numel()",
        "fan_out": f"{weight}[:, 0].numel()" if rank > 1 else f"{weight}.numel()",
        "i": f"torch.arange({weight}.shape[0]).view({', '.join(['-1', *ones[1:]])})",
        "j": f"torch.arange({weight}.shape[1]).view({', '.join(['1', '-1', *ones[2:]])})" if rank > 1 else "0",
    }


class _Torch(ast.NodeTransformer):
    """Puts torch's functions in the place of the formula's; remembers whether what it visited last is a tensor."""

    def __init__(self, weight: str) -> None:
        self.weight, self.is_tensor = weight, False
        self._tensors = set(TENSORS)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        value = self.visit(node.value)
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        self._tensors = self._tensors | names if self.is_tensor else self._tensors - names
        return ast.copy_location(ast.Assign(node.targets, value), node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        self.is_tensor = node.id in self._tensors
        return _parsed(f"math.{node.id}") if node.id in ("pi", "e") else node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        self.is_tensor = False
        number = float(node.value)  # type: ignore[arg-type]  # a formula has no other constants
        return ast.Constant(int(number) if number.is_integer() and abs(number) < WHOLE else number)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        left, one = self.visit(node.left), self.is_tensor
        right, two = self.visit(node.right), self.is_tensor
        self.is_tensor = one or two
        if isinstance(node.op, ast.Pow):  # whole numbers would grow without end
            left, right = (ast.Constant(float(each.value)) if isinstance(each, ast.Constant) else each  # type: ignore[arg-type]
                           for each in (left, right))
        return ast.BinOp(left, node.op, right)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        parts = [(self.visit(each), self.is_tensor) for each in (node.left, *node.comparators)]
        self.is_tensor = any(is_tensor for _, is_tensor in parts)
        return ast.Compare(parts[0][0], node.ops, [part for part, _ in parts[1:]])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        given = [(ast.unparse(self.visit(each)), self.is_tensor) for each in node.args]
        texts, any_tensor = ", ".join(text for text, _ in given), any(is_tensor for _, is_tensor in given)
        self.is_tensor = any_tensor or name not in SCALARS | EXTREMES.keys() | {"abs"}
        if name in DRAWN:
            like, drawn = DRAWN[name]
            return _parsed(f"torch.empty_like({self.weight}).{drawn}({texts})" if given else
                           f"torch.{like}({self.weight})")
        if name == "abs":
            return _parsed(f"abs({texts})")
        if not self.is_tensor:
            return _parsed(f"{EXTREMES[name]}({texts})" if name in EXTREMES else f"math.{name}({texts})")
        taken = [text if name == "where" and place else _tensor(text, is_tensor)
                 for place, (text, is_tensor) in enumerate(given)]
        return _parsed(f"torch.{name}({', '.join(taken)})")


def _tensor(text: str, is_tensor: bool) -> str:
    return text if is_tensor else f"torch.tensor({text})"


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body

"""Plain tensors that a class keeps, as far as its text tells: torch would not save them. No torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator

MAKING = frozenset(("tensor", "as_tensor", "arange", "linspace", "logspace", "zeros", "ones", "full", "eye", "empty",
                    "rand", "randn", "randint", "randperm", "normal", "from_numpy", "Tensor", "FloatTensor",
                    "LongTensor"))  # functions of torch that give a tensor out of nothing
NUMBERS = frozenset(("item", "tolist", "numpy", "size", "dim", "numel", "element_size", "is_contiguous", "stride",
                     "register_buffer"))  # methods and functions that give none
LOOKS = ("T", "mT", "H", "data", "real", "imag")  # attributes of a tensor that are one


def loose_in(source: str) -> list[str]:
    """The attributes that a constructor, and what it calls of its object, sets to plain tensors."""
    found = dict[str, None]()
    for made in ast.walk(ast.parse(source)):
        if isinstance(made, ast.ClassDef):
            methods = {node.name: node for node in made.body if isinstance(node, ast.FunctionDef)}
            for method in _reached(methods, "__init__"):
                found |= dict.fromkeys(_Method(method).loose)
    return list(found)


def _reached(methods: dict[str, ast.FunctionDef], name: str) -> list[ast.FunctionDef]:
    met, waiting = dict[str, ast.FunctionDef](), [name]
    while waiting:
        name = waiting.pop()
        if name in methods and name not in met:
            met[name] = methods[name]
            waiting += [node.func.attr for node in ast.walk(methods[name]) if isinstance(node, ast.Call)
                        and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "self"]
    return list(met.values())


class _Method:
    """Goes through one method from above; ``names`` are its own that stand for tensors."""

    def __init__(self, made: ast.FunctionDef) -> None:
        self._names, self.loose = set[str](), list[str]()
        for node in ast.walk(made):
            for target, value in _assigned(node):
                if isinstance(target, ast.Name) and self._is_tensor(value):
                    self._names.add(target.id)
                elif isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self" and (
                        self._is_tensor(value)):
                    self.loose.append(target.attr)

    def _is_tensor(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self._names
        if isinstance(node, ast.Attribute):
            return node.attr in LOOKS and self._is_tensor(node.value)
        if isinstance(node, ast.Subscript):
            return self._is_tensor(node.value)
        if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp)):
            return any(self._is_tensor(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and self._is_made(node, node.func)

    def _is_made(self, node: ast.Call, func: ast.Attribute) -> bool:
        if func.attr in NUMBERS:
            return False
        if ast.unparse(func.value) == "torch":
            return func.attr in MAKING or any(map(self._is_tensor, node.args)) or any(
                isinstance(each, (ast.Tuple, ast.List)) and any(map(self._is_tensor, each.elts)) for each in node.args)
        return self._is_tensor(func.value)


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each target with what it is set to."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from zip(target.elts, node.value.elts, strict=False)
            else:
                yield target, node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "setattr" and len(node.args) == 3:
        owner, name, value = node.args
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield ast.Attribute(owner, name.value, ast.Store()), value

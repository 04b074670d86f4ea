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
            found |= dict.fromkeys(_Class(made).loose())
    return list(found)


class _Class:
    """Goes through the methods of one class that its constructor calls, each from above."""

    def __init__(self, made: ast.ClassDef) -> None:
        self._methods = {node.name: node for node in made.body if isinstance(node, ast.FunctionDef)}
        self._tensors: set[str] = set()  # names of the method, and attributes of the object as “self.w”

    def loose(self) -> list[str]:
        found, own = list[str](), set[str]()
        for method in self._reached("__init__"):
            self._tensors = {*own}
            for node in ast.walk(method):
                for target, value in _assigned(node):
                    name = ast.unparse(target)
                    is_tensor, is_weight = self._is_tensor(value), _is_parameter(value)
                    if is_tensor or is_weight:
                        self._tensors.add(name)
                    if is_tensor and isinstance(target, ast.Attribute) and not isinstance(value, ast.Attribute) and (
                            name == f"self.{target.attr}"):
                        found.append(name.removeprefix("self."))
            own = {name for name in self._tensors if name.startswith("self.")}
        return found

    def _reached(self, name: str) -> list[ast.FunctionDef]:
        met, waiting = dict[str, ast.FunctionDef](), [name]
        while waiting:
            name = waiting.pop()
            if name in self._methods and name not in met:
                met[name] = self._methods[name]
                waiting += [node.func.attr for node in ast.walk(met[name]) if isinstance(node, ast.Call)
                            and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "self"]
        return list(met.values())

    def _is_tensor(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and ast.unparse(node) in self._tensors):
            return ast.unparse(node) in self._tensors
        if isinstance(node, ast.Attribute):
            return node.attr in LOOKS and self._is_tensor(node.value)
        if isinstance(node, ast.Subscript):
            return self._is_tensor(node.value)
        if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp)):
            return any(self._is_tensor(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and self._is_made(node, node.func)

    def _is_made(self, node: ast.Call, func: ast.Attribute) -> bool:
        scope = ast.unparse(func.value)
        if func.attr in NUMBERS:
            return False
        if scope == "self":
            return any(isinstance(each, ast.Return) and each.value is not None and self._is_tensor(each.value)
                       for method in [self._methods.get(func.attr)] if method is not None for each in ast.walk(method))
        if scope in ("torch", "F", "torch.nn.functional", "nn.functional"):
            return (func.attr in MAKING and scope == "torch") or any(map(self._is_tensor, node.args)) or any(
                isinstance(each, (ast.Tuple, ast.List)) and any(map(self._is_tensor, each.elts)) for each in node.args)
        return self._is_tensor(func.value)


def _is_parameter(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).endswith("Parameter")


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

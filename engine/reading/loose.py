"""Plain tensors that a class keeps, as far as its text tells: torch would not save them. No torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TypeGuard

MAKING = frozenset(("tensor", "as_tensor", "arange", "linspace", "logspace", "zeros", "ones", "full", "eye", "empty",
                    "rand", "randn", "randint", "randperm", "normal", "from_numpy", "Tensor", "FloatTensor",
                    "LongTensor"))  # functions of torch that give a tensor out of nothing
NUMBERS = frozenset(("item", "tolist", "numpy", "size", "dim", "numel", "element_size", "is_contiguous", "stride",
                     "register_buffer"))  # methods and functions that give none
DRAWING = frozenset(("rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "rand_like",
                     "randn_like", "poisson"))  # functions of torch
DISPLAYS = (ast.List, ast.Tuple, ast.Dict, ast.ListComp, ast.DictComp, ast.GeneratorExp)
LOOKS = ("T", "mT", "H", "data", "real", "imag")  # attributes of a tensor that are one


def loose_in(source: str) -> list[str]:
    """The attributes that a constructor, and what it calls of its object, sets to plain tensors."""
    found, body = dict[str, None](), ast.parse(source).body
    functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    for made in ast.walk(ast.Module(body, [])):
        if isinstance(made, ast.ClassDef):
            found |= dict.fromkeys(_Class(made, functions).loose())
    return list(found)


def draws_in(source: str) -> bool:
    """Whether a constructor keeps random numbers otherwise than as tensors: they are others in each new object."""
    return any(_Class(made).draws() for made in ast.walk(ast.parse(source)) if isinstance(made, ast.ClassDef))


class _Class:
    """Goes through the methods of one class that its constructor calls, each from above."""

    def __init__(self, made: ast.ClassDef, functions: Mapping[str, ast.FunctionDef] | None = None) -> None:
        self._functions = functions or {}
        self._asked = set[str]()  # functions that are being looked at
        self._methods = {node.name: node for node in made.body if isinstance(node, ast.FunctionDef)}
        self._tensors: set[str] = set()  # names of the method, and attributes of the object as “self.w”

    def loose(self) -> list[str]:
        found, own = list[str](), set[str]()
        for method in self._reached("__init__"):
            self._tensors = {*own}
            for node in ast.walk(method):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((
                        "utils.weight_norm", "utils.spectral_norm")):  # those that are no parametrizations
                    found.append("weight")
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

    def draws(self) -> bool:
        for method in self._reached("__init__"):
            kept = [node.value for node in ast.walk(method)
                    if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value]
            if any(map(_draws_beside_torch, kept)) or any(isinstance(node, ast.Call) and _takes_numbers(node)
                                                          for node in ast.walk(method)):
                return True
            if any(isinstance(value, DISPLAYS) and any(map(_is_drawn, ast.walk(value))) and not any(
                    map(_is_parameter, filter(_is_expression, ast.walk(value)))) for value in kept):
                return True
        return False

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
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._gives_tensor(self._functions.get(node.func.id))
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and self._is_made(node, node.func)

    def _gives_tensor(self, made: ast.FunctionDef | None) -> bool:
        if made is None or made.name in self._asked:
            return False
        self._asked.add(made.name)
        found = any(isinstance(each, ast.Return) and each.value is not None and self._is_tensor(each.value)
                    for each in ast.walk(made))
        self._asked.discard(made.name)
        return found

    def _is_made(self, node: ast.Call, func: ast.Attribute) -> bool:
        scope = ast.unparse(func.value)
        if func.attr in NUMBERS:
            return False
        if scope == "self":
            return self._gives_tensor(self._methods.get(func.attr))
        if scope in ("torch", "F", "torch.nn.functional", "nn.functional"):
            return (func.attr in MAKING and scope == "torch") or any(map(self._is_tensor, node.args)) or any(
                isinstance(each, (ast.Tuple, ast.List)) and any(map(self._is_tensor, each.elts)) for each in node.args)
        return self._is_tensor(func.value)


def _is_expression(node: ast.AST) -> TypeGuard[ast.expr]:
    return isinstance(node, ast.expr)


def _is_drawn(node: ast.AST) -> bool:
    """Whether torch draws numbers there, or looks at weights, which it has drawn."""
    return (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWING
            and ast.unparse(node.func.value) == "torch")


def _draws_beside_torch(value: ast.expr) -> bool:
    texts = [ast.unparse(node.func) for node in ast.walk(value) if isinstance(node, ast.Call)]
    return any(text.startswith(("random.", "np.random.", "numpy.random.")) for text in texts) and not any(
        text in ("torch.tensor", "torch.from_numpy", "torch.as_tensor") for text in texts)


def _takes_numbers(call: ast.Call) -> bool:
    """Whether it makes plain numbers of drawn ones: torch.rand(1).item(), float(self.fc.weight.sum())."""
    taken: ast.expr | None = None
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("item", "tolist", "numpy"):
        taken = call.func.value
    elif isinstance(call.func, ast.Name) and call.func.id in ("float", "int", "bool") and call.args:
        taken = call.args[0]
    return taken is not None and any(_is_drawn(node) or (isinstance(node, ast.Attribute) and node.attr in (
        "weight", "bias")) for node in ast.walk(taken)) and not any(isinstance(node, ast.Attribute) and node.attr in (
            "shape", "size", "dim", "numel", "ndim") for node in ast.walk(taken))


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

"""Names of a text that mean one thing here and another there. No torch."""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from engine.reading.loose import loose_in

Bound = tuple[str, str]  # a name, and what is done with it there
REPEATING = (ast.For, ast.AsyncFor, ast.While)


class Unsteady(NamedTuple):
    """Names that a text binds in more than one way, those whose values it may change, and classes it writes twice."""

    bound: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    rewritten: frozenset[str] = frozenset()
    star: str = ""  # “from … import *”


def unsteady(body: Sequence[ast.stmt]) -> Unsteady:
    """The names of a text that do not mean the same all along."""
    found: dict[str, set[str]] = {}
    for name, how in _bound(body):
        found.setdefault(name, set()).add(how)
    return Unsteady(frozenset(name for name, ways in found.items() if len(ways - {""}) > 1),
                    frozenset(name for name, ways in found.items() if "" in ways),
                    frozenset(name for name, times in Counter(_classes(body)).items() if times > 1),
                    next((ast.unparse(node) for statement in body for node in ast.walk(statement)
                          if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"), ""))


def _classes(body: Sequence[ast.stmt]) -> Iterator[str]:
    return (node.name for statement in body for node in ast.walk(statement) if isinstance(node, ast.ClassDef))


def _bound(body: Sequence[ast.stmt], is_repeated: bool = False) -> Iterator[Bound]:
    for statement in body:
        yield from ((name, "" if is_repeated else how) for name, how in _by(statement))
        for inside in ("body", "orelse", "finalbody", "handlers"):
            if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                parts = [part for part in getattr(statement, inside, ()) if isinstance(part, ast.stmt)]
                parts += [each for part in getattr(statement, inside, ()) if isinstance(part, ast.ExceptHandler)
                          for each in part.body]
                yield from _bound(parts, is_repeated or isinstance(statement, REPEATING))


def _by(statement: ast.stmt) -> Iterator[Bound]:
    """What one statement does with names of the text; "" where that is more than to bind them."""
    how = ast.dump(statement)
    yield from ((part.target.id, "") for part in _here(statement) if isinstance(part, ast.NamedExpr))
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name, how
        yield from ((name, "") for part in ast.walk(statement) if isinstance(part, ast.Global) for name in part.names)
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            root = alias.name.partition(".")[0]
            path = alias.name if alias.asname else root  # “import a.b” binds a
            if isinstance(statement, ast.ImportFrom):
                path = f"{statement.module}.{alias.name}"
            yield alias.asname or root, path
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        how = how if statement.value is None or _is_literal(statement.value) else f"line {statement.lineno}"
        for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
            yield from _targets(target, how)
    elif isinstance(statement, (ast.AugAssign, ast.For, ast.AsyncFor)):
        yield from _targets(statement.target, "")
    elif isinstance(statement, ast.Delete):
        yield from (each for target in statement.targets for each in _targets(target, ""))
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        for item in statement.items:
            yield from _targets(item.optional_vars, how) if item.optional_vars is not None else ()
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = statement.value.func
        if isinstance(called, ast.Attribute):
            yield from _targets(called, "")
        if not isinstance(called, ast.Name) or called.id not in vars(builtins):
            yield from (each for part in statement.value.args for each in _targets(part, ""))


def _is_literal(value: ast.expr) -> bool:
    """Whether it is the same whenever it is worked out."""
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return False
    return True


def _here(statement: ast.stmt) -> Iterator[ast.AST]:
    """All that a statement does itself: not what stands in the definitions and statements inside of it."""
    waiting = [*ast.iter_child_nodes(statement)]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ast.stmt):
            yield node
            waiting += ast.iter_child_nodes(node)


def _targets(target: ast.expr, how: str) -> Iterator[Bound]:
    """The names that a target binds, or that stand before what it changes."""
    if isinstance(target, ast.Name):
        yield target.id, how
    elif isinstance(target, (ast.Tuple, ast.List)):
        yield from (each for part in target.elts for each in _targets(part, how))
    elif isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
        yield from _targets(target.value, how if isinstance(target, ast.Starred) else "")


# -- what an object changes of itself ----------------------------------------------------------------------------------

CHANGING = frozenset((
    "append", "extend", "insert", "pop", "popitem", "remove", "clear", "update", "setdefault", "add", "discard", "sort",
    "reverse", "appendleft", "popleft"))  # methods of lists, dicts and sets
MAKERS = ("__init__", "__post_init__")


def counting(made: ast.AST) -> str:
    """What an object keeps from call to call beside tensors: a list that it changes, a number that it sets again."""
    methods = [node for node in ast.walk(made) if isinstance(node, ast.FunctionDef)]
    begun = {_own(target) for method in methods if method.name in MAKERS for node in ast.walk(method)
             if isinstance(node, ast.Assign) and _is_literal(node.value) and not _is_none(node.value)
             for target in node.targets}
    called = _reached(methods, "forward") | _reached(methods, "__call__")
    running = [node for method in methods if method.name in called and method.name not in MAKERS
               for node in ast.walk(method)]
    grown = {_own(node.target) for node in running if isinstance(node, ast.AugAssign)} | {
        _own(part) for node in running if isinstance(node, ast.Assign) for target in node.targets
        for part in ast.walk(target) if ast.unparse(part) in {ast.unparse(each) for each in ast.walk(node.value)}}
    asked = {node.attr for node in running if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
             and ast.unparse(node.value) == "self"}
    for method in methods:
        for node in ast.walk(method) if method.name not in MAKERS else ():
            if name := _changed_by(node):
                return name
    tensors = {*loose_in(ast.unparse(made)), *_registered(methods)}
    return next((name for node in running if (name := _own(node)) in asked and name in begun | grown - tensors), "")


def _registered(methods: Sequence[ast.FunctionDef]) -> Iterator[str]:
    """Parameters and buffers by the names that they are given."""
    for method in methods:
        for node in ast.walk(method):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((
                    "register_buffer", "register_parameter")) and node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(
                    node.value.func).endswith("Parameter"):
                yield from map(_own, node.targets)


def _own(node: ast.AST) -> str:
    """“n”, where self.n is set."""
    is_own = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    return node.attr if is_own and node.value.id == "self" else ""  # type: ignore[attr-defined]


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _reached(methods: Sequence[ast.FunctionDef], name: str) -> set[str]:
    """The names of a method and of all that it calls of the object."""
    met, waiting = set[str](), [name]
    while waiting:
        met.add(name := waiting.pop())
        waiting += [node.attr for method in methods if method.name == name for node in ast.walk(method)
                    if isinstance(node, ast.Attribute) and node.attr not in met]
    return met


def _changed_by(node: ast.AST) -> str:
    """“ks”, where self.ks.append(…) or self.ks[0] = … stands."""
    found: ast.expr | None = None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
        found = node.func.value
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
        found = node.value
    while isinstance(found, ast.Subscript):
        found = found.value
    if isinstance(found, ast.Attribute) and ast.unparse(found).startswith("self."):
        return found.attr
    return ""

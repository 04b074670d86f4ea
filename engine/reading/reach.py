"""What may be reached through a value of which nothing else is known: layers, their weights. No torch."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from engine.reading.values import (
    Chain,
    Measured,
    Method,
    Names,
    Once,
    Parameter,
    Path,
    Reach,
    ReadingError,
    Tensor,
    Unknown,
    is_module,
    is_own_parameter,
)

MOST, DEEPEST = 1000, 4  # values of a list that are looked at; lists in lists
# What comes out of these is, or holds, what was put in; code of others is taken to give something of its own.
PASSING = tuple(f"{name}." for name in ("builtins", "collections", "itertools", "functools", "operator", "copy",
                                        "random", "heapq", "types", "weakref"))
HOLDING = ("defaultdict", "deque", "Counter", "ChainMap", "UserDict", "UserList")  # may be filled later
FILLING = frozenset(("append", "appendleft", "extend", "extendleft", "add", "insert", "update", "setdefault"))
NUMBERS = ("forward", "__call__", "state_dict", "item")  # methods whose results are no parts of their owner
FINDING = ("get_submodule", "get_parameter", "getattr", "attrgetter", "itemgetter")  # which give a part itself


def reached(value: Any, level: int = 0) -> Iterator[Any]:
    """The modules, lists and tensors of which something may be got through a value."""
    if is_module(value) or isinstance(value, Tensor) or (isinstance(value, Chain) and value.is_plain):
        yield value
    elif isinstance(value, (Parameter, Measured)):
        yield value.module
    elif isinstance(value, Method):
        yield from reached(value.owner, level)
    elif isinstance(value, (Unknown, Once)) and value.of is not None:
        yield from value.of.parts
    elif isinstance(value, (list, tuple, set, frozenset, dict)) and level < DEEPEST:
        for each in [*(value.values() if isinstance(value, dict) else value)][:MOST]:
            yield from reached(each, level + 1)


def holds_tensor(value: Any) -> bool:
    """Whether the numbers of some tensor may be reached through it."""
    return any(isinstance(part, Tensor) for part in reached(value))


def unread_tensor(values: Iterable[Any], level: int = 0) -> ReadingError | None:
    """Why something that may be a tensor, or look at one, is not known where it is given along."""
    for value in values:
        if isinstance(value, (list, tuple, dict)) and level < DEEPEST:
            found = unread_tensor([*(value.values() if isinstance(value, dict) else value)][:MOST], level + 1)
        else:
            found = value.error if isinstance(value, Unknown) and holds_tensor(value) else None
        if found is not None:
            return found
    return None


def reaching(found: Any, called: Any, given: list[Any], named: Names) -> Any:
    """What a call gave, with what may be reached through it."""
    if not isinstance(found, (Unknown, Once)) or isinstance(found, Method) or is_own_parameter(found):
        return found
    if isinstance(called, Path) and not called.name.startswith(PASSING):
        return found
    if not isinstance(called, (Path, Method, Unknown)) or (isinstance(called, Method) and called.name in NUMBERS):
        return found
    if not isinstance(called, (Path, Method)) and called.of is None:
        return found
    sources = [called, *given, *named.values()]
    parts = [*dict.fromkeys(part for source in sources for part in reached(source))]
    holds = isinstance(called, Path) and called.name.endswith(HOLDING)
    return found.reaching(Reach(parts, not holds, holds)) if parts or holds else found


def within(found: Unknown) -> Unknown:
    """What stands in something that is not known: with what is put into that, one may reach it here."""
    of = found.of
    return found if of is None or of.is_part else found.reaching(Reach(of.parts, True, True))


class Origins:
    """Where the names of a statement that was left get their values from."""

    def __init__(self, statement: ast.stmt, names: Names, value: Callable[[ast.expr, Names], Any]) -> None:
        self._names, self._value = names, value
        self._sources: dict[str, list[ast.expr]] = {}
        for node in ast.walk(statement):
            for target, source in _bindings(node):
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        self._sources.setdefault(part.id, []).append(source)

    def of(self, name: str) -> Reach | None:
        """What may be reached through a name that the statement binds."""
        found = [*self.parts(ast.Name(name, ast.Load(), lineno=1))] if name in self._sources else []
        return Reach([*dict.fromkeys(found)]) if found else None

    def parts(self, node: ast.AST, met: set[str] | None = None) -> Iterator[Any]:
        """What may be reached through an expression."""
        met = set() if met is None else met
        if isinstance(node, ast.Name) and node.id in self._sources:
            if node.id not in met:
                met.add(node.id)
                yield from reached(self._value(node, self._names))  # what it was before
                for source in self._sources[node.id]:
                    yield from self.parts(source, met)
            return
        if isinstance(node, (ast.Name, ast.Attribute)) and (found := [*reached(self._value(node, self._names))]):
            yield from found
            return
        if isinstance(node, (ast.Compare, ast.JoinedStr)) or (
                isinstance(node, ast.Call) and self._gives_new(node)):
            return
        for part in ast.iter_child_nodes(node):
            yield from self.parts(part, met)

    def _gives_new(self, node: ast.Call) -> bool:
        """Whether a call gives nothing of what it is given: a network's output, what code of others makes."""
        called = self._value(node.func, self._names)
        if called is None and not any(isinstance(part, ast.Call) for part in ast.walk(node.func)):
            return True  # of others, and not even imported
        if is_module(called) or (isinstance(node.func, ast.Attribute) and node.func.attr in NUMBERS):
            return True
        return isinstance(called, Path) and not called.name.startswith((*PASSING, "torch.nn."))


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr, ast.AugAssign)) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        yield node.target, node.iter
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield node.optional_vars, node.context_expr

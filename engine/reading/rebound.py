"""Names of a text that mean one thing here and another there. No torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

Bound = tuple[str, str]  # a name, and what is done with it there
REPEATING = (ast.For, ast.AsyncFor, ast.While)


def rebound(body: Sequence[ast.stmt]) -> frozenset[str]:
    """Names that a text binds in more than one way, changes by what it puts into them, or binds in functions."""
    found: dict[str, set[str]] = {}
    for name, how in _bound(body):
        found.setdefault(name, set()).add(how)
    return frozenset(name for name, ways in found.items() if len(ways) > 1 or "" in ways)


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
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name, how
        yield from ((name, "") for part in ast.walk(statement) if isinstance(part, ast.Global) for name in part.names)
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            whole = alias.name if alias.asname or isinstance(statement, ast.ImportFrom) else ""  # “import a.b” binds a
            yield (alias.asname or alias.name).partition(".")[0], f"{getattr(statement, 'module', '')} {whole}"
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
            yield from _targets(target, how)
    elif isinstance(statement, (ast.AugAssign, ast.For, ast.AsyncFor)):
        yield from _targets(statement.target, "")
    elif isinstance(statement, ast.Delete):
        yield from (each for target in statement.targets for each in _targets(target, ""))
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        for item in statement.items:
            yield from _targets(item.optional_vars, how) if item.optional_vars is not None else ()
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and isinstance(
            statement.value.func, ast.Attribute):
        yield from _targets(statement.value.func, "")


def _targets(target: ast.expr, how: str) -> Iterator[Bound]:
    """The names that a target binds, or that stand before what it changes."""
    if isinstance(target, ast.Name):
        yield target.id, how
    elif isinstance(target, (ast.Tuple, ast.List)):
        yield from (each for part in target.elts for each in _targets(part, how))
    elif isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
        yield from _targets(target.value, how if isinstance(target, ast.Starred) else "")
    elif isinstance(target, ast.Call):
        yield from _targets(target.func, "")

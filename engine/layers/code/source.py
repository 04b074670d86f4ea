"""The source of a layer that a person writes in Python: what it says, without running it, and whether it may run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from engine.layers.base import LayerError
from engine.messages import ImpossibleError

EXAMPLE = '''class Centered(nn.Module):
    """Takes the mean away."""

    def forward(self, x):
        return x - x.mean(dim=1, keepdim=True)
'''

_allowed: set[str] = {sha256(EXAMPLE.encode()).hexdigest()}


class CodeError(LayerError):
    """The code cannot be read, or does not do what a layer must; ``line`` counts from 1 in its source."""

    def __init__(self, template: str, /, *, line: int | None = None, **values: object) -> None:
        super().__init__(template, **values, **({} if line is None else {"line": line}))
        self.line = line


class CodeNotAllowedError(CodeError):
    """Nobody has agreed to run this code yet."""


class CodeWaitsError(CodeError):
    """PyTorch is not there yet; ask again later."""


def digest(source: str) -> str:
    """What is remembered of a source."""
    return sha256(source.encode()).hexdigest()


def allow(sources: Iterable[str]) -> None:
    """From now on these may run, in this process."""
    allow_digests(map(digest, sources))


def allow_digests(digests: Iterable[str]) -> None:
    """The same, for sources that were agreed to earlier."""
    _allowed.update(digests)


def is_allowed(source: str) -> bool:
    """Whether this source may run."""
    return digest(source) in _allowed


class Outline(NamedTuple):
    """What can be known of a source without running it."""

    name: str  # the module's class
    constructor: tuple[str, ...]  # its parameters
    inputs: tuple[int, int | None]  # of forward: least and most; None: any number


@lru_cache(maxsize=512)
def outline(source: str) -> Outline:
    """The last class of the source that has a ``forward``. Raises CodeError with its line."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise CodeError("Line {line}: {reason}", line=error.lineno or 1, reason=error.msg) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise CodeError("The code cannot be read: {reason}", reason=str(error)) from error
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and _method(node, "forward")]
    if not classes:
        raise CodeError("The code needs a class with a method “forward”, such as: class Mine(nn.Module)")
    forward, made = _method(classes[-1], "forward"), _method(classes[-1], "__init__")
    assert forward is not None
    names = [argument.arg for argument in [*made.args.args[1:], *made.args.kwonlyargs]] if made else []
    most = len(forward.args.posonlyargs) + len(forward.args.args) - 1
    if most < 1 and forward.args.vararg is None:
        raise CodeError("“forward” must take the input: def forward(self, x)", line=forward.lineno)
    least = max(1, most - len(forward.args.defaults))
    return Outline(classes[-1].name, tuple(names), (least, None if forward.args.vararg else most))


@lru_cache(maxsize=512)
def definitions(source: str) -> Mapping[str, str]:
    """Every name that the source defines for itself, and how; what it imports too. Raises CodeError."""
    outline(source)
    found: dict[str, str] = {}
    for node in ast.parse(source).body:
        found |= _defined(node)
    return found


def _defined(node: ast.stmt) -> dict[str, str]:
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.partition(".")[0]: alias.name if alias.asname else
                alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return {alias.asname or alias.name: f"{module}.{alias.name}" for alias in node.names if module != "__future__"}
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return {node.name: ast.unparse(node)}
    stored = [name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)]
    return dict.fromkeys(stored, ast.unparse(node))


def _method(made: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((node for node in made.body if isinstance(node, ast.FunctionDef) and node.name == name), None)


@lru_cache(maxsize=512)
def arguments(text: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Positional and named arguments, each written anew: nothing else of the text is ever evaluated.

    Raises CodeError unless all are plain values.
    """
    try:
        call = ast.parse(f"f({text})", mode="eval").body
        # “x)(y” would close the bracket and call what comes out: x, too, must be looked at
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            raise ImpossibleError("this is more than the arguments of one call")
        for value in [*call.args, *(word.value for word in call.keywords)]:
            ast.literal_eval(value)
        named = {word.arg: ast.unparse(word.value) for word in call.keywords if word.arg is not None}
        if len(named) != len(call.keywords):
            raise ImpossibleError("every named argument has a name of its own")
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise CodeError("The arguments must be plain values, such as: 5, units=3") from error
    return tuple(map(ast.unparse, call.args)), named

"""PyTorch code, .loom text or a line → a graph. The code is read, never executed; no torch."""

from __future__ import annotations

import ast
import json
import textwrap
from typing import Any

from engine.experiment.experiment import from_json
from engine.graph.graph import Graph
from engine.graph.json import read_graph
from engine.layout.unplaced import laid_out
from engine.line.grammar import LineError
from engine.line.line import build_line
from engine.messages import LayerloomError
from engine.reading.interpreter import Interpreter
from engine.reading.values import Chain, Class, Function, Instance, Module, ReadingError, Sheet, Tensor

__all__ = ["ReadingError", "from_code", "from_text"]

MOST_CODE = 200_000  # characters
CODE_SIGNS = ("nn.", "torch", "def ", "class ", "import ", "Sequential")


def from_text(text: str) -> Graph:
    """The network in a text: a .loom file, PyTorch code, or a line. Raises ReadingError where it is none."""
    text = text.strip().removeprefix("\ufeff")
    if not text:
        raise ReadingError("There is no text to make layers of")
    if text.startswith("{"):
        return _from_loom(text)
    plain = _without_comments(text)
    is_code = any(sign in plain for sign in CODE_SIGNS)
    if is_code:
        return from_code(text)
    try:
        return build_line(Graph(), plain)[0]
    except LineError as error:
        raise ReadingError("{reason}", reason=error.message) from error


def _without_comments(text: str) -> str:
    """The text without lines that are comments; a comment alone is a line in its form."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return "\n".join(lines) or text.lstrip("# ")


def _from_loom(text: str) -> Graph:
    try:
        raw = json.loads(text)
        return from_json(text).graph if isinstance(raw, dict) and "format" in raw else read_graph(raw)
    except LayerloomError as error:
        raise ReadingError("{reason}", reason=error.message) from error
    except (ValueError, RecursionError) as error:
        raise ReadingError("This text begins like a .loom file, but cannot be read as one") from error


def from_code(source: str) -> Graph:
    """The network of an ``nn.Sequential(…)`` or of the code's last ``nn.Module``. Raises ReadingError with its line.

    Understood are modules and functions that are layers here, classes and functions of the code itself, and Python on
    plain values: loops, conditions and lists as they are used to put layers together.
    """
    if len(source) > MOST_CODE:
        raise ReadingError("This code is too long to be read")
    tree = _parsed(source)
    reader = Interpreter(source)
    try:
        network = _network(reader, tree)
        sheet = reader.context.sheet = Sheet()
        output = reader.module_called(network, [sheet.input], {}) if not isinstance(network, Instance) else (
            _forward(reader, network, sheet))
        if not isinstance(output, Tensor) or output == sheet.input:
            raise ReadingError("The network must return one tensor that its layers made")
        return laid_out(sheet.graph(output))
    except RecursionError as error:
        raise ReadingError("This code is nested too deeply to be read") from error


def _parsed(source: str) -> ast.Module:
    """The source as a tree; indented and prompted text, as it is copied from books, too. Raises ReadingError."""
    text = textwrap.dedent(source)
    if text.lstrip().startswith(">>>"):
        text = "\n".join(line[4:] for line in text.splitlines() if line.startswith((">>> ", "... ")))
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise ReadingError("{reason}", line=error.lineno or 1, reason=error.msg) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ReadingError("The code cannot be read: {reason}", reason=str(error)) from error


def _network(reader: Interpreter, tree: ast.Module) -> Any:
    """The module that the code is about: the last that is made outside of classes, else the last class. Raises."""
    found: Any = None
    for statement in tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef)):
            reader.statements.run([statement], reader.context.globals)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Expr, ast.AugAssign)):
            made = _made(reader, statement)
            found = found if made is None or (found is not None and isinstance(made, Module)) else made
    values = reader.context.globals.values()
    classes = [value for value in values if isinstance(value, Class) and value.method("forward")]
    if found is not None and not (classes and isinstance(found, Module)):
        return found
    if not classes:
        raise ReadingError("This code makes no network: it needs an nn.Sequential(…) or a class with forward")
    return reader.made_instance(classes[-1], [], {}, None)


def _made(reader: Interpreter, statement: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr) -> Any:
    """The module that a statement outside of classes makes. What makes no layer may be anything, and is left out."""
    try:
        if isinstance(statement, ast.Expr):
            value = reader.expressions.value(statement.value, reader.context.globals)
        else:
            reader.statements.run([statement], reader.context.globals)
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            value = reader.context.globals.get(target.id) if isinstance(target, ast.Name) else None
    except ReadingError:
        if _makes_layers(reader, statement):
            raise
        return None
    return value if isinstance(value, (Module, Instance)) or (isinstance(value, Chain) and value.calls) else None


def _makes_layers(reader: Interpreter, statement: ast.stmt) -> bool:
    """Whether a module is made in it: one of torch's that is no loss, or one of the code's own."""
    calls = [ast.unparse(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return any((name.startswith(("nn.", "torch.nn.")) and not name.endswith("Loss") and ".init." not in name
               and ".functional." not in name and ".utils." not in name)
               or name == "Sequential" or isinstance(reader.context.globals.get(name), Class) for name in calls)


def _forward(reader: Interpreter, network: Instance, sheet: Sheet) -> Any:
    forward = network.kind.method("forward")
    assert forward is not None
    return reader.function_called(Function(forward, network), [sheet.input], {})

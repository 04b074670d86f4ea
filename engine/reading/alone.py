"""Whether a definition means the same where it stands alone, as a layer that is code. No torch."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator

from engine.messages import Message, say

AT_HAND = frozenset((
    "torch", "math", "collections", "typing", "functools", "itertools", "numpy", "copy", "warnings", "logging", "abc",
    "enum", "operator", "numbers", "string", "re", "dataclasses"))  # to be imported
# Builtins that tell of more than the class: where it stands, what else is there.
SEEING = frozenset(("id", "hash", "repr", "ascii", "globals", "locals", "dir", "open", "input", "exec", "eval",
                    "compile", "breakpoint"))  # fmt: skip
ASKS = "it asks for “{name}”"


def outside_of(made: ast.AST, rewritten: frozenset[str]) -> Message | None:
    """What a definition asks for that is another thing where it stands alone: where it is kept, what else there is,
    whether something is of a class that the text writes twice (``rewritten``).
    """
    plain = {id(part) for node in ast.walk(made) for part in _by_name_alone(node)}
    own = _own_names(made)
    for node in ast.walk(made):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in own and (
                node.id in SEEING or (node.id.startswith("__") and node.id != "__class__")):
            return say(ASKS, name=node.id)
        if isinstance(node, ast.Name) and node.id in rewritten and id(node) not in plain:
            return say("it asks for the class “{name}”, which is written twice", name=node.id)
        if isinstance(node, ast.Global):
            return say(ASKS, name=ast.unparse(node))
        if isinstance(node, ast.Attribute) and node.attr in ("__module__", "__globals__", "__subclasses__"):
            return say(ASKS, name=node.attr)
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not _modules(node) <= AT_HAND:
            return say(ASKS, name=ast.unparse(node))
    return None


def _by_name_alone(node: ast.AST) -> Iterator[ast.expr]:
    """Where a class may stand twice: it is made, built on, or says whose parent is meant."""
    if isinstance(node, ast.ClassDef):
        yield from node.bases
    elif isinstance(node, ast.Call):
        yield node.func
        yield from node.args[:1] if isinstance(node.func, ast.Name) and node.func.id == "super" else ()


def _modules(node: ast.Import | ast.ImportFrom) -> set[str]:
    """The packages of an import; "" for what stands beside the text."""
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0] if not node.level else ""}
    return {alias.name.partition(".")[0] for alias in node.names}


def free_names(source: str) -> set[str]:
    """Names that a definition takes from around it, as Python finds them; builtins, too."""
    found, waiting = set[str](), [symtable.symtable(source, "code", "exec")]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        found |= {each.get_name() for each in table.get_symbols() if each.is_referenced() and (
            table.get_type() == "module" or each.is_global())}
    return found


def _own_names(made: ast.AST) -> set[str]:
    """Names that a definition itself binds, anywhere in it."""
    found = {node.id for node in ast.walk(made) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    found |= {node.arg for node in ast.walk(made) if isinstance(node, ast.arg)}
    return found | {node.name for node in ast.walk(made) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}

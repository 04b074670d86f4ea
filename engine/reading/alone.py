"""Whether a definition means the same where it stands alone, as a layer that is code. No torch."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.messages import Message, say

AT_HAND = frozenset((
    "torch", "math", "collections", "typing", "functools", "itertools", "numpy", "copy", "warnings", "abc",
    "enum", "operator", "numbers", "string", "re", "dataclasses"))  # to be imported
# Builtins that tell of more than the class: where it stands, what else is there.
SEEING = frozenset(("id", "hash", "repr", "ascii", "globals", "locals", "dir", "open", "input", "exec", "eval",
                    "compile", "breakpoint", "memoryview", "delattr"))  # fmt: skip
# What is said of a definition, or done to it, behind its back.
HIDDEN = frozenset(("__module__", "__globals__", "__subclasses__", "__dict__", "__code__", "__defaults__",
                    "__closure__", "__kwdefaults__", "__annotations__", "__bases__", "__mro__",
                    "__wrapped__", "mro"))  # fmt: skip
KEEPING = ("lru_cache", "cache", "cached_property", "singledispatch")  # decorators that keep what was given before
ASKS = "it asks for “{name}”"


def outside_of(made: ast.AST, free: set[str], rewritten: frozenset[str]) -> Message | None:
    """What a definition asks for, or does, that is another thing where it stands alone: where it is kept, what else
    there is, whether something is of a class that the text writes twice (``rewritten``). ``free``: what it takes from
    around it.
    """
    for name in sorted(free):
        if name in SEEING or (name.startswith("__") and name != "__class__"):
            return say(ASKS, name=name)
    plain = {id(part) for node in ast.walk(made) for part in _by_name_alone(node)}
    for node in ast.walk(made):
        if isinstance(node, ast.Name) and node.id in rewritten and id(node) not in plain:
            return say("it asks for the class “{name}”, which is written twice", name=node.id)
        if (asked := _asked(node) or _done(node, free)) is not None:
            return say(ASKS, name=asked)
    return None


def _asked(node: ast.AST) -> str | None:
    """What a node looks at that is another thing elsewhere."""
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return ast.unparse(node)
    if isinstance(node, (ast.Import, ast.ImportFrom)) and not _modules(node) <= AT_HAND:
        return ast.unparse(node)
    if isinstance(node, ast.Attribute) and (node.attr in HIDDEN or (node.attr in KEEPING)):
        return node.attr
    if isinstance(node, ast.Name) and node.id in KEEPING:
        return node.id
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(
            node.args) > 1 and _is_hidden(node.args[0], node.args[1]):
        return ast.unparse(node)[:40]
    return None


def _is_hidden(owner: ast.expr, name: ast.expr) -> bool:
    """Whether getattr may reach behind a definition."""
    if isinstance(name, ast.Constant):
        return str(name.value).startswith("__")
    return not isinstance(owner, (ast.Name, ast.Attribute)) or ast.unparse(owner) == "cls"


def _done(node: ast.AST, free: set[str]) -> str | None:
    """What a node sets that is not its own: an attribute or a place of something from around it."""
    if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
        root: ast.expr = node
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        if isinstance(root, ast.Name) and root.id in free:
            return ast.unparse(node)
        if isinstance(root, ast.Call) and ast.unparse(root.func).partition(".")[0] in free - {"getattr", "list", "zip"}:
            return ast.unparse(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr" and node.args and (
            isinstance(node.args[0], ast.Name) and node.args[0].id in free):
        return ast.unparse(node)[:40]
    return None


def asks_its_class(made: ast.AST) -> str:
    """“type(self)”, where an object asks of which class it is, or for a text of itself: a layer's class is one made of
    that.
    """
    around = {id(child): node for node in ast.walk(made) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(made):
        if isinstance(node, (ast.Call, ast.Attribute)) and ast.unparse(node) in ("type(self)", "self.__class__"):
            above = around.get(id(node))
            if not (isinstance(above, ast.Attribute) and above.attr == "__name__"):
                return ast.unparse(node)
        if isinstance(node, ast.Name) and node.id in ("self", getattr(made, "name", "")) and _is_shown(
                node, around.get(id(node)), around):
            return f"{{{node.id}}}"
    return ""


def _is_shown(node: ast.AST, above: ast.AST | None, around: Mapping[int, ast.AST]) -> bool:
    """Whether something is made a text of."""
    if isinstance(above, ast.Tuple):
        node, above = above, around.get(id(above))
    if isinstance(above, ast.Call):
        return node in above.args and (ast.unparse(above.func) == "str" or ast.unparse(above.func).endswith(".format"))
    return isinstance(above, ast.FormattedValue) or (isinstance(above, ast.BinOp) and isinstance(above.op, ast.Mod)
                                                     and above.right is node and isinstance(above.left, ast.Constant))


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


class Names(NamedTuple):
    """Names that a definition takes from around it: all, and those that must be there when it is defined."""

    free: set[str]
    at_once: set[str]


def free_names(source: str) -> Names:
    """As Python finds them; builtins, too."""
    free, at_once, waiting = set[str](), set[str](), [symtable.symtable(source, "code", "exec")]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        kind = table.get_type()
        found = {each.get_name() for each in table.get_symbols() if each.is_referenced() and (
            kind != "function" or each.is_global())}
        free |= found
        at_once |= found if kind != "function" else set()
    return Names(free, at_once)

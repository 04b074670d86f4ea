"""Which of the modules that code makes is its network. No torch."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from engine.reading.interpreter import Interpreter
from engine.reading.layers import MissingValueError
from engine.reading.values import (
    Chain,
    Class,
    Function,
    Instance,
    Module,
    Names,
    Path,
    ReadingError,
    Unknown,
    every_module,
    is_module,
)

NAMES = ("net", "model")  # what a network is called, where several things might be one


@dataclass(frozen=True)
class Found:
    """Something at top level that may be the network."""

    name: str
    value: Any
    line: int


class Choosing:
    """Follows what stands at top level, and keeps what might be the network."""

    def __init__(self, reader: Interpreter) -> None:
        self.reader, self.context = reader, reader.context
        self.found: list[Found] = []
        self.left: list[ast.stmt] = []  # of which no layer comes, for nothing is known of what it calls
        self._inner: list[Found] = []

    def run(self, body: list[ast.stmt]) -> None:
        """Follow a whole text. Raises ReadingError where it cannot be gone on with."""
        for statement in body:
            self._follow(statement)

    def _follow(self, statement: ast.stmt) -> None:
        names, made, found = self.context.globals, len(self.context.made), len(self.found)
        before, strange = dict(names), self.context.strange
        self.context.lost = None
        self.reader.statements.follow(statement, names)
        if isinstance(statement, (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef)):
            return
        said = set(_bound_in(statement))
        changed = [name for name, value in names.items() if name in said or before.get(name) is not value]
        self._keep_named(statement, {name: before.get(name) for name in changed})
        if isinstance(statement, ast.Expr):
            for value in self.context.made[made:]:
                self._keep("", value, statement.lineno)
            if self.context.lost is not None and self._makes_layers(statement.value):
                self._keep("", Unknown("", self.context.lost), statement.lineno)
        is_strange = self.context.strange > strange or self.context.lost is not None
        if is_strange and len(self.found) == found and len(self.context.made) == made:
            self.left.append(statement)

    def _keep_named(self, statement: ast.stmt, before: Names) -> None:
        for name, old in before.items():
            value = self.context.globals.get(name)
            if isinstance(value, Chain) and not value.name:
                value.name = name
            is_lost = isinstance(value, Unknown) and self._may_be_network(statement, name, old)
            if is_module(value) or is_lost:
                self._keep(name, value, statement.lineno)

    def _keep(self, name: str, value: Any, line: int) -> None:
        if isinstance(value, Chain) and not value.calls:
            return
        self.found.append(Found(name, value, line))

    def _may_be_network(self, statement: ast.stmt, name: str, old: Any) -> bool:
        """Whether what could not be read was to be a network."""
        if name in NAMES or is_module(old):
            return True
        source = getattr(statement, "value", None)
        if not isinstance(source, ast.expr):
            return False
        return self._makes_layers(source)

    def _makes_layers(self, node: ast.expr) -> bool:
        """Whether the outermost call makes a module: torch's own, one of the code's, or a function that does."""
        if not isinstance(node, ast.Call):
            return False
        text = ast.unparse(node.func)
        called = self._value(node.func)
        if isinstance(called, Path):
            name = called.name
            return name.startswith("torch.nn.") and not name.endswith("Loss") and ".functional." not in name and (
                ".init." not in name) and not name.endswith(("_norm_", "Parameter"))
        if isinstance(called, Class):
            return called.is_module
        if isinstance(called, Function):
            return any(isinstance(part, ast.Call) and self._makes_layers(part) for part in ast.walk(called.made))
        return isinstance(node.func, ast.Attribute) and text.endswith((".to", ".cuda", ".eval", ".train", ".cpu")) and (
            self._makes_layers(node.func.value) or is_module(self._value(node.func.value)))

    def _value(self, node: ast.expr) -> Any:
        if any(isinstance(part, (ast.Call, ast.NamedExpr)) for part in ast.walk(node)):
            return None
        try:
            return self.reader.expressions.value(node, self.context.globals)
        except ReadingError:
            return None

    # -- the choice ----------------------------------------------------------------------------------------------------

    def network(self) -> Any:
        """The last thing that is a network; by its name, where it has one of theirs. Raises ReadingError."""
        chosen = self._by_name() or self._last()
        classes = self._classes()
        if chosen is not None and not (classes and isinstance(chosen.value, Module) and chosen.name not in NAMES):
            return self._known(chosen)
        if classes:
            made = [each for each in self.context.made if isinstance(each, Instance) and each.kind is classes[-1]]
            return self.context.need(made[-1]) if made and chosen is None else self._made(classes[-1])
        makers = [value for value in self.context.globals.values() if isinstance(value, Function)
                  and isinstance(value.made, ast.FunctionDef) and self._returns_layers(value.made)]
        if makers:
            name, arguments = makers[-1].name, makers[-1].made.args
            words = arguments.args[: len(arguments.args) - len(arguments.defaults)]
            raise MissingCallError("This code only says how {name} makes layers: add a line such as net = {call}",
                                   line=makers[-1].made.lineno, name=name,
                                   call=f"{name}({', '.join(f'{word.arg}=…' for word in words)})")
        raise ReadingError("This code makes no network: it needs an nn.Sequential(…) or a class with forward")

    def say_others(self, network: Any) -> None:
        """Notes on networks of the text that are neither this one nor in it."""
        modules = [network, *(part for _, part in every_module(network))]
        if not any(found.value is network for found in self.found):
            self._say_classes([part.kind for part in modules if isinstance(part, Instance)])
        parts = {id(part) for part in modules}
        for found in {found.name: found for found in self.found}.values():
            is_network = isinstance(found.value, Chain | Instance) and id(found.value) not in parts
            if found.name and is_network and self.context.globals.get(found.name) is found.value:
                parts.add(id(found.value))  # under one of its names
                self.context.line = found.line
                self.context.note("“{name}” is no part of this network: it is left out", name=found.name)

    def _say_classes(self, used: list[Class]) -> None:
        """Where a class alone is the network: others that it is not made of."""
        for kind in used:  # and what they are made from
            used += [base for base in kind.bases if isinstance(base, Class) and base not in used]
        for kind in self._classes():
            if kind not in used and not any(kind in other.bases for other in self._classes()):
                self.context.line = kind.made.lineno
                self.context.note("“{name}” is no part of this network: it is left out", name=kind.made.name)

    def _returns_layers(self, made: ast.FunctionDef) -> bool:
        return any(isinstance(part, ast.Return) and part.value is not None for part in ast.walk(made)) and any(
            isinstance(part, ast.Call) and self._makes_layers(part) for part in ast.walk(made))

    def _by_name(self) -> Found | None:
        for name in NAMES:
            named = [found for found in self.found if found.name == name]
            if named and name in self.context.globals:
                value = self.context.globals[name]
                if is_module(value) or isinstance(value, Unknown):
                    return Found(name, value, named[-1].line)
        return None

    def _last(self) -> Found | None:
        """The last that is more than one layer by itself; else the last."""
        whole = [found for found in self.found if not isinstance(found.value, Module)]
        return next(iter((whole or self.found)[-1:]), None)

    def _known(self, found: Found) -> Any:
        value = self.context.checked(found.value)
        if isinstance(value, Unknown):
            if value.error is not None:
                raise value.error
            raise ReadingError("“{name}” cannot be read", line=found.line, name=found.name or value.name)
        return value

    def _classes(self) -> list[Class]:
        values = [self.context.checked(value) for name, value in self.context.globals.items()]
        return [value for value in dict.fromkeys(value for value in values if isinstance(value, Class))
                if value.is_module or self._is_book(value)]

    def _is_book(self, kind: Class) -> bool:
        return any(isinstance(base, Path) and isinstance(self.reader.from_book(base.name), Class)
                   and base.name.rpartition(".")[2] != "HyperParameters" for base in kind.foreign())

    def _made(self, kind: Class) -> Any:
        """An object of a class that the text never makes. Raises ReadingError."""
        self.context.line = kind.made.lineno
        try:
            made = self.reader.made_instance(kind, [], {}, None)
        except MissingValueError as error:
            raise self.missing(kind) from error
        if isinstance(made, Instance) and made.kind.find("forward") is None and made.inner is None and (
                "forward" not in made.attributes):
            raise ReadingError("{name} has no forward method", line=kind.made.lineno, name=kind.made.name)
        return made

    def missing(self, kind: Class) -> ReadingError:
        """What a class needs that nobody gives it, and the line to add."""
        constructor = kind.method("__init__")
        assert constructor is not None
        words = constructor.made.args.args[1:]
        needed = [word.arg for word in words[: len(words) - len(constructor.made.args.defaults)]]
        makers = [name for name, value in self.context.globals.items() if isinstance(value, Function)
                  and self._needs_nothing(value) and any(
                      isinstance(part, ast.Call) and ast.unparse(part.func) == kind.made.name
                      for part in ast.walk(value.made))]
        call = f"{makers[0]}()" if makers else f"{kind.made.name}({', '.join(f'{name}=…' for name in needed)})"
        return MissingCallError(
            "{kind} needs values for {names}, and this text never makes one: add a line such as net = {call}",
            line=kind.made.lineno, kind=kind.made.name, names=", ".join(needed), call=call)

    def _needs_nothing(self, function: Function) -> bool:
        arguments = function.made.args
        return len(arguments.args) <= len(arguments.defaults) and not arguments.kwonlyargs


class MissingCallError(ReadingError):
    """A class of which the text makes no object needs values to be made."""


def _bound_in(statement: ast.stmt) -> list[str]:
    """Names that the statement may bind, in order."""
    found: dict[str, None] = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
    for node in ast.walk(statement):  # ``net.eval()`` binds nothing, but says which one is meant
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            while isinstance(target, (ast.Attribute, ast.Subscript)):
                target = target.value
                if isinstance(target, ast.Name):
                    found[target.id] = None
    return list(found)

"""What code keeps from one call of a network to the next, and which of it changes. No torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from engine.reading.context import Context
from engine.reading.values import Chain, Class, Function, Instance, Module, Names, Once, ReadingError, Unknown

SCALARS = (int, float, str)


class State:
    """All that can be reached from some values, as it is when this is made."""

    def __init__(self, context: Context, network: Any, body: Sequence[ast.stmt]) -> None:
        self.context, self._body = context, body
        self._names: list[tuple[Names, Names]] = []  # of objects, classes and functions, and what they were
        self._held: list[tuple[str, Any, Any]] = []  # lists and the like, the names that they are met by
        self._steps: list[tuple[str, Once, int]] = []
        self._layers: list[tuple[Module, Any, Names]] = []
        waiting: list[tuple[str, Any]] = [("", network), *self._met_names(context.globals)]
        met: dict[int, Any] = {}
        while waiting:
            name, value = waiting.pop()
            if isinstance(value, (*SCALARS, type(None))) or id(value) in met:
                continue
            met[id(value)] = value
            context.spend(1)
            waiting += self._met(name, value)

    def _met(self, name: str, value: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(value, (Instance, Class, Function)):
            for names in _names_of(value):
                yield from self._met_names(names)
            yield from ((name, each) for each in _beside(value))
        elif isinstance(value, (list, tuple, set, frozenset, dict)):
            self.context.spend(len(value) // 16)
            if not isinstance(value, (tuple, frozenset)):
                self._held.append((name, value, value.copy()))
            yield from ((name, each) for each in (value.values() if isinstance(value, dict) else value))
        elif isinstance(value, Chain):
            self._held.append((name, value, list(value.parts)))
            yield from value.parts
        elif isinstance(value, Once):
            self._steps.append((name, value, value.taken))
        elif isinstance(value, Module):
            self._layers.append((value, value.layer, value.arguments))
        elif hasattr(value, "given") and hasattr(value, "function"):
            yield from ((name, each) for each in (value.function, value.given, value.named))

    def _met_names(self, names: Names) -> Iterator[tuple[str, Any]]:
        if not any(names is each for each, _ in self._names):
            self._names.append((names, dict(names)))
            for name, value in names.items():
                if name == "__outer__":
                    yield from self._met_names(value)
                elif name != "__sets__":
                    yield name, value

    def restore(self) -> None:
        """All is as it was; of what is gone through only once, nothing can be given back."""
        for names, before in self._names:
            names.clear()
            names.update(before)
        for _, held, before in self._held:
            target = held.parts if isinstance(held, Chain) else held
            target.clear()
            target.extend(before) if isinstance(target, list) else target.update(before)
        for module, layer, arguments in self._layers:
            module.layer, module.arguments = layer, arguments

    def forget(self) -> bool:
        """All is as it was, and what has changed is not known; whether anything has."""
        changed = [(names, key) for names, before in self._names for key, value in names.items()
                   if key not in before or not _is_same(before[key], value)]
        changed += [(names, key) for names, before in self._names for key in before if key not in names]
        held = [(name, each) for name, each, before in self._held if not _holds_same(each, before)]
        steps = [(name, each) for name, each, taken in self._steps if each.taken != taken]
        layers = [(each, each.layer, each.arguments) for each, layer, _ in self._layers if each.layer != layer]
        self.restore()
        for names, key in changed:
            names[key] = Unknown("", self._error(key))
        for name, each in (*held, *steps):
            self.context.taint(each, self._error(name))
        for module, layer, arguments in layers:
            module.layer, module.arguments = layer, arguments
        return bool(changed or held or steps or layers)

    def _error(self, name: str) -> ReadingError:
        return ReadingError("“{name}” changes from call to call: what the network does with it cannot be read",
                            line=self._line(name), name=name)

    def _line(self, name: str) -> int:
        """Where a function changes it, as far as the text tells."""
        found: dict[bool, int] = {}
        for made in (each for part in self._body for each in ast.walk(part) if isinstance(each, ast.FunctionDef)):
            for node in ast.walk(made) if made.name != "__init__" else ():
                if name in (getattr(node, "attr", None), getattr(node, "id", None)) and isinstance(node, ast.expr):
                    found.setdefault(isinstance(getattr(node, "ctx", None), ast.Store), node.lineno)
        return found.get(True) or found.get(False) or self.context.line


def _names_of(value: Any) -> list[Names]:
    if isinstance(value, Function):
        return [names for names in (value.around, value.defaults) if isinstance(names, dict)]
    return [value.attributes if isinstance(value, Instance) else value.names]


def _beside(value: Any) -> tuple[Any, ...]:
    if isinstance(value, Function):
        return value.owner, value.home
    return (value.kind, value.inner) if isinstance(value, Instance) else value.bases


def _is_same(one: Any, two: Any) -> bool:
    return one is two or (type(one) is type(two) and isinstance(one, SCALARS) and one == two)


def _holds_same(held: Any, before: Any) -> bool:
    if isinstance(held, (set, frozenset)):
        return len(held) == len(before) and all(each in before for each in held)
    now = held.parts if isinstance(held, Chain) else held
    if len(now) != len(before):
        return False
    if isinstance(now, dict):
        return all(map(_is_same, (*now, *now.values()), (*before, *before.values())))
    return all(map(_is_same, now, before))

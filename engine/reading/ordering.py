"""Values put in order by what a function says of each: ``cfg.sort(key=lambda c: c[1])``. No torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.reading.plain import Plain
from engine.reading.values import Class, Function, Method, Names, Path


class Ordering:
    """``sorted``, ``max`` and ``min`` with a key; ``call`` says what that gives for a value."""

    def __init__(self, plain: Plain, call: Callable[[Any, list[Any]], Any]) -> None:
        self.plain, self.context, self._call = plain, plain.context, call

    def builtin(self, name: str, given: list[Any], named: Names) -> Any:
        """What the function of that name gives. Raises ReadingError."""
        values = given if given[1:] else [*self.plain.iterate(given[0])]
        return self._ordered(values, named) if name == "sorted" else self._outermost(name, values, named)

    def sort(self, values: list[Any], named: Names) -> None:
        """A list's own ``sort``: as in Python it is empty meanwhile. Raises ReadingError."""
        before = [*values]
        values.clear()
        values += self._ordered(before, named)

    def _ordered(self, values: list[Any], named: Names) -> list[Any]:
        keys = self._keys(values, named)
        reverse = self.context.need(named.get("reverse", False))
        places = self.plain.work(sorted, range(len(values)), key=keys.__getitem__, reverse=reverse)
        return [values[place] for place in places]

    def _outermost(self, name: str, values: list[Any], named: Names) -> Any:
        if not values and "default" in named:
            return named["default"]
        keys = self._keys(values, named)
        return values[self.plain.work(max if name == "max" else min, range(len(values)), key=keys.__getitem__)]

    def _keys(self, values: list[Any], named: Names) -> list[Any]:
        key = self.context.need(named["key"])
        if not named.keys() <= {"key", "reverse", "default"} or not isinstance(key, (Function, Path, Class, Method)):
            raise self.context.error("These values cannot be put in order here")
        keys = [self.context.need(self._call(key, [value])) for value in values]
        self.context.spend(self.plain.cost(keys))
        self.plain.check_compared(keys)
        return keys

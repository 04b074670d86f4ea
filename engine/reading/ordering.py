"""Values put in order by what a function says of each: ``cfg.sort(key=lambda c: c[1])``. No torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.reading.tracing import FORWARD
from engine.reading.values import Class, Function, Method, Names, Path

if TYPE_CHECKING:
    from engine.reading.interpreter import Interpreter


def in_order(reader: Interpreter, values: list[Any], named: Names) -> list[Any]:
    """What ``sorted`` gives. Raises ReadingError."""
    keys = _keys(reader, values, named)
    reverse = reader.context.need(named.get("reverse", False))
    places = reader.plain.work(sorted, range(len(values)), key=keys.__getitem__, reverse=reverse)
    return [values[place] for place in places]


def outermost(reader: Interpreter, name: str, given: list[Any], named: Names) -> Any:
    """What ``max`` or ``min`` gives. Raises ReadingError."""
    values = [*reader.plain.iterate(given[0])] if len(given) == 1 else given
    if not values and "default" in named:
        return named["default"]
    keys = _keys(reader, values, named)
    return values[reader.plain.work(max if name == "max" else min, range(len(values)), key=keys.__getitem__)]


def sort(reader: Interpreter, values: list[Any], named: Names) -> None:
    """A list's own ``sort``: as in Python it is empty meanwhile. Raises ReadingError."""
    before = [*values]
    values.clear()
    values += in_order(reader, before, named)


def _keys(reader: Interpreter, values: list[Any], named: Names) -> list[Any]:
    key = reader.context.need(named["key"])
    if not named.keys() <= {"key", "reverse", "default"} or not isinstance(
            key, (Function, Path, Class, Method)):
        raise reader.context.error("These values cannot be put in order here")
    keys = [reader.context.need(reader.called(key, [value], {}, FORWARD, {})) for value in values]
    reader.context.spend(reader.plain.cost(keys))
    reader.plain.check_compared(keys)
    return keys

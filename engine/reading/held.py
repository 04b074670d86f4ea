"""What an object of the code holds, to tell whether it still is what its constructor made. No torch."""

from __future__ import annotations

from itertools import islice
from typing import Any

from engine.reading.modules import Buffer
from engine.reading.values import SIZED, Chain, Instance, Module, every_module, hanging, is_module

MOST, MOST_VALUES, DEEPEST = 2000, 1000, 4  # parts; values that hang at an attribute; objects in objects


def held_in(made: Instance) -> list[Any]:
    """Layers with their options, lists and plain values in it; not names, and not how weights begin."""
    return [(way, _content(part)) for way, part in islice(every_module(made), MOST)]


def _content(part: Any) -> Any:
    if isinstance(part, Module):
        return part.layer, dict(part.changed), part.taint
    if isinstance(part, Chain):
        return part.calls, part.taint
    if isinstance(part, Instance):
        own = {name: _value(value) for name, value in part.attributes.items()}
        return id(part.kind), part.taint, own, [{name: _value(value) for name, value in kind.names.items()}
                                                for kind in part.kind.order()]
    return id(part)


def _value(value: Any, level: int = 0) -> Any:
    if isinstance(value, (int, float, str, bool, bytes, type(None))):
        return type(value), repr(value) if isinstance(value, float) else value
    if is_module(value):
        return Module  # it is a part of its own
    if isinstance(value, Buffer):
        return id(value), value.taint
    if isinstance(value, Instance) and level < DEEPEST:
        return id(value.kind), {name: _value(each, level + 1) for name, each in value.attributes.items()}
    if not isinstance(value, SIZED) or hanging(value, MOST_VALUES) > MOST_VALUES:
        return id(value)
    if isinstance(value, dict):
        return type(value), [(_value(key), _value(each, level)) for key, each in value.items()]
    return type(value), [_value(each, level) for each in value]

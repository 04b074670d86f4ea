"""Which options of a value a form shows, how each is read, and how it is set."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from pydantic.fields import FieldInfo

from engine.blocks.custom import Custom, Exposed
from engine.layers.base import Layer, OptionError
from widgets.fields.syntax import Unclear, syntax_of

_SIMPLE = {int, float, bool, str}
_LAST = ("repeat",)  # of every block: what it is made of comes before how often
_EXPOSED = "exposed:"  # before the number of an option that a block exposes; no field is called like that


def kind_of(model: Any) -> Hashable:
    """Values of one kind have the same rows."""
    return (type(model), *((name, exposed.title, _target(model, exposed)) for name, exposed in _exposed(model)))


def fields_of(model: Any) -> Mapping[str, FieldInfo]:
    """The options that can be written in a line, chosen or switched; an exposed one has the title it was given."""
    own = {name: info for name, info in type(model).model_fields.items() if _is_simple(info)}
    last = {name: own.pop(name) for name in _LAST if name in own}
    return {**own, **{name: _titled(model, exposed) for name, exposed in _exposed(model)}, **last}


def value_of(model: Any, name: str) -> Any:
    """The value of an option."""
    return model.value(dict(_exposed(model))[name]) if name.startswith(_EXPOSED) else getattr(model, name)


def with_value(model: Any, name: str, value: object) -> Any:
    """The same model with another value of one option. Raises OptionError.

    Where two options exclude each other, the one that is given takes the place of the other.
    """
    check_clear(value)
    if name.startswith(_EXPOSED):
        return model.with_value(dict(_exposed(model))[name], value)
    try:
        return model.with_options(**{name: value})
    except OptionError:
        for other in _in_its_place(model, name, value):
            with suppress(OptionError):
                return model.with_options(**{name: value, **other})
        raise


def check_clear(value: object) -> None:
    """Raises OptionError for a number that may mean two."""
    if isinstance(value, Unclear):
        first, second = value.meanings
        raise OptionError("write {first} or {second}: {text} could mean either", first=first, second=second, text=value)


def _in_its_place(model: Any, name: str, value: object) -> Iterator[dict[str, Any]]:
    """What to empty, one at a time, so that ``name`` can be given; or to give, so that it can be empty."""
    fields = type(model).model_fields
    if not syntax_of(fields[name]).optional:
        return
    for other, info in fields.items():
        if other != name and syntax_of(info).optional and (getattr(model, other) is None) == (value is None):
            yield {other: info.default if value is None else None}


def _exposed(model: Any) -> Iterator[tuple[str, Exposed]]:
    """What a person's own block exposes, where the layers it speaks of are still there."""
    for number, exposed in enumerate(model.exposed if isinstance(model, Custom) else ()):
        nodes = model.graph.nodes
        if exposed.targets and all(node in nodes and option in type(nodes[node].layer).model_fields
                                   for node, option in exposed.targets):
            yield f"{_EXPOSED}{number}", exposed


def _target(model: Custom, exposed: Exposed) -> tuple[type[Layer], str]:
    node, option = exposed.targets[0]
    return type(model.graph.nodes[node].layer), option


def _titled(model: Custom, exposed: Exposed) -> FieldInfo:
    layer, option = _target(model, exposed)
    return FieldInfo.merge_field_infos(layer.model_fields[option], title=exposed.title)


def _is_simple(info: FieldInfo) -> bool:
    """A text of several lines, such as code, has an editor of its own."""
    syntax = syntax_of(info)
    return syntax.types <= _SIMPLE and bool(syntax.types or syntax.choices) and "\n" not in str(info.default)

"""Which options take whole numbers alone, as torch does where Python would take 3.0 or True for one. No torch."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from functools import cache
from typing import Any, get_args

from engine.layers import LAYERS
from engine.reading.sizes import Size
from engine.reading.values import ReadingError


def check_whole(kind: str, values: Mapping[str, Any], line: int, sizes: Container[str]) -> None:
    """Raise a ReadingError where torch would not take a number; ``sizes`` are arguments that are no options here."""
    for name, value in values.items():
        wrong = [each for each in _numbers(value) if isinstance(each, (float, bool))]
        if wrong and (name in sizes or _is_whole(kind, name)):
            raise ReadingError("{layer}: “{name}” must be a whole number, not {value}", line=line, layer=kind,
                               name=name, value=str(wrong[0]))


def _numbers(value: Any) -> Iterator[Any]:
    if isinstance(value, (tuple, list)) and not isinstance(value, Size):
        for each in value:
            yield from _numbers(each)
    else:
        yield value


@cache
def _is_whole(kind: str, name: str) -> bool:
    field = LAYERS[kind].model_fields.get(name)
    kinds = {*_kinds_in(field.annotation)} if field is not None else set()
    return int in kinds and not kinds & {float, bool}


def _kinds_in(annotation: Any) -> Iterator[Any]:
    """The classes that an annotation speaks of."""
    yield annotation
    for each in get_args(annotation):
        yield from _kinds_in(each)

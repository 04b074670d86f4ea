"""An option of data by its name and a value as it is typed: ``header=no``, ``table.test=0.2``, ``kind.zip=number``."""

from __future__ import annotations

import json
from collections.abc import Iterator

from engine.data.options.options import Options
from engine.data.spec.spec import DataSpec
from engine.layers.base import OptionError

PARTS = ("table", "augment", "synthetic")
_FIXED = frozenset({"dataset", "path", "known", "kinds", "corrections", *PARTS})


def names_of(spec: DataSpec) -> Iterator[tuple[str, str]]:
    """The options that can be set, each as its part (“”: none) and its name."""
    yield from (("", name) for name in DataSpec.model_fields if name not in _FIXED)
    for part in PARTS:
        options: Options = getattr(spec, part)
        yield from ((part, name) for name in type(options).model_fields if name not in _FIXED)


def with_setting(spec: DataSpec, name: str, text: str) -> DataSpec | None:
    """The data with this option; None: they have none of this name. Raises OptionError, in words."""
    first, _, rest = name.partition(".")
    if first == "kind" and rest:
        if text not in ("number", "category", "ignore", "auto"):
            raise OptionError("The kind of a column is number, category, ignore or auto, not {text}", text=text)
        kind = None if text == "auto" else text
        return spec.with_options(table=spec.table.with_kind(rest, kind))  # type: ignore[arg-type]
    part, option = (first, rest) if rest else ("", name)
    found = [(where, each) for where, each in names_of(spec) if each == option and part in ("", "data", where)]
    if not found:
        return None
    where, option = found[0]
    value = value_of(text)
    return spec.with_options(**({where: {option: value}} if where else {option: value}))


def value_of(text: str) -> object:
    """A number, true, false or null where it is one, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text

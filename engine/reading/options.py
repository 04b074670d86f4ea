"""Options of a command line that code asks for: where nobody gives them, they are as by default. No torch."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from engine.reading.tracing import FORWARD
from engine.reading.values import Class, Instance, Names, Path, ReadingError, Unknown, in_words

if TYPE_CHECKING:
    from engine.reading.interpreter import Interpreter

BY_DEFAULT = {"store_true": False, "store_false": True}
GROUPS = ("add_argument_group", "add_mutually_exclusive_group")
WHAT = ast.ClassDef(name="Namespace", bases=[], keywords=[], body=[], decorator_list=[])
MOST_NAMED = 8


class Options:
    """``argparse.ArgumentParser(…)``."""

    def __init__(self) -> None:
        self.values: Names = {}
        self.taint: ReadingError | None = None


def asked(reader: Interpreter, owner: Options, name: str, given: list[Any], named: Names) -> Any:
    """A method of it. Raises ReadingError."""
    reader.context.need(owner)
    if name in GROUPS:
        return owner
    if name == "add_argument":
        return _add(reader, owner, given, named)
    if name in ("parse_args", "parse_known_args") and not named and given in ([], [[]], [()], [""], [None]):
        found = _parsed(reader, owner, is_said=given in ([], [None]))
        return found if name == "parse_args" else (found, [])
    error = reader.context.error("“.{name}()” of a command line's options cannot be read here", name=name)
    reader.context.taint(owner, error)
    raise error


def _parsed(reader: Interpreter, owner: Options, is_said: bool) -> Instance:
    if is_said and owner.values:
        told = [f"{name}={in_words(value)}" for name, value in owner.values.items() if not isinstance(value, Unknown)]
        reader.context.note("Options of the command line are as by default: {values}", values=", ".join(
            [*told[:MOST_NAMED], *(["…"] if told[MOST_NAMED:] else [])]))
    return Instance(Class(WHAT, ()), dict(owner.values), line=reader.context.line)


def _add(reader: Interpreter, owner: Options, given: list[Any], named: Names) -> Any:
    flags = [each for each in given if isinstance(each, str)]
    if len(flags) != len(given) or not flags or not isinstance(named.get("dest", ""), str):
        reader.context.taint(owner, reader.context.error("What this option is called is not known"))
        return None
    first = next((flag for flag in flags if flag.startswith("--")), flags[0])
    name = named.get("dest") or first.lstrip("-").replace("-", "_")
    is_given = named.get("required") is True or not (first.startswith("-") or named.get("nargs") == "?")
    value = Unknown(name, reader.context.error("“{name}” is given on the command line: write it into the code",
                                               name=name)) if is_given else _default(reader, named)
    if value != Path("argparse.SUPPRESS"):
        owner.values.setdefault(name, value)
    return None


def _default(reader: Interpreter, named: Names) -> Any:
    """What an option is by default: a text becomes what its type makes of it."""
    action = named.get("action")
    value = named.get("default", BY_DEFAULT.get(action) if isinstance(action, str) else None)
    if not isinstance(value, str) or named.get("type") is None:
        return value
    try:
        return reader.called(named["type"], [value], {}, FORWARD, {})
    except ReadingError as error:
        return Unknown("", error)

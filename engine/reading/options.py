"""Options of a command line that code asks for: where nobody gives them, they are as by default. No torch."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from engine.reading.context import Context
from engine.reading.values import Class, Instance, Names, Path, ReadingError, Unknown, in_words

BY_DEFAULT = {"store_true": False, "store_false": True}
GROUPS = ("add_argument_group", "add_mutually_exclusive_group")
WHAT = ast.ClassDef(name="Namespace", bases=[], keywords=[], body=[], decorator_list=[])
MOST_NAMED = 8


class Options:
    """``argparse.ArgumentParser(…)``; ``call`` says what a type makes of a text."""

    def __init__(self, context: Context, call: Callable[[Any, list[Any]], Any]) -> None:
        self.context, self._call = context, call
        self._values: Names = {}
        self.taint: ReadingError | None = None

    def asked(self, name: str, given: list[Any], named: Names) -> Any:
        """What a method of it gives. Raises ReadingError."""
        self.context.need(self)
        if name in GROUPS:
            return self
        if name == "add_argument":
            return self._add(given, named)
        if name in ("parse_args", "parse_known_args") and not named and given in ([], [[]], [()], [""], [None]):
            found = self._parsed(is_said=given in ([], [None]))
            return found if name == "parse_args" else (found, [])
        error = self.context.error("“.{name}()” of a command line's options cannot be read here", name=name)
        self.context.taint(self, error)
        raise error

    def _parsed(self, is_said: bool) -> Instance:
        if is_said and self._values:
            told = [f"{name}={in_words(value)}" for name, value in self._values.items()
                    if not isinstance(value, Unknown)]
            self.context.note("Options of the command line are as by default: {values}", values=", ".join(
                [*told[:MOST_NAMED], *(["…"] if told[MOST_NAMED:] else [])]))
        return Instance(Class(WHAT, ()), dict(self._values), line=self.context.line)

    def _add(self, given: list[Any], named: Names) -> None:
        if named.get("action") in ("help", "version"):
            return
        flags = [each for each in given if isinstance(each, str)]
        if len(flags) != len(given) or not flags or not isinstance(named.get("dest", ""), str):
            self.context.taint(self, self.context.error("What this option is called is not known"))
            return
        first = next((flag for flag in flags if flag.startswith("--")), flags[0])
        name = named.get("dest") or first.lstrip("-").replace("-", "_")
        is_given = named.get("required") is True or not (first.startswith("-") or named.get("nargs") == "?")
        value = self._missing(name) if is_given else self._default(named)
        if value != Path("argparse.SUPPRESS"):
            self._values.setdefault(name, value)

    def _missing(self, name: str) -> Unknown:
        return Unknown(name, self.context.error("“{name}” is given on the command line: write it into the code",
                                                name=name))

    def _default(self, named: Names) -> Any:
        """What an option is by default: a text becomes what its type makes of it."""
        action = named.get("action")
        value = named.get("default", BY_DEFAULT.get(action) if isinstance(action, str) else None)
        if not isinstance(value, str) or named.get("type") is None:
            return value
        try:
            return self._call(named["type"], [value])
        except ReadingError as error:
            return Unknown("", error)

"""A choice with options of its own, as text: ``adam:amsgrad=yes``, ``step:every=3,factor=0.5``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Generic, Protocol, TypeVar

from engine.messages import ImpossibleError, Message, say
from engine.units import typed_text

Value = float | bool | str | tuple[float, ...]
_SWITCHES = {"yes": True, "on": True, "true": True, "1": True, "no": False, "off": False, "false": False, "0": False}


@dataclass(frozen=True)
class Option:
    """What a choice is adjusted by; its default says of which kind it is: a switch, a word, numbers, a number."""

    name: str
    default: Value
    low: float = 0.0  # allowed, as ``high`` is
    high: float = math.inf
    is_whole: bool = False
    title: str = ""  # as its form names it
    about: str = ""  # a sentence
    words: tuple[str, ...] = ()  # of one that is a word
    excludes: tuple[float, ...] = ()  # bounds that are not allowed themselves

    @property
    def is_switch(self) -> bool:
        """Whether it is yes or no."""
        return isinstance(self.default, bool)

    @property
    def is_list(self) -> bool:
        """Whether it is several numbers, each larger than the one before: ``30+60``."""
        return isinstance(self.default, tuple)

    def read(self, text: str) -> Value:
        """The value that is written so. Raises ImpossibleError."""
        if self.is_switch:
            return self._switch(text)
        if self.words:
            return self._word(text)
        if self.is_list:
            return self._rising(text)
        return self._number(text)

    def written(self, value: Value) -> str:
        """As ``read`` takes it."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, tuple):
            return "+".join(map(typed_text, value))
        return value if isinstance(value, str) else typed_text(value)

    def _switch(self, text: str) -> bool:
        if text.lower() not in _SWITCHES:
            raise ImpossibleError("{option} is yes or no, not “{text}”", option=self.name, text=text)
        return _SWITCHES[text.lower()]

    def _word(self, text: str) -> str:
        if text not in self.words:
            raise ImpossibleError("{option} is one of {words}, not “{text}”", option=self.name,
                                  words=", ".join(self.words), text=text)
        return text

    def _rising(self, text: str) -> tuple[float, ...]:
        found = tuple(self._number(part.strip()) for part in text.split("+"))
        if list(found) != sorted(set(found)):
            raise ImpossibleError("{option} should be numbers that grow, such as {example}, not “{text}”",
                                  option=self.name, example=self.written(self.default), text=text)
        return found

    def _number(self, text: str) -> float:
        try:
            value = float(text)
        except ValueError as error:
            raise ImpossibleError("{option} should be a number, not “{text}”", option=self.name, text=text) from error
        if not math.isfinite(value) or not self._allows(value):
            raise ImpossibleError(self._bounds, option=self.name, low=typed_text(self.low), high=typed_text(self.high))
        return value

    def _allows(self, value: float) -> bool:
        return self.low <= value <= self.high and value not in self.excludes and (
            not self.is_whole or value.is_integer())

    @property
    def _bounds(self) -> str:
        if self.is_whole:
            return "{option} should be a whole number of at least {low}"
        if math.isinf(self.high):
            return ("{option} should be above {low}" if self.low in self.excludes else
                    "{option} should be at least {low}")
        words = {(True, True): "{option} should be above {low} and below {high}",
                 (True, False): "{option} should be above {low}, and {high} at most",
                 (False, True): "{option} should be at least {low} and below {high}"}
        return words.get((self.low in self.excludes, self.high in self.excludes),
                         "{option} should be between {low} and {high}")


class ChoiceRow(Protocol):
    """What every row of a table of choices with options has."""

    @property
    def id(self) -> str:
        """In .loom files and on the command line."""

    @property
    def title(self) -> str:
        """As a list shows it."""

    @property
    def about(self) -> str:
        """What it does, in a sentence."""

    @property
    def options(self) -> tuple[Option, ...]:
        """What it is adjusted by."""


R = TypeVar("R", bound=ChoiceRow)


@dataclass(frozen=True)
class Choice(Generic[R]):
    """A row with a value for each of its options, in their order. Its text names what is not as usual."""

    row: R
    values: tuple[tuple[str, Value], ...] = ()

    @property
    def options(self) -> dict[str, Any]:
        """The values by name."""
        return dict(self.values)

    def with_option(self, name: str, value: Value) -> Choice[R]:
        """The same with another value, which is checked as a typed one is. Raises ImpossibleError."""
        option = _option(self.row, name)
        checked = option.read(option.written(value))
        return replace(self, values=tuple((key, checked if key == name else old) for key, old in self.values))

    def __str__(self) -> str:
        changed = ",".join(f"{option.name}={option.written(value)}" for option, (_, value)
                           in zip(self.row.options, self.values, strict=True) if value != option.default)
        return f"{self.row.id}:{changed}" if changed else self.row.id


def choice_of(rows: Mapping[str, R], text: str, kind: Message) -> Choice[R]:
    """Read ``NAME[:k=v,…]``; options that are not named have their usual value. Raises ImpossibleError.

    ``kind`` is what the rows are, in words.
    """
    name, _, rest = text.partition(":")
    row = rows.get(name.strip())
    if row is None:
        raise _unknown(rows, name.strip(), kind)
    given = dict(_pair(row, part) for part in rest.split(",") if part.strip())
    return Choice(row, tuple((option.name, given.get(option.name, option.default)) for option in row.options))


def _unknown(rows: Mapping[str, R], name: str, kind: Message) -> ImpossibleError:
    near = get_close_matches(name.lower(), rows, 1)
    if near:
        return ImpossibleError("there is no {kind} “{name}”: did you mean {near}? There are {names}", kind=kind,
                               name=name, near=near[0], names=", ".join(rows))
    return ImpossibleError("there is no {kind} “{name}”: choose {names}", kind=kind, name=name, names=", ".join(rows))


def _option(row: ChoiceRow, name: str) -> Option:
    option = next((option for option in row.options if option.name == name), None)
    if option is None:
        known = ", ".join(option.name for option in row.options)
        raise ImpossibleError("“{name}” has no option “{option}”; it has {known}", name=row.id, option=name,
                              known=known or say("none"))
    return option


def _pair(row: ChoiceRow, text: str) -> tuple[str, Value]:
    name, _, value = (part.strip() for part in text.partition("="))
    return name, _option(row, name).read(value)

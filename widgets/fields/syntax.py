"""How the value of an option is written as text and read back, derived from the model field's annotation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from engine.units import SPACE, UNKNOWN, grouped, readings, setting_text, typed_text

_SEPARATOR = re.compile(r"\s*[×x*,;]\s*|\s+")
_WITHIN = re.compile(r"(?<=\d)[\u00a0\u2009\u202f_'’](?=\d{3}(?!\d))")  # never what parts two sizes
_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2} 0\d\d(?!\d)")  # “1 000”: nobody writes a size as 000
_ONE_OR_TWO = re.compile(r"(?<![\d.,])[1-9]\d{0,2},0\d\d(?!\d)")
_PART_OF_ANOTHER = re.compile(r"-?0\d+")
_ZERO_SO_FAR = re.compile(r"[-+]?0*[.,]?0*(e[-+]?\d*)?")  # “0.0” on the way to 0.01
_EXPONENT_OPEN = re.compile(r"[-+]?\d+[.,]?\d*e[-+]?0*")  # “1e-” on the way to 1e-3


class Unclear(str):
    """A number that may mean either of two: what was typed, and what to write instead."""

    meanings: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str, meanings: Sequence[str]) -> Unclear:
        """The text, with its meanings."""
        made = cls(text)
        made.meanings = tuple(meanings)
        return made


@dataclass(frozen=True)
class Bounds:
    """What a number may be; None is no bound."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None

    def clamped(self, value: int) -> int:
        """The nearest whole number within ``ge`` and ``le``."""
        if self.ge is not None:
            value = max(value, int(self.ge))
        return min(value, int(self.le)) if self.le is not None else value

    def __str__(self) -> str:
        if self.ge is not None and self.le is not None:
            return f"{_plain(self.ge)} … {_plain(self.le)}"
        signs = {"≥": self.ge, ">": self.gt, "≤": self.le, "<": self.lt}
        return ", ".join(f"{sign}{SPACE}{_plain(value)}" for sign, value in signs.items() if value is not None)


@dataclass(frozen=True)
class Syntax:
    """The forms that an option's value can take."""

    types: frozenset[type] = frozenset()  # of int, float, bool, str
    choices: tuple[str, ...] = ()
    optional: bool = False
    tuples: bool = False
    always_tuple: bool = False  # one number is a tuple of one
    holes: bool = False  # “–” may stand for a part of the tuple
    bounds: Bounds = Bounds()
    empty: str = ""  # what no value stands for: “no limit”
    example: str = ""  # what a value may look like

    @property
    def is_switch(self) -> bool:
        """On or off and nothing else."""
        return self.types == {bool} and not self.optional and not self.choices

    @property
    def is_choice(self) -> bool:
        """One of a few words."""
        return bool(self.choices) and not self.types and not self.tuples

    def write(self, value: object) -> str:
        """The value as text; nothing for None, which the placeholder explains."""
        if isinstance(value, tuple):
            return self._joint.join(UNKNOWN if part is None else self.write(part) for part in value)
        if isinstance(value, float):
            return typed_text(value)
        return "" if value is None else str(value)

    def read(self, text: str) -> object:
        """The value that the text means, or the text itself for the model to refuse."""
        text = text.strip().replace("−", "-")
        if self.optional and text in ("", UNKNOWN):
            return None
        for choice in self.choices:
            if text.casefold() == choice.casefold():
                return choice
        if self.tuples and text:
            text = _THOUSANDS.sub(lambda found: found[0].replace(" ", ""), _WITHIN.sub("", text))
            if found := _ONE_OR_TWO.search(text):
                return Unclear.of(found[0], (found[0].replace(",", ""), found[0].replace(",", self._joint)))
            parts = _SEPARATOR.split(text)
            if len(parts) > 1 or self.always_tuple:
                return self._tuple(parts)
        return self._number(text)

    @property
    def _joint(self) -> str:
        return ", " if float in self.types else "×"

    def _tuple(self, parts: Sequence[str]) -> object:
        values = tuple(None if self.holes and part in (UNKNOWN, "-") else self._number(part) for part in parts)
        unclear = next((value for value in values if isinstance(value, Unclear)), None)
        if unclear is not None:
            return unclear
        if any(map(_PART_OF_ANOTHER.fullmatch, parts)):
            return ", ".join(parts)  # no size is written 024: the model refuses it
        if not self.always_tuple and len(values) == 2 and values[0] == values[1]:
            return values[0]  # 5×5 means 5, as the layers have it
        return values

    def _number(self, text: str) -> object:
        found = readings(text, whole=float not in self.types) if self.types & {int, float} else (text,)
        if len(found) > 1:
            return Unclear.of(text, found)
        for kind in (int, float):
            if kind in self.types and "_" not in found[0]:
                try:
                    return kind(found[0])
                except ValueError:
                    continue
        return text

    def unfinished(self, text: str) -> bool:
        """Whether typing on could still make this good: no reason to complain yet."""
        text = text.strip().replace("−", "-").casefold()
        if text in ("", "-", "+") or any(choice.casefold().startswith(text) for choice in self.choices):
            return True
        if self.tuples and not _SEPARATOR.split(text)[-1]:
            return True
        if isinstance(self.read(text), Unclear):
            return True
        return float in self.types and bool(_ZERO_SO_FAR.fullmatch(text) or _EXPONENT_OPEN.fullmatch(text))


def syntax_of(field: FieldInfo) -> Syntax:
    """Read an option's annotation."""
    types: set[type] = set()
    extra = field.json_schema_extra
    words = extra if isinstance(extra, dict) else {}
    choices: list[str] = []
    optional = tuples = always = holes = False
    for leaf in _leaves(field.annotation):
        if leaf is NoneType:
            optional = True
        elif get_origin(leaf) is Literal:
            choices += get_args(leaf)
        elif get_origin(leaf) is tuple:
            tuples, always = True, always or (Ellipsis in get_args(leaf) and not _has_number(field.annotation))
            parts = {part for argument in get_args(leaf) if argument is not ... for part in _leaves(argument)}
            holes = holes or NoneType in parts
            types |= {part for part in parts if part in (int, float)}
        else:
            types.add(leaf)
    return Syntax(frozenset(types), tuple(choices), optional, tuples, always, holes, bounds_of(field),
                  str(words.get("empty", "")), str(words.get("example", "")))


def _has_number(annotation: Any) -> bool:
    """Whether one number alone is a value too."""
    return any(leaf in (int, float) for leaf in _leaves(annotation))


def bounds_of(field: FieldInfo) -> Bounds:
    """The bounds of an option's number, wherever in its annotation they stand."""
    found: dict[str, float] = {}
    for rule in (*field.metadata, *_rules(field.annotation)):
        for name in ("ge", "gt", "le", "lt"):
            value = getattr(rule, name, None)
            if isinstance(value, (int, float)):
                found.setdefault(name, value)
    return Bounds(**found)


def _leaves(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for argument in get_args(annotation):
            yield from _leaves(argument)
    else:
        yield annotation


def _rules(annotation: Any) -> Iterator[Any]:
    for argument in get_args(annotation):
        if isinstance(argument, FieldInfo):
            yield from argument.metadata
        elif get_origin(annotation) is not Literal:
            yield from _rules(argument)


def _plain(number: float) -> str:
    return grouped(int(number)) if number == int(number) else setting_text(number)

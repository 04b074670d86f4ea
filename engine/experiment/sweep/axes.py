"""What a sweep goes over: a field with its values, or with a range that they are drawn from. Read from text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from engine.experiment.choices.averages import AVERAGES
from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.choices.schedules import SCHEDULES
from engine.experiment.experiment import Experiment
from engine.experiment.sweep.fields import Field, FieldError, Value, field_of, text_of
from engine.layers.base import OptionError
from engine.units import typed_text

MOST_VALUES = 1000  # of one axis
LOGARITHMIC = 10  # a positive range of this factor is drawn from evenly in its logarithm
DIGITS = 3  # of what is drawn
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_SPACED = re.compile(r"\s*\.\.\s*")
_RANGE = re.compile(rf"({NUMBER})\.\.({NUMBER})")
_WHOLE = re.compile(r"([-+]?\d+)\.\.([-+]?\d+)")
CHOICES = {**OPTIMIZERS, **SCHEDULES, **AVERAGES}


class AxisError(FieldError):
    """A text names no axis."""


@dataclass(frozen=True)
class Axis:
    """A field and what it may be: its ``values``; where there are none anything from ``low`` to ``high``."""

    field: str
    values: tuple[Value, ...] = ()
    low: float = math.nan
    high: float = math.nan
    is_whole: bool = False

    @property
    def is_range(self) -> bool:
        """Whether values are drawn."""
        return not self.values

    @property
    def is_log(self) -> bool:
        """Whether they are drawn evenly in their logarithm."""
        return self.is_range and self.low > 0 and self.high / self.low >= LOGARITHMIC

    @property
    def text(self) -> str:
        """As ``axis_of`` reads it."""
        if self.is_range:
            return f"{self.field}={_decimal(self.low)}..{_decimal(self.high)}"
        return f"{self.field}={';'.join(map(text_of, self.values))}" if any(
            "," in text_of(value) for value in self.values) else f"{self.field}={','.join(map(text_of, self.values))}"

    def holds(self, value: object) -> bool:
        """Whether it is one of its values, or lies in its range."""
        if not self.is_range:
            return value in self.values
        return isinstance(value, int | float) and self.low <= value <= self.high

    def draw(self, random: Random) -> Value:
        """One of its values, or of its range with three digits."""
        if not self.is_range:
            return random.choice(self.values)
        if self.is_log:
            value = math.exp(random.uniform(math.log(self.low), math.log(self.high)))
        else:
            value = random.uniform(self.low, self.high)
        value = min(self.high, max(self.low, float(f"{value:.{DIGITS}g}")))
        return round(value) if self.is_whole else value


def _decimal(value: float) -> str:
    """A number that is seen to be none of “every one from A to B”."""
    text = typed_text(value)
    return text if "." in text or "e" in text else f"{text}.0"


def axes_of(experiment: Experiment, texts: Sequence[str]) -> tuple[Axis, ...]:
    """Several of them. Raises AxisError, also where a field is named twice."""
    axes = tuple(axis_of(experiment, text) for text in texts)
    names = [axis.field for axis in axes]
    for name in names:
        if names.count(name) > 1:
            raise AxisError("{name} is named twice: give all its values at once", name=name)
    return axes


def axis_of(experiment: Experiment, text: str) -> Axis:
    """Read ``FIELD=V,V,V`` or ``FIELD=A..B``: whole numbers mean every one, others a range to draw from.

    Values that have a comma are parted by semicolons. Raises AxisError, or FieldError for what there is not.
    """
    name, sign, rest = (part.strip() for part in text.partition("="))
    if not sign or not name or not rest.strip(",; "):
        raise AxisError("A field with its values is wanted, such as lr=0.01,0.1 or seed=0..4, not “{text}”", text=text)
    field, parts = field_of(experiment, name), _parted(_SPACED.sub("..", rest))
    if len(parts) == 1 and (found := _RANGE.fullmatch(parts[0])) and not _WHOLE.fullmatch(parts[0]):
        return _range(experiment, field, parts[0], float(found[1]), float(found[2]))
    words = [word for part in parts for word in _counted(part, field)]
    values = dict.fromkeys(_value(experiment, field, word) for word in words)
    return Axis(field.name, tuple(values))


def _range(experiment: Experiment, field: Field, text: str, low: float, high: float) -> Axis:
    if not low < high:
        raise AxisError("{name}={text}: the first number should be below the second", name=field.name, text=text)
    for end in (low, high):
        _value(experiment, field, typed_text(end))
    return Axis(field.name, low=low, high=high, is_whole=field.is_whole)


def _parted(text: str) -> list[str]:
    """By semicolons where there are any; else by commas, but for those before a choice's further options."""
    if ";" in text:
        return [part.strip() for part in text.split(";") if part.strip()]
    parts: list[str] = []
    for part in (part.strip() for part in text.split(",")):
        if parts and "=" in part and ":" not in part and parts[-1].partition(":")[0] in CHOICES and ":" in parts[-1]:
            parts[-1] += f",{part}"
        elif part:
            parts.append(part)
    return parts


def _counted(part: str, field: Field) -> Iterator[str]:
    """Every whole number from A to B, or the word itself."""
    if not (found := _WHOLE.fullmatch(part)):
        if _RANGE.fullmatch(part):
            raise AxisError("{name}: a range to draw from stands alone, without other values beside {text}",
                            name=field.name, text=part)
        yield part
        return
    low, high = int(found[1]), int(found[2])
    if high < low:
        raise AxisError("{name}={text}: the first number should be below the second", name=field.name, text=part)
    if high - low >= MOST_VALUES:
        raise AxisError("{name}={text} is more than {most} values: write {low}.0..{high}.0 to draw from them",
                        name=field.name, text=part, most=MOST_VALUES, low=low, high=high)
    yield from map(str, range(low, high + 1))


def _value(experiment: Experiment, field: Field, word: str) -> Value:
    try:
        return field.read(experiment, word)
    except OptionError as error:
        raise AxisError("{name}={word}: {reason}", name=field.name, word=word, reason=error.message) from error


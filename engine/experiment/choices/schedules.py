"""Every schedule of the learning rate a recipe may name: one row each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.messages import ImpossibleError, say
from engine.units import typed_text


@dataclass(frozen=True)
class Option:
    """A number that a schedule is adjusted by."""

    name: str
    default: float
    low: float  # allowed, as ``high`` is
    high: float = math.inf
    is_whole: bool = False


@dataclass(frozen=True)
class ScheduleRow:
    """How a schedule is called, what it is adjusted by, and what it makes of the recipe's learning rate."""

    id: str  # in .loom files and on the command line
    title: str
    factor: Callable[[int, int, Mapping[str, float]], float]  # after so many of all epochs, with these options
    options: tuple[Option, ...] = ()
    spans_run: bool = False  # its course depends on how many epochs there are


@dataclass(frozen=True)
class Schedule:
    """A schedule as a recipe has it, with its options in the row's order."""

    row: ScheduleRow
    values: tuple[tuple[str, float], ...] = ()

    def factor(self, epochs_done: int, epochs: int) -> float:
        """What the learning rate is multiplied by in the epoch that follows so many."""
        return self.row.factor(epochs_done, epochs, dict(self.values))

    def __str__(self) -> str:
        options = ",".join(f"{name}={typed_text(value)}" for name, value in self.values)
        return f"{self.row.id}:{options}" if options else self.row.id


def schedule_of(text: str) -> Schedule:
    """Read ``step:every=10,factor=0.5``; options that are not named have their usual value. Raises ImpossibleError."""
    name, _, rest = text.partition(":")
    row = SCHEDULES.get(name.strip())
    if row is None:
        raise ImpossibleError("there is no schedule “{name}”: choose {names}", name=name.strip(),
                              names=", ".join(SCHEDULES))
    given = dict(_pair(row, part) for part in rest.split(",") if part.strip())
    return Schedule(row, tuple((option.name, given.get(option.name, option.default)) for option in row.options))


def _pair(row: ScheduleRow, text: str) -> tuple[str, float]:
    name, _, number = (part.strip() for part in text.partition("="))
    option = next((option for option in row.options if option.name == name), None)
    if option is None:
        known = ", ".join(option.name for option in row.options)
        raise ImpossibleError("the schedule “{name}” has no option “{option}”; it has {known}", name=row.id,
                              option=name, known=known or say("none"))
    try:
        value = float(number)
    except ValueError as error:
        raise ImpossibleError("{option} should be a number, not “{text}”", option=name, text=number) from error
    if not option.low <= value <= option.high or (option.is_whole and not value.is_integer()):
        raise ImpossibleError(
            "{option} should be a whole number of at least {low}" if option.is_whole else
            "{option} should be between {low} and {high}", option=name, low=typed_text(option.low),
            high=typed_text(option.high))
    return name, value


# -- the rows: as torch.optim.lr_scheduler has them, stepped once an epoch ---------------------------------------------


def _step(done: int, _epochs: int, options: Mapping[str, float]) -> float:
    return options["factor"] ** (done // int(options["every"]))


def _exponential(done: int, _epochs: int, options: Mapping[str, float]) -> float:
    return options["factor"] ** done


def _cosine(done: int, epochs: int, options: Mapping[str, float]) -> float:
    return options["end"] + (1 - options["end"]) * (1 + math.cos(math.pi * done / epochs)) / 2


_ROWS = (
    ScheduleRow("constant", "Constant", lambda *_: 1.0),
    ScheduleRow("step", "Step", _step, (Option("every", 10, 1, is_whole=True), Option("factor", 0.1, 0, 1))),
    ScheduleRow("exponential", "Exponential", _exponential, (Option("factor", 0.95, 0, 1),)),
    ScheduleRow("cosine", "Cosine", _cosine, (Option("end", 0.0, 0, 1),), spans_run=True),
)
SCHEDULES: Mapping[str, ScheduleRow] = {row.id: row for row in _ROWS}

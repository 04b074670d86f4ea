"""What step by step is told in: terms with the places of their factors, their sums, and whether torch agrees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.messages import LayerloomError, Message

Array = NDArray[np.float64]
Numbers = NDArray[Any]  # as they lie in a tensor, mostly float32: one of them is made a float64 without a loss
Index = tuple[int, ...]
Role = Literal["input", "weight", "gradient", "slope", "mask"]
TINY = 2.0**-126  # below it float32 loses digits
TOLERANCE = 1e-6  # of the size of what is added: float32 has seven digits


class NoStepsError(LayerloomError):
    """This cannot be shown step by step; the message says what can be seen instead."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One number and where it is from: ``name`` is a place, a weight's key, or a formula (of a ``slope``).

    ``index`` counts without batch; None where it is no tensor's: a border, a derivative.
    """

    role: Role
    name: str
    index: Index | None
    value: float
    example: int = 0


class Term(NamedTuple):
    """What is added: the product of its factors. Of a gradient ``of`` is the number that it is handed on to."""

    factors: tuple[Factor, ...]
    of: Factor | None = None

    @property
    def product(self) -> float:
        """In float64."""
        return prod([factor.value for factor in self.factors])


class Window(NamedTuple):
    """The rectangle of a place's output that is read: spatial ``low`` … ``high`` (not included), every ``step``-th.

    It may reach beyond the border. ``channel``: one, or None for all or where there are none.
    """

    place: str
    channel: int | None
    low: Index
    high: Index
    step: Index


@dataclass(frozen=True, eq=False)
class Part:
    """Terms that belong together (those of one input channel, of one head), as numbers in a picture too.

    ``left`` and ``right`` are what is multiplied, as it lies in the tensors; ``border`` is true where ``left`` is none
    of the input's. ``adds``: its sum is a part of the result; else it only leads there.
    """

    title: Message
    terms: tuple[Term, ...]
    left: Array | None = None
    right: Array | None = None
    border: NDArray[np.bool_] | None = None
    adds: bool = True

    @cached_property
    def sum(self) -> float:
        """Of its terms."""
        return sum([term.product for term in self.terms])

    @cached_property
    def size(self) -> float:
        """The same without signs: what rounding is measured by."""
        return sum([abs(term.product) for term in self.terms])


class Line(NamedTuple):
    """A step of the arithmetic and the number that it comes to."""

    text: Message
    value: float


@dataclass(frozen=True, eq=False)
class Gathered:
    """The gradient of one number (of an output, a weight): a part for each layer that brings some of it.

    ``value`` is computed here in float64, ``given`` is torch's. ``missing`` says of which layers there are no
    steps; the value is then torch's own.
    """

    name: str
    index: Index
    parts: tuple[Part, ...]
    given: float
    missing: tuple[Message, ...] = ()
    scale: float = 0.0  # of the largest gradients here: what cancels is exact only beside them

    @cached_property
    def value(self) -> float:
        """The sum of all parts."""
        return self.given if self.missing else sum([part.sum for part in self.parts if part.adds])

    @property
    def agrees(self) -> bool:
        """Whether torch has the same, but for rounding."""
        size = max(self.scale, sum([part.size for part in self.parts if part.adds]))
        return is_near(self.value, self.given, size)


@dataclass(frozen=True, eq=False)
class Backward:
    """What comes back to one output: its gradient, how that is made by its readers, what it hands on.

    ``to_inputs`` are its share of ∂L/∂x for each input it reads, ``to_weights`` of ∂L/∂w.
    """

    gradient: float
    arrived: Gathered | None  # None: it is the answer, whose gradient the loss says
    to_inputs: tuple[Part, ...]
    to_weights: tuple[Part, ...]
    missing: Message | None = None  # why it is not told what it hands on


@dataclass(frozen=True, eq=False)
class Steps:
    """One output number: ``value`` by the terms here, in float64; ``given`` is what torch computed.

    ``scale`` is the size of what is added on the way.
    """

    place: str
    index: Index
    title: Message
    formula: Message
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    value: float
    given: float
    scale: float
    windows: tuple[Window, ...] = ()
    backward: Backward | None = None

    @property
    def agrees(self) -> bool:
        """Whether torch has the same, but for rounding. It has not where the output was changed by hand."""
        return is_near(self.value, self.given, self.scale)


def is_near(value: float, given: float, scale: float) -> bool:
    """Whether two numbers are one, but for rounding of sums of this size; so are the same infinity, and no number."""
    if value == given or (value != value and given != given):
        return True
    return abs(value - given) <= max(TOLERANCE * max(scale, abs(value)), TINY)


def array(values: Any) -> Array:
    """As float64."""
    return np.asarray(values, dtype=np.float64)

"""What an experiment finds: a sentence, and pictures as plain numbers that whoever shows them draws.

Names in pictures are words to be translated, layers' places, or classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from numpy.typing import NDArray

from engine.messages import LayerloomError, Message

Numbers = NDArray[Any]


class NotHereError(LayerloomError):
    """The experiment does not apply to this network or these data; the message says why."""


class StoppedError(LayerloomError):
    """Someone asked it to end."""


class Progress(NamedTuple):
    """How far it is."""

    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Lines:
    """Curves over one axis: ``y`` by name, each as long as ``x``."""

    x: Numbers
    y: Mapping[str, Numbers]
    x_label: Message
    y_label: Message


@dataclass(frozen=True, eq=False)
class Bars:
    """Groups of bars: each of ``values`` has one for each of ``names``; ``spreads`` are deviations around them."""

    names: tuple[str, ...]
    values: Mapping[str, Numbers]
    label: Message
    spreads: Mapping[str, Numbers] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Grid:
    """Pictures H×W or C×H×W with their titles."""

    pictures: tuple[Numbers, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of numbers with names."""

    columns: tuple[Message, ...]
    rows: Mapping[str, Numbers]


Picture: TypeAlias = Lines | Bars | Grid | Table


@dataclass(frozen=True, eq=False)
class Finding:
    """The answer. ``more``: pictures that belong to it."""

    title: Message
    sentence: Message
    picture: Picture
    more: tuple[Picture, ...] = ()

"""What is shown of a run's health, as plain values."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np

Tone = Literal["ok", "note", "warn", "error"]
Kind = Literal["signed", "share", "powers"]  # how numbers become colours: around 0, from 0 to 1, by powers of ten


class FindingCardShown(NamedTuple):
    """One finding: what it is, in a few words and in a sentence, and what may help."""

    key: Hashable  # what makes it the same one when it is shown anew
    tone: Tone
    headline: str
    sentence: str = ""
    cures: tuple[str, ...] = ()
    more: str = ""  # the link behind the cures; "": none
    leads: bool = False  # a click leads to its layer


class DoctorShown(NamedTuple):
    """What the doctor has to say. ``words`` stand where there is no card."""

    cards: tuple[FindingCardShown, ...] = ()
    words: str = ""
    is_on: bool = True


class Quantity(NamedTuple):
    """Something that is measured of a layer."""

    id: str
    title: str
    kind: Kind


@dataclass(frozen=True, eq=False)
class Measured:
    """One quantity of some layers over time: rows as the layers are computed, columns as it was measured."""

    quantity: Quantity
    names: tuple[str, ...] = ()
    positions: np.ndarray[Any, Any] | None = None  # in epochs, rising
    values: np.ndarray[Any, Any] | None = None  # layers × positions; nan: not measured
    broken: np.ndarray[Any, Any] | None = None  # the same shape: it was no number
    chosen: tuple[int, ...] = ()  # rows in hand
    worst: tuple[int, ...] = ()  # rows that are least well, the worst first
    at: float | None = None  # the moment in hand, in epochs
    epochs: float = 0.0  # where the axis ends

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured."""
        return not self.names or self.positions is None or not len(self.positions)

    @property
    def lines(self) -> tuple[int, ...]:
        """The rows that are drawn as curves."""
        return self.chosen or self.worst

"""A batch in which numbers that are none were born, as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from widgets.probe.example import Example

if TYPE_CHECKING:
    import numpy as np


class TensorShown(NamedTuple):
    """One tensor of one example, with its shape and ends in words."""

    id: str
    title: str
    array: np.ndarray[Any, Any]
    told: str = ""


class BornShown(NamedTuple):
    """Where it was, in words; ``examples`` have their index in the batch as key. ``of`` says which failure it is."""

    of: object
    place: str
    sentence: str
    facts: str
    examples: tuple[Example, ...] = ()
    has_layer: bool = False

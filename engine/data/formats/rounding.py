"""What numbers lose where they become float32, as a network takes them: it is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.formats.arrays import Array
from engine.messages import Message, say

EXACT = 2**24  # up to here every whole number is a float32 …
WHOLE = 2**53  # … and up to here a float64; larger ones are measured rather than counted
SAME = 1e-12  # what differs by less of itself, differs by rounding
ROWS = COLUMNS = 1024
BLOCK = 2**18  # numbers that are looked at together
Floats = NDArray[np.floating[Any]]
Singles = NDArray[np.float32]


def lost(name: str, array: Array) -> list[Message]:
    """What is to be said of an array of numbers that are finite as float32 too."""
    if array.dtype.kind not in "iuf" or array.dtype.itemsize < 4 or array.dtype == np.float32:
        return []
    if array.dtype.kind != "f":
        notes = [_of_wholes(name, array)]
    else:
        notes = [_of_wholes(name, array) or _of_close(name, array), _of_small(name, array)]
    return [note for note in notes if note is not None]


def _first(array: Array, chosen: Callable[[Array], Array]) -> int | float | None:
    """The first number for which this holds, in any order; None: there is none."""
    flat = array.ravel(order="K")
    for begin in range(0, len(flat), BLOCK):
        values = flat[begin : begin + BLOCK]
        if len(found := values[chosen(values)]):
            first: int | float = found[0].item()
            return first
    return None


def _of_wholes(name: str, array: Array) -> Message | None:
    value = _first(array, _are_rounded if array.dtype.kind == "f" else _are_long)
    return None if value is None else say(
        "“{name}”: whole numbers over 16777216 are rounded as they enter the network, such as {value} to {other}. "
        "Leave out ids; subtract what all others have in common", name=name, value=int(value),
        other=int(np.float32(value)))


def _are_rounded(values: Array) -> Array:
    sizes = np.abs(values)
    made: Array = (values.astype(np.float32) != values) & (sizes <= WHOLE) & (sizes > EXACT) & (values % 1 == 0)
    return made


def _are_long(values: Array) -> Array:
    """Whether more than 24 binary digits lie between the first and the last 1."""
    sizes, lowest = (np.abs(each.astype(np.float64)) for each in (values, values & -values))
    made: Array = sizes >= EXACT * np.maximum(lowest, 1)
    return made


def _of_small(name: str, array: Array) -> Message | None:
    value = _first(array, lambda values: (values != 0) & (values.astype(np.float32) == 0))
    return None if value is None else of_small(name, float(value))


def of_small(name: str, value: float) -> Message:
    """A number that became 0."""
    return say("“{name}”: numbers such as {value} are so small that they become 0 in the network. Multiply them",
               name=name, value=repr(value))


def _of_close(name: str, array: Array) -> Message | None:
    """Some columns and rows of large arrays tell it."""
    rows = array.reshape(len(array), -1)
    rows = rows[:, :: -(-rows.shape[1] // COLUMNS)]
    rows = rows[:: -(-len(rows) // max(ROWS, ROWS * COLUMNS // rows.shape[1]))]
    values = np.sort(rows.astype(np.float64), axis=0)
    made = values.astype(np.float32)
    for column in np.flatnonzero((made[1:] == made[:-1]).sum(0) > (values[1:] == values[:-1]).sum(0)):
        different = np.unique(values[:, column])
        if pair := closest(different, different.astype(np.float32)):
            return of_close(name, *pair)
    return None


def of_close(name: str, one: float, other: float) -> Message:
    """Two numbers that became the same."""
    return say("“{name}”: some numbers are so close that they become the same in the network, such as {one} and "
               "{other}", name=name, one=_text(one), other=_text(other))


def _text(number: float) -> str:
    return str(int(number)) if number % 1 == 0 and abs(number) <= WHOLE else repr(number)


def closest(values: Floats, made: Singles) -> tuple[float, float] | None:
    """Two of these different numbers, in order, that became the same; None: no more did than do by chance."""
    if len(values) < 2:
        return None
    steps = np.diff(values)
    is_whole = bool((values % 1 == 0).all())
    same = (made[1:] == made[:-1]) & (is_whole | (steps > SAME * np.abs(values[1:])))
    if np.count_nonzero(same) <= (0 if is_whole else max(len(values) / 300, len(values) ** 2 / 2**20)):
        return None
    place = int(np.where(same, steps, np.inf).argmin())
    return float(values[place]), float(values[place + 1])

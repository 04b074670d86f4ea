"""What numbers lose where they become float32, as a network takes them: it is said."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.formats.arrays import Array
from engine.messages import Message, say

EXACT = 2**24  # up to here every whole number is a float32 …
WHOLE = 2**53  # … and up to here a float64; larger ones are measured rather than counted
SAME = 1e-12  # what differs by less of itself, differs by rounding
ROWS = COLUMNS = 1024
Floats = NDArray[np.floating[Any]]
Singles = NDArray[np.float32]


def lost(name: str, array: Array, floats: Singles) -> list[Message]:
    """What is to be said of an array of finite numbers and what became of it."""
    if array.dtype.kind not in "iuf" or array.dtype.itemsize < 4 or array.dtype == np.float32:
        return []
    is_decimal = array.dtype.kind == "f"
    close = _of_wholes(name, array, floats) or (_of_close(name, array) if is_decimal else None)
    small = _of_small(name, array, floats) if is_decimal else None
    return [note for note in (close, small) if note is not None]


def _of_wholes(name: str, array: Array, floats: Singles) -> Message | None:
    large = (array > EXACT) | (array < -EXACT if array.dtype.kind != "u" else False)
    if not large.any():
        return None
    values, made = array[large], floats[large]
    if array.dtype.kind == "f":
        changed = (values % 1 == 0) & (np.abs(values) <= WHOLE) & (made != values)
    else:
        lowest = (values & -values).astype(np.float64)  # more than 24 binary digits do not fit
        changed = np.abs(values.astype(np.float64)) / lowest >= EXACT
    if not changed.any():
        return None
    first = int(changed.argmax())
    return say("“{name}”: whole numbers over 16777216 are rounded as they enter the network, such as {value} to "
               "{other}. Leave out ids; subtract what all others have in common", name=name, value=int(values[first]),
               other=int(made[first]))


def _of_small(name: str, array: Array, floats: Singles) -> Message | None:
    small = (floats == 0) & (array != 0)
    return of_small(name, float(array[small][0])) if small.any() else None


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

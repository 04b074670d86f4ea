"""Which example of the data set an example of a split is, whatever was set aside, and back."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.data.errors import DataError
from engine.data.formats.arrays import Array
from engine.data.options.corrections import STORED, ExampleId, Stored
from engine.data.tensors.data import Data, Split

BITS = 40  # of a place's number that are the index: part and index travel as one


class Place(NamedTuple):
    """Where an example is in data as they were split: "train", "validation" or "test", and which there, from 0."""

    part: Stored
    number: int


def identity(data: Data, part: str, index: int) -> ExampleId:
    """Of example ``index``, from 0, of the training, validation or test examples, also of a fold's.

    Raises DataError where there is none.
    """
    return identities(data, part, [index])[0]


def identities(data: Data, part: str, indices: Iterable[int]) -> list[ExampleId]:
    """The same of several."""
    split, found = split_named(data, part), list[ExampleId]()
    for index in indices:
        if not 0 <= index < len(split):
            raise DataError("There is no {part} example {index}: there are {count}, counted from 0", part=part,
                            index=index, count=len(split))
        stored, place = _place(split, index)
        found.append(ExampleId(stored, place, mark_of(data, Place(part, index))))  # type: ignore[arg-type]
    return found


def place_of(data: Data, id: ExampleId) -> Place | None:
    """Where that example is now; None: in no part, as one that is left out."""
    return next(iter(places_of(data, [id]).values()), None)


def places_of(data: Data, ids: Iterable[ExampleId]) -> dict[tuple[Stored, int], Place]:
    """The same of several, by where they are stored; those that are in no part are left out."""
    wanted = {int(numbered(part, index)): (part, index) for part, index, _ in ids}
    numbers = torch.tensor(list(wanted), dtype=torch.int64)
    found = dict[tuple[Stored, int], Place]()
    for part in STORED:
        places = split_named(data, part).places
        if places is not None:
            for index in torch.isin(places, numbers).nonzero().flatten().tolist():
                found.setdefault(wanted[int(places[index])], Place(part, index))
    return found


def split_named(data: Data, part: str) -> Split:
    """The examples of a part. Raises DataError where there is none of that name."""
    if part not in STORED:
        raise DataError("There is no part “{part}”: there are {names}", part=part, names=", ".join(STORED))
    found: Split = getattr(data, part)
    return found


def mark_of(data: Data, place: Place) -> str:
    """What tells another example in its place from it: of its pixels, its row, or its file's name and size."""
    split = split_named(data, place.part)
    stored, index = _place(split, place.number)
    if stored in data.marks:
        return f"{int(data.marks[stored][index]):08x}"
    if data.unscaled is not None:
        return _mark(data.unscaled.rows[index])
    return _mark(split.inputs[place.number].contiguous().numpy())


def _mark(values: Array) -> str:
    return f"{zlib.crc32(np.ascontiguousarray(values).tobytes()):08x}"


def _place(split: Split, index: int) -> tuple[Stored, int]:
    if split.places is None:
        raise DataError("It is not known where these examples are stored")
    number = int(split.places[index])
    return STORED[number >> BITS], number & ((1 << BITS) - 1)


def numbered(part: Stored, indices: Any) -> Any:
    """Part and index of an example as one number, or of many as an array of them."""
    return indices + (STORED.index(part) << BITS)


def stored_example(data: Data, id: ExampleId) -> tuple[Tensor, Tensor] | None:
    """Input and label of an example as they are stored, also of one that is left out; None: it is not there."""
    whole = data if data.before is None else data.before
    place = place_of(whole, id)
    if place is None or mark_of(whole, place) != id.mark:
        return None
    split = split_named(whole, place.part)
    return split.inputs[place.number], split.targets[place.number]

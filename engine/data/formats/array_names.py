"""Which arrays of a file are the examples and the targets of which part, by their names; what is left out is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from engine.data.errors import DataError
from engine.data.formats.tensor_outline import INPUTS, PARTS, TARGETS, names_of
from engine.messages import Message, say

SHOWN = 8  # names in a sentence


class Pair(NamedTuple):
    """The names of a part's examples and targets."""

    inputs: str
    targets: str


def pairs_of(path: Path, names: Sequence[str], others: Sequence[str]) -> tuple[dict[str, Pair], list[Message]]:
    """Of each part that has both; ``others`` are none of them. Raises DataError where there are several of a kind."""
    found = {part: (_called(names, INPUTS, part), _called(names, TARGETS, part)) for part in PARTS}
    pairs = {part: Pair(_only(path, inputs, say("examples")), _only(path, targets, say("targets")))
             for part, (inputs, targets) in found.items() if inputs and targets}
    return pairs, _left_out((*names, *others), pairs, found) if "train" in pairs else []


def _called(names: Sequence[str], roles: Sequence[str], part: str) -> list[str]:
    """Names for this; ``x`` is the training part's only where no ``x_train`` is there."""
    forms = {form for role in roles for form in names_of(part, role)}
    explicit = [name for name in names if name.casefold() in forms - set(roles)]
    return explicit or [name for name in names if name.casefold() in forms]


def _only(path: Path, names: list[str], what: Message) -> str:
    if len(names) > 1:
        raise DataError("{path}: {names} could each be the {what}: leave one of them in the file", path=path,
                        names=listed(names), what=what)
    return names[0]


def _left_out(names: Sequence[str], pairs: Mapping[str, Pair],
              found: Mapping[str, tuple[list[str], list[str]]]) -> list[Message]:
    """What is data by its name, but is not used."""
    notes = []
    for inputs, targets in (both for part, both in found.items() if part not in pairs):
        notes += [say("“{name}” has no targets beside it: it is left out", name=name) for name in inputs]
        notes += [say("“{name}” has no examples beside it: it is left out", name=name) for name in targets]
    candidates = {name for both in found.values() for each in both for name in each}
    others = [name for name in names if name not in candidates]
    if others:
        notes.append(say("Learned from are {used}; not used: {names}", used=listed(pairs["train"]),
                         names=listed(others)))
    return notes


def listed(names: Sequence[str]) -> str:
    """The first of them."""
    return ", ".join(names[:SHOWN]) + (" …" if names[SHOWN:] else "") if names else "none"

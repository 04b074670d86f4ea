"""Examples that a person left out or gave another label, known by where they are stored. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from pydantic import Field

from engine.data.options.options import Options
from engine.messages import Message, say
from engine.units import grouped

Stored = Literal["train", "validation", "test"]
Label: TypeAlias = str | float
STORED: tuple[Stored, ...] = ("train", "validation", "test")
_OF: dict[Stored, str] = {"train": "example {number} of the training data",
                          "validation": "example {number} of the validation data",
                          "test": "example {number} of the test data"}


class ExampleId(NamedTuple):
    """Which example it is, whatever share is set aside by whatever seed.

    ``part`` is that of the data set as it is stored: where it has only one, all are "train". ``number`` is the place
    there, from 0; ``mark`` tells whether another example lies there by now.
    """

    part: Stored
    number: int
    mark: str


class Correction(Options):
    """What a person decided about one example: another label, or that it is left out."""

    part: Stored = Field("train", title="Part", description="Of the data set as it is stored, before it is split.")
    number: int = Field(ge=0, le=2**31 - 1, title="Number", description="In that part, from 0.")
    mark: str = Field(max_length=8, title="Mark", description="Of what it holds: another example is left alone.")
    label: Label | None = Field(None, title="Label", description="The name of its class, or its number.",
                                json_schema_extra={"empty": "left out"})  # fmt: skip

    @property
    def id(self) -> ExampleId:
        """The example that it is about."""
        return ExampleId(self.part, self.number, self.mark)

    @property
    def excludes(self) -> bool:
        """Whether the example is left out."""
        return self.label is None


Corrections: TypeAlias = tuple[Correction, ...]


def in_order(corrections: Iterable[Correction]) -> Corrections:
    """One of each example, the last that was said, in the order of the data."""
    last = {each.id[:2]: each for each in corrections}
    return tuple(sorted(last.values(), key=lambda each: (STORED.index(each.part), each.number)))


def after(corrections: Corrections, ids: Sequence[ExampleId], label: Label | None) -> Corrections:
    """The same, and these examples left out, or given a label."""
    return in_order((*corrections, *(Correction(**each._asdict(), label=label) for each in ids)))


def without(corrections: Corrections, ids: Iterable[ExampleId]) -> Corrections:
    """The same, but these examples as they are stored."""
    back = {each[:2] for each in ids}
    return tuple(each for each in corrections if each.id[:2] not in back)


# -- in words ----------------------------------------------------------------------------------------------------------


def example_words(id: ExampleId) -> Message:
    """``example 41 of the training data``."""
    return say(_OF[id.part], number=id.number)


def several_words(ids: Sequence[ExampleId]) -> Message:
    """One by its place, several by their number."""
    return example_words(ids[0]) if len(ids) == 1 else say("{count} examples", count=grouped(len(ids)))


def corrections_words(corrections: Corrections) -> Message | None:
    """``3 examples excluded, 2 relabelled``; None: there are none."""
    return _listed(counted(_excluded(corrections), _relabelled(corrections)))


def changes_of(before: Corrections, now: Corrections) -> list[Message]:
    """The same of what is another: also how many are as they are stored again."""
    old = {each.id: each.label for each in before}
    others = tuple(each for each in now if each.id not in old or old[each.id] != each.label)
    restored = len(old.keys() - {each.id for each in now})
    return list(counted(_excluded(others), _relabelled(others), restored))


def counted(excluded: int, relabelled: int, restored: int = 0) -> Iterator[Message]:
    """What became of how many, the first with what they are."""
    is_first = True
    for count, one, many, more in (
            (excluded, "1 example excluded", "{count} examples excluded", "{count} excluded"),
            (relabelled, "1 example relabelled", "{count} examples relabelled", "{count} relabelled"),
            (restored, "1 example restored", "{count} examples restored", "{count} restored")):
        if count:
            yield say(more if not is_first else one if count == 1 else many, count=grouped(count))
            is_first = False


def _listed(words: Iterable[Message]) -> Message | None:
    some = list(words)
    if len(some) < 2:
        return some[0] if some else None
    return say("{some}, {one}", some=some[0], one=some[1])


def _excluded(corrections: Corrections) -> int:
    return sum(each.excludes for each in corrections)


def _relabelled(corrections: Corrections) -> int:
    return len(corrections) - _excluded(corrections)

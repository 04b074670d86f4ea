"""What tells loaded data from others with little room: how many examples each part has, and a mark of its targets."""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

from engine.data.tensors.data import Data, Split
from engine.messages import Message, say
from engine.units import grouped

PARTS = {"train": say("training"), "validation": say("validation"), "test": say("test")}
Marks = Mapping[str, tuple[int, str]]


def marks_of(data: Data) -> Marks:
    """Of each part the number of its examples, and eight digits that follow from all its targets."""
    return {part: (len(split), _mark(split)) for part in PARTS for split in (getattr(data, part),)}


def _mark(split: Split) -> str:
    return f"{crc32(split.targets.contiguous().numpy().tobytes()):08x}"


def what_changed(before: Marks, data: Data) -> Message | None:
    """How data differ from those that marks were made of; None: not at all, or there are none."""
    now, was = marks_of(data), {part: before[part] for part in PARTS if part in before}
    for part, (count, _) in was.items():
        if count != now[part][0]:
            return say("The data have changed since the run: there were {before} {part} examples, now there are {now}",
                       part=PARTS[part], before=grouped(count), now=grouped(now[part][0]))
    for part, (_, mark) in was.items():
        if mark != now[part][1]:
            return say("The data have changed since the run: {part} examples have other targets than they had",
                       part=PARTS[part])
    return None

"""What is said of images by class and part: classes that a part has none of, and images that look the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.data.formats.image_notes import about, quoted
from engine.messages import Message, say

Numbers = NDArray[np.int64]


class Sets(NamedTuple):
    """The images that were read: of each its class, its part, a number that tells how it looks, and its file."""

    labels: Numbers
    parts: Numbers
    looks: NDArray[np.uint64]
    files: Sequence[str]


def missing(sets: Sets, classes: Sequence[str], parts: Mapping[int, str]) -> list[Message]:
    """Classes without an image at all, without one to train with, without one in another part that has some."""
    counts = np.zeros((3, len(classes)), np.int64)
    np.add.at(counts, (sets.parts, sets.labels), 1)
    notes, left = [], counts.sum(0) > 0
    if len(without := _named(classes, ~left)):
        notes.append(say("None of the images in {folders} could be read", folders=quoted(without)))
    for number, part in parts.items():
        here = _named(classes, left & (counts[number] == 0))
        if here and number == 0:
            notes += about(len(here), "{names} has no images in {part}: it cannot be learned",
                           "{names} have no images in {part}: they cannot be learned", names=quoted(here), part=part)
        elif here and counts[number].any():
            notes += about(len(here), "{names} has no images in {part}", "{names} have no images in {part}",
                           names=quoted(here), part=part)
    return notes


def _named(classes: Sequence[str], which: NDArray[Any]) -> list[str]:
    return [name for name, is_one in zip(classes, which, strict=True) if is_one]


def copies(sets: Sets) -> list[Message]:
    """Images that look the same as another: of another class, of another part, or that a random split may part."""
    first, group = np.unique(sets.looks, return_index=True, return_inverse=True)[1:]
    original = first[group]
    of_class = sets.labels != sets.labels[original]
    of_part = sets.parts != sets.parts[original]
    again = (np.arange(len(original)) != original) & ~of_class & (not sets.parts.any())
    masks = (of_class, of_part & ~of_class, again)
    return [note for mask, words in zip(masks, _SAME, strict=True)
            for note in _copies(sets, np.flatnonzero(mask), original, words)]


_SAME = (  # of one, of several
    ("1 image looks the same as one of another class: {file} and {other}. Leave it in one class",
     "{count} images look the same as ones of another class, such as {file} and {other}. Leave each in one class"),
    ("1 image looks the same as one of another part: {file} and {other}. Results may be better than for new images",
     "{count} images look the same as ones of another part, such as {file} and {other}. Results may be better than for "
     "new images"),
    ("1 image looks the same as another: {file} and {other}. One may be learned and the other tested with",
     "{count} images look the same as others, such as {file} and {other}. One may be learned and the other tested "
     "with"),
)


def _copies(sets: Sets, which: NDArray[Any], original: NDArray[Any], words: tuple[str, str]) -> list[Message]:
    if not len(which):
        return []
    return about(len(which), *words, file=sets.files[which[0]], other=sets.files[original[which[0]]])

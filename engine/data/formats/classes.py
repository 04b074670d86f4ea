"""Whole numbers as classes: those that are there, by their own names; and when there are too many to be classes."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from engine.data.errors import DataError
from engine.data.formats.array_names import listed
from engine.data.formats.arrays import Array
from engine.messages import Message, say
from engine.units import grouped

ALL_DIFFERENT = 8  # classes; more than these, and than half the rows, are asked about
MOST = 10_000
SIGNS = [-1, 1]


def nearly_one_each(classes: int, rows: int) -> bool:
    """Whether there is nearly a class for every row, as there is of names, ids and numbers."""
    return classes > max(ALL_DIFFERENT, rows / 2)


def alike(names: Iterable[str]) -> list[list[str]]:
    """Those that differ only in capitals, spaces, lines, or what is not seen."""
    found = defaultdict[str, list[str]](list)
    for name in names:
        seen = "".join(letter for letter in unicodedata.normalize("NFKC", name) if unicodedata.category(letter) != "Cf")
        found[re.sub(r"(?<=\w)[\s_-]+(?=\w)", " ", seen.casefold()).strip()].append(name)
    return [several for several in found.values() if len(several) > 1]


def classes_of(path: Path, name: str, targets: Sequence[Array], notes: list[Message]) -> tuple[str, ...]:
    """The labels that are there, in order, from whole numbers of all parts, training first. Raises DataError."""
    labels, learned = np.unique(np.concatenate(targets)).tolist(), len(np.unique(targets[0]))
    least, most = labels[0], labels[-1]
    if least < 0 and labels != SIGNS:
        raise DataError("{path}: the labels go from {least} to {most}. Classes have no labels below 0, but for -1 and "
                        "1; numbers to predict are stored as decimals", path=path, least=least, most=most)
    if len(labels) == 1:
        raise DataError("{path}: all examples are of one class, {label}: there is nothing to learn", path=path,
                        label=least)
    if nearly_one_each(learned, len(targets[0])):
        raise DataError("{path}: “{name}” has {count} different whole numbers for {rows} examples: nearly a class for "
                        "each. Numbers to predict are stored as decimals; a class needs several examples", path=path,
                        name=name, count=grouped(learned), rows=grouped(len(targets[0])))
    if len(labels) > MOST:
        raise DataError("{path}: “{name}” has {count} different labels: more than {most} cannot be classes. Numbers to "
                        "predict are stored as decimals", path=path, name=name, count=grouped(len(labels)),
                        most=grouped(MOST))
    if labels == SIGNS or (least and most - least == len(labels) - 1):
        notes.append(say("The labels go from {least} to {most}: they are {count} classes", least=least, most=most,
                         count=grouped(len(labels))))
    elif most - least != len(labels) - 1:
        notes.append(say("Only {count} of the labels from {least} to {most} are there, and these are the classes: "
                         "{labels}", least=least, most=most, count=grouped(len(labels)),
                         labels=listed(list(map(str, labels)))))
    if len(unknown := sorted(set(labels) - set(np.unique(targets[0]).tolist()))):
        notes.append(say("No training example is of these classes, which cannot be learned: {labels}",
                         labels=listed(list(map(str, unknown)))))
    return tuple(map(str, labels))


def counted(targets: Array, classes: Sequence[str]) -> Array:
    """Labels as the numbers of their classes, from 0."""
    return np.searchsorted(np.array(classes, np.int64), targets).astype(np.int64)

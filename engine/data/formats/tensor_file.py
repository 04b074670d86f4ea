"""Arrays by name as data: which are examples and which targets, of which part, and what they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.data.errors import DataError
from engine.data.formats.array_files import Content, arrays_in
from engine.data.formats.array_names import Pair, listed, pairs_of
from engine.data.formats.arrays import Array, Arrays, Report
from engine.data.formats.classes import classes_of, counted
from engine.data.formats.rounding import lost
from engine.data.formats.tensor_outline import INPUTS, TARGETS, is_wanted, names_of
from engine.data.options.options import Known
from engine.messages import Message, say
from engine.units import shape_text

LEAST = 3
FEW = 20  # different whole numbers that look like classes, where there are several examples of each
LARGEST_LABEL = 2**63 - 1
LEAST_SIDE = 8  # of examples that are square and so taken as images
_WORDS = {"train": say("training"), "validation": say("validation"), "test": say("test")}


class _Part(NamedTuple):
    """Examples and targets of one part."""

    inputs: Array
    targets: Array


def read_tensors(path: Path) -> Arrays:
    """Arrays x and y of any length, and validation and test parts where there are. Raises DataError, in words."""
    content = arrays_in(path)
    pairs, notes = pairs_of(path, list(content.arrays), content.others)
    if "train" not in pairs:
        raise _lacking(path, content)
    stored = {part: _stored(path, content.arrays, pair) for part, pair in pairs.items()}
    _expect_enough(path, len(stored["train"].inputs), LEAST - len(pairs) + 1)
    for part in pairs:
        _expect_alike(path, stored["train"].inputs, stored[part].inputs, part)
    parts = {part: _part(path, pairs[part], each, notes) for part, each in stored.items()}
    for part, each in parts.items():
        _expect_targets_alike(path, parts["train"].targets, each.targets, part)
    known = _known(path, pairs["train"].targets, list(parts.values()), notes)
    numbered = {part: _numbered(each, known) for part, each in parts.items()}
    (test_inputs, test_targets), (validation_inputs, validation_targets) = (
        numbered.get(part, (None, None)) for part in ("test", "validation"))
    return Arrays(*numbered["train"], test_inputs, test_targets, validation_inputs, validation_targets, known,
                  report=Report(tuple(notes)))


# -- what is refused ---------------------------------------------------------------------------------------------------


def _lacking(path: Path, content: Content) -> DataError:
    """There are no examples, or no targets."""
    odd = [name for name in content.others if is_wanted(name)]
    if odd:
        return DataError("{path}: “{name}” is neither an array nor a tensor: save it as one", path=path, name=odd[0])
    has_inputs = any(name.casefold() in names_of("train", role) for name in content.arrays for role in INPUTS)
    return DataError("{path} holds no array “{name}”: it needs x (or inputs, images) and y (or labels, targets). "
                     "There are: {names}", path=path, name=TARGETS[0] if has_inputs else INPUTS[0],
                     names=listed(content.names))


def _expect_enough(path: Path, count: int, least: int) -> None:
    if count < least:
        raise DataError("{path} has only {examples} to learn from: at least {least} are needed", path=path, least=least,
                        examples=say("1 example") if count == 1 else say("{count} examples", count=count))


def _expect_alike(path: Path, train: Array, other: Array, part: str) -> None:
    if other.shape[1:] != train.shape[1:] or (other.dtype == np.uint8) != (train.dtype == np.uint8):
        raise DataError("{path}: its {part} examples are {other}, the others {train}", path=path, part=_WORDS[part],
                        other=_text(other), train=_text(train))


def _expect_targets_alike(path: Path, train: Array, other: Array, part: str) -> None:
    if other.shape[1:] != train.shape[1:] or other.dtype != train.dtype:
        raise DataError("{path}: the targets of its {part} examples are of another kind than the others", path=path,
                        part=_WORDS[part])


def _text(array: Array) -> str:
    """Shape and numbers of one example, as they are stored."""
    return f"{shape_text(array.shape[1:])} {array.dtype}".strip()


# -- arrays ------------------------------------------------------------------------------------------------------------


def _known(path: Path, name: str, parts: Sequence[_Part], notes: list[Message]) -> Known:
    """What is found."""
    inputs, targets = (list(each) for each in zip(*parts, strict=True))
    known = Known(sample_shape=inputs[0].shape[1:], examples=sum(map(len, inputs)),
                  stored="uint8" if inputs[0].dtype == np.uint8 else "float32")
    if targets[0].dtype != np.int64:
        return known.with_options(task="regression", output_shape=targets[0].shape[1:])
    return known.with_options(classes=classes_of(path, name, targets, notes))


def _numbered(part: _Part, known: Known) -> _Part:
    """With classes counted from 0."""
    return part._replace(targets=counted(part.targets, known.classes)) if known.classes else part


def _stored(path: Path, arrays: dict[str, Array], names: Pair) -> _Part:
    """As they are in the file. Raises DataError where they are not as many, or none."""
    part = _Part(arrays[names.inputs], arrays[names.targets])
    for name, array in zip(names, part, strict=True):
        if array.ndim == 0:
            raise DataError("{path}: “{name}” is a single value, where one for each example is needed", path=path,
                            name=name)
    if len(part.inputs) != len(part.targets):
        raise DataError("{path}: the length of “{inputs}” is {examples}, that of “{targets}” {labels}: there must be a "
                        "target for each example", path=path, inputs=names.inputs, examples=len(part.inputs),
                        targets=names.targets, labels=len(part.targets))
    for name, array in zip(names, part, strict=True):
        if 0 in array.shape:
            raise DataError("{path}: “{name}” is empty", path=path, name=name)
    return part


def _part(path: Path, names: Pair, stored: _Part, notes: list[Message]) -> _Part:
    inputs = _inputs(path, names.inputs, _in_channels(names.inputs, stored.inputs, notes), notes)
    return _Part(inputs, _targets(path, names.targets, stored.targets, notes))


def _in_channels(name: str, x: Array, notes: list[Message]) -> Array:
    """Images with their channels first; N×H×W without any have one."""
    note = None
    if x.ndim == 4 and min(x.shape[1:3]) > 4 and x.shape[3] in (1, 3, 4):
        note = say("Images are stored with their channels last: they were turned to {shape}",
                   shape=shape_text((x.shape[3], *x.shape[1:3])))
        x = x.transpose(0, 3, 1, 2)
    elif x.ndim == 4 and (x.shape[3] <= 4 < min(x.shape[1:3]) or x.shape[1] == x.shape[2] != x.shape[3]):
        note = say("Examples of {shape} are taken as {count} channels of {size}: if their channels are last, store "
                   "them first", shape=shape_text(x.shape[1:]), count=x.shape[1], size=shape_text(x.shape[2:]))
    elif x.ndim == 3 and x.dtype == np.uint8:
        if min(x.shape[1:]) <= 4:
            note = say("Examples of {shape} are taken as images with one channel", shape=shape_text(x.shape[1:]))
        x = x[:, None]
    elif x.ndim == 3 and ("images" in name.casefold() or x.shape[1] == x.shape[2] >= LEAST_SIDE):
        note = say("Examples of {shape} are taken as images with one channel", shape=shape_text(x.shape[1:]))
        x = x[:, None]
    if note is not None and note not in notes:
        notes.append(note)
    return x


def _inputs(path: Path, name: str, x: Array, notes: list[Message]) -> Array:
    """uint8 N×C×H×W, or float32 N×…"""
    if x.dtype == np.uint8 and x.ndim == 4:
        return np.ascontiguousarray(x)
    return _floats(path, name, x, "examples", notes)


def _targets(path: Path, name: str, y: Array, notes: list[Message]) -> Array:
    """Whole numbers are classes, int64 N; others are numbers, float32 N×…"""
    if y.dtype.kind not in "iub":
        floats = _floats(path, name, y, "targets", notes)
        if _look_like_labels(floats):
            note = say("“{name}” holds decimals that look like classes: they are taken as numbers to predict; classes "
                       "are stored as one whole number for each example", name=name)
            notes += [note] if note not in notes else []
        return floats
    if y.dtype == np.uint64 and y.max() > LARGEST_LABEL:
        raise DataError("{path}: the labels go from {least} to {most}: no label can be larger than {largest}. Numbers "
                        "to predict are stored as decimals", path=path, least=int(y.min()), most=int(y.max()),
                        largest=LARGEST_LABEL)
    labels = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if labels.ndim != 1:
        raise DataError("{path}: labels are one whole number for each example, but these are {shape}. Numbers to "
                        "predict are stored as decimals", path=path, shape=shape_text(y.shape))
    return labels.astype(np.int64)


def _look_like_labels(y: Array) -> bool:
    """Whether they are few different whole numbers, or rows of one 1 and zeros."""
    if y.ndim != 2 or (y % 1).any():
        return False
    if y.shape[1] > 1:
        return bool(((y == 0) | (y == 1)).all() and (y.sum(1) == 1).all())
    count = len(np.unique(y))
    return 1 < count <= FEW and 4 * count <= max(len(y), 8)


def _floats(path: Path, name: str, array: Array, what: str, notes: list[Message]) -> Array:
    """float32 N×…, and what that loses."""
    if array.dtype.kind not in "iufb":
        raise DataError("{path}: its {what} are {dtype}, not numbers", path=path, what=what, dtype=array.dtype)
    if array.dtype.kind == "f":
        _expect_finite(path, array, what)
    with np.errstate(over="ignore"):
        floats = np.ascontiguousarray(array, dtype=np.float32)
    wrong = ~np.isfinite(floats)
    if wrong.any():
        raise DataError("{path}: {count} numbers of its {what} are too large for float32, such as {value}. Divide them",
                        path=path, count=int(wrong.sum()), what=what, value=repr(float(array[wrong][0])))
    notes += lost(name, array)
    return floats[:, None] if floats.ndim == 1 else floats


def _expect_finite(path: Path, array: Array, what: str) -> None:
    wrong = ~np.isfinite(array).reshape(len(array), -1).all(axis=1)
    if wrong.any():
        raise DataError("{path}: {count} of its {what} hold values that are no numbers (NaN or infinite); the first is "
                        "number {first}, counted from 0", path=path, count=int(wrong.sum()), what=what,
                        first=int(wrong.argmax()))

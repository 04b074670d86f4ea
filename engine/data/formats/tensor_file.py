"""Arrays by name as data: which are examples and which targets, of which part, and what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.data.errors import DataError
from engine.data.formats.array_files import arrays_in
from engine.data.formats.array_names import Pair, listed, pairs_of
from engine.data.formats.arrays import Array, Arrays, Report
from engine.data.formats.tensor_outline import INPUTS, PARTS, TARGETS, names_of
from engine.data.options.options import Known
from engine.messages import Message, say
from engine.units import grouped, shape_text

LEAST = 3
MOST_CLASSES = 10_000
LEAST_SIDE = 8  # of examples that are square and so taken as images


class _Part(NamedTuple):
    """Examples and targets of one part."""

    inputs: Array
    targets: Array


def read_tensors(path: Path) -> Arrays:
    """Arrays x and y of any length, and validation and test parts where there are. Raises DataError, in words."""
    content = arrays_in(path)
    pairs, notes = pairs_of(path, list(content))
    train, validation, test = (_part(path, content, pairs[part], notes) if part in pairs else None for part in PARTS)
    if train is None:
        raise DataError("{path} holds no array “{name}”: it needs x (or inputs, images) and y (or labels, targets). "
                        "There are: {names}", path=path, name=_lacking(content), names=listed(list(content)))
    least = LEAST - (validation is not None) - (test is not None)
    if len(train.inputs) < least:
        count = len(train.inputs)
        raise DataError("{path} has only {examples}: at least {least} are needed", path=path, least=LEAST,
                        examples=say("1 example") if count == 1 else say("{count} examples", count=count))
    for part, name in ((validation, say("validation")), (test, say("test"))):
        if part is not None:
            _expect_alike(path, train, part, name)
    parts = [part for part in (train, validation, test) if part is not None]
    known, first = _known(path, parts, notes)
    both = [None if part is None else _counted(part, first) for part in (test, validation)]
    (test_inputs, test_targets), (validation_inputs, validation_targets) = (part or (None, None) for part in both)
    return Arrays(*_counted(train, first), test_inputs, test_targets, validation_inputs, validation_targets, known,
                  report=Report(tuple(notes)))


def _expect_alike(path: Path, train: _Part, part: _Part, name: Message) -> None:
    if part.inputs.shape[1:] != train.inputs.shape[1:] or part.inputs.dtype != train.inputs.dtype:
        raise DataError("{path}: its {part} examples are {other}, the others {train}", path=path, part=name,
                        other=f"{shape_text(part.inputs.shape[1:])} {part.inputs.dtype}",
                        train=f"{shape_text(train.inputs.shape[1:])} {train.inputs.dtype}")
    if part.targets.shape[1:] != train.targets.shape[1:] or part.targets.dtype != train.targets.dtype:
        raise DataError("{path}: the targets of its {part} examples are of another kind than the others", path=path,
                        part=name)


def _known(path: Path, parts: Iterable[_Part], notes: list[Message]) -> tuple[Known, Array | None]:
    """What is found, and for classes the label of each, where they are not counted from 0."""
    inputs, targets = (list(each) for each in zip(*parts, strict=True))
    known = Known(sample_shape=inputs[0].shape[1:], examples=sum(map(len, inputs)),
                  stored="uint8" if inputs[0].dtype == np.uint8 else "float32")
    if targets[0].dtype != np.int64:
        return known.with_options(task="regression", output_shape=targets[0].shape[1:]), None
    found = np.unique(np.concatenate(targets))
    least, most = int(found[0]), int(found[-1])
    is_sign = found.tolist() == [-1, 1]
    if (least < 0 and not is_sign) or most >= MOST_CLASSES:
        raise _no_labels(path, least, most)
    if least == most:
        raise DataError("{path}: all examples are of one class, {label}: there is nothing to learn", path=path,
                        label=least)
    labels = found if is_sign else np.arange(max(0, least), most + 1)
    if least:
        notes.append(say("The labels go from {least} to {most}: they are {count} classes", least=least, most=most,
                         count=grouped(len(labels))))
    return known.with_options(classes=tuple(map(str, labels.tolist()))), labels if least else None


def _no_labels(path: Path, least: int, most: int) -> DataError:
    return DataError("{path}: the labels go from {least} to {most}. Classes are counted from 0; numbers to predict "
                     "are stored as decimals", path=path, least=least, most=most)


def _counted(part: _Part, labels: Array | None) -> _Part:
    """With classes counted from 0."""
    return part if labels is None else part._replace(targets=np.searchsorted(labels, part.targets).astype(np.int64))


# -- arrays ---------------------------------------------------------------------------------------------------------


def _lacking(content: Mapping[str, Array]) -> str:
    has_inputs = any(name.casefold() in names_of("train", role) for name in content for role in INPUTS)
    return TARGETS[0] if has_inputs else INPUTS[0]


def _part(path: Path, content: Mapping[str, Array], names: Pair, notes: list[Message]) -> _Part:
    x, y = content[names.inputs], content[names.targets]
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
        raise DataError("{path} has {labels} targets for {examples} examples", path=path,
                        labels=len(y) if y.ndim else 1, examples=len(x) if x.ndim else 1)
    if not len(x) or 0 in x.shape:
        raise DataError("{path}: its examples are empty", path=path)
    return _Part(_inputs(path, _in_channels(names.inputs, x, notes)), _targets(path, y))


def _in_channels(name: str, x: Array, notes: list[Message]) -> Array:
    """Images with their channels first; N×H×W without any have one."""
    note = None
    if x.ndim == 4 and min(x.shape[1:3]) > 4 and x.shape[3] in (1, 3, 4):
        note = say("Images are stored with their channels last: they were turned to {shape}",
                   shape=shape_text((x.shape[3], *x.shape[1:3])))
        x = x.transpose(0, 3, 1, 2)
    elif x.ndim == 3 and x.dtype == np.uint8:
        x = x[:, None]
    elif x.ndim == 3 and ("images" in name.casefold() or x.shape[1] == x.shape[2] >= LEAST_SIDE):
        note = say("Examples of {shape} are taken as images with one channel", shape=shape_text(x.shape[1:]))
        x = x[:, None]
    if note is not None and note not in notes:
        notes.append(note)
    return x


def _inputs(path: Path, x: Array) -> Array:
    """uint8 N×C×H×W, or float32 N×…"""
    if x.dtype == np.uint8 and x.ndim == 4:
        return np.ascontiguousarray(x)
    floats = _finite(path, x, "examples")
    return floats[:, None] if floats.ndim == 1 else floats


def _targets(path: Path, y: Array) -> Array:
    """Whole numbers are classes, int64 N; others are numbers, float32 N×…"""
    if y.dtype.kind in "iub":
        if y.dtype == np.uint64 and y.size and y.max() >= MOST_CLASSES:
            raise _no_labels(path, int(y.min()), int(y.max()))
        labels = y.astype(np.int64)
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = labels[:, 0]
        if labels.ndim != 1:
            raise DataError("{path}: labels are one whole number for each example, but these are {shape}. Numbers to "
                            "predict are stored as decimals", path=path, shape=shape_text(y.shape))
        return labels
    floats = _finite(path, y, "targets")
    return floats[:, None] if floats.ndim == 1 else floats


def _finite(path: Path, array: Array, what: str) -> Array:
    if array.dtype.kind not in "iufb":
        raise DataError("{path}: its {what} are {dtype}, not numbers", path=path, what=what, dtype=array.dtype)
    with np.errstate(over="ignore"):
        floats = np.ascontiguousarray(array, dtype=np.float32)
    wrong = ~np.isfinite(floats).reshape(len(floats), -1).all(axis=1)
    if wrong.any():
        raise DataError("{path}: {count} of its {what} hold values that are no numbers (NaN or infinite); the first is "
                        "number {first}, counted from 0", path=path, count=int(wrong.sum()), what=what,
                        first=int(wrong.argmax()))
    return floats

"""Arrays by name: .npz, .pt, .pth, read without letting them run anything. torch is loaded for .pt only."""

from __future__ import annotations

import pickle
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.errors import DataDamagedError, DataError
from engine.data.formats.arrays import Array, Arrays, Report
from engine.data.formats.suffixes import TENSORS
from engine.data.options.options import Known
from engine.files import reason_of_os_error
from engine.messages import Message, say
from engine.units import shape_text

INPUTS, TARGETS = ("x", "inputs", "images"), ("y", "labels", "targets")
LEAST = 3
MOST_CLASSES = 10_000


def read_tensors(path: Path) -> Arrays:
    """Arrays x and y of any length, and a test part where there is one. Raises DataError, in words."""
    content, notes = _content(path), list[Message]()
    train = _part(path, content, "", notes)
    if train is None:
        raise DataError("{path} holds no array “{name}”: it needs x (or inputs, images) and y (or labels, targets). "
                        "There are: {names}", path=path, name=_lacking(content), names=", ".join(content) or "none")
    test = _part(path, content, "test", notes)
    if len(train[0]) < (LEAST if test is None else LEAST - 1):
        raise DataError("{path} has only {count} examples: at least {least} are needed", path=path,
                        count=len(train[0]), least=LEAST)
    if test is not None and (test[0].shape[1:] != train[0].shape[1:] or test[0].dtype != train[0].dtype):
        raise DataError("{path}: its test examples are {test}, the others {train}", path=path,
                        test=f"{shape_text(test[0].shape[1:])} {test[0].dtype}",
                        train=f"{shape_text(train[0].shape[1:])} {train[0].dtype}")
    if test is not None and (test[1].shape[1:] != train[1].shape[1:] or test[1].dtype != train[1].dtype):
        raise DataError("{path}: the targets of its test examples are of another kind than the others", path=path)
    test_inputs, test_targets = test or (None, None)
    return Arrays(*train, test_inputs, test_targets, known=_known(path, train, test), report=Report(tuple(notes)))


def _known(path: Path, train: tuple[Array, Array], test: tuple[Array, Array] | None) -> Known:
    inputs, targets = train
    examples = len(inputs) + (len(test[0]) if test else 0)
    known = Known(sample_shape=inputs.shape[1:], examples=examples,
                  stored="uint8" if inputs.dtype == np.uint8 else "float32")
    if targets.dtype != np.int64:
        return known.with_options(task="regression", output_shape=targets.shape[1:])
    labels = targets if test is None else np.concatenate([targets, test[1]])
    if labels.min() < 0 or labels.max() >= MOST_CLASSES:
        raise DataError("{path}: the labels go from {least} to {most}. Classes are counted from 0; numbers to predict "
                        "are stored as decimals", path=path, least=labels.min(), most=labels.max())
    if labels.max() == labels.min():
        raise DataError("{path}: all examples are of one class, {label}: there is nothing to learn", path=path,
                        label=labels[0])
    return known.with_options(classes=tuple(map(str, range(int(labels.max()) + 1))))


# -- arrays ---------------------------------------------------------------------------------------------------------


def _lacking(content: Mapping[str, Array]) -> str:
    return INPUTS[0] if _find(content, INPUTS, "") is None else TARGETS[0]


def _find(content: Mapping[str, Array], names: tuple[str, ...], part: str) -> Array | None:
    """The array of one of these names, in any case; of the test part as x_test or test_x."""
    plain = {name.casefold(): value for name, value in content.items()}
    forms = ("{name}_{part}", "{part}_{name}") if part else ("{name}", "{name}_train", "train_{name}")
    return next((plain[key] for name in names for form in forms
                 if (key := form.format(name=name, part=part)) in plain), None)


def _part(path: Path, content: Mapping[str, Array], part: str, notes: list[Message]) -> tuple[Array, Array] | None:
    x, y = _find(content, INPUTS, part), _find(content, TARGETS, part)
    if x is None or y is None:
        return None
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
        raise DataError("{path} has {labels} targets for {examples} examples", path=path,
                        labels=len(y) if y.ndim else 1, examples=len(x) if x.ndim else 1)
    if not len(x) or 0 in x.shape:
        raise DataError("{path}: its examples are empty", path=path)
    return _inputs(path, x, notes), _targets(path, y)


def _inputs(path: Path, x: Array, notes: list[Message]) -> Array:
    """uint8 N×C×H×W, or float32 N×…"""
    if x.dtype == np.uint8 and x.ndim == 3:
        return np.ascontiguousarray(x[:, None])
    if x.dtype == np.uint8 and x.ndim == 4:
        if x.shape[1] > 4 and x.shape[3] in (1, 3):
            note = say("Images are stored with their channels last: they were turned to {shape}",
                       shape=shape_text((x.shape[3], *x.shape[1:3])))
            if note not in notes:
                notes.append(note)
            x = x.transpose(0, 3, 1, 2)
        return np.ascontiguousarray(x)
    floats = _finite(path, x, "examples")
    return floats[:, None] if floats.ndim == 1 else floats


def _targets(path: Path, y: Array) -> Array:
    """Whole numbers are classes, int64 N; others are numbers, float32 N×…"""
    if y.dtype.kind in "iub":
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


# -- files ----------------------------------------------------------------------------------------------------------


def _content(path: Path) -> dict[str, Array]:
    if path.suffix.lower() not in TENSORS:
        raise DataError("{path} is not an .npz, .pt or .pth file", path=path)
    try:
        return _npz(path) if path.suffix.lower() == ".npz" else _pt(path)
    except DataError:
        raise
    except OSError as error:
        raise DataError("{path} could not be read: {reason}", path=path, reason=reason_of_os_error(error)) from error
    except MemoryError as error:
        raise DataError("{path} does not fit into memory", path=path) from error
    except ValueError as error:
        if "pickle" in str(error):
            raise _objects(path) from error
        raise _unreadable(path) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError) as error:
        raise _unreadable(path) from error


def _objects(path: Path) -> DataError:
    return DataError("{path} holds Python objects, which could run code: save plain arrays", path=path)


def _unreadable(path: Path) -> DataError:
    return DataDamagedError("{path} is damaged, or not a file of this kind", path=path)


def _npz(path: Path) -> dict[str, Array]:
    loaded: Any = np.load(path, allow_pickle=False)
    if not isinstance(loaded, np.lib.npyio.NpzFile):
        raise _unreadable(path)
    with loaded:
        wanted = {name for name in loaded.files if _is_wanted(name)}
        return {name: loaded[name] for name in wanted} or {name: np.empty(0) for name in loaded.files}


def _is_wanted(name: str) -> bool:
    return name.casefold().removeprefix("train_").removeprefix("test_").removesuffix("_train").removesuffix(
        "_test") in INPUTS + TARGETS


def _pt(path: Path) -> dict[str, Array]:
    import torch  # takes long to load, and an .npz needs none

    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise _objects(path) from error
    if isinstance(loaded, (tuple, list)) and len(loaded) == 2:
        loaded = dict(zip("xy", loaded, strict=True))
    if not isinstance(loaded, Mapping):
        raise DataError("{path} holds no arrays by name: save a dict with x and y", path=path)
    return {str(name): _array(value) for name, value in loaded.items() if isinstance(value, torch.Tensor)}


def _array(tensor: Any) -> Array:
    import torch  # is loaded by now

    dense = tensor.detach().to_dense() if tensor.layout != torch.strided else tensor.detach()
    if dense.is_quantized:
        dense = dense.dequantize()
    if dense.dtype.is_floating_point and dense.dtype not in (torch.float32, torch.float64):
        dense = dense.float()
    array: Array = dense.numpy()
    return array

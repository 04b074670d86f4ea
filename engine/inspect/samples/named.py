"""An example as one names it: by its number in the data, by a file, or as numbers."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.data.formats.suffixes import TABLES
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment
from engine.inspect.samples.arrays import SUFFIXES, from_arrays, from_numbers
from engine.inspect.samples.pictures import Pictures
from engine.inspect.samples.rows import rows_in
from engine.inspect.samples.sample import Sample, SampleError, UnreadSampleError, input_shape
from engine.inspect.samples.splits import from_split
from engine.inspect.samples.typed import as_batch, from_text, is_table, rows_given
from engine.messages import say

_EXAMPLE = re.compile(r"\s*(train|training|validation|test)\s*[:#]\s*(\d{1,15})\s*")
_PATH = re.compile(r"[^\[\](),\n]*\.[a-zA-Z]\w{1,4}")  # looks like a file's name


def sample_of(experiment: Experiment, named: Any, root: Path | None = None, *, inverted: bool = False) -> Sample:
    """``test:3`` or ("test", 3), a file, typed numbers or a tensor B×… as the network gets it.

    Of a file with several examples it is the first. Raises SampleError, or DataError.
    """
    if isinstance(named, Sample):
        return named
    if isinstance(named, tuple) and len(named) == 2 and isinstance(named[0], str):
        return from_split(experiment, named[0], int(named[1]), root)
    if isinstance(named, os.PathLike):
        return _in_file(experiment, Path(named), root, inverted)
    if not isinstance(named, str):
        x = as_batch(torch.as_tensor(named), input_shape(experiment))
        return Sample(x, None, x[0].clone(), say("tensor"))
    if found := _EXAMPLE.fullmatch(named):
        return from_split(experiment, found[1].removesuffix("ing"), int(found[2]), root)
    is_path = "\n" not in named and (os.path.exists(named) or _PATH.fullmatch(named.strip()))  # noqa: PTH110
    if is_path and not _is_number(named):
        return _in_file(experiment, Path(named), root, inverted)
    return from_text(experiment, named, root, several=True)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _in_file(experiment: Experiment, path: Path, root: Path | None, inverted: bool) -> Sample:
    suffix = path.suffix.lower()
    if not os.path.exists(path):  # noqa: PTH110
        raise UnreadSampleError("{path} is not there", path=path)
    if suffix not in SUFFIXES and (suffix not in TABLES or not (is_table(experiment) or suffix == ".csv")):
        return Pictures(experiment, root).of_file(path, inverted)
    x = _numbers_in(experiment, path, root)
    title = path.name if len(x) == 1 else say("{file}, example 0 of {count}", file=path.name, count=len(x))
    return Sample(x[:1], None, x[0].clone(), title)


def _numbers_in(experiment: Experiment, path: Path, root: Path | None) -> Tensor:
    """Raises UnreadSampleError where the file as a whole holds something else than the network takes."""
    try:
        if path.suffix.lower() in SUFFIXES:
            return from_arrays(experiment, path, root)
        if not is_table(experiment):
            return from_numbers(experiment, path, root)
        data = load_data(experiment.data, root)
        rows = rows_in(data, path)
    except UnreadSampleError:
        raise
    except SampleError as error:
        raise UnreadSampleError("{path}: {reason}", path=path, reason=error.message) from error
    return rows_given(experiment, data, rows)

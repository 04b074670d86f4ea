"""Examples in a file of arrays (.npy, .npz, .pt), or of plain numbers (.csv)."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.data.errors import DataError
from engine.data.formats.array_files import MOST_BYTES, arrays_in, objects
from engine.data.formats.array_names import listed
from engine.data.formats.arrays import Array
from engine.data.formats.suffixes import TENSORS
from engine.data.formats.table.reading import found_in
from engine.data.formats.tensor_outline import INPUTS, PARTS, names_of
from engine.data.progress import result_of
from engine.experiment.experiment import Experiment
from engine.files import opened, parsing
from engine.inspect.samples.prepared import as_given, data_for, expect_fit, holds_bytes
from engine.inspect.samples.sample import SampleError, UnreadSampleError, input_shape
from engine.inspect.samples.typed import as_batch
from engine.messages import Message, say

SUFFIXES = (".npy", *TENSORS)
_NAMES = frozenset(form for part in PARTS for name in INPUTS for form in names_of(part, name))


def from_arrays(experiment: Experiment, path: Path, root: Path | None = None) -> Tensor:
    """B×… as the network gets them: one example, or several, stored as the data are, and prepared as these are.

    Raises UnreadSampleError, SampleError, or DataError.
    """
    array = _array_in(path)
    if array.dtype.kind not in "iufb":
        raise UnreadSampleError("{path} holds {dtype}, not numbers", path=path, dtype=array.dtype)
    if 0 in array.shape:
        raise UnreadSampleError("{path} is empty", path=path)
    plain = np.array(array, array.dtype if array.dtype == np.uint8 else np.float32)  # a copy: it may be read-only
    if not np.isfinite(plain).all():
        raise UnreadSampleError("{path} holds values that are no numbers (NaN or infinite)", path=path)
    stored, wanted, spec = torch.from_numpy(plain), input_shape(experiment), experiment.data
    if wanted != spec.sample_shape and spec.is_known:
        return as_batch(stored, wanted)
    data = data_for(experiment, root)
    try:
        batch = as_batch(stored, data.spec.stored_shape)
    except SampleError:
        return as_batch(stored, input_shape(experiment))
    if plain.dtype == np.uint8 and holds_bytes(data.spec):
        batch = batch.to(torch.uint8)
    return expect_fit(experiment, data, as_given(data, batch))


def from_numbers(experiment: Experiment, path: Path, root: Path | None) -> Tensor:
    """B×… as the network gets it: rows of plain numbers, where the data are no table; they are stored as these are.

    Raises UnreadSampleError, SampleError, or DataError.
    """
    data = data_for(experiment, root)
    try:
        columns = result_of(found_in(path, data.spec.table)).columns
    except DataError as error:
        raise UnreadSampleError("{reason}", reason=error.message) from error
    numbers = torch.stack([torch.from_numpy(values.numbers.copy()) for values in columns.values()], 1).float()
    if numbers.isnan().any():
        raise UnreadSampleError("{path}: there are values that are no numbers", path=path)
    return expect_fit(experiment, data, as_given(data, as_batch(numbers, data.spec.stored_shape)))


def _array_in(path: Path) -> Array:
    if path.suffix.lower() == ".npy":
        return _npy(path)
    try:
        arrays = arrays_in(path).arrays
    except DataError as error:
        raise UnreadSampleError("{reason}", reason=error.message) from error
    found = [name for name in arrays if name.casefold() in _NAMES]
    if len(found) != 1:
        raise UnreadSampleError("{path} needs one array called x: there are {names}", path=path,
                                names=listed(list(arrays)))
    return arrays[found[0]]


def _npy(path: Path) -> Array:
    def refused(reason: Message) -> UnreadSampleError:
        return UnreadSampleError("{path} could not be read: {reason}", path=path, reason=reason)

    with parsing(refused, refused, say("it is damaged, or no .npy file")), opened(path, MOST_BYTES) as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, is_fortran, dtype = read(file)
        if dtype.hasobject:
            raise UnreadSampleError("{reason}", reason=objects(path).message)
        content = file.read()
        if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(content):
            raise refused(say("it is damaged or cut short"))
        return np.frombuffer(content, dtype).reshape(shape, order="F" if is_fortran else "C")

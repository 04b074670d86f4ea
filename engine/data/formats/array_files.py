"""Arrays by name from .npz, .pt and .pth files: sizes are looked at before anything is unpacked, and nothing runs."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from engine.data.errors import DataDamagedError, DataError, parsed
from engine.data.formats.arrays import Array
from engine.data.formats.room import FREE_BYTES, PACKED
from engine.data.formats.suffixes import TENSORS
from engine.data.formats.tensor_outline import is_wanted
from engine.files import opened
from engine.messages import Message
from engine.torch_files.kinds import Odd, TorchFileError
from engine.torch_files.reading import tensors_of
from engine.units import bytes_text

MOST_BYTES = 4 * 2**30  # of all arrays together in memory, as they are stored and as they are learned from
NUMBER = 4  # bytes of float32


class Content(NamedTuple):
    """The arrays of a file that are data by their names, and whatever else there is."""

    arrays: dict[str, Array]
    others: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Of all that the file holds."""
        return [*self.arrays, *self.others]


def arrays_in(path: Path) -> Content:
    """What the file holds. Raises DataError, in words."""
    if path.suffix.lower() not in TENSORS:
        raise DataError("{path} is not an .npz, .pt or .pth file", path=path)
    with parsed(path, _unreadable):
        return _npz(path) if path.suffix.lower() == ".npz" else _pt(path)


def _unreadable(path: Path, _: Message) -> DataError:
    return DataDamagedError("{path} is damaged, or not a file of this kind", path=path)


def objects(path: Path) -> DataError:
    """It holds what is no array."""
    return DataError("{path} holds Python objects, which could run code: save plain arrays", path=path)


def _expect_room(path: Path, size: int) -> None:
    if size > MOST_BYTES:
        raise DataError("{path} does not fit into memory: its arrays take {size}, where {most} is the most", path=path,
                        size=bytes_text(size), most=bytes_text(MOST_BYTES))


def _in_memory(count: int, size: int) -> int:
    """Bytes of so many numbers: as stored, and as float32 unless they stay bytes."""
    return count * (size if size == 1 else size + NUMBER)


# -- numpy -------------------------------------------------------------------------------------------------------------


def _npz(path: Path) -> Content:
    with opened(path) as file, zipfile.ZipFile(file) as archive:
        entries: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            name = info.filename.removesuffix(".npy")
            if name in entries:
                raise DataError("{path} holds “{name}” twice: leave one of them in the file", path=path, name=name)
            entries[name] = info
        wanted = {name: info for name, info in entries.items() if is_wanted(name)}
        total, found = 0, dict[str, Array]()
        for name, info in wanted.items():
            if info.file_size > max(FREE_BYTES, PACKED * info.compress_size):
                raise DataError("{path}: {name} unpacks to {size} from {packed}, which real data do not: save it with "
                                "numpy.savez, which does not pack", path=path, name=name,
                                size=bytes_text(info.file_size), packed=bytes_text(info.compress_size))
            with archive.open(info) as entry:
                shape, is_fortran, dtype = _header(path, entry)
                count = math.prod(shape)
                total += _in_memory(count, dtype.itemsize)
                _expect_room(path, total)
                if min(shape, default=0) < 0 or count * dtype.itemsize != info.file_size - entry.tell():
                    raise _unreadable(path, Message(""))
                content = bytearray(count * dtype.itemsize)
                _fill(entry, content)
            found[name] = np.frombuffer(content, dtype).reshape(shape, order="F" if is_fortran else "C")
        return Content(found, tuple(name for name in entries if name not in found))


def _header(path: Path, entry: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(entry)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, is_fortran, dtype = read(entry)
    if dtype.hasobject:
        raise objects(path)
    return shape, is_fortran, dtype


def _fill(entry: IO[bytes], content: bytearray) -> None:
    view, done = memoryview(content), 0
    while done < len(content):
        count = entry.readinto(view[done:])  # type: ignore[attr-defined]
        if not count:
            raise EOFError
        done += count
    entry.read(1)  # the checksum is looked at where it ends


# -- PyTorch -----------------------------------------------------------------------------------------------------------


def _pt(path: Path) -> Content:
    import torch  # is loaded by what reads it

    try:
        content = tensors_of(path)
    except TorchFileError as error:
        raise DataDamagedError("{path} cannot be used as data: {reason}", path=path, reason=error.message) from error
    if isinstance(content, (tuple, list)) and len(content) == 2 and all(
            isinstance(value, (torch.Tensor, Odd)) for value in content):
        content = dict(zip("xy", content, strict=True))
    if isinstance(content, Odd):
        raise objects(path)
    if not isinstance(content, Mapping):
        raise DataError("{path} holds no arrays by name: save a dict with x and y", path=path)
    return _arrays(path, {str(key): value for key, value in content.items()})


def _arrays(path: Path, content: Mapping[str, Any]) -> Content:
    import torch  # is loaded by now

    wanted = {name: value for name, value in content.items() if is_wanted(name)}
    for name, value in wanted.items():
        if isinstance(value, Odd):
            raise _odd(path, name, value)
    tensors = {name: value for name, value in wanted.items() if isinstance(value, torch.Tensor)}
    _expect_room(path, sum(_in_memory(each.numel(), each.itemsize) for each in tensors.values()))
    return Content({name: _array(tensor) for name, tensor in tensors.items()},
                   tuple(name for name in content if name not in tensors))


def _odd(path: Path, name: str, value: Odd) -> DataError:
    if value.kind == "tensor":
        return DataError("{path}: {name} is {what}: save a plain one", path=path, name=name, what=value.what)
    if str(value.what).startswith("numpy"):
        return DataError("{path}: {name} is an array of NumPy: save a tensor, or all arrays with numpy.savez",
                         path=path, name=name)
    return objects(path)


def _array(tensor: Any) -> Array:
    import torch  # is loaded by now

    plain = tensor.float() if tensor.dtype.is_floating_point and tensor.dtype not in (torch.float32, torch.float64) \
        else tensor
    array: Array = plain.numpy()
    return array

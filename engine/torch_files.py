"""Files of PyTorch's own, as tensors and plain values: nothing in them runs, and no number in them is believed.

``outline`` says what a file holds without torch; ``tensors_of`` gives the tensors too. What is neither a tensor nor a
plain value comes as an ``Odd``, which says what it is.
"""

from __future__ import annotations

import io
import math
import os
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from engine.files import opened
from engine.messages import LayerloomError, Message, say
from engine.pickles import Made, Named, Stored, unpickled
from engine.units import grouped

if TYPE_CHECKING:
    from torch import Tensor

MOST_BYTES = 2**36  # of a file
MOST_PICKLED = 2**26  # of the part that names what there is
BEYOND = 2**26  # bytes that an expanded tensor may take more than its file
DEEPEST = 32  # containers inside one another; deeper ones are left out
MOST_VALUES = 2_000_000  # one that stands in several places counts in each
MOST_DIMENSIONS = 64
BYTES = {
    "FloatStorage": ("float32", 4), "DoubleStorage": ("float64", 8), "HalfStorage": ("float16", 2),
    "BFloat16Storage": ("bfloat16", 2), "LongStorage": ("int64", 8), "IntStorage": ("int32", 4),
    "ShortStorage": ("int16", 2), "CharStorage": ("int8", 1), "ByteStorage": ("uint8", 1), "BoolStorage": ("bool", 1),
    "ComplexFloatStorage": ("complex64", 8), "ComplexDoubleStorage": ("complex128", 16), "UntypedStorage": ("uint8", 1),
}  # fmt: skip
LATER = {"uint16": 2, "uint32": 4, "uint64": 8, "float8_e4m3fn": 1, "float8_e5m2": 1, "float32": 4, "float64": 8,
         "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1, "bool": 1,
         "complex64": 8, "complex128": 16}  # fmt: skip
QUANTISED = {"QInt8Storage": 1, "QUInt8Storage": 1, "QInt32Storage": 4, "QUInt4x2Storage": 1, "QUInt2x4Storage": 1}
ODD_TENSORS = {  # and further ones, whose names say it
    "_rebuild_sparse_tensor": say("a sparse tensor"), "_rebuild_nested_tensor": say("a nested tensor"),
    "_rebuild_qtensor": say("a quantised tensor"), "_rebuild_meta_tensor_no_storage": say("a tensor without values"),
    "_rebuild_device_tensor_from_numpy": say("a tensor of another device"),
    "_rebuild_device_tensor_from_cpu_tensor": say("a tensor of another device"),
    "_rebuild_wrapper_subclass": say("a tensor of a special kind"),
    "_rebuild_from_type_v2": say("a tensor of a special kind"),
}  # fmt: skip


class TorchFileError(LayerloomError):
    """What a file is instead of one of PyTorch's; ``reason`` is without the file's name."""


@dataclass(frozen=True)
class Odd:
    """Something that is no plain value and no tensor that can be used."""

    what: Message
    kind: Literal["object", "tensor", "model"] = "object"


@dataclass(frozen=True)
class Shaped:
    """A tensor of which only the shape was looked at."""

    shape: tuple[int, ...]
    dtype: str


def outline(path: Path) -> Any:
    """What the file holds, every tensor as a ``Shaped``. Loads no torch. Raises TorchFileError, ReadError, anything."""
    with opened(path, MOST_BYTES) as file:
        source = _source(file)
        return _Reader(source.sizes, _only_shapes).value(source.content)


def tensors_of(path: Path) -> Any:
    """What the file holds: tensors, plain values, lists, tuples and dicts of them. Raises as ``outline``."""
    with opened(path, MOST_BYTES) as file:
        source = _source(file)
        return _Reader(source.sizes, partial(_tensor, source.read, {})).value(source.content)


# -- what the values are -----------------------------------------------------------------------------------------------

Shape = tuple[int, ...]
Make = Callable[[str, str, int, Shape, Shape], Any]  # of a storage's key, a dtype, offset, shape, strides


class _Reader:
    """Turns what was pickled into values; ``make`` makes a tensor of what is checked."""

    def __init__(self, sizes: Mapping[str, int], make: Make) -> None:
        self._sizes, self._make, self._met = sizes, make, 0

    def value(self, content: Any, depth: int = 0) -> Any:
        self._met += 1
        if self._met > MOST_VALUES:
            raise TorchFileError("it holds more than {most} values", most=grouped(MOST_VALUES))
        if depth > DEEPEST:
            return Odd(say("nested too deeply"))
        if isinstance(content, Made):
            return self._made(content, depth)
        if isinstance(content, Named):
            return Odd(say("{name}", name=content))
        if isinstance(content, Stored):
            return Odd(say("a storage without a shape"))
        if isinstance(content, dict):
            return {key: self.value(item, depth + 1) for key, item in content.items()}
        if isinstance(content, (list, tuple)):
            return type(content)(self.value(item, depth + 1) for item in content)
        return content

    def _made(self, content: Made, depth: int) -> Any:
        how = _named(content.how)
        if how is None:
            return Odd(say("a Python object"))
        if how == ("collections", "OrderedDict") or how == ("collections", "defaultdict"):
            return {key: self.value(item, depth + 1) for key, item in content.items.items()}
        if how == ("torch", "Size") and content.args and isinstance(content.args[0], tuple):
            return tuple(self.value(item, depth + 1) for item in content.args[0])
        if how.module == "torch._utils":
            return self._rebuilt(how.name, content.args, depth)
        if how.module in ("torch._tensor", "torch") and how.name in ODD_TENSORS:
            return self._special(how.name, content, depth)
        if isinstance(content.state, dict) and {"_modules", "_parameters"} <= content.state.keys():
            return Odd(say("{name}", name=_class_of(content)), "model")
        return Odd(say("{name}", name=how))

    def _special(self, name: str, content: Made, depth: int) -> Any:
        """A subclass of Tensor: what it is made of, where that is a plain one."""
        match content.args:
            case (Named() as how, _, tuple() as args, *_) if how.module == "torch._utils":
                return self._rebuilt(how.name, args, depth)
        return Odd(ODD_TENSORS[name], "tensor")

    def _rebuilt(self, name: str, args: tuple[Any, ...], depth: int) -> Any:
        if name in ("_rebuild_parameter", "_rebuild_parameter_with_state") and args:
            return self.value(args[0], depth + 1)
        match name, args:
            case "_rebuild_tensor", (Stored() as stored, offset, tuple() as shape, tuple() as strides):
                return self._checked(stored, offset, shape, strides, None)
            case "_rebuild_tensor_v2", (Stored(), _, _, _, _, _, dict() as marks, *_) if any(marks.values()):
                return Odd(say("a conjugated or negated view"), "tensor")
            case "_rebuild_tensor_v2", (Stored() as stored, offset, tuple() as shape, tuple() as strides, *_):
                return self._checked(stored, offset, shape, strides, None)
            case "_rebuild_tensor_v3", (Stored() as stored, offset, tuple() as shape, tuple() as strides, _, _, dtype,
                                        *_):
                return self._checked(stored, offset, shape, strides, dtype)
        return Odd(ODD_TENSORS.get(name, say("{name}", name=name)), "tensor")

    def _checked(self, stored: Stored, offset: Any, shape: Shape, strides: Shape, dtype: Any) -> Any:
        """A tensor whose every number lies in its storage. Raises TorchFileError where one does not."""
        key, kind, size = self._kind(stored, dtype)
        if kind is None:
            return Odd(say("a tensor of {dtype}", dtype=size), "tensor")
        numbers = (offset, *shape, *strides)
        if any(type(number) is not int or number < 0 for number in numbers) or not (
                len(shape) == len(strides) <= MOST_DIMENSIONS):
            raise TorchFileError("it is damaged: the shape of a tensor in it is impossible")
        count, last = math.prod(shape), offset + sum((n - 1) * stride for n, stride in zip(shape, strides, strict=True))
        there = self._sizes.get(key, 0)
        if (count and (last + 1) * size > there) or count * size > there + BEYOND:
            raise TorchFileError("it is damaged: a tensor in it says to be larger than it is")
        return self._make(key, kind, offset, shape, strides)

    @staticmethod
    def _kind(stored: Stored, dtype: Any) -> tuple[str, str | None, Any]:
        """Which storage, of what numbers, and how many bytes each has; no kind: of which it is, in words."""
        match stored.key:
            case ("storage", Named() as storage, str() as key, _, _, *_):
                if isinstance(dtype, Named):
                    return key, dtype.name if dtype.name in LATER else None, LATER.get(dtype.name, dtype.name)
                kind, size = BYTES.get(storage.name, (None, storage.name))
                return key, kind, size
        raise TorchFileError("it is damaged: a tensor in it has no numbers")


def _class_of(content: Made) -> str:
    """The class of an object, by which a pickle makes it in one of two ways."""
    names = (_named(each) for each in (*content.args, content.how))
    own = (each.name for each in names if each is not None and each.module not in ("builtins", "__builtin__"))
    return next(own, "?")


def _named(value: Any) -> Named | None:
    """A class, also as files of before PyTorch 1.6 name those of models: with their source beside them."""
    if isinstance(value, Stored) and isinstance(value.key, tuple) and len(value.key) > 1 and value.key[0] == "module":
        value = value.key[1]
    return value if isinstance(value, Named) else None


def _only_shapes(_key: str, dtype: str, _offset: int, shape: Shape, _strides: Shape) -> Shaped:
    return Shaped(shape, dtype)


def _tensor(read: Callable[[str], bytearray], known: dict[tuple[str, str], Tensor], key: str, dtype: str, offset: int,
            shape: Shape, strides: Shape) -> Tensor:
    """The tensor on its storage, which tensors that share weights share."""
    import torch  # whoever only asks what there is needs none

    kind: torch.dtype = getattr(torch, dtype)
    if not math.prod(shape):
        return torch.empty(shape, dtype=kind)
    if (key, dtype) not in known:
        whole = read(key)
        known[key, dtype] = torch.frombuffer(whole, dtype=kind, count=len(whole) // kind.itemsize)
    return known[key, dtype].as_strided(shape, strides, offset)


# -- the two kinds of files --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Source:
    """What was pickled, and the storages beside it: how many bytes each has, and the bytes themselves."""

    content: Any
    sizes: Mapping[str, int]
    read: Callable[[str], bytearray]


def _source(file: IO[bytes]) -> _Source:
    head = file.read(512)
    file.seek(0)
    if refusal := _something_else(head):
        raise refusal
    return _zipped(file) if head.startswith(b"PK") else _in_one_stream(file)


def _zipped(file: IO[bytes]) -> _Source:
    archive = zipfile.ZipFile(file)
    entries = {info.filename: info for info in archive.infolist()}
    pickle = next((name for name in entries if name.endswith("/data.pkl") or name == "data.pkl"), None)
    root = (pickle or "").removesuffix("data.pkl")
    if pickle is None or any(name.startswith(f"{root}code/") for name in entries):
        raise _other_archive(entries)
    content = unpickled(io.BytesIO(_entry(archive, entries[pickle], MOST_PICKLED)))
    order = entries.get(f"{root}byteorder")
    if order is not None and _entry(archive, order, 16).decode("ascii", "replace") != sys.byteorder:
        raise TorchFileError("it was written on a computer of another byte order")
    stored = {name.removeprefix(f"{root}data/"): info for name, info in entries.items()
              if name.startswith(f"{root}data/")}
    return _Source(content, {key: _size(info) for key, info in stored.items()},
                   lambda key: _entry(archive, stored[key], _size(stored[key])))


def _size(info: zipfile.ZipInfo) -> int:
    """How large it is; what is packed is not believed to be more than packing can do."""
    return min(info.file_size, 1040 * info.compress_size if info.compress_type else info.compress_size)


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytearray:
    """Its bytes; their checksum is looked at. Raises TorchFileError where they are more than ``most``."""
    if info.compress_type == zipfile.ZIP_STORED and info.file_size == info.compress_size <= most:
        return _stored(archive, info)
    content = bytearray(min(_size(info), most))
    with archive.open(info) as file:
        view, done = memoryview(content), 0
        while done < len(content) and (count := file.readinto(view[done:])):  # type: ignore[attr-defined]
            done += count
        if done < len(content) or file.read(1):
            raise TorchFileError("it is damaged, or too large: what is packed in it is not as long as it says")
    return content


def _stored(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytearray:
    """The same of one that is not packed, which all of PyTorch's own are: read at once, without copies."""
    file = archive.fp
    assert file is not None
    file.seek(info.header_offset)
    head = file.read(30)  # its last two numbers: how long are the name and what else stands before the bytes
    file.seek(sum(struct.unpack("<2H", head[26:])), io.SEEK_CUR)
    end = os.fstat(file.fileno()).st_size
    if info.file_size > end - file.tell():
        raise TorchFileError("it is damaged, or cut short")
    content = bytearray(info.file_size)
    if file.readinto(content) != len(content) or zlib.crc32(content) != info.CRC:  # type: ignore[attr-defined]
        raise TorchFileError("it is damaged: its checksum is not right")
    return content


MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


def _in_one_stream(file: IO[bytes]) -> _Source:
    """As PyTorch wrote before 1.6: several pickles, then the storages, each after its number of values."""
    if unpickled(file) != MAGIC or unpickled(file) != PROTOCOL:
        raise TorchFileError("it is a pickle that PyTorch did not write")
    unpickled(file)  # of the computer
    content, keys = unpickled(file), unpickled(file)
    if not isinstance(keys, list):
        raise TorchFileError("it is damaged")
    kinds, places = _kinds_of(content), dict[str, tuple[int, int]]()
    start = file.tell()
    end = file.seek(0, 2)
    for key in keys:
        file.seek(start)
        count = int.from_bytes(file.read(8), sys.byteorder)
        size = count * kinds.get(key, 0) if isinstance(key, str) else -1
        if not 0 <= size <= end - start - 8:
            raise TorchFileError("it is damaged, or cut short")
        places[key] = (start + 8, size)
        start += 8 + size

    def read(key: str) -> bytearray:
        file.seek(places[key][0])
        return bytearray(file.read(places[key][1]))

    return _Source(content, {key: size for key, (_, size) in places.items()}, read)


def _kinds_of(content: Any) -> dict[str, int]:
    """Bytes of one value of each storage that is named anywhere; walks each thing once, however deep it is."""
    found: dict[str, int] = {}
    waiting, met = [content], set[int]()
    while waiting:
        value = waiting.pop()
        if id(value) in met:
            continue
        met.add(id(value))
        if isinstance(value, Stored):
            match value.key:
                case ("storage", Named() as storage, str() as key, *_):
                    found[key] = QUANTISED.get(storage.name) or BYTES.get(storage.name, ("", 0))[1]
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, (list, tuple)) and not isinstance(value, Named):
            waiting += value
        elif isinstance(value, Made):
            waiting += (value.args, value.state, value.items, value.values)
    return found


# -- what else people call so ------------------------------------------------------------------------------------------


def _something_else(head: bytes) -> TorchFileError | None:
    """What a file is that PyTorch did not write, by how it begins."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return TorchFileError("it is empty: it was not written or not downloaded to its end")
    if not head.strip(b"\0"):
        return TorchFileError("it holds nothing but zeros: it was not written or not downloaded to its end")
    if text.startswith(b"version https://git-lfs"):
        return TorchFileError("it is only a pointer of Git LFS, not the file itself: fetch it with “git lfs pull”, or "
                              "download it from the page of the repository")
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return TorchFileError("it is a web page, not the file that was meant to be downloaded: download it again")
    if head.startswith(b"\x89HDF"):
        return TorchFileError("it is an HDF5 file, as Keras and MATLAB write it. {how}", how=HOW)
    if head.startswith((b"GGUF", b"\x93NUMPY", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\x12\x01\0\0\0\0\0\0")):
        return TorchFileError("it is no file that PyTorch wrote. {how}", how=HOW)
    if not head.startswith((b"PK", b"\x80")):
        return TorchFileError("it is no file that PyTorch wrote, or is damaged")
    return None


HOW = say("Save the weights in PyTorch with torch.save(net.state_dict(), …)")


def _other_archive(names: Mapping[str, object]) -> TorchFileError:
    """An archive without what torch.save writes."""
    if any(name.endswith((".npy",)) for name in names):
        return TorchFileError("it is an .npz file of numpy. {how}", how=HOW)
    if any("/code/" in name or name.startswith("code/") for name in names):
        return TorchFileError("it is a TorchScript program, which would have to be run: load it in Python and save its "
                              "weights with torch.save(torch.jit.load(…).state_dict(), …)")
    if any(name.endswith(("archive_format", "models/model.json", "serialized_exported_program.json"))
           for name in names):
        return TorchFileError("it is a program of torch.export, which would have to be run: save the weights with "
                              "torch.save(torch.export.load(…).state_dict, …)")
    return TorchFileError("it is an archive, but none that torch.save wrote. {how}", how=HOW)



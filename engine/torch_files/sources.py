"""The two kinds of files that PyTorch writes: an archive, and before 1.6 several pickles in a row."""

from __future__ import annotations

import io
import os
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from engine.pickles import Made, Named, Stored, unpickled
from engine.torch_files.kinds import BYTES, QUANTISED, TorchFileError
from engine.torch_files.others import other_archive, something_else

MOST_PICKLED = 2**26  # of the part that names what there is


@dataclass(frozen=True)
class Source:
    """What was pickled, and the storages beside it: how many bytes each has, and the bytes themselves."""

    content: Any
    sizes: Mapping[str, int]
    read: Callable[[str], bytearray]


def source_of(file: IO[bytes]) -> Source:
    head = file.read(512)
    file.seek(0)
    if refusal := something_else(head):
        raise refusal
    return _zipped(file) if head.startswith(b"PK") else _in_one_stream(file)


def _zipped(file: IO[bytes]) -> Source:
    archive = zipfile.ZipFile(file)
    entries = {info.filename: info for info in archive.infolist()}
    pickle = next((name for name in entries if name.endswith("/data.pkl") or name == "data.pkl"), None)
    root = (pickle or "").removesuffix("data.pkl")
    if pickle is None or any(name.startswith(f"{root}code/") for name in entries):
        raise other_archive(entries)
    content = unpickled(io.BytesIO(_entry(archive, entries[pickle], MOST_PICKLED)))
    order = entries.get(f"{root}byteorder")
    if order is not None and _entry(archive, order, 16).decode("ascii", "replace") != sys.byteorder:
        raise TorchFileError("it was written on a computer of another byte order")
    stored = {name.removeprefix(f"{root}data/"): info for name, info in entries.items()
              if name.startswith(f"{root}data/")}
    return Source(content, {key: _size(info) for key, info in stored.items()},
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


def _in_one_stream(file: IO[bytes]) -> Source:
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

    return Source(content, {key: size for key, (_, size) in places.items()}, read)


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

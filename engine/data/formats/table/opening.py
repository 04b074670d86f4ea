"""A table's file as bytes: plain or packed, read in blocks, never more than there is room for. No torch."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from engine.data.errors import DataError
from engine.data.formats.room import FREE_BYTES, PACKED
from engine.files import reason_of_os_error
from engine.units import bytes_text

BLOCK = 2**20
GZIP, BZIP, XZ, ZIP, OLE = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PACKED: dict[bytes, Callable[[IO[bytes]], Any]] = {
    GZIP: lambda file: gzip.GzipFile(fileobj=file), BZIP: bz2.BZ2File, XZ: lzma.LZMAFile,
}  # fmt: skip
_NO_TABLES = frozenset({
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pbm", ".avif", ".jp2", ".ico",
    ".svg", ".pdf", ".doc", ".docx", ".ppt", ".pptx", ".xls", ".xlsx", ".ods", ".html", ".htm", ".xml", ".json", ".py",
    ".ipynb", ".zip", ".rar", ".7z", ".tar", ".tgz", ".npz", ".npy", ".pt", ".pth", ".pkl", ".mat", ".h5", ".hdf5",
    ".parquet", ".feather", ".db", ".sqlite", ".mp3", ".wav", ".mp4", ".safetensors", ".onnx", ".loom",
})  # fmt: skip
_DAMAGED = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile, NotImplementedError)


class Opened:
    """A file that is read from its beginning; ``done`` of ``total`` bytes of it as it lies on the disk."""

    def __init__(self, path: Path, file: IO[bytes], content: IO[bytes],
                 beside: Sequence[str] = ()) -> None:
        self.path, self._content, self._file = path, content, file
        self.total = max(1, path.stat().st_size)
        self.is_packed = content is not file
        self.size = 0  # of what was read, unpacked
        self.beside = beside  # names of what else an archive holds

    @property
    def done(self) -> int:
        """How far the file on the disk was read."""
        return min(self._file.tell(), self.total)

    def blocks(self) -> Iterator[bytes]:
        """Its content, piece by piece."""
        while block := self.read(BLOCK):
            yield block

    def read(self, count: int) -> bytes:
        """Some more of it. Raises DataError where it is packed to so little that it may unpack without end."""
        block = self._content.read(count)
        self.size += len(block)
        if self.is_packed and self.size > max(FREE_BYTES, PACKED * self.done):
            raise DataError("{path} unpacks to more than {size} from {packed}: unpack it first, then choose the table",
                            path=self.path, size=bytes_text(self.size), packed=bytes_text(self.done))
        return block


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """The file, unpacked while it is read. Raises DataError, in words, also for what goes wrong inside the block."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise DataError("{path} is a folder: choose a .csv or .tsv file", path=path)
        if not stat.S_ISREG(mode):
            raise DataError("{path} is no file: choose a .csv or .tsv file", path=path)
        with path.open("rb") as file:
            yield Opened(path, file, *_unpacked(path, file))
    except _DAMAGED as error:
        raise _damaged(path) from error
    except OSError as error:
        if error.errno is None:  # as bz2 says it
            raise _damaged(path) from error
        raise DataError("{path} could not be read: {reason}", path=path, reason=reason_of_os_error(error)) from error


def _unpacked(path: Path, file: IO[bytes]) -> tuple[IO[bytes], list[str]]:
    mark = file.read(6)
    file.seek(0)
    if mark.startswith(OLE):
        raise _no_table(path)
    if mark.startswith(ZIP):
        return _from_zip(path, file)
    found = next((unpack for begin, unpack in _PACKED.items() if mark.startswith(begin)), None)
    return cast(IO[bytes], found(file)) if found is not None else file, []


def _damaged(path: Path) -> DataError:
    return DataError("{path} is a packed file that is damaged, or has a password: unpack it first", path=path)


def _no_table(path: Path) -> DataError:
    return DataError("{path} is a spreadsheet or an archive: save it as CSV first", path=path)


def _from_zip(path: Path, file: IO[bytes]) -> tuple[IO[bytes], list[str]]:
    """The only table in an archive, and the names of what else there is."""
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise _no_table(path) from error
    names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
    if any(name in ("[Content_Types].xml", "mimetype") for name in names):  # .xlsx, .ods
        raise _no_table(path)
    tables = [name for name in names if name.lower().endswith((".csv", ".tsv", ".txt", ".data", ".dat", ".tab"))]
    found = tables or names
    if not tables and names and all(Path(name).suffix.lower() in _NO_TABLES for name in names):
        raise DataError("{path} holds no table, but {names}: choose a .csv or .tsv file", path=path,
                        names=names_shown(names))
    if len(found) != 1:
        raise DataError("{path} holds {count} files ({names}): unpack it and choose one of them", path=path,
                        count=len(found), names=names_shown(found) or "-")
    try:
        return archive.open(found[0]), [name for name in names if name != found[0]]
    except RuntimeError as error:  # it has a password
        raise zipfile.BadZipFile(str(error)) from error


def names_shown(names: Sequence[str]) -> str:
    """The first of them."""
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")


def as_text(content: Opened, encoding: str, errors: str) -> io.TextIOWrapper:
    """Its lines, whose ends stay as they are."""
    return io.TextIOWrapper(io.BufferedReader(_Raw(content), BLOCK), encoding, errors, newline="")


class _Raw(io.RawIOBase):
    """What is read from the content; closing the text does not close the file."""

    def __init__(self, content: Opened) -> None:
        super().__init__()
        self._content = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = self._content.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

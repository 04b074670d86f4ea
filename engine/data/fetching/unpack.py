"""Unpacking a downloaded archive: only the files that are asked for, one after the other. No torch."""

from __future__ import annotations

import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO

from engine.data.errors import DataError, damaged
from engine.data.progress import Step
from engine.files import reason_of_os_error, sweep, unfinished

CHUNK = 2**20
_FAULTS = (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError)


def unpack(archive: Path, folder: Path, names: Sequence[str]) -> Iterator[Step]:
    """Write those members (by their last name, plain or .gz) into ``folder``, yielding after every chunk.

    Raises DataDamagedError, or DataError where a file cannot be read or written. Where members would go is not for
    the archive to say.
    """
    wanted = {*names, *(f"{name}.gz" for name in names), "batches.meta", "meta"}  # meta: torchvision looks for it
    try:
        with ExitStack() as stack:
            members = _zip(stack, archive) if archive.suffix == ".zip" else _tar(stack, archive)
            for member, size, opened in members:
                name = PurePosixPath(member).name
                if name in wanted:
                    folder.mkdir(parents=True, exist_ok=True)
                    yield from _write(opened(), folder / name, size)
    except _FAULTS as error:
        raise damaged(archive, "it cannot be unpacked") from error
    except OSError as error:
        raise DataError("{path} could not be unpacked: {reason}", path=archive,
                        reason=reason_of_os_error(error)) from error


Member = tuple[str, int, Callable[[], IO[bytes]]]


def _zip(stack: ExitStack, archive: Path) -> Iterator[Member]:
    file = stack.enter_context(zipfile.ZipFile(archive))
    for info in file.infolist():
        if not info.is_dir():
            yield info.filename, info.file_size, lambda info=info: file.open(info)  # type: ignore[misc]


def _tar(stack: ExitStack, archive: Path) -> Iterator[Member]:
    file = stack.enter_context(tarfile.open(archive, "r:*"))  # noqa: SIM115
    for info in file:
        if info.isfile():
            yield info.name, info.size, lambda info=info: file.extractfile(info)  # type: ignore[misc]


def _write(source: IO[bytes], path: Path, total: int) -> Iterator[Step]:
    temporary: Path | None = None
    try:
        with source, tempfile.NamedTemporaryFile(dir=path.parent, prefix=unfinished(path), delete=False) as file:
            temporary, done = Path(file.name), 0
            while chunk := source.read(CHUNK):
                file.write(chunk)
                done += len(chunk)
                yield Step(path.name, done, total, "reading")
        temporary.chmod(0o644)
        temporary.replace(path)
        sweep(path)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)

"""Fetching a data set from its mirrors: in steps, so that it can be shown and stopped. No torch."""

from __future__ import annotations

import hashlib
import tempfile
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple

from engine.data.folder import missing_files, raw_folder
from engine.data.sources import DataError
from engine.data.spec import DATASETS, DatasetId
from engine.files import reason_of_os_error

TIMEOUT = 10.0  # seconds to connect, or without a byte
CHUNK = 2**17


class DataOfflineError(DataError):
    """No mirror gave the file."""


class Step(NamedTuple):
    """``done`` of ``total`` bytes of one file (total 0: unknown)."""

    file: str
    done: int
    total: int


def fetch(dataset: DatasetId, root: Path | None = None) -> Iterator[Step]:
    """Download what is missing, yielding after every chunk; to stop, stop iterating: nothing half is left behind.

    Raises DataOfflineError naming the folder and the files, when no mirror gives them.
    """
    folder, missing = raw_folder(dataset, root), missing_files(dataset, root)
    if not missing:
        return
    yield Step(f"{missing[0]}.gz", 0, 0)  # the next line takes seconds
    mirrors, checksums = official(dataset)
    for name in [f"{name}.gz" for name in missing]:
        reason = ""
        for mirror in mirrors:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                yield from _download(mirror + name, folder / name, checksums[name])
                break
            except (OSError, HTTPException, ValueError) as error:
                reason = _in_words(error)
        else:
            raise DataOfflineError(
                "{data} is not here and could not be downloaded ({reason}): put {files} into {folder}",
                data=DATASETS[dataset].title, reason=reason, folder=folder,
                files=", ".join(f"{name}.gz" for name in missing_files(dataset, root)))


def official(dataset: DatasetId) -> tuple[list[str], dict[str, str]]:
    """Mirrors and MD5 sums by file name, as torchvision knows them."""
    from engine.data.torchvision_import import torchvision

    source: Any = getattr(torchvision().datasets, DATASETS[dataset].folder)
    return list(source.mirrors), dict(source.resources)


def _download(url: str, path: Path, checksum: str) -> Iterator[Step]:
    request = urllib.request.Request(url, headers={"User-Agent": "Layerloom"})
    digest = hashlib.md5(usedforsecurity=False)
    temporary: Path | None = None
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            total, done = response.length or 0, 0
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
                temporary = Path(file.name)
                while chunk := response.read(CHUNK):
                    file.write(chunk)
                    digest.update(chunk)
                    done += len(chunk)
                    yield Step(path.name, done, total)
        if digest.hexdigest() != checksum:
            raise ValueError("what came is not the original file")
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _in_words(error: Exception) -> str:
    reason = getattr(error, "reason", None)  # urllib wraps the system's own error
    if isinstance(reason, OSError):
        return reason_of_os_error(reason)
    return reason_of_os_error(error) if isinstance(error, OSError) else str(error) or type(error).__name__

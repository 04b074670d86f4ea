"""Fetching a data set from its mirrors: in steps, so that it can be shown and stopped. No torch."""

from __future__ import annotations

import hashlib
import tempfile
import urllib.request
from collections.abc import Generator, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

from engine.data.errors import DataOfflineError
from engine.data.fetching.folder import ARCHIVES, as_spec, download_folder, downloads, files_of, raw_folder
from engine.data.fetching.unpack import unpack
from engine.data.progress import Step
from engine.data.spec.datasets import DatasetId
from engine.data.spec.spec import DATASETS, DataSpec
from engine.files import reason_of_os_error

__all__ = ["DataOfflineError", "Step", "fetch", "official"]

TIMEOUT = 10.0  # seconds to connect, or without a byte
CHUNK = 2**17
HOUSE_PRICES = ("http://d2l-data.s3-accelerate.amazonaws.com/", "585e9cc93e70b39160e7921475f9bcd7d31219ce")


def fetch(data: DataSpec | DatasetId, root: Path | None = None) -> Iterator[Step]:
    """Download what is missing, yielding after every chunk; to stop, stop iterating: nothing half is left behind.

    Raises DataOfflineError naming the folder and the files, when no mirror gives them.
    """
    spec = as_spec(data)
    folder, names = download_folder(spec, root), downloads(spec, root)
    if not names:
        return
    yield Step(names[0], 0, 0)  # the next line takes seconds
    mirrors, checksums = official(spec.dataset)
    for name in names:
        path = folder / name
        own = name in ARCHIVES.values() and path.is_file() and (yield from _is_original(path, checksums[name]))
        if not own:
            yield from _from_a_mirror(spec, root, name, mirrors, checksums[name])
        if name in ARCHIVES.values():
            yield from unpack(path, raw_folder(spec, root), files_of(spec))
            if not own:
                path.unlink(missing_ok=True)


def _from_a_mirror(spec: DataSpec, root: Path | None, name: str, mirrors: list[str], checksum: str) -> Iterator[Step]:
    folder, reason = download_folder(spec, root), ""
    for mirror in mirrors:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            yield from _download(mirror + name, folder / name, checksum)
            return
        except (OSError, HTTPException, ValueError) as error:
            reason = _in_words(error)
    raise DataOfflineError(
        "{data} is not here and could not be downloaded ({reason}): put {files} into {folder}",
        data=spec.info.title, reason=reason, folder=folder, files=", ".join(downloads(spec, root)))


def official(dataset: DatasetId) -> tuple[list[str], dict[str, str]]:
    """Mirrors, and MD5 or SHA-1 sums by file name; but for the house prices as torchvision knows them."""
    if dataset == "house-prices":
        return [HOUSE_PRICES[0]], {files_of(dataset)[0]: HOUSE_PRICES[1]}
    from engine.data.fetching.torchvision_import import torchvision

    source: Any = getattr(torchvision().datasets, DATASETS[dataset].source)
    if dataset == "svhn":
        rows = [source.split_list[part] for part in ("train", "test")]
        return [rows[0][0].removesuffix(rows[0][1])], {name: checksum for _, name, checksum in rows}
    if dataset in ARCHIVES:
        checksum = source.md5 if dataset == "emnist" else source.tgz_md5
        return [source.url.removesuffix(ARCHIVES[dataset])], {ARCHIVES[dataset]: checksum}
    return list(source.mirrors), dict(source.resources)


def _digest(checksum: str) -> Any:
    return (hashlib.sha1 if len(checksum) == 40 else hashlib.md5)(usedforsecurity=False)


def _is_original(path: Path, checksum: str) -> Generator[Step, None, bool]:
    """Whether an archive that a person put there is whole; the generator returns it."""
    digest, done = _digest(checksum), 0
    try:
        total = path.stat().st_size
        with path.open("rb") as file:
            while chunk := file.read(CHUNK * 8):
                digest.update(chunk)
                done += len(chunk)
                yield Step(path.name, done, total)
    except OSError:  # what cannot be read is fetched anew
        return False
    return bool(digest.hexdigest() == checksum)


def _download(url: str, path: Path, checksum: str) -> Iterator[Step]:
    request = urllib.request.Request(url, headers={"User-Agent": "Layerloom"})
    digest = _digest(checksum)
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

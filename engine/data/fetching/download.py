"""Fetching a data set from its mirrors: in steps, so that it can be shown and stopped. No torch."""

from __future__ import annotations

import hashlib
import tempfile
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple

from engine.data.errors import DataOfflineError
from engine.data.fetching.aside import aside
from engine.data.fetching.folder import Files, Official, download_folder, downloads, raw_folder
from engine.data.fetching.unpack import unpack
from engine.data.once import Once
from engine.data.progress import Step, Steps
from engine.files import reason_of_os_error, sweep, unfinished

TIMEOUT = 10.0  # seconds to connect, or without a byte
CHUNK = 2**17
_DOWNLOADS = Once()


def fetch(files: Files, root: Path | None = None) -> Steps[None]:
    """Download what is missing, yielding ten times a second, whatever comes.

    To stop, stop iterating: nothing half is left behind.
    Where another thread does so already, its steps are told. Raises DataOfflineError naming the folder and the files,
    when no mirror gives them.
    """
    if downloads(files, root):
        yield from _DOWNLOADS.shared((download_folder(files, root), files.names), lambda: _fetched(files, root))


def _fetched(files: Files, root: Path | None) -> Steps[None]:
    folder, names = download_folder(files, root), downloads(files, root)
    if not names:
        return
    yield Step(names[0], 0, 0)  # the next line takes seconds
    official = files.official()
    for name in names:
        path, is_archive = folder / name, name == files.archive
        own = is_archive and path.is_file() and (yield from _is_original(path, official.checksums[name]))
        if not own:
            yield from _from_a_mirror(files, root, name, official)
        if is_archive:
            yield from unpack(path, raw_folder(files, root), files.names)
            if not own:
                path.unlink(missing_ok=True)


def _from_a_mirror(files: Files, root: Path | None, name: str, official: Official) -> Iterator[Step]:
    folder, reason = download_folder(files, root), ""
    for mirror in official.mirrors:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            yield from _download(mirror + name, folder / name, official.checksums[name])
            return
        except (OSError, HTTPException, ValueError) as error:
            reason = _in_words(error)
    raise DataOfflineError(
        "{data} is not here and could not be downloaded ({reason}): put {files} into {folder}",
        data=files.title, reason=reason, folder=folder, files=", ".join(downloads(files, root)))


def _digest(checksum: str) -> Any:
    return (hashlib.sha1 if len(checksum) == 40 else hashlib.md5)(usedforsecurity=False)


def _is_original(path: Path, checksum: str) -> Steps[bool]:
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
    digest = _digest(checksum)
    temporary: Path | None = None
    pieces = aside(lambda: _pieces(url))
    try:
        total = done = 0
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=unfinished(path), delete=False) as file:
            temporary = Path(file.name)
            for piece in pieces:
                if piece is not None:
                    total = piece.total
                    file.write(piece.data)
                    digest.update(piece.data)
                    done += len(piece.data)
                yield Step(path.name, done, total)  # also where nothing comes: one may want to stop
        if digest.hexdigest() != checksum:
            raise ValueError("what came is not the original file")
        temporary.chmod(0o644)
        temporary.replace(path)
        sweep(path)
    finally:
        pieces.close()
        if temporary is not None:
            temporary.unlink(missing_ok=True)


class _Piece(NamedTuple):
    """What a server has sent, and how much there will be; 0: it does not say."""

    data: bytes
    total: int


def _pieces(url: str) -> Iterator[_Piece]:
    """As they come, however small. Raises OSError, HTTPException or ValueError."""
    request = urllib.request.Request(url, headers={"User-Agent": "Layerloom"})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        total = response.length or 0
        while data := response.read1(CHUNK):
            yield _Piece(data, total)


def _in_words(error: Exception) -> str:
    reason = getattr(error, "reason", None)  # urllib wraps the system's own error
    if isinstance(reason, OSError):
        return reason_of_os_error(reason)
    return reason_of_os_error(error) if isinstance(error, OSError) else str(error) or type(error).__name__

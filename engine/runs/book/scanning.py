"""What lies in a run's folder, without reading it: whether anything is another than it was, and how large. No torch."""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

DEEP = 3  # folders of a sweep, of a series in it, of the moments of its runs


class Scan(NamedTuple):
    """``mark`` changes whenever a file does."""

    mark: str
    size: int  # bytes
    names: frozenset[str]


def scan(folder: Path) -> Scan:
    """One look at all files; what cannot be looked at is not there."""
    found = sorted(_files(folder, DEEP))
    mark = blake2b(repr(found).encode("utf-8", "replace"), digest_size=12).hexdigest()
    start = len(str(folder)) + 1
    return Scan(mark, sum(size for _, size, _ in found),
                frozenset(path[start:] for path, _, _ in found if os.sep not in path[start:]))


def _files(folder: Path, deep: int) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    with suppress(OSError, ValueError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.is_file(follow_symlinks=False):
                    about = entry.stat(follow_symlinks=False)
                    found.append((entry.path, about.st_size, about.st_mtime_ns))
                elif deep and entry.is_dir(follow_symlinks=False):
                    found += _files(Path(entry.path), deep - 1)
    return found

"""What a document's file held when it was last read or written here: whether others have changed it since."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal, NamedTuple

from engine.experiment.experiment import MAX_BYTES
from engine.files import ReadError, read_bytes

State = Literal["same", "changed", "gone"]
Stamp = tuple[int, int, int]


class Mark(NamedTuple):
    """A file's content; ``stamp`` (place, size, time) only saves reading it again."""

    content: str  # its hash; empty: it could not be read
    stamp: Stamp | None = None


def mark_of(path: Path) -> Mark:
    """Of the file as it is now. The stamp is taken first: a change meanwhile is then seen."""
    stamp = _stamp(path)
    try:
        content = hashlib.sha256(read_bytes(path, MAX_BYTES)).hexdigest() if stamp is not None else ""
    except ReadError:
        content = ""
    return Mark(content, stamp)


def state_of(path: Path, known: Mark) -> State:
    """Whether the file still holds what it did. What never could be read is the same."""
    stamp = _stamp(path)
    if stamp is None:
        return "gone" if known.content else "same"
    if stamp == known.stamp:
        return "same"
    return "same" if mark_of(path).content == known.content else "changed"


def _stamp(path: Path) -> Stamp | None:
    """None: no file is there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns) if path.is_file() else None

"""What a document's file held when it was last read or written here: whether others have changed it since."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from typing import Literal, NamedTuple

from engine.experiment.experiment import MAX_BYTES
from engine.files import ReadError, read_bytes
from engine.messages import Message

State = Literal["same", "changed", "gone", "unreadable"]
Stamp = tuple[int, int, int]


class Mark(NamedTuple):
    """A file's content; ``stamp`` (place, size, time) only saves reading it again."""

    content: str  # its hash; empty: it could not be read
    stamp: Stamp | None = None
    reason: Message | None = None  # why it could not


def mark_of(path: Path) -> Mark:
    """Of the file as it is now. The stamp is taken first: a change meanwhile is then seen."""
    stamp = _stamp(path)
    try:
        return Mark(hashlib.sha256(read_bytes(path, MAX_BYTES)).hexdigest(), stamp)
    except ReadError as error:
        return Mark("", stamp, error.reason)


def state_of(path: Path, known: Mark) -> State:
    """Whether the file still holds what it did. What never could be read is the same."""
    stamp = _stamp(path)
    if stamp is not None and stamp == known.stamp:
        return "same"
    content = mark_of(path).content
    if content == known.content:
        return "same"
    return "changed" if content else "unreadable" if _is_there(path) else "gone"


def _is_there(path: Path) -> bool:
    """Whether there is anything of this name, or its folder does not tell."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        pass
    return True


def _stamp(path: Path) -> Stamp | None:
    """None: no file is there, or it cannot be seen."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None

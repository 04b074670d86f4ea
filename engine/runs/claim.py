"""One run at a time writes into a folder: whoever does holds a lock in it, which the system opens when it dies."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from filelock import BaseFileLock, FileLock, Timeout

from engine.files import WriteError

LOCK, OWNER = ".writing.lock", ".writing"  # the second says who; both go with the run
PATIENCE = 0.3  # seconds: somebody may just be asking whether the folder is written to

Mark = tuple[int, int, int]


class ClaimedError(WriteError):
    """Another run writes into the folder."""


class Claim(NamedTuple):
    """A folder that nobody else writes into, until it is released."""

    folder: Path
    lock: BaseFileLock
    mark: Mark | None  # which file the lock is: whoever removes the folder removes it, too

    @property
    def is_held(self) -> bool:
        """Whether nobody else can have the folder: its lock is the one that was taken."""
        return self.mark is not None and mark_of(self.folder / LOCK) == self.mark

    def release(self) -> None:
        """It writes no more; another's lock stays."""
        try:
            for name in (OWNER, LOCK) if self.is_held else ():
                with suppress(OSError):
                    (self.folder / name).unlink(missing_ok=True)
        finally:
            with suppress(OSError):
                self.lock.release(force=True)


def claim(folder: Path) -> Claim | None:
    """Take the folder, made where it is missing; None where no lock can be held, which is no reason not to train.

    Raises ClaimedError while another run has it, here or where the folder is shared from.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=PATIENCE, thread_local=False)
        lock.acquire()
    except Timeout as error:
        raise ClaimedError("{path}: another run is being written there ({owner}). Choose another folder", path=folder,
                           owner=_owner(folder)) from error
    except (OSError, NotImplementedError, ValueError):  # the last: a name that no system allows
        return None
    with suppress(OSError):
        (folder / OWNER).write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
    return Claim(folder, lock, mark_of(folder / LOCK))


def is_being_written(folder: Path) -> bool:
    """Whether a run, here or in another process, holds the folder now; nothing is made in it."""
    path = folder / LOCK
    try:
        if not path.exists():
            return False
        lock = FileLock(path, timeout=0, thread_local=False)
        lock.acquire()
    except Timeout:
        return True
    except (OSError, NotImplementedError):
        return False
    with suppress(OSError):
        lock.release(force=True)
    return False


def mark_of(path: Path) -> Mark | None:
    """What tells a file from another of its name; None: there is none."""
    with suppress(OSError, ValueError):
        about = path.stat()
        return about.st_dev, about.st_ino, about.st_mtime_ns
    return None


def _owner(folder: Path) -> str:
    with suppress(OSError, ValueError):
        return (folder / OWNER).read_text(encoding="utf-8")[:200]
    return "?"

"""One run at a time writes into a folder: whoever does is noted where this computer keeps such things."""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import psutil

from engine.files import WriteError, cache_folder, write_text


def claim(folder: Path) -> Path | None:
    """Note that this process writes into the folder; returns the note, None where none can be kept.

    Raises WriteError while another process does.
    """
    note = cache_folder() / "writing" / sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:32]
    other = _living_owner(note)
    if other is not None and other != os.getpid():
        raise WriteError("{path}: another run is being written there (process {process}). Choose another folder",
                         path=folder, process=other)
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        write_text(note, f"{os.getpid()} {psutil.Process().create_time()}")
    except (OSError, WriteError, psutil.Error):
        return None
    return note


def release(note: Path | None) -> None:
    """It writes no more."""
    if note is not None and _living_owner(note) == os.getpid():
        with suppress(OSError):
            note.unlink()


def _living_owner(note: Path) -> int | None:
    """The process that a note is of, if it is still at work: numbers are given again, births are not."""
    with suppress(OSError, ValueError, psutil.Error):
        number, born = note.read_text(encoding="utf-8").split()
        if abs(psutil.Process(int(number)).create_time() - float(born)) < 1:
            return int(number)
    return None

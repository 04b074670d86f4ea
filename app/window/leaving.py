"""Threads that are left: nobody waits for them any more, and however long they go on, they hurt nobody."""

from __future__ import annotations

import logging
import os
import sys
import time
from contextlib import suppress

from PySide6.QtCore import QThread

CLOSING_MS = 300  # that all threads together have to end when the window closes
_left: list[QThread] = []


def leave(thread: QThread) -> None:
    """Let it go on without its owner, which may go first: a QThread that is destroyed while it runs ends the process.

    Nothing that it says is heard any more.
    """
    forget_ended()
    thread.blockSignals(True)
    thread.setParent(None)
    _left.append(thread)


def forget_ended() -> None:
    """Those that have ended, and what they held, can go."""
    _left[:] = [thread for thread in _left if not thread.isFinished()]


def wait_for_left(milliseconds: int = CLOSING_MS) -> bool:
    """Give all of them together so long to end; whether they have."""
    end = time.monotonic() + milliseconds / 1000
    for thread in _left:
        thread.wait(max(0, round(1000 * (end - time.monotonic()))))
    forget_ended()
    return not _left


def end_process(status: int) -> int:
    """Return the status where no thread is left. Where one is, end here: it would crash in the ruins of Python."""
    if wait_for_left(0):
        return status
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # there may be none
            stream.flush()
    os._exit(status)

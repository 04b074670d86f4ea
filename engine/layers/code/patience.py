"""Patience with a person's own code: where it does not end in time, or nobody waits for it, it is broken off."""

from __future__ import annotations

import sys
import threading
import time
from types import FrameType

from engine.layers.code.running import CODE_FILE, interrupt

AGAIN = 0.2  # seconds between two attempts: code may catch what it is broken off with
_lock = threading.Lock()
_ends: dict[Work, float] = {}  # when the code in this work is broken off
_watches = False


class Work:
    """``with`` it around what a thread does. Only a person's own code is ever broken off in it, by StoppedCodeError."""

    def __init__(self, seconds: float | None = None) -> None:
        """After so many seconds of it, or never unless ``end_within`` is called."""
        self._seconds, self._thread = seconds, 0
        self._frame: FrameType | None = None  # that of the with: once it has ended, so has the work

    def __enter__(self) -> Work:
        frame = sys._getframe(1)
        with _lock:
            self._thread, self._frame = threading.get_ident(), frame
            for other in [each for each in _ends if each._thread == self._thread]:
                if other._frame is frame or not _is_on(self._thread, other._frame):
                    other._forget()  # it was broken off while it was left
        if self._seconds is not None:
            self.end_within(self._seconds)
        return self

    def __exit__(self, *error: object) -> None:
        with _lock:  # never while it is being broken off: that would hit what comes next
            self._forget()

    def _forget(self) -> None:
        self._thread, self._frame = 0, None
        _ends.pop(self, None)

    def end_within(self, seconds: float) -> None:
        """It is waited for so long at most from now on, or from its begin; where it was to end before, that counts."""
        global _watches
        with _lock:
            self._seconds = min(seconds, self._seconds if self._seconds is not None else seconds)
            if not self._thread:
                return
            _ends[self] = min(time.monotonic() + seconds, _ends.get(self, float("inf")))
            begins, _watches = not _watches, True
        if begins:
            threading.Thread(target=_watch, name="patience", daemon=True).start()

    def break_off(self) -> None:
        """At once, if its code runs; the lock is held."""
        if not _is_on(self._thread, self._frame):
            self._forget()
        elif _is_in_code(self._thread):
            interrupt(self._thread)


def _watch() -> None:
    """As long as there is something to watch."""
    global _watches
    while True:
        time.sleep(AGAIN)
        with _lock:
            if not _ends:
                _watches = False
                return
            now = time.monotonic()
            for work, end in list(_ends.items()):
                if now >= end:
                    work.break_off()


def _is_on(thread: int, wanted: FrameType | None) -> bool:
    frame: FrameType | None = sys._current_frames().get(thread)
    while frame is not None and frame is not wanted:
        frame = frame.f_back
    return frame is not None


def _is_in_code(thread: int) -> bool:
    frame: FrameType | None = sys._current_frames().get(thread)
    while frame is not None:
        if frame.f_code.co_filename.startswith(CODE_FILE):
            return True
        frame = frame.f_back
    return False

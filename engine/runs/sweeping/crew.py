"""The processes that train a sweep's runs, seen from whoever gives them orders. No torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any

from engine.messages import LayerloomError, Message, say

MODULE = "engine.runs.sweeping.worker"
LEAVES = 8.0  # seconds until a process that was told to end is ended
LAST = 2000  # bytes of what it said that are looked at


class CrewError(LayerloomError):
    """No process could be started."""


class Hand:
    """One process, and the run that it has in hand."""

    def __init__(self, said: Queue[tuple[Hand, dict[str, Any] | None]]) -> None:
        self.run: int | None = None
        self.is_ready = False
        self.began = time.monotonic()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed when it is gone)
        here = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)  # this program, from source or installed
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=self._errors, text=True, encoding="utf-8", env={**os.environ, "PYTHONPATH": here},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0))  # Windows would open a console
        except OSError as error:
            self._errors.close()
            raise CrewError("No process could be started: {reason}", reason=error.strerror or str(error)) from error
        self._thread = Thread(target=self._listen, args=(self.process.stdout, said), daemon=True)
        self._thread.start()

    def _listen(self, out: IO[str], said: Queue[tuple[Hand, dict[str, Any] | None]]) -> None:
        with suppress(ValueError, OSError):  # a line that was cut off: it is gone
            for line in out:
                said.put((self, json.loads(line)))
        said.put((self, None))

    def order(self, order: dict[str, Any]) -> None:
        """What to do; where it is gone already, that is heard."""
        with suppress(OSError, ValueError):
            assert self.process.stdin is not None
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()

    def leave(self) -> None:
        """It ends, without a result."""
        with suppress(OSError, ValueError):
            assert self.process.stdin is not None
            self.process.stdin.close()

    def gone(self, patience: float = LEAVES) -> Message:
        """Wait for its end, and make it end where it does not; why it did."""
        self.leave()
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._thread.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        last = self._last_words()
        self._errors.close()
        if code < 0:
            return say("its process was ended by signal {signal}, as by a system that is out of memory", signal=-code)
        return say("its process ended with {code}: {words}", code=code, words=last or "–")

    def _last_words(self) -> str:
        with suppress(OSError, ValueError):
            size = self._errors.seek(0, os.SEEK_END)
            self._errors.seek(max(0, size - LAST))
            lines = self._errors.read().decode("utf-8", errors="replace").strip().splitlines()
            return lines[-1][:200] if lines else ""
        return ""


class Crew:
    """All of them; whatever they say comes through one queue."""

    def __init__(self) -> None:
        self._said: Queue[tuple[Hand, dict[str, Any] | None]] = Queue()
        self.hands: list[Hand] = []

    def hire(self) -> Hand:
        """One more. Raises CrewError."""
        hand = Hand(self._said)
        self.hands.append(hand)
        return hand

    def dismiss(self, hand: Hand) -> Message:
        """It ends, or has ended; why."""
        if hand in self.hands:
            self.hands.remove(hand)
        return hand.gone()

    def next(self, patience: float) -> tuple[Hand, dict[str, Any] | None] | None:
        """What one of them says: None in place of a line: it is gone. None at all: nothing was said."""
        with suppress(Empty):
            return self._said.get(timeout=patience)
        return None

    def close(self) -> None:
        """All end, at once and without results: what they kept stays."""
        for hand in self.hands:
            hand.leave()
        for hand in self.hands:
            hand.gone()
        self.hands.clear()

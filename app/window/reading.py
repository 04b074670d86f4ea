"""Texts and files of code read off the window's thread: it says that it works, and can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

from app.window.jobs import Job, Jobs
from engine.layers.base import Shape
from engine.messages import Message, say
from widgets.look.text import message_text
from widgets.parts.notice import Notice

if TYPE_CHECKING:
    from engine.reading.reading import Reading

LONG_MS = 300  # before it is said that something is being read
MOST_NOTES = 3


class Readings(QObject):
    """One text is read at a time; another one takes its place."""

    def __init__(self, parent: QObject, say_aloud: Callable[..., object]) -> None:
        super().__init__(parent)
        self._jobs, self._say = Jobs(self), say_aloud
        self._job: Job | None = None

    @property
    def is_reading(self) -> bool:
        """Whether something is being read."""
        return self._job is not None and not self._job.is_told

    def start(self, notice: Notice, source: str | Path, shape: Shape | None, done: Callable[[Reading], object],
              failed: Callable[[Message], object]) -> None:
        """Read a text, or a file; one of the two is called in the window's thread, unless it is stopped."""
        if self._job is not None:
            self._job.cancel()

        def work(job: Job) -> Reading:
            from engine.reading.files import read_file  # not needed at the start
            from engine.reading.reading import read  # the same

            if isinstance(source, Path):
                return read_file(source, shape, job.cancelled)
            return read(source, shape, job.cancelled)

        waiting = _Waiting(notice, lambda: job.cancel())

        def tell(found: Reading) -> None:
            waiting.end()
            if not job.cancelled():
                done(found)

        def refuse(message: Message) -> None:
            waiting.end()
            if not job.cancelled():
                failed(message)

        job = self._job = self._jobs.start(work, tell, refuse)

    def say_notes(self, found: Reading) -> None:
        """What was left out or understood otherwise, as one message."""
        if found.notes:
            shown = [message_text(note) for note in found.notes[:MOST_NOTES]]
            more = len(found.notes) - MOST_NOTES
            self._say(say("{notes}{more}", notes=". ".join(shown), more=f" … (+{more})" if more > 0 else ""))

    def finish(self) -> None:
        """Stop what is being read."""
        self._jobs.finish()


class _Waiting(QObject):
    """Says after a while that something is being read, and offers to stop it; it goes with the notice."""

    def __init__(self, notice: Notice, stop: Callable[[], object]) -> None:
        super().__init__(notice)
        self._notice, self._stop, self._number = notice, stop, 0
        self._timer = QTimer(self, interval=LONG_MS, singleShot=True)
        self._timer.timeout.connect(self._show)
        self._timer.start()

    def _show(self) -> None:
        self._number = self._notice.show_message(self._notice.tr("Reading the code…"), "info", [
            (self._notice.tr("Stop"), self._stop)])

    def end(self) -> None:
        """It is read, or nobody waits for it any more."""
        if not isValid(self):  # its page was closed
            return
        self._timer.stop()
        if self._number:
            self._notice.withdraw(self._number)
        self.deleteLater()

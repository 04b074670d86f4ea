"""Texts and files of code read off the window's thread: it says that it works, and can be stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

from app.window.jobs import Job, Jobs
from engine.layers.base import Shape
from engine.messages import Message, say
from widgets.look.text import message_text
from widgets.parts.notice import Notice

if TYPE_CHECKING:
    from app.document.document import Document
    from engine.reading.reading import Reading

LONG_MS = 300  # before it is said that something is being read
MOST_NOTES = 3


class Readings(QObject):
    """Texts are read one after the other, as they came; each can be stopped by itself."""

    def __init__(self, parent: QObject, say_aloud: Callable[..., object]) -> None:
        super().__init__(parent)
        self._jobs, self._say = Jobs(self), say_aloud
        self._open: list[_Reading] = []  # the first of them is being read

    @property
    def is_reading(self) -> bool:
        """Whether something is being read, or waits for it."""
        return bool(self._open)

    def start(self, notice: Notice, source: str | Path, shape: Shape | None, done: Callable[[Reading], object],
              failed: Callable[[Message], object]) -> None:
        """Read a text, or a file; one of the two is called in the window's thread, unless it is stopped."""
        def work(job: Job) -> Reading:
            from engine.reading.files import read_file  # not needed at the start
            from engine.reading.reading import read  # the same

            def is_over() -> bool:
                return job.cancelled() or reading.stopped.is_set()

            return read_file(source, shape, is_over) if isinstance(source, Path) else read(source, shape, is_over)

        def stop() -> None:
            reading.stopped.set()
            waiting.end()

        def end(tell: Callable[[Any], object], what: object) -> None:
            waiting.end()
            self._open.remove(reading)
            self._go_on()
            if not reading.stopped.is_set():
                tell(what)

        waiting = _Waiting(notice, stop)
        reading = _Reading(notice, work, partial(end, done), partial(end, failed), Event())
        self._open.append(reading)
        if self._open == [reading]:
            self._go_on()

    def _go_on(self) -> None:
        self._open = [reading for reading in self._open if not reading.stopped.is_set()]
        if self._open:
            first = self._open[0]
            self._jobs.start(first.work, first.done, first.failed)

    def forget(self, notice: Notice) -> None:
        """Stop what was to be told here."""
        for reading in self._open:
            if reading.notice is notice:
                reading.stopped.set()

    def say_notes(self, found: Reading, of: Document | None = None) -> None:
        """What was left out or understood otherwise, as one message; over this document, else in front."""
        notes = sorted(map(message_text, found.notes), key=len)  # a long list of what is left out hides none of them
        if notes:
            more = [] if not notes[MOST_NOTES:] else [(
                self.tr("Show all {count}").format(count=len(notes)), lambda: self._say(_together(notes), of=of))]
            self._say(_together(notes[:MOST_NOTES]), "info", more, of=of)

    def finish(self) -> None:
        """Stop what is being read, and what waits for it."""
        self._jobs.finish()
        self._open.clear()


def _together(notes: Sequence[str]) -> Message:
    return say("{notes}", notes=". ".join(notes))


class _Reading(NamedTuple):
    """A text that is read, or waits for it."""

    notice: Notice
    work: Callable[[Job], Reading]
    done: Callable[[Reading], object]
    failed: Callable[[Message], object]
    stopped: Event


class _Waiting(QObject):
    """Says after a while that something is being read, and offers to stop it; it goes with the notice."""

    def __init__(self, notice: Notice, stop: Callable[[], object]) -> None:
        super().__init__(notice)
        self._notice, self._stop, self._number = notice, stop, 0
        self._timer = QTimer(self, interval=LONG_MS, singleShot=True)
        self._timer.timeout.connect(self._show)
        self._timer.start()

    def _show(self) -> None:
        is_first = not any(other._number for other in self._notice.findChildren(_Waiting))
        words, stop = self._notice.tr("Reading the code…"), [(self._notice.tr("Stop"), self._stop)]
        # Each has a button of its own.
        self._number = self._notice.ask(words, stop) if is_first else self._notice.remark(words, "info", stop)

    def end(self) -> None:
        """It is read, or nobody waits for it any more."""
        if not isValid(self):  # its page was closed
            return
        self._timer.stop()
        if self._number:
            self._notice.withdraw(self._number)
            self._number = 0
        self.deleteLater()

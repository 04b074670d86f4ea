"""A thread that stays: it does the newest of what it is asked for, one after another, as live pictures need it."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Condition
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QThread, Signal

from app.window.jobs import PATIENCE, message_of
from app.window.leaving import leave
from engine.layers.code.patience import Work
from engine.messages import Message
from widgets.look.guarded import guarded


class _Asked(NamedTuple):
    work: Callable[[], Any]
    done: Callable[[Any], object]
    failed: Callable[[Message], object]


@guarded
class Steady(QThread):
    """``ask`` for something: what waits, and has not begun, is forgotten for it. It begins with the first question, and
    with the next one after a ``rest``. A person's own code that does not end is broken off once something else is
    wanted."""

    _told = Signal(object, object, bool)  # what was asked, result or Message, whether it failed

    def __init__(self, parent: QObject, begin: Callable[[], None] = lambda: None, pace: float = 0.0) -> None:
        """``begin`` is called whenever it begins, in the thread; ``pace``: seconds from one answer's begin to the next
        at least, so that the window has time to show them."""
        super().__init__(parent)
        self._begin, self._pace = begin, pace
        self._waits: _Asked | None = None
        self._is_over = self._is_busy = self._rests = False
        self._news, self._working = Condition(), Work()
        self._told.connect(self._tell)
        self.finished.connect(self._go_on)

    @property
    def is_busy(self) -> bool:
        """Whether something is being done or waits."""
        with self._news:  # one becomes the other
            return self._is_busy or self._waits is not None

    def ask(self, work: Callable[[], Any], done: Callable[[Any], object],
            failed: Callable[[Message], object]) -> None:
        """Do this next, and tell of it in the window's thread."""
        if self._is_over:
            return
        with self._news:
            self._waits, self._rests = _Asked(work, done, failed), False
            self._news.notify()
            self._working.end_within(PATIENCE)
        if not self.isRunning():
            self.start()

    def rest(self) -> None:
        """What waits is not wanted any more, and nothing more will be for a while: the thread ends by itself."""
        with self._news:
            self._waits, self._rests = None, True
            self._news.notify()
            self._working.end_within(PATIENCE)

    def _go_on(self) -> None:
        """Something was asked for just when it ended."""
        if self._waits is not None and not self._is_over:
            self.start()

    def run(self) -> None:
        self._begin()
        began = 0.0
        while True:
            with self._news:
                self._is_busy = False
                while self._waits is None and not (self._is_over or self._rests):
                    self._news.wait()
                rest = began + self._pace - time.perf_counter()
                if rest > 0:
                    self._news.wait_for(lambda: self._is_over or self._rests, rest)
                if self._is_over or self._rests:
                    return
                began = time.perf_counter()
                asked, self._waits = self._waits, None
                working = self._working = Work()
                self._is_busy = True
            assert asked is not None  # only a rest takes it away
            try:
                with working:
                    result = asked.work()
            except BaseException as error:  # a person's own code may raise what it likes
                self._told.emit(asked, message_of(error), True)
            else:
                self._told.emit(asked, result, False)

    def _tell(self, asked: _Asked, result: object, has_failed: bool) -> None:
        if self._is_over:
            return
        if has_failed:
            assert isinstance(result, Message)
            asked.failed(result)
        else:
            asked.done(result)

    def finish(self) -> None:
        """Ask it to end, and leave it."""
        with self._news:
            self._is_over, self._waits = True, None
            self._news.notify()
            self._working.end_within(0)
        if self.isRunning():
            leave(self)

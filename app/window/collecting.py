"""Python's search for garbage, only ever in the window's thread."""

from __future__ import annotations

import gc
from itertools import count
from typing import ClassVar

from PySide6.QtCore import QObject, QTimer

from app.window.leaving import forget_ended

EVERY_MS = 300


class Collector(QObject):
    """Collects what Python would, at Python's thresholds, by a timer, for as long as there is a window.

    Python collects in whichever thread happens to allocate. What it finds can hold Qt objects of a closed page, and
    these must not be destroyed anywhere but in the window's thread: the process would crash.
    """

    _numbers = count()
    at_work: ClassVar[set[int]] = set()  # one for each window; Python does it by itself again after the last

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        number = self._number = next(self._numbers)
        gc.disable()
        self.at_work.add(number)
        self.destroyed.connect(lambda *_: _end(number))  # a window need not be closed first
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """The generations whose time has come, the oldest of them; and what was left and has ended."""
        forget_ended()
        due = [age for age, (made, limit) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
               if made > limit]
        if due:
            gc.collect(due[-1])

    def finish(self) -> None:
        """The window closes."""
        self._timer.stop()
        _end(self._number)


def _end(number: int) -> None:
    at_work = Collector.at_work
    at_work.discard(number)
    if not at_work:
        gc.enable()

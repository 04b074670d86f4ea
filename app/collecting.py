"""Python's search for garbage, only ever in the window's thread."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 300


class Collector(QObject):
    """Collects what Python would, at Python's thresholds, by a timer.

    Python collects in whichever thread happens to allocate. What it finds can hold Qt objects of a closed page, and
    these must not be destroyed anywhere but in the window's thread: the process would crash.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self.destroyed.connect(lambda *_: gc.enable())  # however the window ends
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """The generations whose time has come, the oldest of them."""
        due = [age for age, (count, limit) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
               if count > limit]
        if due:
            gc.collect(due[-1])

    def finish(self) -> None:
        """The window closes: Python does it by itself again."""
        self._timer.stop()
        gc.enable()

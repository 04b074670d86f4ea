"""What is done a little later, as long as whoever it is done for is still there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def later(owner: QObject, act: Callable[[], object], milliseconds: int = 0) -> None:
    """Once, from the event loop. With its owner it is forgotten, and what it holds is let go.

    ``QTimer.singleShot`` keeps what it was given, for good, where its owner goes before the time has come.
    """
    timer = QTimer(owner, singleShot=True, interval=milliseconds)
    timer.timeout.connect(act)
    timer.timeout.connect(timer.deleteLater)
    timer.start()

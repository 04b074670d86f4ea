"""For tests of what is said while one trains: a training thread that says what it is given, when it is given."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import QObject

from app.features.training import Training
from app.window.window import MainWindow
from engine.runs.continuing import Going
from engine.training.control import Control


class FakeThread:
    """Says what it is given, and notes what it is asked."""

    newest: ClassVar[FakeThread]  # the last that began

    def __init__(self, _parent: QObject, *given: object) -> None:
        self.given, self.events, self.control, self.asked = given, deque[object](), Control(), list[str]()
        self.is_over, self.ends_by_itself = False, True
        FakeThread.newest = self

    @property
    def going(self) -> Going:
        """How the run begins, or goes on."""
        begin: Callable[[], Going] = self.given[0]  # type: ignore[assignment]
        return begin()

    @property
    def is_series(self) -> bool:
        """Whether several runs were asked for."""
        return bool(self.given[3])

    def start(self) -> None:
        self.asked.append("start")

    def isFinished(self) -> bool:
        return self.is_over

    def wait(self, patience: int | None = None) -> bool:
        self.asked.append("wait" if patience is None else "wait a moment")
        self.is_over = patience is None or self.ends_by_itself
        return self.is_over

    def blockSignals(self, on: bool) -> None:
        assert on

    def setParent(self, parent: object) -> None:
        assert parent is None
        self.asked.append("leave")

    def interrupt(self) -> None:
        self.asked.append("interrupt")

    def deleteLater(self) -> None:
        self.asked.append("delete")


def hear(window: MainWindow, *events: object, over: bool = False) -> None:
    """The thread says this, and the window listens; ``over``: with its last words."""
    FakeThread.newest.events.extend(events)
    FakeThread.newest.is_over = over
    window.feature(Training).trainer.drain()

"""For tests of what is said while one trains: a training thread that says what it is given, when it is given."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QObject

from engine.training.control import Control


class FakeThread:
    """Says what it is given, and notes what it is asked."""

    def __init__(self, _parent: QObject, *given: object) -> None:
        self.given, self.events, self.control, self.asked = given, deque[object](), Control(), list[str]()
        self.is_over, self.ends_by_itself = False, True

    def start(self) -> None:
        self.asked.append("start")

    def isFinished(self) -> bool:
        return self.is_over

    def wait(self, patience: int | None = None) -> bool:
        self.asked.append("wait" if patience is None else "wait a moment")
        self.is_over = patience is None or self.ends_by_itself
        return self.is_over

    def interrupt(self) -> None:
        self.asked.append("interrupt")

    def deleteLater(self) -> None:
        self.asked.append("delete")

"""For tests of the running program: QThreads are counted, windows closed."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread
from shiboken6 import isValid

from app.window.collecting import Collector
from app.window.leaving import wait_for_left
from tests.app.windows import let_go

ENDS_MS = 20_000


@pytest.fixture(autouse=True)
def _no_qthreads_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    started: weakref.WeakSet[QThread] = weakref.WeakSet()
    start = QThread.start

    def counted(self: QThread, *args: object) -> None:
        started.add(self)
        start(self, *args)

    monkeypatch.setattr(QThread, "start", counted)
    yield
    wait_for_left(ENDS_MS)  # what was left and has been asked to end
    left = [thread for thread in started if isValid(thread) and thread.isRunning()]
    assert not left, f"QThreads left running: {left}"


@pytest.fixture(autouse=True)
def _no_window_left() -> Iterator[None]:
    """A window that is left open goes on collecting garbage, and Python does not; one that a file's tests share may."""
    let_go()
    before = set(Collector.at_work)
    yield
    left = Collector.at_work - before
    Collector.at_work -= left
    if not before:
        gc.enable()
    assert not left, "a window was not closed"

"""Garbage is collected in the window's thread, whoever makes it."""

from __future__ import annotations

import gc
import threading
from typing import ClassVar

from PySide6.QtCore import QObject

from app.window.collecting import Collector
from app.window.jobs import Jobs
from app.window.leaving import wait_for_left


class Loop:
    """Refers to itself, and says where it is destroyed."""

    ended: ClassVar[list[threading.Thread]] = []

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        self.ended.append(threading.current_thread())


def test_what_a_closed_page_leaves_is_destroyed_in_the_windows_thread(qtbot, qapp):
    Loop.ended.clear()
    parent = QObject()
    collector = Collector(parent)
    jobs = Jobs(parent)
    done: list[int] = []
    for _ in range(2000):
        Loop()
    jobs.start(lambda _: len([[{}] for _ in range(200_000)]), done.append, done.append)  # enough to set Python off
    qtbot.waitUntil(lambda: done == [200_000], timeout=10_000)
    gc.collect()
    assert len(Loop.ended) == 2000 and set(Loop.ended) == {threading.main_thread()}
    jobs.finish()
    collector.finish()
    assert gc.isenabled()


def test_garbage_is_looked_for_as_often_as_python_would():
    parent = QObject()
    collector = Collector(parent)
    gc.collect()
    Loop.ended.clear()
    Loop()
    collector.collect()
    assert not Loop.ended, "that is not worth it yet"
    for _ in range(2000):
        Loop()
    collector.collect()
    assert len(Loop.ended) == 2001
    collector.finish()


def test_without_it_python_collects_wherever_it_is(qapp):
    """That the test above can fail."""
    assert gc.isenabled()
    Loop.ended.clear()
    parent = QObject()
    jobs = Jobs(parent)
    gc.collect()
    gc.disable()
    for _ in range(2000):
        Loop()
    jobs.start(lambda _: gc.enable() or len([[{}] for _ in range(200_000)]), print, print)
    jobs.finish()
    wait_for_left(20_000)
    assert any(thread is not threading.main_thread() for thread in Loop.ended)


def test_a_window_that_goes_leaves_the_next_one_alone(qtbot):
    first, second = QObject(), QObject()
    ended, works = Collector(first), Collector(second)
    ended.finish()
    assert not gc.isenabled()
    first.deleteLater()
    with qtbot.waitSignal(first.destroyed):
        pass
    assert not gc.isenabled()
    works.finish()
    assert gc.isenabled()


def test_a_window_need_not_be_closed_first(qtbot):
    parent = QObject()
    Collector(parent)
    assert not gc.isenabled()
    parent.deleteLater()
    with qtbot.waitSignal(parent.destroyed):
        pass
    assert gc.isenabled() and not Collector.at_work


def test_it_looks_by_itself(qtbot, monkeypatch):
    monkeypatch.setattr("app.window.collecting.EVERY_MS", 5)
    Loop.ended.clear()
    parent = QObject()
    collector = Collector(parent)
    for _ in range(2000):
        Loop()
    qtbot.waitUntil(lambda: len(Loop.ended) == 2000)
    collector.finish()

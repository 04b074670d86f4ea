"""What is done later is done once, and is forgotten with whoever it is done for."""

from __future__ import annotations

import gc
import weakref

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from widgets.look.later import later


class Thing:
    """What a callback holds."""


def test_it_is_done_once_from_the_event_loop(qtbot: QtBot) -> None:
    owner, done = QWidget(), list[int]()
    qtbot.addWidget(owner)
    later(owner, lambda: done.append(1))
    later(owner, lambda: done.append(2), 20)
    assert not done
    qtbot.waitUntil(lambda: done == [1, 2])
    qtbot.waitUntil(lambda: not owner.children())


def test_with_its_owner_goes_what_it_holds(qtbot: QtBot) -> None:
    owner, thing, done = QObject(), Thing(), list[object]()
    held = weakref.ref(thing)
    later(owner, lambda thing=thing: done.append(thing))  # type: ignore[misc]
    del thing
    delete(owner)
    gc.collect()
    assert held() is None
    qtbot.wait(20)
    assert not done

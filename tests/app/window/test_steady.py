"""A thread that does the newest of what it is asked for, one after another, and rests while nothing is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import pytest
from PySide6.QtCore import QObject

from app.window.leaving import wait_for_left
from app.window.steady import Steady
from engine.messages import LayerloomError
from widgets.look.text import message_text

HOLDS_S = 20.0


class Asker:
    """Asks for numbers, and hears of them; the first may be held until it is let go."""

    def __init__(self, qtbot, pace: float = 0.0) -> None:
        self.began: list[int] = []
        self.owner = QObject()
        self.steady = Steady(self.owner, lambda: self.began.append(threading.get_ident()), pace)
        self.done: list[int] = []
        self.failed: list[str] = []
        self.worked: list[tuple[int, int, float]] = []  # what, in which thread, when
        self.free, self._qtbot = threading.Event(), qtbot
        self.free.set()

    def work(self, number: int) -> int:
        self.worked.append((number, threading.get_ident(), time.perf_counter()))
        self.free.wait(HOLDS_S)
        if number < 0:
            raise LayerloomError("{number} is less than nothing", number=number)
        return number

    def ask(self, *numbers: int) -> None:
        for number in numbers:
            self.steady.ask(partial(self.work, number), self.done.append,
                            lambda message: self.failed.append(message_text(message)))

    def hold(self) -> None:
        """Ask for 0, which is being done from now on."""
        self.free.clear()
        self.ask(0)
        self._qtbot.waitUntil(lambda: bool(self.worked))

    def wait(self, for_what: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(for_what)

    def until(self, *done: int) -> None:
        self._qtbot.waitUntil(lambda: self.done == list(done))


@pytest.fixture
def asker(qtbot) -> Iterator[Asker]:
    asker = Asker(qtbot)
    yield asker
    asker.free.set()
    asker.steady.finish()
    wait_for_left(20_000)


def test_what_waits_is_forgotten_for_what_is_asked_later(asker):
    asker.hold()
    asker.ask(1, 2, 3)
    assert asker.steady.is_busy
    asker.free.set()
    asker.until(0, 3)
    assert [number for number, _, _ in asker.worked] == [0, 3] and not asker.failed


def test_it_is_one_thread_beside_the_window(asker):
    asker.ask(1)
    asker.until(1)
    asker.ask(2)
    asker.until(1, 2)
    (_, one, _), (_, other, _) = asker.worked
    assert asker.began == [one] == [other] and one != threading.get_ident()


def test_what_goes_wrong_is_said_and_the_next_is_done(asker, unforeseen):
    asker.ask(-1)
    asker.wait(lambda: bool(asker.failed))
    asker.steady.ask(lambda: 1 // 0, asker.done.append, lambda message: asker.failed.append(message_text(message)))
    asker.wait(lambda: len(asker.failed) == 2)
    asker.ask(2)
    asker.until(2)
    assert len(unforeseen) == 1 and "ZeroDivisionError" in unforeseen.pop(), "what nobody foresaw is reported, too"
    assert asker.failed[0] == "-1 is less than nothing" and "zero" in asker.failed[1]


def test_it_leaves_time_between_two(qtbot):
    asker = Asker(qtbot, pace=0.05)
    try:
        for number in (1, 2, 3):
            asker.ask(number)
            qtbot.waitUntil(lambda number=number: number in asker.done)
        times = [when for _, _, when in asker.worked]
        assert all(later - earlier >= 0.049 for earlier, later in pairwise(times))
    finally:
        asker.steady.finish()
        wait_for_left(20_000)


def test_a_rest_ends_it_until_the_next_question(asker):
    asker.hold()
    asker.ask(1)
    asker.steady.rest()
    asker.free.set()
    asker.wait(lambda: not asker.steady.isRunning())
    asker.until(0)  # it was being done
    assert not asker.steady.is_busy
    asker.ask(2)
    asker.until(0, 2)
    assert [number for number, _, _ in asker.worked] == [0, 2] and len(asker.began) == 2


def test_no_question_is_lost_while_it_comes_to_rest(asker):
    for number in range(60):
        asker.ask(number)
        if number % 3:
            asker.wait(lambda number=number: number in asker.done)
        asker.steady.rest()
    asker.ask(60)
    asker.wait(lambda: asker.done[-1] == 60)
    assert {number for number in range(60) if number % 3} <= set(asker.done)


def test_after_its_end_nothing_is_told_nor_asked(asker, qtbot):
    asker.hold()
    asker.ask(1)
    asker.steady.finish()
    asker.free.set()
    wait_for_left(20_000)
    asker.ask(2)
    qtbot.wait(20)
    assert asker.done == [] and [number for number, _, _ in asker.worked] == [0] and not asker.steady.is_busy


def test_it_can_end_before_it_began(qtbot):
    asker = Asker(qtbot)
    asker.steady.finish()
    asker.ask(1)
    assert not asker.steady.isRunning() and not asker.worked

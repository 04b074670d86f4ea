"""Several threads that want the same: one works, all are told, and anyone may leave."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from engine.data.once import Once
from engine.data.progress import Step, Steps, result_of


class Worker(threading.Thread):
    """Goes through the steps of a generator until it ends, fails or is told to leave."""

    def __init__(self, steps: Steps[str]) -> None:
        super().__init__()
        self.seen: list[Step] = []
        self.result: str | Exception | None = None
        self.leave = threading.Event()
        self._steps = steps
        self.start()

    def run(self) -> None:
        try:
            while not self.leave.is_set():
                self.seen.append(next(self._steps))
        except StopIteration as end:
            self.result = end.value
        except Exception as error:
            self.result = error
        finally:
            self._steps.close()


class Work:
    """Work that goes on when it is let; counts how often it was begun."""

    def __init__(self, fails: int = 0) -> None:
        self.begun, self._fails = 0, fails
        self.may_go_on, self.is_begun = threading.Event(), threading.Event()

    def __call__(self) -> Steps[str]:
        self.begun += 1
        begun = self.begun
        yield Step("file", begun, 9)
        self.is_begun.set()
        while not self.may_go_on.wait(0.01):
            yield Step("file", begun, 9)
        if begun <= self._fails:
            raise ValueError("it failed")
        return f"made by {begun}"


def until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.01)
    pytest.fail("it did not come to that")


def two(work: Work) -> tuple[Worker, Worker]:
    """One who works, and one who waits and has been told a step."""
    once = Once()
    first = Worker(once.shared("key", work))
    assert work.is_begun.wait(10)
    second = Worker(once.shared("key", work))
    until(lambda: bool(second.seen))
    return first, second


def test_one_works_and_both_get_the_same() -> None:
    work = Work()
    first, second = two(work)
    assert second.seen[-1] == Step("file", 1, 9)
    work.may_go_on.set()
    first.join(10)
    second.join(10)
    assert (work.begun, first.result, second.result) == (1, "made by 1", "made by 1")


def test_who_waits_may_leave() -> None:
    work = Work()
    first, second = two(work)
    second.leave.set()
    second.join(10)
    assert not second.is_alive() and second.result is None
    work.may_go_on.set()
    first.join(10)
    assert (work.begun, first.result) == (1, "made by 1")


def test_where_the_first_leaves_the_second_works() -> None:
    work = Work()
    first, second = two(work)
    first.leave.set()
    first.join(10)
    until(lambda: work.begun == 2)
    work.may_go_on.set()
    second.join(10)
    assert (first.result, second.result) == (None, "made by 2")


def test_where_the_first_fails_the_second_tries_too() -> None:
    work = Work(fails=1)
    first, second = two(work)
    work.may_go_on.set()
    first.join(10)
    second.join(10)
    assert str(first.result) == "it failed" and second.result == "made by 2"


def test_what_is_other_is_not_waited_for() -> None:
    once, slow, quick = Once(), Work(), Work()
    first = Worker(once.shared("slow", slow))
    assert slow.is_begun.wait(10)
    quick.may_go_on.set()
    assert result_of(once.shared("quick", quick)) == "made by 1"
    slow.may_go_on.set()
    first.join(10)


def test_nobody_waits_for_what_their_own_thread_left_standing() -> None:
    once, work = Once(), Work()
    standing = once.shared("key", work)
    next(standing)
    work.may_go_on.set()
    assert result_of(once.shared("key", work)) == "made by 2"
    assert result_of(standing) == "made by 1"
    assert result_of(once.shared("key", work)) == "made by 3"  # nothing is remembered once it is over

"""A person's own code that does not end is broken off; nothing else is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from engine.layers.code.patience import Work
from engine.layers.code.running import StoppedCodeError, file_of

ENDLESS = "def run():\n    while True:\n        pass\n"
STUBBORN = """def run():
    while True:
        try:
            wait(0.01)
        except Exception:
            pass
"""
BRIEF = "def run():\n    end = now() + 0.7\n    while now() < end:\n        pass\n"
MOST_S = 20.0


def code(source: str) -> Callable[[], None]:
    """A function of a person's own."""
    scope: dict[str, object] = {"wait": time.sleep, "now": time.monotonic}
    exec(compile(source, file_of(source), "exec"), scope)
    return scope["run"]  # type: ignore[return-value]


def outcome(work: Work, run: Callable[[], object], meanwhile: Callable[[], object] = lambda: None) -> str:
    """What becomes of it in another thread."""
    said, begun = list[str](), threading.Event()

    def do() -> None:
        try:
            with work:
                begun.set()
                run()
        except StoppedCodeError:
            said.append("broken off")
        else:
            said.append("ended")

    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    begun.wait(MOST_S)
    meanwhile()
    thread.join(MOST_S)
    return said[0] if said else "goes on"


@pytest.mark.parametrize("source", [ENDLESS, STUBBORN])
def test_code_that_does_not_end_in_time_is_broken_off(source):
    assert outcome(Work(0.1), code(source)) == "broken off"


def test_code_that_nobody_waits_for_is_broken_off():
    work = Work()
    assert outcome(work, code(ENDLESS), lambda: work.end_within(0.1)) == "broken off"


def test_what_was_not_wanted_before_it_began_is_broken_off():
    work = Work()
    work.end_within(0.1)
    assert outcome(work, code(ENDLESS)) == "broken off"


def test_nothing_but_own_code_is_broken_off():
    assert outcome(Work(0.0), lambda: [time.sleep(0.05) for _ in range(12)]) == "ended"


def test_work_that_was_broken_off_while_it_was_left_ends_with_it():
    def leave_without_exit() -> None:
        Work(0.0).__enter__()  # as where the interruption comes before the first line of its end

    def both() -> None:
        leave_without_exit()
        with Work(60.0):
            code(BRIEF)()

    assert outcome(Work(), both) == "ended"


def test_code_in_a_loop_is_broken_off_each_time_and_nothing_after_it():
    def loop() -> None:
        for _ in range(3):
            try:
                with Work(0.1):
                    code(ENDLESS)()
            except StoppedCodeError:
                pass
        code(BRIEF)()

    assert outcome(Work(), loop) == "ended"


def test_what_comes_after_the_work_is_not_broken_off():
    def both() -> None:
        with Work(0.1):
            pass
        code(BRIEF)()

    assert outcome(Work(), both) == "ended"

"""Jobs: work off the window's thread, told in it, and nothing told or begun while the window closes."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from pytestqt.qtbot import QtBot

from app.window.jobs import Jobs
from engine.messages import LayerloomError


@pytest.fixture
def jobs(qapp: QCoreApplication) -> Iterator[Jobs]:
    parent = QObject()
    jobs = Jobs(parent)
    yield jobs
    jobs.finish()


def test_work_runs_beside_the_window_and_is_told_in_its_thread(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[tuple[object, threading.Thread]] = []
    jobs.start(lambda _: threading.current_thread(), lambda found: told.append((found, threading.current_thread())),
               pytest.fail)
    qtbot.waitUntil(lambda: bool(told))
    worked, heard = told[0]
    assert heard is threading.main_thread() and worked is not heard


@pytest.mark.parametrize(("error", "sentence"), [
    (LayerloomError("{what} is wrong", what="this"), "this is wrong"),
    (ZeroDivisionError("by zero"), "Something unforeseen went wrong: by zero"),
    (KeyError(), "Something unforeseen went wrong: KeyError"),
])
def test_an_error_is_told_as_a_sentence(error: Exception, sentence: str, jobs: Jobs, qtbot: QtBot) -> None:
    def work(_: object) -> None:
        raise error

    told: list[object] = []
    jobs.start(work, pytest.fail, told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert [str(message) for message in told] == [sentence]


def test_a_job_is_asked_to_end_and_waited_for(jobs: Jobs) -> None:
    ended = threading.Event()

    def work(job: object) -> None:
        while not job.cancelled():  # type: ignore[attr-defined]
            pass
        ended.set()

    jobs.start(work, pytest.fail, pytest.fail)
    jobs.finish()
    assert ended.is_set()


def test_what_is_on_its_way_when_the_window_closes_is_not_told(jobs: Jobs, qtbot: QtBot) -> None:
    """Whoever hears of it would begin something new, of which nobody sees the end."""
    told: list[object] = []
    jobs.start(lambda _: 1, told.append, told.append).wait()
    jobs.finish()
    qtbot.wait(20)
    assert not told


def test_nothing_begins_while_the_window_closes(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[object] = []
    jobs.finish()
    job = jobs.start(told.append, told.append, told.append)
    qtbot.wait(20)
    assert not told and not job.isRunning()
